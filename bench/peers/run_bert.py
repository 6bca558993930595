#!/usr/bin/env python3
"""Times dpac, ONNX Runtime, OpenVINO and PyTorch on one fp32 BERT, one after another in every round of one run.

    run_bert.py --batch 16 --threads 2 --dpac build/cli/dpac                    sequences of --max-length tokens
    run_bert.py --data mnli.tsv --vocab vocab.txt --limit 64 --dpac ...         sentences as they are

Prints a Markdown table of medians over the rounds. Without --dpac the peers only.
"""

import argparse
import contextlib
import pathlib
import tempfile

import h5py

import bert_files
from bert_engines import ENGINES, BertCase
from comparison import (COLUMNS, DpacBench, add_options, cpu_model, make_rows, measure, positive, print_table,
                        run_dpac, selection, start_workers, write_json)
from worker import check

RUNS_PER_ROUND = 2
RUNS_PER_ROUND_OF_DATA = 1
DPAC_ROUNDS = {"warmup": 1, "rounds": 3}  # Of its own, clean and noisy in turns, in each of ours.


def dpac_options(case: BertCase) -> dict:
    """The samples that the others have, for any command."""
    return {"weights": bert_files.weights_file(case.folder), "data": bert_files.samples_file(case.folder),
            "columns": ",".join(bert_files.COLUMNS), "max-length": case.longest, "batch": case.batch,
            "threads": case.threads}


def check_dpac(binary: pathlib.Path, case: BertCase) -> None:
    """That it computes what PyTorch does."""
    logits = case.folder / "logits.h5"
    run_dpac(binary, "eval", dpac_options(case) | {"noise": "none", "logits": logits})
    with h5py.File(logits) as file:
        try:
            check("dpac", file["logits"][()], case.reference(bert_files.ALL_ALIKE), case.tolerance)
        except RuntimeError as error:
            raise SystemExit(str(error)) from None


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=bert_files.NETWORKS, default="bert-base")
    parser.add_argument("--max-length", type=positive, default=128, help="of a sequence in tokens; [128]")
    parser.add_argument("--data", type=pathlib.Path, help="TSV with the columns " + ", ".join(bert_files.COLUMNS))
    parser.add_argument("--vocab", type=pathlib.Path, help="vocab.txt that goes with --data, uncased")
    parser.add_argument("--limit", type=positive, default=64, help="samples, spread evenly over --data; [64]")
    add_options(parser, batch=16, rounds=5)
    arguments = parser.parse_args()
    if (arguments.data is None) != (arguments.vocab is None):
        parser.error("--data and --vocab go together")
    return arguments


def write_case(folder: pathlib.Path, arguments: argparse.Namespace) -> tuple[BertCase, int]:
    """And how many samples it has."""
    plans, samples = (bert_files.ALL_ALIKE,), arguments.batch
    if arguments.data is None:
        bert_files.write_random_samples(folder, samples, arguments.max_length)
    else:
        plans = (bert_files.PADDED, bert_files.LONGEST, bert_files.SORTED)
        samples = bert_files.choose_samples(folder, arguments.data, arguments.vocab, arguments.limit)
    size = bert_files.NETWORKS[arguments.network]
    bert_files.write(folder, size, arguments.max_length)
    return BertCase(folder, arguments.threads, size, plans, arguments.batch, arguments.max_length), samples


def caption(arguments: argparse.Namespace, samples: int) -> str:
    text = f"sequences of {arguments.max_length} tokens"
    if arguments.data is not None:
        text = f"{samples} pairs of {arguments.data.name}, at most {arguments.max_length} tokens"
    return (f"{arguments.network}, {text}, fp32, batch {arguments.batch}, {arguments.threads} threads, "
            f"median of {arguments.rounds} rounds, {cpu_model()}")


def main() -> None:
    arguments = parse_arguments()
    runs = RUNS_PER_ROUND if arguments.data is None else RUNS_PER_ROUND_OF_DATA
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        case, samples = write_case(folder, arguments)
        dpac = None
        if arguments.dpac is not None:
            check_dpac(arguments.dpac, case)
            dpac = DpacBench(arguments.dpac, dpac_options(case) | DPAC_ROUNDS)
        workers = start_workers(ENGINES, case, stack)
        times = measure(workers, dpac, arguments.rounds, runs, samples)
    rows = make_rows(times, workers, dpac)
    result = {"network": arguments.network, "data": arguments.data and arguments.data.name, "samples": samples,
              "max_length": arguments.max_length, "batch": arguments.batch, "threads": arguments.threads,
              "rounds": arguments.rounds, "cpu": cpu_model(), "rows": rows, "selection": selection(workers)}
    print_table(caption(arguments, samples), COLUMNS, rows)
    write_json(arguments.json, result)


if __name__ == "__main__":
    main()
