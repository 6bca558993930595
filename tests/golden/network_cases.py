"""What the scripts that make end-to-end golden cases share. Everything stored is rounded so that it compresses.

A case is a weight file as its framework writes it, and beside it <name>_cases.h5 with the float32 datasets
  input       [2, C, H, W]   the network's input, multiples of 1/4 in [-2, 2)
  logits      [2, classes]   the framework's answer, before any softmax
and, where the network takes any size, the same at an odd one: input_odd, logits_odd.
"""

import pathlib

import h5py
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "networks"
IMAGES = 2
# Compact groups, in a form that HDF5 1.10 (Debian 12) still reads; "latest" would be newer.
LIBVER = ("v110", "v110")
COMPRESSION = {"compression": "gzip", "compression_opts": 9, "shuffle": True}


def few_bits(values: np.ndarray) -> np.ndarray:
    """Rounded to three significant bits: exact in float16 and bfloat16, whose low byte is then zero."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(mantissa * 8) / 8, exponent).astype(np.float32)


def random_input(rng: np.random.Generator, channels: int, height: int, width: int) -> np.ndarray:
    return (rng.integers(-8, 8, (IMAGES, channels, height, width)) / 4).astype(np.float32)


def check_sane(name: str, logits: np.ndarray) -> None:
    """A case proves little if its logits hardly depend on the input, or come from exploding activations."""
    scale = np.abs(logits).max()
    difference = np.abs(logits[0] - logits[1]).max()
    if not (np.isfinite(scale) and 0.1 < scale < 100 and difference > 0.1 * scale):
        raise SystemExit(f"{name}: the logits are unfit for a test: largest {scale}, images differ by {difference}")
    print(f"{name}: largest logit {scale:.3f}, the two images differ by {difference:.3f}")


def write_cases(name: str, datasets: dict[str, np.ndarray]) -> None:
    with h5py.File(FOLDER / f"{name}_cases.h5", "w", libver=LIBVER) as file:
        for key, values in datasets.items():
            if key.startswith("logits"):
                check_sane(f"{name} {key}", values)
            file.create_dataset(key, data=values.astype(np.float32), **COMPRESSION)
