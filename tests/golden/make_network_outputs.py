#!/usr/bin/env python3
"""Writes networks/torch_*: narrow ResNets as PyTorch stores them, and PyTorch's logits in double precision.

  torch_resnet50   ResNet50 v1.5 of width 8 (all 53 convolutions), ImageNet stem, float16 state_dict in HDF5
  torch_resnet18   ResNet18 of width 6 (channel counts that fill no vector), ImageNet stem, bfloat16 safetensors
  torch_resnet20   CIFAR ResNet20 of width 8, parameter-free shortcuts (option A), float32 state_dict in HDF5 with
                   the classifier named `linear`, as widespread CIFAR checkpoints have it

Needs torch, h5py, numpy and safetensors. Run it in any folder; the files come out bit-identical.
"""

import pathlib
import sys

import h5py
import numpy as np
import torch
from safetensors.torch import save_file

import network_cases as cases

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
from torch_resnet import BasicBlock, Bottleneck, ResNet  # noqa: E402

CLASSES = 10
CALIBRATION_IMAGES = 16


def randomise(model: ResNet, rng: np.random.Generator) -> None:
    """He-normal weights; random BatchNorm scales, shifts and biases."""
    for name, parameter in model.named_parameters():
        shape = tuple(parameter.shape)
        if parameter.ndim > 1:
            values = rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
        elif name.endswith("weight"):
            values = rng.uniform(0.5, 1.5, shape)
        else:
            values = rng.normal(0, 0.2, shape)
        parameter.data = torch.from_numpy(cases.few_bits(values)).double()


def calibrate(model: ResNet, rng: np.random.Generator, height: int, width: int) -> None:
    """Running statistics of random images, so that activations neither die nor explode; then disturbed, so that
    mean and variance of no channel are what folding them wrongly would also give."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    images = rng.integers(-8, 8, (CALIBRATION_IMAGES, 3, height, width)) / 4
    model.train()(torch.from_numpy(images))
    for norm in norms:
        mean, variance = norm.running_mean.numpy(), norm.running_var.numpy()
        mean = mean + 0.2 * np.sqrt(variance) * rng.normal(size=mean.shape)
        variance = variance * rng.uniform(0.6, 1.6, variance.shape)
        norm.running_mean = torch.from_numpy(cases.few_bits(mean)).double()
        norm.running_var = torch.from_numpy(cases.few_bits(variance)).double()
    model.eval()


def answers(model: ResNet, rng: np.random.Generator, sizes: dict[str, tuple[int, int]]) -> dict[str, np.ndarray]:
    """`sizes`: dataset suffix -> (height, width)."""
    datasets = {}
    for suffix, (height, width) in sizes.items():
        images = cases.random_input(rng, 3, height, width)
        with torch.inference_mode():
            logits = model(torch.from_numpy(images).double())
        datasets["input" + suffix] = images
        datasets["logits" + suffix] = logits.numpy()
    return datasets


def make_case(name: str, model: ResNet, seed: int, sizes: dict[str, tuple[int, int]]) -> dict[str, torch.Tensor]:
    rng = np.random.default_rng(seed)
    model = model.double()
    randomise(model, rng)
    calibrate(model, rng, *sizes[""])
    cases.write_cases(name, answers(model, rng, sizes))
    return model.state_dict()


def write_hdf5(name: str, state: dict[str, torch.Tensor], dtype: type) -> None:
    """A flat state_dict, counters included, as `for k, v in model.state_dict().items(): f[k] = v` writes it."""
    with h5py.File(cases.FOLDER / f"{name}.h5", "w", libver=cases.LIBVER) as file:
        for key, tensor in state.items():
            values = tensor.numpy()
            if values.ndim == 0:
                file.create_dataset(key, data=values)
                continue
            stored = values.astype(dtype)
            assert np.array_equal(stored.astype(np.float64), values), key
            file.create_dataset(key, data=stored, **cases.COMPRESSION)


def main() -> None:
    cases.FOLDER.mkdir(exist_ok=True)
    even_and_odd = {"": (64, 64), "_odd": (75, 53)}
    resnet50 = ResNet(Bottleneck, (3, 4, 6, 3), width=8, classes=CLASSES)
    write_hdf5("torch_resnet50", make_case("torch_resnet50", resnet50, 50, even_and_odd), np.float16)

    resnet18 = ResNet(BasicBlock, (2, 2, 2, 2), width=6, classes=CLASSES)
    state = make_case("torch_resnet18", resnet18, 18, even_and_odd)
    floats = {key: tensor.bfloat16() for key, tensor in state.items() if tensor.is_floating_point()}
    assert all(torch.equal(tensor.double(), state[key]) for key, tensor in floats.items())
    save_file(floats, cases.FOLDER / "torch_resnet18.safetensors", metadata={"format": "pt"})

    resnet20 = ResNet(BasicBlock, (3, 3, 3), width=8, classes=CLASSES, imagenet_stem=False, projection=False)
    state = make_case("torch_resnet20", resnet20, 20, {"": (32, 32), "_odd": (27, 33)})
    renamed = {key.replace("fc.", "linear."): tensor for key, tensor in state.items()}
    write_hdf5("torch_resnet20", renamed, np.float32)


if __name__ == "__main__":
    main()
