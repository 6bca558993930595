#!/usr/bin/env python3
"""Trains MobileNetV2 of width 0.5 on CIFAR-10 and writes models/mobilenet_v2_cifar10.onnx.

torchvision's network at 32x32 pixels: the stem and the third stage have stride 1, so that 4x4 pixels are left before
the global average pool. Its input is (pixel / 255 - mean) / std. It is trained without any analog noise. The file keeps
its weights in float16, half the size, and every Cast to float32 in its graph.

The first epochs see images of 24x24 pixels, which take half the time; 24 epochs reach 86.27 % on the test images. PyTorch is fastest at it with one thread
(OMP_NUM_THREADS=1).

Needs PyTorch, torchvision, onnx, h5py, Pillow, and CIFAR-10 as JPEG files in train/CLASS/NUMBER.jpg and test/CLASS/NUMBER.jpg.

    python3 tools/train_mobilenet.py --images cifar10/ --out models/mobilenet_v2_cifar10.onnx
"""

import argparse
import pathlib
import time

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

import torchvision_import  # noqa: F401  (before torchvision)
from torchvision.models import MobileNetV2
from train_demo import EMA_DECAY, accumulate, augment

IMAGE_SIZE = 32
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
LARGEST_SHIFT = 4  # Pixels, in the training set's random shifts.
SMALL_SIZE, SMALL_PART = 24, 0.6  # Pixels, and the share of epochs that see them.
BATCH = 64
PEAK_LEARNING_RATE = 0.08
WEIGHT_DECAY = 2e-4

#           expansion, channels, blocks, stride
STAGES = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 1], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]


def network() -> MobileNetV2:
    model = MobileNetV2(num_classes=10, width_mult=0.5, inverted_residual_setting=STAGES)
    model.features[0][0].stride = (1, 1)
    return model


def read_split(folder: pathlib.Path) -> tuple[torch.Tensor, torch.Tensor]:
    """uint8 [N, 3, 32, 32] and labels in the order of the classes' names."""
    images, labels = [], []
    for label, name in enumerate(sorted(path.name for path in folder.iterdir() if path.is_dir())):
        for file in sorted((folder / name).glob("*.jpg")):
            images.append(np.asarray(Image.open(file).convert("RGB")).transpose(2, 0, 1))
            labels.append(label)
    return torch.from_numpy(np.stack(images)), torch.tensor(labels)


def network_input(images: torch.Tensor, size: int = IMAGE_SIZE) -> torch.Tensor:
    mean, std = torch.tensor(MEAN).view(1, 3, 1, 1), torch.tensor(STD).view(1, 3, 1, 1)
    pixels = images.float()
    if size != IMAGE_SIZE:
        pixels = F.interpolate(pixels, size=(size, size), mode="bilinear", antialias=True)
    return ((pixels / 255.0 - mean) / std).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def accuracy(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    parts = zip(images.split(500), labels.split(500))
    correct = sum((model(network_input(x)).argmax(1) == y).sum().item() for x, y in parts)
    return 100.0 * correct / len(labels)


def train(images, labels, test_images, test_labels, epochs: int, checkpoint: pathlib.Path | None) -> nn.Module:
    model = network().to(memory_format=torch.channels_last)
    average = network().to(memory_format=torch.channels_last)
    average.load_state_dict(model.state_dict())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0, momentum=0.9, nesterov=True, weight_decay=WEIGHT_DECAY)
    steps_per_epoch = len(labels) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, PEAK_LEARNING_RATE, total_steps=epochs * steps_per_epoch, pct_start=0.2)
    step = 0
    for epoch in range(epochs):
        model.train()
        start = time.time()
        size = SMALL_SIZE if epoch < SMALL_PART * epochs else IMAGE_SIZE
        order = torch.randperm(len(labels))[: steps_per_epoch * BATCH].view(-1, BATCH)
        for batch in order:
            pixels = network_input(augment(images[batch], LARGEST_SHIFT), size)
            loss = F.cross_entropy(model(pixels), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            accumulate(average, model, min(EMA_DECAY, (1 + step) / (10 + step)))
            step += 1
        print(f"epoch {epoch + 1}: {time.time() - start:.0f} s, loss {loss.item():.3f}, "
              f"test accuracy {accuracy(average, test_images, test_labels):.2f} %", flush=True)
        if checkpoint:
            torch.save(average.state_dict(), checkpoint)
    return average


def rounded(model: nn.Module) -> nn.Module:
    """With the weights that float16 keeps."""
    return model.half().float()


def write(model: nn.Module, path: pathlib.Path) -> None:
    """BatchNorm folded, for any batch."""
    images = torch.randn(2, 3, IMAGE_SIZE, IMAGE_SIZE)
    torch.onnx.export(model.eval(), (images,), path, dynamo=False, input_names=["images"], output_names=["logits"],
                      dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}})
    exported = onnx.load(path)
    graph, casts = exported.graph, []
    for tensor in list(graph.initializer):
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32:
            continue
        half = onnx.numpy_helper.from_array(values.astype(np.float16), tensor.name + ".half")
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
        casts.append(onnx.helper.make_node("Cast", [half.name], [tensor.name], to=onnx.TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(exported)
    onnx.save(exported, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--checkpoint", type=pathlib.Path, help="state_dict after every epoch")
    options = parser.parse_args()
    torch.manual_seed(0)
    images, labels = read_split(options.images / "train")
    test_images, test_labels = read_split(options.images / "test")
    model = train(images, labels, test_images, test_labels, options.epochs, options.checkpoint)
    write(model, options.out)
    print(f"{options.out}: {accuracy(rounded(model), test_images, test_labels):.2f} % on {len(test_labels)} test images, "
          "BatchNorm not folded")


if __name__ == "__main__":
    main()
