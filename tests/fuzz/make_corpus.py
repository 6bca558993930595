"""Writes the seeds of tests/fuzz/corpus that are not files of tests/golden: the smallest that each reader takes.

Needs h5py. Ranges and energies are of the networks that ranges.cpp and energies.cpp have.
"""

import json
import struct
import zipfile
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden"
RANGES = ("avgpool", "conv1", "fc", "input",
          "layer1.0", "layer1.0.conv1", "layer1.0.conv2", "layer2.0",
          "layer2.0.conv1", "layer2.0.conv2", "layer2.0.downsample.0")  # Of tests/golden/torch/zip_4.pth.


def put(target, name, content):
    file = HERE / "corpus" / target / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)


def put_hdf5(target, name, datasets, attributes=None, **storage):
    (HERE / "corpus" / target).mkdir(parents=True, exist_ok=True)
    with h5py.File(HERE / "corpus" / target / name, "w", track_order=False) as file:
        for path, values in datasets.items():
            file.create_dataset(path, data=values, track_times=False, **(storage if np.ndim(values) else {}))
        for key, value in (attributes or {}).items():
            file.attrs[key] = value


def network(dtype):
    """A stem, one basic block and a classifier."""
    shapes = {"conv1/weight": (2, 3, 3, 3), "layer1/0/conv1/weight": (2, 2, 3, 3), "layer1/0/conv2/weight": (2, 2, 3, 3),
              "fc/weight": (2, 2), "fc/bias": (2,)}
    for norm in ("bn1", "layer1/0/bn1", "layer1/0/bn2"):
        shapes.update({f"{norm}/{part}": (2,) for part in ("weight", "bias", "running_mean", "running_var")})
    return {name: np.ones(shape, dtype) for name, shape in shapes.items()}


def weights():
    put_hdf5("weights_hdf5", "float32.h5", network(np.float32))
    put_hdf5("weights_hdf5", "half_gzip.h5", network(np.float16), compression="gzip", shuffle=True, fletcher32=True)
    for name in ("zip_2.pth", "zip_5.pth", "checkpoint.pth", "module.pth"):
        with zipfile.ZipFile(GOLDEN / "torch" / name) as archive:
            member = next(m for m in archive.namelist() if m.endswith("data.pkl"))
            put("pickle", name.replace(".pth", ".pkl"), archive.read(member))


def keras_config():
    idle = ("_initializer", "_regularizer", "_constraint", "dtype", "momentum", "trainable", "sparse", "ragged")

    def without(value):
        if isinstance(value, dict):
            return {key: without(each) for key, each in value.items() if not key.endswith(idle)}
        return [without(each) for each in value] if isinstance(value, list) else value

    for name in ("mobile_2", "vgg_2", "nested_2", "nested_3"):
        with h5py.File(GOLDEN / "keras" / f"{name}.h5") as file:
            config = without(json.loads(file.attrs["model_config"]))
            put("keras_config", name, json.dumps(config, separators=(",", ":")))


def images():
    put("idx", "images", struct.pack(">IIII", 0x803, 2, 3, 2) + bytes(range(12)))
    put("cifar", "ten", bytes([3]) + bytes(3072))
    put("cifar", "hundred", bytes([3, 50]) + bytes(3072))
    grey = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    put_hdf5("arrays", "grey.h5", {"images": grey, "labels": np.array([0, 1])})
    put_hdf5("arrays", "packed.h5", {"images": np.stack([grey] * 3, 3), "labels": np.array([1, 0], np.uint8)},
             compression="gzip")
    put("name_table", "labels.csv", 'name,class\na.png,0\n"b, c.png",1\n')
    put("name_table", "classes.txt", "n01440764 0\nn01443537\t1\n")


def texts():
    """The first byte is what text.cpp chooses the form and the task by."""
    put("text", "tsv", b"\x08sentence\tlabel\na man\t1\nno\t0\n")
    put("text", "csv", b'\x01text,label\n"a ""man"",",1\r\nno,0\r\n')
    put("text", "json_lines", b'\x02{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n')
    put("text", "plain", b"\x03a man\nno\n")
    put("text", "pairs", b"\x90index\tsentence1\tsentence2\tgold_label\n0\ta\tb\tneutral\n1\ta\n")
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "man", "##s", ","]
    put("vocabulary", "vocab", "\n".join(tokens) + "\n\0a mans, b\xe9")
    put("tokenizer", "tokenizer.json", json.dumps({
        "version": "1.0", "added_tokens": [{"id": 2, "content": "[CLS]", "special": True}],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {t: i for i, t in enumerate(tokens)}}}))


def side_files():
    """The first byte is what side_files.cpp chooses the file by."""
    put("side_files", "bert", "\0" + json.dumps({
        "architectures": ["BertForSequenceClassification"], "model_type": "bert", "num_attention_heads": 2,
        "hidden_size": 8, "layer_norm_eps": 1e-12, "hidden_act": "gelu", "problem_type": None,
        "id2label": {"0": "entailment", "1": "neutral", "2": "contradiction"}}))
    put("side_files", "timm", "\1" + json.dumps({
        "architecture": "resnet50", "num_classes": 1000,
        "pretrained_cfg": {"input_size": [3, 224, 224], "crop_pct": 0.95, "interpolation": "bicubic",
                           "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}}))
    put("side_files", "processor", "\2" + json.dumps({
        "do_normalize": True, "do_resize": True, "do_rescale": True, "rescale_factor": 1 / 255, "resample": 3,
        "size": {"shortest_edge": 224}, "crop_pct": 0.875, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}))
    put("side_files", "index", "\3" + json.dumps({
        "metadata": {"total_size": 4}, "weight_map": {"conv1.weight": "model-00001-of-00001.safetensors"}}))


def program():
    put("energies", "energies.csv", 'layer,channel,energy\nconv1,0,1\nconv1,1,2\nconv1,2,3\n"fc",,4\n')
    put_hdf5("energies", "energies.h5", {"energies/conv1": np.ones(3, np.float32), "energies/fc": np.float32(2)})
    put_hdf5("ranges", "ranges.h5", {f"ranges/{name}": np.array([0, 1], np.float32) for name in RANGES},
             {"weights_sha256": "sha", "method": "ema", "batches": 1.0, "preprocessing": "none"})
    put("state", "state.json", json.dumps({"made_with": {"steps": 100, "noise": "shot"}, "digest": "0",
                                           "content": {"steps": 3, "log_energies": [1.5, 2]}}) + "\n")
    put("result", "eval.json", json.dumps({
        "command": "eval", "version": "0.2.0", "options": {"weights": "a.h5", "noise": "shot", "energy": [1, 2.5]},
        "points": [{"energy": 1, "top1": 0.5, "top1_ci95": [0.4, 0.6]}], "notices": [], "top1": None}))


for make in (weights, keras_config, images, texts, side_files, program):
    make()
