"""The learning step of docs/model.md section 6 in PyTorch, as someone who wants it fast there would write it.

A frozen ResNet with BatchNorm folded in, shot noise on every layer, one log E per layer. Nothing is computed twice or
for nobody: weights have no gradient, ||W_i|| is known in advance, sigma is outside of autograd's sight, and ||x|| comes
from the channels' sums of squares, summed over each window.
"""

import math
import shutil
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

LEARNING_RATE = 0.01
PENALTY = 2.0  # lambda, for shot noise
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def standard_normal(like: torch.Tensor) -> torch.Tensor:
    """In the layout of `like`. randn_like() is eight times slower in channels_last."""
    if not like.is_contiguous(memory_format=torch.channels_last) or like.is_contiguous():
        return torch.randn(like.shape)
    n, c, h, w = like.shape
    return torch.randn(n, h, w, c).permute(0, 3, 1, 2)


class NoisyConv(nn.Module):
    """y + ||W_i|| ||x|| / sqrt(D E) xi. Made for square inputs of `size` pixels."""

    def __init__(self, conv: nn.Conv2d, size: int):
        super().__init__()
        self.stride, self.padding, self.kernel = conv.stride[0], conv.padding[0], conv.kernel_size[0]
        self.register_buffer("weight", conv.weight.detach().clone())
        self.register_buffer("bias", conv.bias.detach().clone())
        self.log_energy = nn.Parameter(torch.zeros(()))
        # Taps outside of the image count in no norm: with a larger kernel than 1x1, ||W_i|| depends on the position.
        ones = torch.ones(1, self.weight.shape[1], *((1, 1) if self.kernel == 1 else (size, size)))
        squares = F.conv2d(ones, self.weight.square(), None, self.stride, self.padding)
        self.register_buffer("tap_norms", (squares / self.weight[0].numel()).sqrt())
        self.macs = self.weight.numel() * math.ceil(size / self.stride) ** 2

    @torch.no_grad()
    def noise(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """At E = 1."""
        if self.kernel == 1:
            sums = x[:, :, :: self.stride, :: self.stride].square().sum(1, keepdim=True)
        else:
            sums = F.avg_pool2d(x.square().sum(1, keepdim=True), self.kernel, self.stride, self.padding,
                                divisor_override=1)
        return standard_normal(y).mul_(self.tap_norms).mul_(sums.sqrt_())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.conv2d(x, self.weight, self.bias, self.stride, self.padding)
        return y.addcmul_(self.noise(x, y), torch.exp(-self.log_energy / 2))


class NoisyBottleneck(nn.Module):
    def __init__(self, block: nn.Module, size: int):
        super().__init__()
        stride = block.conv2.stride[0]
        self.conv1 = NoisyConv(fuse_conv_bn_eval(block.conv1, block.bn1), size)
        self.conv2 = NoisyConv(fuse_conv_bn_eval(block.conv2, block.bn2), size)
        self.conv3 = NoisyConv(fuse_conv_bn_eval(block.conv3, block.bn3), size // stride)
        self.shortcut = nn.Identity()
        if block.downsample is not None:
            self.shortcut = NoisyConv(fuse_conv_bn_eval(*block.downsample), size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu_(self.conv1(x))
        y = F.relu_(self.conv2(y))
        return F.relu_(self.conv3(y).add_(self.shortcut(x)))


class NoisyResNet(nn.Module):
    """Of a ResNet of Bottlenecks with ImageNet's stem (tools/torch_resnet.py), in eval mode."""

    def __init__(self, model: nn.Module, size: int):
        super().__init__()
        self.conv1 = NoisyConv(fuse_conv_bn_eval(model.conv1, model.bn1), size)
        size //= 4
        blocks = []
        for stage in range(model.stages):
            for block in getattr(model, f"layer{stage + 1}"):
                blocks.append(NoisyBottleneck(block, size))
                size //= block.conv2.stride[0]
        self.blocks = nn.Sequential(*blocks)
        classifier = nn.Conv2d(model.fc.in_features, model.fc.out_features, 1)
        classifier.weight.data, classifier.bias.data = model.fc.weight.data[:, :, None, None], model.fc.bias.data
        self.fc = NoisyConv(classifier, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu_(self.conv1(x)), 3, 2, 1)
        return self.fc(self.blocks(x).mean((2, 3), keepdim=True)).flatten(1)


class Learner:
    """Its step() is what is measured."""

    def __init__(self, model: nn.Module, size: int, *, batch: int, target: float, way: str):
        """`way`: one of ways()."""
        self.batch, self.target = batch, target
        self.network = NoisyResNet(model, size)
        self.layout = torch.channels_last if "channels last" in way else torch.contiguous_format
        self.network.to(memory_format=self.layout)
        self.layers = [module for module in self.network.modules() if isinstance(module, NoisyConv)]
        self.macs = torch.tensor([float(layer.macs) for layer in self.layers])
        self.forward: Callable = torch.compile(self.network) if "compiled" in way else self.network

    def begin(self, images: torch.Tensor, labels: torch.Tensor, energy: float) -> None:
        """Of every layer. `images`: uint8 [N, H, W, 3], N a multiple of the batch; in memory, as dpac's."""
        self.images, self.labels = images, labels
        self.order = torch.randperm(len(images)).split(self.batch)
        self.steps = 0
        for layer in self.layers:
            layer.log_energy.data.fill_(math.log(energy))
        self.optimizer = torch.optim.Adam(self.network.parameters(), LEARNING_RATE)

    def next_batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        chosen = self.order[self.steps % len(self.order)]
        pixels = self.images[chosen].permute(0, 3, 1, 2).to(torch.float32, memory_format=self.layout)
        normalised = pixels.div_(255).sub_(torch.tensor(MEAN)[:, None, None]).div_(torch.tensor(STD)[:, None, None])
        return normalised, self.labels[chosen]

    def step(self) -> float:
        """The loss, before the step."""
        images, labels = self.next_batch()
        self.steps += 1
        energies = torch.exp(torch.stack([layer.log_energy for layer in self.layers]))
        average = (energies * self.macs).sum() / self.macs.sum()
        penalty = PENALTY * F.relu(torch.log(average) - math.log(self.target))
        loss = F.cross_entropy(self.forward(images), labels) + penalty
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def ways() -> list[str]:
    """How PyTorch may run it. Inductor needs a compiler."""
    forms = ["eager"] + (["compiled"] if shutil.which("c++") else [])
    return [form + layout for form in forms for layout in ("", ", channels last")]
