"""PyTorch's learning step in a process of its own: its peak memory is its own, and its threads sleep between rounds."""

import dataclasses
import pathlib
import resource
import time

import h5py
import torch

import network
from learn_network import Learner
from peer_process import PeerProcess


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
    learner = Learner(network.load_model(case.folder), network.USUAL_SIZE, batch=case.batch, target=case.target,
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


class LearnWorker(PeerProcess):
    def __init__(self, way: str, case: LearnCase):
        super().__init__(f"PyTorch, {way}", case.threads, serve, way, case)

    @property
    def first_loss(self) -> float:
        return self.first

    def steps(self, count: int) -> tuple[list[float], int]:
        """Milliseconds of each step, and the most memory used so far in bytes."""
        return self.ask(count)
