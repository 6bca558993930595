"""An engine in a process of its own, so that idle thread pools and second OpenMP runtimes disturb nobody."""

import dataclasses
import pathlib
import time

import numpy as np

import network
from engines import ENGINES
from peer_process import PeerProcess

SELECTION_RUNS = 3  # Of each candidate; the fastest single run decides.


@dataclasses.dataclass(frozen=True)
class Case:
    """One measurement's network and input, as files that every process reads."""

    folder: pathlib.Path
    threads: int


def _seconds(run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _check(name: str, logits: np.ndarray, reference: np.ndarray) -> None:
    error = np.abs(logits - reference).max() / np.abs(reference).max()
    if not error < 1e-3:
        raise RuntimeError(f"{name}: the logits differ from eager PyTorch's by {error:.2g} of the largest one")


def _serve(pipe, engine: str, case: Case) -> None:
    """Answers every number received with the seconds of so many runs. The first message sent says what runs."""
    images, reference = network.load_images(case.folder)
    built = ENGINES[engine](network.load_model(case.folder), network.onnx_file(case.folder), images, case.threads)
    fastest = {}
    for name, run in built.candidates.items():
        _check(f"{engine}, {name}", run(), reference)
        fastest[name] = min(_seconds(run) for _ in range(SELECTION_RUNS))
    best = min(fastest, key=fastest.get)
    run = built.candidates[best]
    pipe.send({"version": built.version(), "candidate": best, "selection": fastest})
    while (count := pipe.recv()) is not None:
        run()  # Caches and thread pools as in a steady run.
        pipe.send([_seconds(run) for _ in range(count)])


class Worker(PeerProcess):
    """Raises RuntimeError where the engine cannot be built or computes something else."""

    def __init__(self, engine: str, case: Case):
        super().__init__(engine, case.threads, _serve, engine, case)

    @property
    def about(self) -> dict:
        return self.first

    def time(self, runs: int) -> list[float]:
        """Seconds of each run of the whole batch."""
        return self.ask(runs)
