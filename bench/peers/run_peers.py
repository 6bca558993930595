#!/usr/bin/env python3
"""Times dpac, ONNX Runtime, OpenVINO and PyTorch on one fp32 network, one after another in every round of one run.

    run_peers.py --batch 16 --threads 2 --dpac build/cli/dpac

Prints a Markdown table of medians over the rounds. Without --dpac, or where that file does not exist, the peers only.
"""

import argparse
import contextlib
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import network
from engines import ENGINES
from worker import Case, Worker

RUNS_PER_ROUND = 2
DPAC_ROUNDS = 3  # Of dpac's own interleaved clean and noisy runs, in each of ours.
DPAC_ENERGY = 100
SETTLE_SECONDS = 0.1  # Until the thread pool of the engine before has gone to sleep.


def cpu_model() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


NOISES = {"shot": "dpac, shot noise", "thermal": "dpac, thermal noise, 8 bits"}


class Dpac:
    """`dpac bench` without noise and with two kinds of it, on the state_dict that PyTorch runs."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, batch: int, threads: int):
        self._command = [str(binary), "bench", "--weights", str(network.weights_file(folder)), "--batch", str(batch),
                         "--threads", str(threads), "--energy", str(DPAC_ENERGY), "--rounds", str(DPAC_ROUNDS),
                         "--json", "-"]
        self.version = ""

    def round(self) -> dict[str, float]:
        """Milliseconds per sample, by name."""
        times = {}
        for noise, name in NOISES.items():
            result = self._bench(noise)
            times.setdefault("dpac, no noise", result["clean_ms_per_sample"])
            times[name] = result["noisy_ms_per_sample"]
        return times

    def _bench(self, noise: str) -> dict:
        done = subprocess.run([*self._command, "--noise", noise], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"dpac bench ended with code {done.returncode}: {done.stderr.strip()}")
        result = json.loads(done.stdout)
        machine = result["machine"]
        self.version = f"{result['version']} (oneDNN {machine['onednn']}, {machine['isa']})"
        return result


def start_workers(case: Case, stack: contextlib.ExitStack) -> list[Worker]:
    """Those engines that work here; why another does not goes to stderr."""
    workers = []
    for engine in ENGINES:
        print(f"preparing {engine}", file=sys.stderr)
        try:
            workers.append(stack.enter_context(Worker(engine, case)))
        except RuntimeError as error:
            print(f"left out: {error}", file=sys.stderr)
    if not workers:
        raise SystemExit("no peer works here: make the environment with bench/peers/setup.sh")
    return workers


def measure(workers: list[Worker], dpac: Dpac | None, rounds: int, batch: int) -> dict[str, list[float]]:
    """Milliseconds per sample of every round, by engine."""
    samples: dict[str, list[float]] = {}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for worker in workers:
            time.sleep(SETTLE_SECONDS)
            seconds = statistics.median(worker.time(RUNS_PER_ROUND))
            samples.setdefault(worker.name, []).append(1e3 * seconds / batch)
        if dpac is not None:
            time.sleep(SETTLE_SECONDS)
            for name, value in dpac.round().items():
                samples.setdefault(name, []).append(value)
    return samples


def spread(values: list[float]) -> float:
    """Interquartile range over median."""
    if len(values) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(values, method="inclusive")
    return (high - low) / middle


def make_rows(samples: dict[str, list[float]], workers: list[Worker], dpac: Dpac | None) -> list[dict]:
    medians = {name: statistics.median(values) for name, values in samples.items()}
    best_peer = min(medians[worker.name] for worker in workers)
    about = {worker.name: worker.about for worker in workers}
    rows = []
    for name, values in samples.items():
        peer = about.get(name, {})
        rows.append({"engine": name, "version": peer.get("version", dpac.version if dpac else ""),
                     "how": peer.get("candidate", "dpac bench"), "ms_per_sample": medians[name],
                     "spread": spread(values), "over_best_peer": medians[name] / best_peer, "rounds": values})
    return rows


def print_table(result: dict) -> None:
    print(f"{result['network']}, 224x224, fp32, batch {result['batch']}, {result['threads']} threads, "
          f"median of {result['rounds']} rounds, {result['cpu']}\n")
    print("| engine | version | how | ms per sample | spread | over the best peer |")
    print("|---|---|---|---:|---:|---:|")
    for row in result["rows"]:
        print(f"| {row['engine']} | {row['version']} | {row['how']} | {row['ms_per_sample']:.2f} "
              f"| {row['spread']:.1%} | {row['over_best_peer']:.3f} |")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--network", choices=network.NETWORKS, default="resnet50")
    parser.add_argument("--dpac", type=pathlib.Path, help="the dpac program")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=pathlib.Path, help="everything measured, every round")
    arguments = parser.parse_args()
    for name in ("batch", "threads", "rounds"):
        if getattr(arguments, name) < 1:
            parser.error(f"--{name} must be at least 1")
    return arguments


def main() -> None:
    arguments = parse_arguments()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        network.write(folder, arguments.network, arguments.batch)
        workers = start_workers(Case(folder, arguments.threads), stack)
        dpac = None
        if arguments.dpac is not None and arguments.dpac.exists():
            dpac = Dpac(arguments.dpac, folder, arguments.batch, arguments.threads)
        samples = measure(workers, dpac, arguments.rounds, arguments.batch)
    result = {"network": arguments.network, "batch": arguments.batch, "threads": arguments.threads,
              "rounds": arguments.rounds, "cpu": cpu_model(), "rows": make_rows(samples, workers, dpac),
              "selection": {worker.name: worker.about["selection"] for worker in workers}}
    print_table(result)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
