#!/usr/bin/env python3
"""Writes networks/sturdy_*.h5: narrow ResNets none of whose weights lies near an edge between two codes.

The weights of the other networks here have three significant bits, so that a tenth of them lies on such an edge
exactly, and folding, scale and division in float32 or float64 decide at random which code they get. Here every
precision gives the same codes with 8 and with 4 bits: quantised outputs can be compared code by code.

  sturdy_resnet20    CIFAR ResNet20 of width 6, option A shortcuts, made for 6x6 images
  sturdy_bottleneck  one bottleneck a stage, width 6, ImageNet stem, made for 16x16 images

float16 state_dicts in HDF5. Needs torch, h5py, numpy and safetensors. The files come out bit-identical.
"""

import pathlib
import sys

import numpy as np
import torch

import network_cases as cases
from analog_oracle import Layer, weight_quantiser

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
from torch_resnet import BasicBlock, Bottleneck, ResNet  # noqa: E402

EDGE = 1e-4  # codes; float32 costs at most 3e-5 at 8 bits
NETWORKS = {"sturdy_resnet20": 6, "sturdy_bottleneck": 16}  # name -> image size


def make_model(name: str) -> ResNet:
    if name == "sturdy_resnet20":
        return ResNet(BasicBlock, (3, 3, 3), width=6, classes=10, imagenet_stem=False, projection=False)
    return ResNet(Bottleneck, (1, 1, 1, 1), width=6, classes=10)


def near_edge(weight: torch.Tensor) -> torch.Tensor:
    """BatchNorm scales a channel's weights and its range alike, so folding moves no code."""
    layer = Layer(weight.reshape(len(weight), -1, 1, 1), torch.zeros(len(weight)))
    near = torch.zeros(weight.shape, dtype=torch.bool)
    for bits in (8, 4):
        near |= weight_quantiser(layer, bits).edge_distance(layer.weight).reshape(weight.shape) < EDGE
    return near


def sturdy_weight(values: np.ndarray) -> torch.Tensor:
    """Moves what is near an edge; a channel's extremes may be among it, so again until nothing is."""
    weight = torch.from_numpy(values).half().double()
    while (near := near_edge(weight)).any():
        weight = torch.where(near, 0.97 * weight, weight).half().double()
    return weight


def randomise(model: ResNet, rng: np.random.Generator) -> None:
    """He-normal weights; random BatchNorm scales, shifts and biases."""
    for name, parameter in model.named_parameters():
        shape = tuple(parameter.shape)
        if parameter.ndim > 1:
            parameter.data = sturdy_weight(rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape))
            continue
        values = rng.uniform(0.5, 1.5, shape) if name.endswith("weight") else rng.normal(0, 0.2, shape)
        parameter.data = torch.from_numpy(cases.few_bits(values)).double()


def main() -> None:
    from make_network_outputs import calibrate, write_hdf5  # Needs safetensors, which users of make_model() do not.

    for name, size in NETWORKS.items():
        rng = np.random.default_rng(size)
        model = make_model(name).double()
        randomise(model, rng)
        calibrate(model, rng, size, size)
        write_hdf5(name, model.state_dict(), np.float16)


if __name__ == "__main__":
    main()
