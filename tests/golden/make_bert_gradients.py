#!/usr/bin/env python3
"""Writes gradients/bert_*.h5: the loss of a noisy BERT and its derivative by the logarithm of every energy.

bert_oracle.py computes them in float64, for noise of step 0 and weights of hashed_weights.py, which are not stored.
Sequences are chosen so that no value comes near an edge between two codes or an end of a quantiser: float32 takes the
same side everywhere, and one wrong rule is a large error. Ranges are those of clean runs, cut by a quarter: some values
lie outside, where a quantiser's gradient is 0.

  ids, types         int32 [tokens]      of all sequences, one after another
  ends, real         int32 [n]           sequence i ends before token ends[i]; its tokens before the padding
  samples            int32 [n]           indices in the data set
  labels or scores   int32 or float32 [n]
  ranges/<tensor>    float32 [2]         min, max
  <case>             shot, thermal, weight, and each with 6 bits for weights and activations: shot_6bits, ...
    energies           float32 [channels]  of all operations, one after another; one for a product of attention
    gradients          [channels]          d loss / d log E
    loss               [1]                 mean over the batch: cross entropy, or squared error
    logits             [n, outputs]        of the noisy network

Run: python tests/golden/make_bert_gradients.py     (torch 2.13.0, h5py 3.16.0)
"""

from typing import NamedTuple

import h5py
import numpy as np
import torch
import torch.nn.functional as F

import hashed_weights
from bert_oracle import NoisyBert, Text
from make_precision_gradients import ENERGY_OCTAVES, FOLDER, MAX_BYTES, logarithms
from network_cases import LIBVER
from precision_oracle import Setting

BITS = 6  # Few enough for sequences far from all edges to be found.
SETTINGS = [Setting(noise, bits) for bits in (BITS, None) for noise in ("thermal", "weight", "shot")]
CUT = 0.75
EDGE = 2.0**-19  # Of a range.
CANDIDATES = 5000
STEP = 1e-6  # Of central differences.
VOCABULARY, POSITIONS = 30, 8


class Case(NamedTuple):
    name: str
    seed: int
    features: int
    heads: int
    layers: int
    intermediate: int
    outputs: int
    lengths: list[tuple[int, int]]  # Tokens, and those that are no padding.


CASES = [Case("bert_classes", 62, 12, 2, 2, 20, 3, [(5, 5), (4, 4), (6, 4)]),
         Case("bert_score", 70, 20, 4, 1, 10, 1, [(3, 3), (4, 4), (1, 1)])]
LABELS, SCORES = [2, 0, 1], [0.5, -1.0, 2.0]


def name_of(setting: Setting) -> str:
    return setting.noise + ("" if setting.bits is None else f"_{setting.bits}bits")


def shapes_of(case: Case) -> dict[str, tuple[int, ...]]:
    features, inner = case.features, case.intermediate
    tables = {"word": VOCABULARY, "position": POSITIONS, "token_type": 2}
    shapes = {f"embeddings.{kind}_embeddings.weight": (rows, features) for kind, rows in tables.items()}
    linear = {"pooler.dense": (features, features), "classifier": (case.outputs, features)}
    norms = ["embeddings.LayerNorm"]
    for layer in range(case.layers):
        path = f"encoder.layer.{layer}"
        linear |= {f"{path}.attention.self.{part}": (features, features) for part in ("query", "key", "value")}
        linear |= {f"{path}.attention.output.dense": (features, features), f"{path}.intermediate.dense": (inner, features),
                   f"{path}.output.dense": (features, inner)}
        norms += [f"{path}.attention.output.LayerNorm", f"{path}.output.LayerNorm"]
    for name, shape in linear.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    for name in norms:
        shapes |= {f"{name}.weight": (features,), f"{name}.bias": (features,)}
    return shapes


def random_text(rng: np.random.Generator, tokens: int, real: int, sample: int) -> Text:
    types = np.zeros(tokens, int)
    types[rng.integers(0, tokens + 1):] = 1
    return Text(rng.integers(0, VOCABULARY, tokens), types, real, sample)


@torch.no_grad()
def find_ranges(case: Case, weights: dict[str, torch.Tensor], rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    silent = NoisyBert(weights, case.heads, {}, Setting("weight"), 0)
    energies = {name: torch.full((silent.channels(name),), 60.0).double() for name in silent.order()}
    ends: dict[str, tuple[float, float]] = {}
    for number in range(20):
        silent.run(random_text(rng, POSITIONS, POSITIONS, number), energies)
        for tensor, values in silent.tensors.items():
            low, high = ends.get(tensor, (np.inf, -np.inf))
            ends[tensor] = min(low, values.min().item()), max(high, values.max().item())
    return {tensor: cut(tensor, *both) for tensor, both in ends.items()}


def cut(tensor: str, low: float, high: float) -> tuple[float, float]:
    """Scaled scores are on a grid already, whose last codes would lie on an end: cut once more, by 0.83, which puts none
    of the grid's codes on an edge between two.
    """
    share = CUT * (0.83 if tensor.endswith("scaled") else 1)
    ends = (0.0 if tensor.endswith("softmax") else share * low, share * high)
    return tuple(np.float32(end).astype(float) for end in ends)


def is_sturdy(noisy: NoisyBert) -> bool:
    for tensor, through in noisy.quantisers.items():
        values, quantiser = noisy.tensors[tensor], through.quantiser
        distances = [quantiser.edge_distance(values).min()]
        for end in (quantiser.minimum, quantiser.maximum):
            away = ((values - end) / quantiser.scale()).abs()
            distances.append(torch.where(values == 0, torch.inf, away).min())
        if min(distances) < EDGE * (quantiser.levels - 1):
            return False
    return True


@torch.no_grad()
def find_text(runs: list[tuple[NoisyBert, dict]], length: tuple[int, int], sample: int, rng: np.random.Generator) -> Text:
    survivors = [0] * len(runs)
    for _ in range(CANDIDATES):
        text = random_text(rng, *length, sample)
        for index, (noisy, energies) in enumerate(runs):
            noisy.run(text, energies)
            if not is_sturdy(noisy):
                break
            survivors[index] += 1
        else:
            return text
    raise SystemExit(f"no sequence of {length} tokens is sturdy; left after each case: {survivors}")


def loss_of(case: Case, logits: torch.Tensor) -> torch.Tensor:
    if case.outputs == 1:
        return F.mse_loss(logits[:, 0], torch.tensor(SCORES).double())
    return F.cross_entropy(logits, torch.tensor(LABELS))


@torch.no_grad()
def check_differences(case: Case, noisy: NoisyBert, texts: list[Text], energies: dict, frozen: list) -> float:
    """The largest error of one channel of every operation against central differences, over its largest gradient."""
    worst = 0.0
    for name, values in energies.items():
        if values.grad is None:
            continue
        channel, losses = len(values) // 2, []
        for step in (STEP, -STEP):
            values[channel] += step
            rows = [noisy.run(text, energies, None if noisy.setting.noise == "weight" else own)
                    for text, own in zip(texts, frozen)]
            losses.append(loss_of(case, torch.stack(rows)))
            values[channel] -= step
        difference = (losses[0] - losses[1]) / (2 * STEP)
        worst = max(worst, abs(difference - values.grad[channel]).item() / values.grad.abs().max().item())
    return worst


def write_setting(file: h5py.File, case: Case, noisy: NoisyBert, texts: list[Text], energies: dict) -> None:
    logits, sigmas = [], []
    for text in texts:
        logits.append(noisy.run(text, energies))
        sigmas.append(noisy.sigmas)
    logits = torch.stack(logits)
    loss = loss_of(case, logits)
    loss.backward()
    line = f"{case.name} {name_of(noisy.setting)}: loss {loss:.3f}"
    if noisy.setting.bits is None:
        line += f", worst error against central differences {check_differences(case, noisy, texts, energies, sigmas):.1e}"
    print(line)
    group = file.create_group(name_of(noisy.setting))
    group["energies"] = np.concatenate([torch.exp(values).detach().numpy() for values in energies.values()]).astype(np.float32)
    gradients = [np.zeros(len(values)) if values.grad is None else values.grad.numpy() for values in energies.values()]
    group["gradients"] = np.concatenate(gradients)
    group["loss"], group["logits"] = loss.detach().numpy().reshape(1), logits.detach().numpy()


def write(case: Case) -> None:
    rng = np.random.default_rng(case.seed)
    weights = {name: torch.from_numpy(values).double() for name, values in hashed_weights.make(shapes_of(case)).items()}
    ranges = find_ranges(case, weights, rng)
    runs = []
    for index, setting in enumerate(SETTINGS):
        noisy = NoisyBert(weights, case.heads, ranges, setting, case.seed + index)
        drawn = {name: (2 ** rng.uniform(*ENERGY_OCTAVES[False], noisy.channels(name))).astype(np.float32)
                 for name in noisy.order()}
        runs.append((noisy, logarithms(drawn)))
    quantised = [run for run in runs if run[0].quantisers]
    texts = [find_text(quantised, length, sample, rng) for sample, length in enumerate(case.lengths)]
    path = FOLDER / f"{case.name}.h5"
    with h5py.File(path, "w", libver=LIBVER) as file:
        file["ids"] = np.concatenate([text.ids for text in texts]).astype(np.int32)
        file["types"] = np.concatenate([text.types for text in texts]).astype(np.int32)
        file["ends"] = np.cumsum([len(text.ids) for text in texts]).astype(np.int32)
        file["real"] = np.array([text.real for text in texts], np.int32)
        file["samples"] = np.array([text.sample for text in texts], np.int32)
        if case.outputs == 1:
            file["scores"] = np.array(SCORES, np.float32)
        else:
            file["labels"] = np.array(LABELS, np.int32)
        for tensor, ends in ranges.items():
            file[f"ranges/{tensor}"] = np.array(ends, np.float32)
        for noisy, energies in runs:
            write_setting(file, case, noisy, texts, energies)
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{path.name} has {path.stat().st_size} bytes, more than {MAX_BYTES}")


def main() -> None:
    torch.set_num_threads(1)
    for case in CASES:
        write(case)


if __name__ == "__main__":
    main()
