#!/usr/bin/env python3
"""xi(seed, step, layer, sample, element, repeat) in NumPy: the noise values of a seed, float32, the engine's bits.

Written from what kernels/noise_key.h and kernels/gaussian.h say: ARS-7 over the counter, two values of each word, the
inverse normal CDF, whose coefficients are read from kernels/gaussian_table.h, and the tail's words. AES itself is
FIPS 197.

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
STREAM_VERSION = 2
TAIL_VERSION = STREAM_VERSION + 2**63
ROUNDS = 7
KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
CHANNEL_GROUP = 16
FIRST_OCTAVE = -35
ONE, TAIL = 1 - 2.0**-24, 2.0**-11 - 2.0**-23
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


def round_key(seed: int, version: int, number: int) -> np.ndarray:
    words = [(start + number * step) % 2**64 for start, step in zip((seed, version), KEY_STEPS)]
    return np.array(words, "<u8").view(np.uint8)


def encrypt(counters: np.ndarray, seed: int, version: int = STREAM_VERSION) -> np.ndarray:
    """uint32 [n, 4] to uint32 [n, 4]."""
    state = np.ascontiguousarray(counters, "<u4").view(np.uint8) ^ round_key(seed, version, 0)
    for number in range(1, ROUNDS + 1):
        state = SUBSTITUTES[state[:, SHIFT_ROWS]]
        state = (state if number == ROUNDS else mix_columns(state)) ^ round_key(seed, version, number)
    return np.ascontiguousarray(state).view("<u4")


def read_numbers(name: str) -> np.ndarray:
    """float32: an array of kernels/gaussian_table.h, [rows, columns]."""
    header = (REPOSITORY / "kernels" / "gaussian_table.h").read_text()
    rows = re.findall(r"\{([^{}]+)\}", header.split(f"float {name}[", 1)[1].split(";", 1)[0])
    return np.array([[float(number.strip().rstrip("f")) for number in row.split(",")] for row in rows], np.float32)


COEFFICIENTS = read_numbers("kGaussianTable")  # [power, octave]
WARP = read_numbers("kGaussianWarp")[0]


def fused(factor: np.ndarray, other: np.ndarray, term: np.ndarray | float) -> np.ndarray:
    """float64 holds a product of two float32 exactly, so rounding the sum is a fused multiply-add."""
    return (factor.astype(np.float64) * other + term).astype(np.float32)


def ratios_of(q: np.ndarray) -> np.ndarray:
    """z / p where 1 - p^2 = q."""
    octave = (q.view(np.uint32) >> 23).astype(np.int64) - 127 - FIRST_OCTAVE
    m = ((q.view(np.uint32) & 0x007FFFFF) | 0x3F800000).view(np.float32)
    s = fused(m * m, fused(m, WARP[1], WARP[0]), m)
    ratio = COEFFICIENTS[-1][octave]
    for row in COEFFICIENTS[-2::-1]:
        ratio = fused(ratio, s, row[octave])
    return ratio


def normals_of(words: np.ndarray, tail_words: np.ndarray) -> np.ndarray:
    """float32, of words as an element reads them."""
    p = words.view(np.int32).astype(np.float32) * np.float32(2.0**-31)
    q = fused(-p, p, ONE)
    u = (tail_words >> 8 | 1).astype(np.float32) * np.float32(2.0**-36)
    in_tail = q <= TAIL
    p = np.where(in_tail, np.copysign(np.float32(1) - u, p), p)
    return p * ratios_of(np.where(in_tail, fused(-u, u, 2 * u), q))


def values(seed: int, layer: int, sample: int, count: int, *, step: int = 0, repeat: int = 0) -> np.ndarray:
    """float32: elements 0 ... count - 1 of a key. Four blocks hold 32: sixteen read forwards, sixteen backwards."""
    blocks = -(-count // 32) * 4
    counters = np.empty((blocks, 4), np.uint32)
    counters[:, 0] = np.arange(blocks)
    counters[:, 1:] = sample, layer | repeat << 16, step
    words = encrypt(counters, seed)
    tail_words = encrypt(words, seed, TAIL_VERSION)
    halves = [normals_of(words, tail_words), normals_of(words.byteswap(), tail_words.byteswap())]
    return np.stack([half.reshape(-1, CHANNEL_GROUP) for half in halves], axis=1).reshape(-1)[:count]


def map_values(seed: int, layer: int, sample: int, shape: tuple[int, int, int], **key: int) -> np.ndarray:
    """[C, H, W]: of one sample's output. (channel c, pixel p) is element ((c / 16) P + p) 16 + c mod 16, P even."""
    channels, height, width = shape
    groups, pixels = -(-channels // CHANNEL_GROUP), height * width
    padded = pixels + pixels % 2
    elements = values(seed, layer, sample, groups * padded * CHANNEL_GROUP, **key)
    grouped = elements.reshape(groups, padded, CHANNEL_GROUP)[:, :pixels].transpose(0, 2, 1)
    return grouped.reshape(-1, height, width)[:channels]


def weight_values(seed: int, layer: int, group: int, shape: tuple[int, ...], **key: int) -> np.ndarray:
    """Of a layer's weights, [C, C_in, k, k], in their plain order; `group` = floor(sample / 32), 0 in learning."""
    return values(seed, layer, group, int(np.prod(shape)), **key).reshape(shape)


def check_known_answers() -> None:
    lines = (REPOSITORY / "tests" / "kat" / "ars7.txt").read_text().splitlines()
    answers = [[int(word, 16) for word in line.split()] for line in lines if line and not line.startswith("#")]
    for seed, version, *words in answers:
        if not np.array_equal(encrypt(np.array([words[:4]], np.uint32), seed, version)[0], words[4:]):
            raise SystemExit(f"seed {seed:#x}, version {version:#x}: not the known answer")
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
