#!/usr/bin/env python3
"""Times a learning step of dpac and of PyTorch: ResNet50 v1.5, shot noise, one energy per layer, fp32, 224x224.

    learn_step.py --threads 2 --dpac build/cli/dpac

They take turns in every round of one run. Prints a Markdown table of medians; without --dpac, PyTorch only.
"""

import argparse
import math
import pathlib
import statistics
import sys
import tempfile

import h5py
import numpy as np
import torch
import torch.nn.functional as F

import network
from comparison import add_options, cpu_model, positive, print_table, run_dpac, spread, write_json
from learn_network import MEAN, PENALTY, STD, ways
from learn_worker import LearnCase, LearnWorker

BATCHES = 2  # In the training set.
START = 10000.0
QUIET = 1e12  # An energy without noise to speak of, where everybody's loss is that of the clean network.
SELECTION_STEPS = 2
TOLERANCE = 1e-4
COLUMNS = {"engine": "{engine}", "version": "{version}", "how": "{how}", "ms per step": "{ms_per_step:.0f}",
           "ms per image": "{ms_per_image:.1f}", "spread": "{spread:.1%}", "peak memory, MB": "{peak_mb:.0f}",
           "over PyTorch": "{over_pytorch:.3f}"}


def write_case(folder: pathlib.Path, batch: int) -> None:
    """Weights, and training sets of random images: one to measure on, and of its first batch one to check with."""
    model = network.random_network("resnet50")
    network.write_weights(folder, model)
    torch.save(model, folder / "model.pt")
    rng = np.random.default_rng(network.SEED)
    images = rng.integers(0, 256, (BATCHES * batch, network.USUAL_SIZE, network.USUAL_SIZE, 3), np.uint8)
    labels = rng.integers(0, 1000, len(images))
    for name, count in (("train", len(images)), ("check", batch)):
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file["images"], file["labels"] = images[:count], labels[:count]


def clean_loss(folder: pathlib.Path, target: float) -> float:
    """Of the check set and the unfolded network, with the penalty of an energy of QUIET."""
    with h5py.File(folder / "check.h5") as file:
        images, labels = torch.from_numpy(file["images"][()]), torch.from_numpy(file["labels"][()])
    pixels = images.permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        logits = network.load_model(folder)((pixels - torch.tensor(MEAN)[:, None, None]) /
                                            torch.tensor(STD)[:, None, None])
    return F.cross_entropy(logits, labels).item() + PENALTY * math.log(QUIET / target)


def check(name: str, loss: float, expected: float) -> None:
    if not abs(loss - expected) < TOLERANCE * abs(expected):
        raise SystemExit(f"{name}: without noise the loss is {loss:.6g}, expected {expected:.6g}")


class Dpac:
    """`dpac learn` on the same files."""

    name = "dpac learn"

    def __init__(self, binary: pathlib.Path, case: LearnCase):
        self._binary, self._case = binary, case
        self.version = ""

    def first_loss(self) -> float:
        return self._learn("check", 1, QUIET)["history"][0]["loss"]

    def round(self, steps: int) -> tuple[float, int]:
        """Milliseconds per step, and the most memory used so far."""
        result = self._learn("train", steps, START)
        return result["ms_per_step"], result["peak_rss_bytes"]

    def _learn(self, images: str, steps: int, start: float) -> dict:
        case = self._case
        options = {"weights": network.weights_file(case.folder), "train-data": case.folder / f"{images}.h5",
                   "noise": "shot", "steps": steps, "batch": case.batch, "threads": case.threads, "start": start,
                   "target-energy": case.target, "per": "layer"}
        result, self.version = run_dpac(self._binary, "learn", options, ["--no-augment"])
        return result


def fastest_way(case: LearnCase, names: list[str], expected: float) -> tuple[str, dict[str, float]]:
    """And the milliseconds of each way's fastest step. Each has had its first, which is slow, and is right."""
    fastest = {}
    for way in names:
        print(f"preparing PyTorch {way}", file=sys.stderr)
        with LearnWorker(way, case) as worker:
            check(f"PyTorch, {way}", worker.first_loss, expected)
            fastest[way] = min(worker.steps(SELECTION_STEPS)[0])
    return min(fastest, key=fastest.get), fastest


def measure(worker: LearnWorker, dpac: Dpac | None, rounds: int, steps: int) -> dict[str, dict]:
    found = {"PyTorch": {"rounds": [], "peak_rss_bytes": 0}}
    if dpac is not None:
        found[dpac.name] = {"rounds": [], "peak_rss_bytes": 0}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        times, memory = worker.steps(steps)
        measured = {"PyTorch": (statistics.mean(times), memory)}
        if dpac is not None:
            measured[dpac.name] = dpac.round(steps)
        for name, (milliseconds, memory) in measured.items():
            found[name]["rounds"].append(milliseconds)
            found[name]["peak_rss_bytes"] = max(found[name]["peak_rss_bytes"], memory)
    return found


def make_rows(found: dict[str, dict], about: dict[str, tuple[str, str]], batch: int) -> list[dict]:
    peer = statistics.median(found["PyTorch"]["rounds"])
    rows = []
    for name, values in found.items():
        median = statistics.median(values["rounds"])
        version, how = about[name]
        rows.append({"engine": name, "version": version, "how": how, "ms_per_step": median,
                     "ms_per_image": median / batch, "spread": spread(values["rounds"]), "over_pytorch": median / peer,
                     "peak_mb": values["peak_rss_bytes"] / 1e6, **values})
    return rows


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=positive, default=3, help="of each engine in a round")
    parser.add_argument("--target-energy", type=float, default=20.0)
    parser.add_argument("--ways", nargs="+", choices=ways(), default=ways(), help="how PyTorch may run; [all]")
    add_options(parser, batch=32, rounds=5)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as temporary:
        case = LearnCase(pathlib.Path(temporary), arguments.batch, arguments.threads, START, QUIET,
                         arguments.target_energy)
        write_case(case.folder, case.batch)
        expected = clean_loss(case.folder, case.target)
        dpac = None if arguments.dpac is None else Dpac(arguments.dpac, case)
        if dpac is not None:
            check(dpac.name, dpac.first_loss(), expected)
        way, selection = fastest_way(case, arguments.ways, expected)
        with LearnWorker(way, case) as worker:
            found = measure(worker, dpac, arguments.rounds, arguments.steps)
    about = {"PyTorch": (torch.__version__, way)} | ({} if dpac is None else {dpac.name: (dpac.version, dpac.name)})
    result = {"network": "resnet50", "batch": case.batch, "threads": case.threads, "rounds": arguments.rounds,
              "steps": arguments.steps, "cpu": cpu_model(), "selection": selection,
              "rows": make_rows(found, about, case.batch)}
    print_table(f"A learning step: resnet50, 224x224, fp32, shot noise, batch {case.batch}, {case.threads} threads, "
                f"median of {arguments.rounds} rounds of {arguments.steps} steps, {cpu_model()}", COLUMNS,
                result["rows"])
    write_json(arguments.json, result)


if __name__ == "__main__":
    main()
