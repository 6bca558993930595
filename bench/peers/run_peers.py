#!/usr/bin/env python3
"""Times dpac, ONNX Runtime, OpenVINO and PyTorch on one fp32 network, one after another in every round of one run.

    run_peers.py --batch 16 --threads 2 --dpac build/cli/dpac

Prints a Markdown table of medians over the rounds. Without --dpac, or where that file does not exist, the peers only.
"""

import argparse
import contextlib
import pathlib
import tempfile

import network
from comparison import (COLUMNS, DpacBench, add_options, cpu_model, make_rows, measure, print_table, selection,
                        start_workers, write_json)
from engines import ENGINES, ImageCase

RUNS_PER_ROUND = 2
DPAC_ROUNDS = 3  # Of dpac's own interleaved clean and noisy runs, in each of ours.


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=network.NETWORKS, default="resnet50")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES), metavar="ENGINE",
                        help="some of: " + ", ".join(ENGINES))
    add_options(parser, batch=16, rounds=7)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        network.write(folder, arguments.network, arguments.batch)
        workers = start_workers(arguments.engines, ImageCase(folder, arguments.threads), stack)
        dpac = None
        if arguments.dpac is not None and arguments.dpac.exists():
            dpac = DpacBench(arguments.dpac, {"weights": network.onnx_file(folder), "batch": arguments.batch,
                                              "threads": arguments.threads, "rounds": DPAC_ROUNDS})
        times = measure(workers, dpac, arguments.rounds, RUNS_PER_ROUND, arguments.batch)
    rows = make_rows(times, workers, dpac)
    result = {"network": arguments.network, "batch": arguments.batch, "threads": arguments.threads,
              "rounds": arguments.rounds, "cpu": cpu_model(), "rows": rows, "selection": selection(workers)}
    size = network.image_size(arguments.network)
    print_table(f"{arguments.network}, {size}x{size}, fp32, batch {arguments.batch}, {arguments.threads} threads, "
                f"median of {arguments.rounds} rounds, {cpu_model()}", COLUMNS, rows)
    write_json(arguments.json, result)


if __name__ == "__main__":
    main()
