"""What the comparisons share: how dpac is asked, rounds in which everybody takes turns, and the table."""

import argparse
import contextlib
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable

from worker import Case, Worker

SETTLE_SECONDS = 0.1  # Until the thread pool of the engine before has gone to sleep.
DPAC_ENERGY = 100
CLEAN = "dpac, no noise"
NOISES = {"shot": "dpac, shot noise", "thermal": "dpac, thermal noise, 8 bits"}

Key = tuple[str, str]  # An engine's name and a plan.

# Of a table: titles, and how they show a row.
COLUMNS = {"engine": "{engine}", "version": "{version}", "how": "{how}", "ms per sample": "{ms_per_sample:.2f}",
           "spread": "{spread:.1%}", "over the best peer": "{over_best_peer:.3f}"}


def cpu_model() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def spread(values: list[float]) -> float:
    """Interquartile range over median."""
    if len(values) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(values, method="inclusive")
    return (high - low) / middle


def run_dpac(binary: pathlib.Path, command: str, options: dict, flags: Iterable[str] = ()) -> tuple[dict, str]:
    """The JSON of a command, and the version that gave it."""
    line = [str(binary), command, "--json", "-", *flags]
    for option, value in options.items():
        line += [f"--{option}", str(value)]
    done = subprocess.run(line, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"dpac {command} ended with code {done.returncode}: {done.stderr.strip()}")
    result = json.loads(done.stdout)
    machine = result["machine"]
    return result, f"{result['version']} (oneDNN {machine['onednn']}, {machine['isa']})"


class DpacBench:
    """`dpac bench` without noise and with two kinds of it; `options` say on what."""

    def __init__(self, binary: pathlib.Path, options: dict):
        self._binary = binary
        self._options = {"energy": DPAC_ENERGY} | options
        self.version = ""

    def round(self) -> dict[str, float]:
        """Milliseconds per sample, by name."""
        times = {}
        for noise, name in NOISES.items():
            result, self.version = run_dpac(self._binary, "bench", self._options | {"noise": noise})
            times.setdefault(CLEAN, result["clean_ms_per_sample"])
            times[name] = result["noisy_ms_per_sample"]
        return times


def start_workers(names: Iterable[str], case: Case, stack: contextlib.ExitStack) -> list[Worker]:
    """Those engines that work here; why another does not goes to stderr."""
    workers = []
    for name in names:
        print(f"preparing {name}", file=sys.stderr)
        try:
            workers.append(stack.enter_context(Worker(name, case)))
        except RuntimeError as error:
            print(f"left out: {error}", file=sys.stderr)
    if not workers:
        raise SystemExit("no peer works here: make the environment with bench/peers/setup.sh")
    return workers


def measure(workers: list[Worker], dpac: DpacBench | None, rounds: int, runs: int,
            samples: int) -> dict[Key, list[float]]:
    """Milliseconds per sample of every round; of a peer the median of so many `runs` of so many `samples`."""
    times: dict[Key, list[float]] = {}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for worker in workers:
            time.sleep(SETTLE_SECONDS)
            for plan in worker.plans:
                seconds = statistics.median(worker.time(plan, runs))
                times.setdefault((worker.name, plan), []).append(1e3 * seconds / samples)
        if dpac is not None:
            time.sleep(SETTLE_SECONDS)
            for name, value in dpac.round().items():
                times.setdefault((name, ""), []).append(value)
    return times


def make_rows(times: dict[Key, list[float]], workers: list[Worker], dpac: DpacBench | None) -> list[dict]:
    """In the order of `times`, against the fastest peer whatever its plan."""
    medians = {key: statistics.median(values) for key, values in times.items()}
    peers = {worker.name: worker for worker in workers}
    best = min(value for (name, _), value in medians.items() if name in peers)
    rows = []
    for (name, plan), values in times.items():
        peer = peers.get(name)
        candidate = peer.plans[plan]["candidate"] if peer else "dpac bench"
        rows.append({"engine": name, "version": peer.version if peer else dpac.version, "plan": plan,
                     "how": f"{candidate}; {plan}" if plan else candidate, "ms_per_sample": medians[name, plan],
                     "spread": spread(values), "over_best_peer": medians[name, plan] / best, "rounds": values})
    return rows


def print_table(caption: str, columns: dict[str, str], rows: list[dict]) -> None:
    """Markdown. `columns` are titles and what they show of a row; what has a number's format stands to the right."""
    print(f"{caption}\n")
    print("|" + "|".join(f" {title} " for title in columns) + "|")
    print("|" + "|".join("---:" if ":" in shown else "---" for shown in columns.values()) + "|")
    for row in rows:
        print("|" + "|".join(f" {shown.format(**row)} " for shown in columns.values()) + "|")


def selection(workers: list[Worker]) -> dict:
    """By engine and plan, the seconds of every way that was tried."""
    return {worker.name: {plan: about["selection"] for plan, about in worker.plans.items()} for worker in workers}


def positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def add_options(parser: argparse.ArgumentParser, batch: int, rounds: int) -> None:
    """What every comparison can be told, with its defaults."""
    parser.add_argument("--batch", type=positive, default=batch)
    parser.add_argument("--threads", type=positive, default=2)
    parser.add_argument("--rounds", type=positive, default=rounds)
    parser.add_argument("--dpac", type=pathlib.Path, help="the dpac program")
    parser.add_argument("--json", type=pathlib.Path, help="everything measured, every round")


def write_json(path: pathlib.Path | None, result: dict) -> None:
    if path is not None:
        path.write_text(json.dumps(result, indent=1) + "\n")
