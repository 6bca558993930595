"""The ResNets of this repository's Python scripts, in PyTorch: torchvision's names, shapes and arithmetic.

`layers` counts the blocks of each stage; `width` is the channel count of stage 1's 3x3 convolutions and doubles with
every stage. With the defaults and Bottleneck, (3, 4, 6, 3) is torchvision's resnet50 ("v1.5": the stride sits in the
3x3 convolution).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn


class PaddedShortcut(nn.Module):
    """Option A of the ResNet paper: every `stride`-th pixel, the new channels zero on both sides, no parameters."""

    def __init__(self, new_channels: int, stride: int):
        super().__init__()
        self.new_channels = new_channels
        self.stride = stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        each_side = self.new_channels // 2
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, each_side, each_side))


def make_shortcut(inputs: int, outputs: int, stride: int, projection: bool) -> nn.Module | None:
    """None: the identity."""
    if stride == 1 and inputs == outputs:
        return None
    if not projection:
        return PaddedShortcut(outputs - inputs, stride)
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int, projection: bool):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = make_shortcut(inputs, width, stride, projection)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int, projection: bool):
        super().__init__()
        outputs = width * self.expansion
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = make_shortcut(inputs, outputs, stride, projection)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """float [N, channels, H, W] -> logits [N, classes].

    `imagenet_stem`: 7x7 stride 2 and a 3x3/2 max pool; otherwise one 3x3 convolution (CIFAR).
    `projection`: 1x1 convolutions where a shortcut changes shape; otherwise option A.
    """

    def __init__(self, block: type, layers: Sequence[int], *, width: int = 64, channels: int = 3,
                 classes: int = 1000, imagenet_stem: bool = True, projection: bool = True):
        super().__init__()
        kernel, stride = (7, 2) if imagenet_stem else (3, 1)
        self.conv1 = nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if imagenet_stem else nn.Identity()
        self.stages = len(layers)
        inputs = width
        for stage, count in enumerate(layers):
            blocks = []
            for index in range(count):
                first_stride = 2 if stage > 0 and index == 0 else 1
                blocks.append(block(inputs, width << stage, first_stride, projection))
                inputs = (width << stage) * block.expansion
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean(dim=(2, 3)))
