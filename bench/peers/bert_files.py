"""BERT's files: a Hugging Face checkpoint for dpac, the module for PyTorch, ONNX for the others; and its sentences.

A set of sentences is tokenised once, in full length (`Texts`), and cut into batches by each engine (`make_batches`).
"""

import csv
import dataclasses
import json
import pathlib
import random

import h5py
import numpy as np
import torch
from tokenizers import BertWordPieceTokenizer

from torch_bert import Bert, BertSize

SEED = 1
NETWORKS = {"bert-base": BertSize(), "bert-mini": BertSize(layers=4, features=256, heads=4, inner=1024)}
VOCABULARY = 30522
COLUMNS = ("premise", "hypothesis", "gold_label")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
INPUTS = ("ids", "types", "mask")

# How sentences are put into batches.
ALL_ALIKE = ""
PADDED = "padded to the maximum"
LONGEST = "padded to the batch's longest"
SORTED = "the same, sorted by length"


@dataclasses.dataclass(frozen=True)
class Texts:
    """Sentences without padding, and the logits of each by itself."""

    ids: list[np.ndarray]
    types: list[np.ndarray]
    logits: np.ndarray


Batch = dict[str, np.ndarray]  # INPUTS, int64 [batch, tokens].


def random_bert(size: BertSize, vocabulary: int) -> Bert:
    """Weights twice as large as in training's first step, so that attention chooses and a wrong mask is seen."""
    torch.manual_seed(SEED)
    model = Bert(size, vocabulary).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if name.endswith("LayerNorm.weight") else 0.0, 0.04)
    return model


def samples_file(folder: pathlib.Path) -> pathlib.Path:
    return folder / "samples.tsv"


def vocabulary_file(folder: pathlib.Path) -> pathlib.Path:
    return folder / "vocab.txt"


def write_random_samples(folder: pathlib.Path, count: int, tokens: int) -> None:
    """Pairs of sentences of so many tokens in all, and a vocabulary of whole words."""
    words = [f"word{i}" for i in range(VOCABULARY - len(SPECIAL))]
    vocabulary_file(folder).write_text("\n".join([*SPECIAL, *words]) + "\n")
    choose = random.Random(SEED)
    chosen = [choose.choices(words, k=tokens - len(["[CLS]", "[SEP]", "[SEP]"])) for _ in range(count)]
    _write_samples(folder, [(" ".join(pair[::2]), " ".join(pair[1::2]), "neutral") for pair in chosen])


def choose_samples(folder: pathlib.Path, data: pathlib.Path, vocabulary: pathlib.Path, limit: int) -> int:
    """So many pairs spread evenly over a file with COLUMNS, and the vocabulary. Returns how many there are."""
    with data.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["gold_label"] != "-"]
    count = min(limit, len(rows))
    chosen = [rows[i * len(rows) // count] for i in range(count)]
    _write_samples(folder, [tuple(row[name] for name in COLUMNS) for row in chosen])
    vocabulary_file(folder).write_bytes(vocabulary.read_bytes())
    return count


def _write_samples(folder: pathlib.Path, rows: list[tuple[str, ...]]) -> None:
    samples_file(folder).write_text("\n".join("\t".join(row) for row in [COLUMNS, *rows]) + "\n",
                                    encoding="utf-8")


def _lines(file: pathlib.Path) -> list[str]:
    """Unlike splitlines(), of line feeds alone: a vocabulary has other separators as tokens."""
    return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def tokenize(folder: pathlib.Path, longest: int) -> list:
    tokenizer = BertWordPieceTokenizer(str(vocabulary_file(folder)), lowercase=True)
    tokenizer.enable_truncation(longest)
    rows = [line.split("\t") for line in _lines(samples_file(folder))[1:]]
    return tokenizer.encode_batch([(premise, hypothesis) for premise, hypothesis, _ in rows])


def weights_file(folder: pathlib.Path) -> pathlib.Path:
    return folder / "weights.h5"


def write_checkpoint(folder: pathlib.Path, model: Bert, size: BertSize) -> None:
    with h5py.File(weights_file(folder), "w") as file:
        for key, tensor in model.state_dict().items():
            file[key] = tensor.numpy()
    config = {"model_type": "bert", "hidden_act": "gelu", "num_attention_heads": size.heads,
              "hidden_size": size.features, "num_hidden_layers": size.layers, "layer_norm_eps": 1e-12,
              "id2label": {"0": "entailment", "1": "neutral", "2": "contradiction"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": true}')


def onnx_file(folder: pathlib.Path) -> pathlib.Path:
    return folder / "network.onnx"


def write(folder: pathlib.Path, size: BertSize, longest: int) -> None:
    """Everything else, of the samples and the vocabulary that lie there."""
    model = random_bert(size, len(_lines(vocabulary_file(folder))))
    write_checkpoint(folder, model, size)
    torch.save(model, folder / "model.pt")
    example = tuple(torch.ones(2, 8, dtype=torch.int64) for _ in INPUTS)
    torch.onnx.export(model, example, onnx_file(folder), dynamo=False, opset_version=17, input_names=list(INPUTS),
                      output_names=["logits"],
                      dynamic_axes={name: {0: "batch", 1: "tokens"} for name in INPUTS} | {"logits": {0: "batch"}})
    encodings = tokenize(folder, longest)
    ids, types = [encoding.ids for encoding in encodings], [encoding.type_ids for encoding in encodings]
    with torch.inference_mode():
        logits = [model(torch.tensor([i]), torch.tensor([t])).numpy() for i, t in zip(ids, types)]
    np.savez(folder / "texts.npz", ids=np.concatenate(ids), types=np.concatenate(types),
             lengths=[len(i) for i in ids], logits=np.concatenate(logits))


def load_model(folder: pathlib.Path) -> Bert:
    return torch.load(folder / "model.pt", weights_only=False)


def load_texts(folder: pathlib.Path) -> Texts:
    with np.load(folder / "texts.npz") as file:
        ends = np.cumsum(file["lengths"])[:-1]
        return Texts(np.split(file["ids"], ends), np.split(file["types"], ends), file["logits"])


def order(texts: Texts, plan: str) -> list[int]:
    count = range(len(texts.ids))
    return sorted(count, key=lambda i: len(texts.ids[i])) if plan == SORTED else list(count)


def make_batches(texts: Texts, plan: str, batch: int, longest: int) -> list[Batch]:
    chosen = order(texts, plan)
    batches = []
    for first in range(0, len(chosen), batch):
        samples = chosen[first:first + batch]
        tokens = longest if plan == PADDED else max(len(texts.ids[i]) for i in samples)
        arrays = {name: np.zeros((len(samples), tokens), np.int64) for name in INPUTS}
        for row, i in enumerate(samples):
            real = len(texts.ids[i])
            arrays["ids"][row, :real], arrays["types"][row, :real] = texts.ids[i], texts.types[i]
            arrays["mask"][row, :real] = 1
        batches.append(arrays)
    return batches
