#!/usr/bin/env python3
"""Trains the network that `dpac demo` carries and writes models/demo_fashion_mnist.h5.

A ResNet-8 with one 1-channel 3x3 stem, three stages of one basic block (16, 32 and 64 channels) and projection
shortcuts, in torchvision's names. Its input is pixel / 255: no mean, no standard deviation. It is trained without
any analog noise, so that the demo shows what noise does to a network that knows nothing of it.

Needs PyTorch, h5py and Debian's package dataset-fashion-mnist.

    python3 tools/train_demo.py --out models/demo_fashion_mnist.h5
"""

import argparse
import gzip
import pathlib
import time

import h5py
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from torch_resnet import BasicBlock, ResNet

CLASSES = 10
IMAGE_SIZE = 28
LARGEST_SHIFT = 2  # Pixels, in the training set's random shifts.
EMA_DECAY = 0.998  # Of the averaged weights, per step: about the last 500 steps count.
BATCH = 128
PEAK_LEARNING_RATE = 0.15
WEIGHT_DECAY = 5e-4


def demo_network() -> ResNet:
    return ResNet(BasicBlock, (1, 1, 1), width=16, channels=1, classes=CLASSES, imagenet_stem=False)


def read_idx(path: pathlib.Path) -> np.ndarray:
    """One gzipped IDX file of bytes: two zeros, the type 8, the rank, then the sizes as big-endian int32."""
    raw = gzip.decompress(path.read_bytes())
    if raw[:3] != b"\0\0\x08":
        raise SystemExit(f"{path}: expected an IDX file of unsigned bytes, found the magic number {raw[:4].hex()}")
    rank = raw[3]
    shape = np.frombuffer(raw, ">i4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_split(folder: pathlib.Path, split: str) -> tuple[torch.Tensor, torch.Tensor]:
    images = read_idx(folder / f"{split}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{split}-labels-idx1-ubyte.gz")
    return torch.from_numpy(images.copy()), torch.from_numpy(labels.copy())


def network_input(images: torch.Tensor) -> torch.Tensor:
    """uint8 [N, 28, 28] -> float32 [N, 1, 28, 28] in 0..1."""
    return (images.float() / 255.0).unsqueeze(1)


def augment(x: torch.Tensor, largest_shift: int) -> torch.Tensor:
    """[N, C, side, side]: every image shifted by up to so many pixels a side, and half of them mirrored."""
    n, side = x.shape[0], x.shape[-1]
    padded = F.pad(x, [largest_shift] * 4)
    dy, dx = torch.randint(0, 2 * largest_shift + 1, (2, n))
    columns = torch.arange(side).expand(n, -1)
    columns = torch.where(torch.rand(n, 1) < 0.5, columns.flip(1), columns) + dx[:, None]
    rows = torch.arange(side).expand(n, -1) + dy[:, None]
    return padded[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def learning_rate(progress: float) -> float:
    """Linear up over the first tenth, then a cosine down to 0. `progress` is in 0..1."""
    warm_up = 0.1
    if progress < warm_up:
        return PEAK_LEARNING_RATE * progress / warm_up
    return PEAK_LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * (progress - warm_up) / (1 - warm_up)))


@torch.no_grad()
def accumulate(average: nn.Module, model: nn.Module, decay: float = EMA_DECAY) -> None:
    for a, m in zip(average.state_dict().values(), model.state_dict().values()):
        if a.dtype.is_floating_point:
            a.lerp_(m, 1 - decay)


@torch.inference_mode()
def accuracy(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    hits = 0
    for x, y in zip(images.split(500), labels.split(500)):
        hits += int((model(network_input(x)).argmax(1) == y).sum())
    return hits / len(labels)


def train(images: torch.Tensor, labels: torch.Tensor, epochs: int) -> nn.Module:
    """The exponential average of the weights over an SGD run, BatchNorm's statistics included."""
    model = demo_network().to(memory_format=torch.channels_last)
    average = demo_network()
    average.load_state_dict(model.state_dict())
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.SGD([{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others}],
                                lr=0.0, momentum=0.9, nesterov=True)
    steps_per_epoch = len(labels) // BATCH
    start = time.time()
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(labels))
        for step in range(steps_per_epoch):
            for group in optimiser.param_groups:
                group["lr"] = learning_rate((epoch + step / steps_per_epoch) / epochs)
            batch = order[step * BATCH:(step + 1) * BATCH]
            x = augment(network_input(images[batch]), LARGEST_SHIFT).to(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                loss = F.cross_entropy(model(x).float(), labels[batch].long())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            accumulate(average, model)
        print(f"epoch {epoch + 1}/{epochs}: last loss {loss.item():.4f}, {time.time() - start:.0f} s", flush=True)
    return average


def stored_form(model: nn.Module) -> dict[str, np.ndarray]:
    """What goes into the file: float16 weights, float32 running statistics (a variance may be tiny)."""
    tensors = {}
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        tensors[name] = tensor.numpy().astype(np.float32 if ".running_" in name else np.float16)
    return tensors


def balanced_subset(labels: torch.Tensor, count: int) -> torch.Tensor:
    """Sorted indices: count / CLASSES of each class, evenly spread over the class's images."""
    per_class = count // CLASSES
    chosen = []
    for c in range(CLASSES):
        of_class = torch.nonzero(labels == c).flatten()
        chosen.append(of_class[torch.arange(per_class) * len(of_class) // per_class])
    return torch.cat(chosen).sort().values


def write(path: pathlib.Path, tensors: dict[str, np.ndarray], images: torch.Tensor, labels: torch.Tensor,
          scores: dict[str, float]) -> None:
    with h5py.File(path, "w") as file:
        weights = file.create_group("state_dict")
        for name, values in tensors.items():
            weights.create_dataset(name, data=values)
        file.create_dataset("images", data=images.numpy(), chunks=(100, IMAGE_SIZE, IMAGE_SIZE),
                            compression="gzip", compression_opts=9)
        file.create_dataset("labels", data=labels.numpy())
        file.attrs["licence"] = "MIT (Fashion-MNIST, Copyright 2017 Zalando SE; weights: dpac's licence)"
        file.attrs["source"] = "https://github.com/zalandoresearch/fashion-mnist by Debian's dataset-fashion-mnist"
        file.attrs["value_scale"] = 1.0 / 255.0
        file.attrs["mean"] = 0.0
        file.attrs["std"] = 1.0
        file.attrs.update(scores)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--images", type=int, default=2000, help="test images kept in the file")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(arguments.threads)

    model = train(*read_split(arguments.data, "train"), arguments.epochs)
    tensors = stored_form(model)
    model.load_state_dict({name: torch.from_numpy(t).float() for name, t in tensors.items()}, strict=False)

    images, labels = read_split(arguments.data, "t10k")
    kept = balanced_subset(labels, arguments.images)
    scores = {"clean_accuracy": accuracy(model, images[kept], labels[kept]),
              "clean_accuracy_10000": accuracy(model, images, labels)}
    write(arguments.out, tensors, images[kept], labels[kept], scores)
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes, {scores}")


if __name__ == "__main__":
    main()
