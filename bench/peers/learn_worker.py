"""PyTorch's learning step in a process of its own: its peak memory is its own, and its threads sleep between rounds."""

import dataclasses
import multiprocessing
import os
import pathlib
import resource
import time

import h5py
import torch

import network
from learn_network import Learner


@dataclasses.dataclass(frozen=True)
class LearnCase:
    """One measurement. The folder has weights, model.pt, train.h5 and check.h5, which is one batch."""

    folder: pathlib.Path
    batch: int
    threads: int
    start: float  # Energy of every layer before the first step.
    quiet: float  # The same for the check.
    target: float


def read_set(file: pathlib.Path) -> tuple[torch.Tensor, torch.Tensor]:
    with h5py.File(file) as opened:
        return torch.from_numpy(opened["images"][()]), torch.from_numpy(opened["labels"][()])


def serve(pipe, way: str, case: LearnCase) -> None:
    """Sends the loss of a first, noiseless step; then answers every number with the times of so many and the memory."""
    torch.set_num_threads(case.threads)
    learner = Learner(network.load_model(case.folder), network.IMAGE_SIZE, batch=case.batch, target=case.target,
                      way=way)
    learner.begin(*read_set(case.folder / "check.h5"), case.quiet)
    pipe.send(learner.step())
    learner.begin(*read_set(case.folder / "train.h5"), case.start)
    while (count := pipe.recv()) is not None:
        milliseconds = []
        for _ in range(count):
            start = time.perf_counter()
            learner.step()
            milliseconds.append(1e3 * (time.perf_counter() - start))
        pipe.send((milliseconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


class LearnWorker:
    """A context manager."""

    def __init__(self, way: str, case: LearnCase):
        self._way = way
        os.environ["OMP_NUM_THREADS"] = str(case.threads)
        context = multiprocessing.get_context("spawn")
        self._pipe, child = context.Pipe()
        self._process = context.Process(target=serve, args=(child, way, case), daemon=True)
        self._process.start()
        child.close()
        self.first_loss: float = self._receive()

    def steps(self, count: int) -> tuple[list[float], int]:
        """Milliseconds of each step, and the most memory used so far in bytes."""
        self._pipe.send(count)
        return self._receive()

    def __enter__(self) -> "LearnWorker":
        return self

    def __exit__(self, *exception) -> None:
        self._pipe.send(None)
        self._process.join()

    def _receive(self):
        try:
            return self._pipe.recv()
        except EOFError:
            self._process.join()
            raise SystemExit(f"PyTorch, {self._way}: its process ended with code {self._process.exitcode}") from None
