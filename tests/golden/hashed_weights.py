"""Weights that need no file: SplitMix64 of their number, as tests/support/random_bert.cpp and kernels/split_mix.h say.

Weight i of the tensor that is number k of all names in order is word i of the stream of seed_of(SEED, k), in
[low, high) of its kind, computed in double precision and rounded to float32.
"""

import numpy as np

SEED = 2102_06365
INCREMENT = np.uint64(0x9E3779B97F4A7C15)
SHARP = 2.0  # Of queries and keys.


def words(seed: np.uint64, count: int, first: int = 0) -> np.ndarray:
    with np.errstate(over="ignore"):
        z = seed + (np.arange(first + 1, first + count + 1, dtype=np.uint64)) * INCREMENT
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def seed_of(seed: int, number: int) -> np.uint64:
    with np.errstate(over="ignore"):
        return words(words(np.uint64(seed), 1)[0] + np.uint64(number), 1)[0]


def interval(name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    if name == "embeddings.word_embeddings.weight":
        return -1.0, 1.0
    if name.endswith("_embeddings.weight"):
        return -0.5, 0.5
    if len(shape) == 2:
        gain = SHARP if name.endswith((".query.weight", ".key.weight")) else 1.0
        scale = gain * np.sqrt(3 / shape[1])
        return -scale, scale
    return (1 - 0.3, 1 + 0.3) if name.endswith("LayerNorm.weight") else (-0.2, 0.2)


def make(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """float32 arrays by name; names are those of the encoder, without "bert." in front."""
    tensors = {}
    for number, name in enumerate(sorted(shapes)):
        shape = tuple(shapes[name])
        low, high = interval(name, shape)
        uniform = (words(seed_of(SEED, number), int(np.prod(shape))) >> np.uint64(11)) * 2.0**-53
        tensors[name] = (low + (high - low) * uniform).astype(np.float32).reshape(shape)
    return tensors
