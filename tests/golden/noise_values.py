#!/usr/bin/env python3
"""xi(seed, step, layer, sample, element, repeat) in NumPy: the noise values of a seed, float32, the engine's bits.

Written from what kernels/noise_key.h and kernels/gaussian.h say: ARS-7 over the counter, then the inverse normal CDF,
whose coefficients are read from kernels/gaussian_table.h. AES itself is FIPS 197.

As a program, it holds the words against tests/kat/ars7.txt, and the values against the noise of a trace of
sturdy_resnet20:  noise_values.py build/cli/dpac
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

REPOSITORY = pathlib.Path(__file__).parents[2]
STREAM_VERSION = 1
ROUNDS = 7
KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
CHANNEL_GROUP = 16
SHIFT_ROWS = [4 * ((column + row) % 4) + row for column in range(4) for row in range(4)]
NEXT_ROWS = [4 * column + (row + 1) % 4 for column in range(4) for row in range(4)]


def times_two(byte: int) -> int:
    """In AES's field."""
    return (byte << 1) ^ (0x11B if byte & 0x80 else 0)


def substitution_table() -> np.ndarray:
    """Powers of the generator 3 give the inverses; the affine map follows."""
    powers = [1]
    for _ in range(254):
        powers.append(powers[-1] ^ times_two(powers[-1]))
    table = np.empty(256, np.uint8)
    for byte in range(256):
        inverse = powers[-powers.index(byte) % 255] if byte else 0
        turned = [(inverse << turn | inverse >> (8 - turn)) & 0xFF for turn in range(5)]
        table[byte] = turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4] ^ 0x63
    return table


SUBSTITUTES = substitution_table()
DOUBLED = np.array([times_two(byte) for byte in range(256)], np.uint8)


def mix_columns(state: np.ndarray) -> np.ndarray:
    """2 a_r + 3 a_(r+1) + a_(r+2) + a_(r+3), as a_r + (sum of the column) + 2 (a_r + a_(r+1))."""
    column_sums = np.repeat(np.bitwise_xor.reduce(state.reshape(-1, 4, 4), 2), 4, axis=1)
    return state ^ column_sums ^ DOUBLED[state ^ state[:, NEXT_ROWS]]


def round_key(seed: int, number: int) -> np.ndarray:
    words = [(start + number * step) % 2**64 for start, step in zip((seed, STREAM_VERSION), KEY_STEPS)]
    return np.array(words, "<u8").view(np.uint8)


def encrypt(counters: np.ndarray, seed: int) -> np.ndarray:
    """uint32 [n, 4] to uint32 [n, 4]."""
    state = np.ascontiguousarray(counters, "<u4").view(np.uint8) ^ round_key(seed, 0)
    for number in range(1, ROUNDS + 1):
        state = SUBSTITUTES[state[:, SHIFT_ROWS]]
        state = (state if number == ROUNDS else mix_columns(state)) ^ round_key(seed, number)
    return np.ascontiguousarray(state).view("<u4")


def read_coefficients() -> np.ndarray:
    """float32 [power, octave]"""
    header = (REPOSITORY / "kernels" / "gaussian_table.h").read_text()
    rows = re.findall(r"\{([^{}]+)\}", header.split("kGaussianTable", 1)[1])
    return np.array([[float(number.strip().rstrip("f")) for number in row.split(",")] for row in rows], np.float32)


COEFFICIENTS = read_coefficients()


def normals_of(words: np.ndarray) -> np.ndarray:
    """float64 holds a product of two float32 exactly, so rounding each sum is a fused multiply-add."""
    signed = (words | 1).view(np.int32).astype(np.float32)
    bits = signed.view(np.uint32)
    octave = ((bits >> 23) & 0xFF) - 127
    t = (((bits & 0x007FFFFF) | 0x3F800000).view(np.float32) - np.float32(1.5)).astype(np.float64)
    z = COEFFICIENTS[-1][octave]
    for row in COEFFICIENTS[-2::-1]:
        z = (z * t + row[octave]).astype(np.float32)
    return np.where(signed < 0, -z, z)


def values(seed: int, layer: int, sample: int, count: int, *, step: int = 0, repeat: int = 0) -> np.ndarray:
    """float32: elements 0 ... count - 1 of a key."""
    blocks = -(-count // 4)
    counters = np.empty((blocks, 4), np.uint32)
    counters[:, 0] = np.arange(blocks)
    counters[:, 1:] = sample, layer | repeat << 16, step
    return normals_of(encrypt(counters, seed)).reshape(-1)[:count]


def map_values(seed: int, layer: int, sample: int, shape: tuple[int, int, int], **key: int) -> np.ndarray:
    """[C, H, W]: of one sample's output. (channel c, pixel p) is element ((c / 16) P + p) 16 + c mod 16."""
    channels, height, width = shape
    groups = -(-channels // CHANNEL_GROUP)
    elements = values(seed, layer, sample, groups * height * width * CHANNEL_GROUP, **key)
    grouped = elements.reshape(groups, height, width, CHANNEL_GROUP).transpose(0, 3, 1, 2)
    return grouped.reshape(-1, height, width)[:channels]


def weight_values(seed: int, layer: int, group: int, shape: tuple[int, ...], **key: int) -> np.ndarray:
    """Of a layer's weights, [C, C_in, k, k], in their plain order; `group` = floor(sample / 32), 0 in learning."""
    return values(seed, layer, group, int(np.prod(shape)), **key).reshape(shape)


def check_known_answers() -> None:
    lines = (REPOSITORY / "tests" / "kat" / "ars7.txt").read_text().splitlines()
    answers = [[int(word, 16) for word in line.split()] for line in lines if line and not line.startswith("#")]
    for seed, *words in answers:
        if not np.array_equal(encrypt(np.array([words[:4]], np.uint32), seed)[0], words[4:]):
            raise SystemExit(f"seed {seed:#x}: not the known answer")
    print(f"{len(answers)} known answers")


def check_against_trace(dpac: str) -> None:
    import h5py

    folder, seed = pathlib.Path(__file__).parent, 2**40 + 5
    with tempfile.TemporaryDirectory() as temporary:
        data, trace = f"{temporary}/images.h5", f"{temporary}/trace.h5"
        with h5py.File(data, "w") as file:
            file["images"] = np.random.default_rng(1).integers(0, 256, (3, 6, 6, 3), np.uint8)
            file["labels"] = np.zeros(3, np.int64)
        subprocess.run([dpac, "trace", "--weights", folder / "networks" / "sturdy_resnet20.h5", "--data", data,
                        "--preset", "plain", "--value-scale", "0.01", "--noise", "thermal", "--bits", "none",
                        "--energy", "1", "--seed", str(seed), "--out", trace, "--quiet"], check=True,
                       stdout=subprocess.DEVNULL)
        with h5py.File(trace) as file:
            found = {name: (file[name]["noisy"][()] - file[name]["pre"][()]) / file[name]["sigma"][()]
                     for name in ("conv1", "layer2.0.conv1", "fc")}
    for name, layer in (("conv1", 0), ("layer2.0.conv1", 7), ("fc", 19)):
        for sample, noise in enumerate(found[name].reshape(3, len(found[name][0]), *found[name].shape[2:] or (1, 1))):
            error = np.abs(noise - map_values(seed, layer, sample, noise.shape)).max()
            print(f"{name}, sample {sample}: {noise.size} values, largest difference {error:.1e}")
            if not error < 1e-4:  # What is left of noise in the float32 sum.
                raise SystemExit("the values differ")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    check_known_answers()
    check_against_trace(sys.argv[1])
