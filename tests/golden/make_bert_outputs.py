#!/usr/bin/env python3
"""Writes networks/bert_base_cases.h5: what Hugging Face's BertForSequenceClassification of base size says, in float64.

12 layers of 768 features, 12 heads, 3 classes; the vocabulary is cut to 2000 tokens. Weights are hashed_weights.py's, so
that the test makes them itself and none is stored.

  ids, types    int32 [tokens]    of all sequences, one after another
  ends          int32 [n]         sequence i ends before token ends[i]
  real          int32 [n]         its tokens before the padding
  logits        float64 [n, 3]
  hidden        float64 [n, 13, 8]  eight features of the first token after the embeddings and every layer
  hidden_rms    float64 [n, 13]     over all real tokens and features

Run: python tests/golden/make_bert_outputs.py     (torch 2.13.0, transformers 5.24.0, h5py 3.16.0)
"""

import h5py
import numpy as np
import torch
from transformers import BertConfig, BertForSequenceClassification

import hashed_weights
from network_cases import COMPRESSION, FOLDER, LIBVER

VOCABULARY, CLASSES = 2000, 3
# Tokens and those of them that are real; every other one is a pair.
LENGTHS = [(7, 7), (33, 33), (128, 128), (57, 57), (1, 1), (40, 29)]
FEATURES = slice(0, 768, 96)


def make_model() -> BertForSequenceClassification:
    config = BertConfig(vocab_size=VOCABULARY, num_labels=CLASSES, attn_implementation="eager")
    model = BertForSequenceClassification(config)
    names = {name.removeprefix("bert."): name for name in model.state_dict()}
    weights = hashed_weights.make({name: tuple(model.state_dict()[full].shape) for name, full in names.items()})
    model.load_state_dict({names[name]: torch.from_numpy(values) for name, values in weights.items()})
    return model.eval()


def random_sequences() -> list[tuple[np.ndarray, np.ndarray, int]]:
    rng = np.random.default_rng(7)
    sequences = []
    for number, (tokens, real) in enumerate(LENGTHS):
        ids, types = rng.integers(0, VOCABULARY, tokens), np.zeros(tokens, int)
        if number % 2:
            types[rng.integers(1, tokens):] = 1
        sequences.append((ids, types, real))
    return sequences


@torch.no_grad()
def answer(model: BertForSequenceClassification, ids: np.ndarray, types: np.ndarray, real: int):
    mask = torch.arange(len(ids))[None] < real
    output = model(torch.from_numpy(ids)[None], attention_mask=mask.long(), output_hidden_states=True,
                   token_type_ids=torch.from_numpy(types)[None])
    hidden = torch.stack([state[0] for state in output.hidden_states])
    return output.logits[0].numpy(), hidden[:, 0, FEATURES].numpy(), hidden[:, :real].square().mean((1, 2)).sqrt().numpy()


def main() -> None:
    model = make_model()
    sequences = random_sequences()
    single = np.stack([answer(model, *sequence)[0] for sequence in sequences])
    model.double()
    logits, hidden, rms = (np.stack(parts) for parts in zip(*(answer(model, *sequence) for sequence in sequences)))
    largest = np.abs(logits).max()
    print(np.array2string(logits, precision=4), f"\nfloat32 differs by {np.abs(single - logits).max() / largest:.1e}")
    with h5py.File(FOLDER / "bert_base_cases.h5", "w", libver=LIBVER) as file:
        for place, name in enumerate(("ids", "types")):
            file.create_dataset(name, data=np.concatenate([s[place] for s in sequences]).astype(np.int32), **COMPRESSION)
        file["ends"] = np.cumsum([len(ids) for ids, _, _ in sequences]).astype(np.int32)
        file["real"] = np.array([real for _, _, real in sequences], np.int32)
        file["logits"], file["hidden"], file["hidden_rms"] = logits, hidden, rms


if __name__ == "__main__":
    main()
