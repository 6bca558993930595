#!/usr/bin/env python3
"""Turns the JSON of `dpac bits` into the table of docs/precision_sweep.md.

    python3 tools/precision_table.py bits.json

One row per energy: accuracy under noise, accuracy with each layer quantised to the bits its noise is worth, and these
bits over the layers. Python 3.9 or later; nothing else is needed.
"""

import argparse
import json
import sys

HEADER = ("energy", "top-1, noise", "top-1, equal bits", "bits: mean (min ... max)")


def percent(fraction):
    return f"{100 * fraction:.2f}"


def noise_text(point):
    """A single seed has no spread."""
    std = point["top1_noise_std"]
    return percent(point["top1_noise"]) + (" %" if std is None else f" +- {percent(std)} %")


def bits_text(point):
    """A layer without noise has no bits: it is left out."""
    bits = [layer["bits"] for layer in point["layers"] if layer["bits"] is not None]
    if not bits:
        return "-"
    return f"{sum(bits) / len(bits):.2f} ({min(bits):.2f} ... {max(bits):.2f})"


def rows_of(result):
    for point in result["points"]:
        yield (f"{point['energy']:g}", noise_text(point), percent(point["top1_bits"]) + " %", bits_text(point))


def markdown(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def summary(result):
    options, machine = result["options"], result["machine"]
    return (
        f"{result['samples']:,} samples, {options['noise']} noise, {options['seeds']} seeds from {options['seed']}, "
        f"bits measured on {result['measured_samples']:,} samples; dpac {result['version']}, noise stream "
        f"{result['noise_stream']}, {machine['isa']}, oneDNN {machine['onednn']}, weights "
        f"{result['weights_sha256'][:12]}"
    )


def read_result(path):
    try:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
    except (OSError, ValueError) as error:
        sys.exit(f"precision_table: {path}: {error}")
    command = result.get("command") if isinstance(result, dict) else None
    if command != "bits":
        sys.exit(f"precision_table: {path}: expected what 'dpac bits --json' writes, found command {command!r}")
    return result


def main():
    parser = argparse.ArgumentParser(description="Markdown table of what 'dpac bits --json FILE' wrote.")
    parser.add_argument("file", help="JSON of dpac bits")
    result = read_result(parser.parse_args().file)
    print(markdown(HEADER, rows_of(result)))
    print(f"\n{summary(result)}.")


if __name__ == "__main__":
    main()
