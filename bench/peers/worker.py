"""An engine in a process of its own, so that idle thread pools and second OpenMP runtimes disturb nobody."""

import pathlib
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from peer_process import PeerProcess

SELECTION_RUNS = 3  # Of each way at most; the fastest single run decides.
SELECTION_SECONDS = 5  # After which no further one begins.


class Case(Protocol):
    """What is compared, as files that every process reads: engines.ImageCase, bert_engines.BertCase."""

    folder: pathlib.Path
    threads: int
    plans: tuple[str, ...]  # Kinds of input that are timed one by one.
    tolerance: float  # Of the logits, relative to the largest.

    def build(self, engine: str) -> Any: ...
    def ways(self, engine: Any, plan: str) -> dict[str, Callable[[], np.ndarray]]: ...
    def reference(self, plan: str) -> np.ndarray: ...


def _seconds(run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _fastest(run) -> float:
    begin, times = time.perf_counter(), [_seconds(run)]
    while len(times) < SELECTION_RUNS and time.perf_counter() - begin < SELECTION_SECONDS:
        times.append(_seconds(run))
    return min(times)


def check(name: str, logits: np.ndarray, reference: np.ndarray, tolerance: float) -> None:
    error = np.abs(logits - reference).max() / np.abs(reference).max()
    if not error < tolerance:
        raise RuntimeError(f"{name}: the logits differ from eager PyTorch's by {error:.2g} of the largest one")


def _choose(name: str, case: Case, engine, plan: str):
    """The fastest way, and what the first message says of it. The others are forgotten."""
    ways = case.ways(engine, plan)
    fastest = {}
    for way, run in ways.items():
        check(f"{name}, {way}", run(), case.reference(plan), case.tolerance)
        fastest[way] = _fastest(run)
    best = min(fastest, key=fastest.get)
    return ways[best], {"candidate": best, "selection": fastest}


def _serve(pipe, name: str, case: Case) -> None:
    """Answers every (plan, number) with the seconds of so many runs. The first message sent says what runs."""
    engine = case.build(name)
    chosen = {plan: _choose(name, case, engine, plan) for plan in case.plans}
    pipe.send({"version": engine.version(), "plans": {plan: about for plan, (_, about) in chosen.items()}})
    while (message := pipe.recv()) is not None:
        plan, count = message
        run, _ = chosen[plan]
        run()  # Caches and thread pools as in a steady run.
        pipe.send([_seconds(run) for _ in range(count)])


class Worker(PeerProcess):
    """Raises RuntimeError where the engine cannot be built or computes something else."""

    def __init__(self, engine: str, case: Case):
        super().__init__(engine, case.threads, _serve, engine, case)

    @property
    def version(self) -> str:
        return self.first["version"]

    @property
    def plans(self) -> dict[str, dict]:
        """By plan, the `candidate` that runs, and the seconds of all in its `selection`."""
        return self.first["plans"]

    def time(self, plan: str, runs: int) -> list[float]:
        """Seconds of each run of all the samples."""
        return self.ask((plan, runs))
