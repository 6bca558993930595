#!/usr/bin/env python3
"""Writes tests/golden/bert: one small BertForSequenceClassification in every form in which its weights are stored.

config.json, model.safetensors   as Hugging Face's save_pretrained() writes them
state_dict.h5                    the state_dict in HDF5 with the config in an attribute, as docs/formats.md says
tf_model.h5                      arranged by h5py as transformers' TensorFlow models (up to version 4) save it, with
                                 the heads of pre-training that no encoder needs

Run: python tests/golden/make_bert_checkpoints.py     (torch 2.13.0, transformers 5.24.0, h5py 3.16.0)
"""
import pathlib

import h5py
import numpy as np
import torch
from transformers import BertConfig, BertForSequenceClassification

from network_cases import COMPRESSION, LIBVER, few_bits

FOLDER = pathlib.Path(__file__).parent / "bert"
LABELS = ["entailment", "neutral", "contradiction"]
MODEL = "tf_bert_for_sequence_classification"
# The scheme by which TFBertForPreTraining names its two heads.
HEADS = {"mlm___cls": ["mlm___cls/predictions/bias:0", "bert/embeddings/word_embeddings/weight:0"],
         "nsp___cls": ["nsp___cls/seq_relationship/kernel:0"]}


def small_model() -> BertForSequenceClassification:
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, vocab_size=50,
                        max_position_embeddings=24, layer_norm_eps=1e-7, id2label=dict(enumerate(LABELS)),
                        label2id={label: i for i, label in enumerate(LABELS)})
    model = BertForSequenceClassification(config)
    rng = np.random.default_rng(83)
    with torch.no_grad():
        for name, value in model.named_parameters():
            centre = 1.0 if name.endswith("LayerNorm.weight") else 0.0
            value.copy_(torch.from_numpy(few_bits(centre + rng.normal(0, 0.2, tuple(value.shape)))))
    return model.float().eval()


def write_state_dict(model: BertForSequenceClassification) -> None:
    with h5py.File(FOLDER / "state_dict.h5", "w", libver=LIBVER) as file:
        for key, value in model.state_dict().items():
            file.create_dataset(key, data=value.numpy(), **COMPRESSION)
        file.attrs["config"] = model.config.to_json_string()


def tensorflow_array(name: str, value: np.ndarray) -> tuple[str, np.ndarray]:
    parts = name.split(".")
    module, leaf = parts[-2], parts[-1]
    if module == "LayerNorm":
        leaf = {"weight": "gamma", "bias": "beta"}[leaf]
    elif module in ("position_embeddings", "token_type_embeddings"):
        leaf = "embeddings"
    elif leaf == "weight" and module != "word_embeddings":
        leaf, value = "kernel", value.T
    path = "/".join(parts[:-1] + [leaf]).replace("layer/", "layer_._")
    return path + ":0", np.ascontiguousarray(value)


def write_tensorflow(model: BertForSequenceClassification) -> None:
    arrays = dict(tensorflow_array(name, value.numpy()) for name, value in model.state_dict().items())
    layers = {"bert": [], "dropout_7": [], "classifier": [], **HEADS}
    for path in arrays:
        layers[path.split("/")[0]].append(path)
    with h5py.File(FOLDER / "tf_model.h5", "w", libver=LIBVER) as file:
        file.attrs["layer_names"] = [layer.encode() for layer in layers]
        file.attrs["backend"] = b"tensorflow"
        file.attrs["keras_version"] = b"2.4.0"
        for layer, paths in layers.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = [f"{MODEL}/{path}".encode() for path in paths]
            for path in paths:
                group.create_dataset(f"{MODEL}/{path}", data=arrays.get(path, np.zeros((2, 2), np.float32)), **COMPRESSION)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    model = small_model()
    model.save_pretrained(FOLDER)
    write_state_dict(model)
    write_tensorflow(model)


if __name__ == "__main__":
    main()
