"""The mathematics of docs/model.md ("the spec"; section numbers below are its) for a ResNet, in PyTorch.

Written from the spec and from nothing else, so that the C++ can be held against it. Precision is that of the tensors:
float64 everywhere but in simulations. Letters: N samples, C channels, H rows, W columns, k kernel, D length of a dot
product, E energy per MAC.

Names of layers are module paths ("conv1", "layer1.0.downsample.0", "fc"). Names of tensors, the ones that have a
quantiser: "input"; a layer's path for its output, after the ReLU where one follows directly; a block's path
("layer1.0") for a residual sum after its ReLU; "avgpool". A max pool and a parameter-free shortcut have none.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

SIGMA_THERMAL = 0.01  # section 2
SIGMA_WEIGHT = 0.1  # section 2
EPSILON = 1e-5  # BatchNorm's, PyTorch's default
INPUT_BITS = 8.0  # section 3


class Layer(NamedTuple):
    """A convolution with BatchNorm folded in; a fully connected layer is one over a single pixel."""

    weight: torch.Tensor  # [C, C_in, k, k]
    bias: torch.Tensor  # [C]
    stride: int = 1

    @property
    def padding(self) -> int:
        return self.weight.shape[2] // 2

    @property
    def dot_length(self) -> int:
        """D = k k C_in (section 1)."""
        return self.weight[0].numel()

    def slide(self, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        return F.conv2d(x, weight, bias, self.stride, self.padding)

    def weight_span(self) -> torch.Tensor:
        """[C]: Wmax_i - Wmin_i of the folded weights."""
        low, high = self.weight_range()
        return high - low

    def weight_range(self) -> tuple[torch.Tensor, torch.Tensor]:
        rows = self.weight.flatten(1)
        return rows.amin(1), rows.amax(1)


class Network(NamedTuple):
    layers: dict[str, Layer]
    stages: list[int]  # blocks of each
    imagenet_stem: bool

    def to(self, dtype: torch.dtype) -> "Network":
        layers = {name: Layer(l.weight.to(dtype), l.bias.to(dtype), l.stride) for name, l in self.layers.items()}
        return self._replace(layers=layers)


def fold_batchnorm(weight: torch.Tensor, norm: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Section 1, for a convolution without a bias of its own."""
    factor = norm["weight"] / torch.sqrt(norm["running_var"] + EPSILON)
    return weight * factor[:, None, None, None], norm["bias"] - norm["running_mean"] * factor


def build_network(state: dict[str, torch.Tensor]) -> Network:
    """From a float64 state_dict in torchvision's names. The stride sits in the first 3x3 convolution of a block."""
    layers = {}
    convolutions = [key.removesuffix(".weight") for key, tensor in state.items() if tensor.ndim == 4]
    for name in convolutions:
        norm = name.replace("downsample.0", "downsample.1").replace("conv", "bn")
        statistics = {key: state[f"{norm}.{key}"] for key in ("weight", "bias", "running_mean", "running_var")}
        weight, bias = fold_batchnorm(state[f"{name}.weight"], statistics)
        layers[name] = Layer(weight, bias, stride_of(name, state))
    layers["fc"] = Layer(state["fc.weight"][:, :, None, None], state["fc.bias"])
    blocks = {tuple(name.split(".")[:2]) for name in convolutions if name.startswith("layer")}
    stages = sorted({stage for stage, _ in blocks})
    counts = [sum(stage == other for other, _ in blocks) for stage in stages]
    return Network(layers, counts, imagenet_stem=layers["conv1"].weight.shape[2] == 7)


def stride_of(name: str, state: dict[str, torch.Tensor]) -> int:
    if name == "conv1":
        return 2 if state["conv1.weight"].shape[2] == 7 else 1
    stage, block, part = name.split(".")[:3]
    if stage == "layer1" or block != "0":
        return 1
    bottleneck = f"{stage}.{block}.conv3.weight" in state
    return 2 if part in ("downsample", "conv2" if bottleneck else "conv1") else 1


class Quantiser(NamedTuple):
    """Section 3. `minimum` and `maximum` broadcast against the values; `levels` = round(2^b), at least 2."""

    minimum: torch.Tensor
    maximum: torch.Tensor
    levels: int

    def scale(self) -> torch.Tensor:
        return (self.maximum - self.minimum) / (self.levels - 1)

    def unrounded(self, values: torch.Tensor) -> torch.Tensor:
        """clamp(v, min, max) / s; only where s > 0."""
        return torch.minimum(torch.maximum(values, self.minimum), self.maximum) / self.scale()

    def edge_distance(self, values: torch.Tensor) -> torch.Tensor:
        """How far, in codes, from where rounding jumps."""
        codes = self.unrounded(values)
        return (codes - torch.floor(codes) - 0.5).abs()

    def codes(self, values: torch.Tensor) -> torch.Tensor:
        """torch.round is half to even."""
        lowest = torch.round(self.minimum / self.scale())
        codes = torch.round(self.unrounded(values))
        return torch.minimum(torch.maximum(codes, lowest), lowest + (self.levels - 1))

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        scale = self.scale()
        return torch.where(scale > 0, scale * self.codes(values), values)


def levels_of(bits: float) -> int:
    return round(2.0**bits)


def weight_quantiser(layer: Layer, bits: float) -> Quantiser:
    """Min-max per output channel of the folded weights."""
    low, high = layer.weight_range()
    return Quantiser(low[:, None, None, None], high[:, None, None, None], levels_of(bits))


def quantise_weights(network: Network, bits: float) -> dict[str, torch.Tensor]:
    return {name: weight_quantiser(layer, bits)(layer.weight) for name, layer in network.layers.items()}


Ranges = dict[str, tuple[float, float]]  # tensor -> (minimum, maximum)


def activation_quantisers(ranges: Ranges, bits: float, dtype: torch.dtype = torch.float64) -> dict[str, Quantiser]:
    """One range per tensor; the input always has 8 bits."""
    quantisers = {}
    for name, (low, high) in ranges.items():
        levels = levels_of(INPUT_BITS if name == "input" else bits)
        quantisers[name] = Quantiser(torch.tensor(low, dtype=dtype), torch.tensor(high, dtype=dtype), levels)
    return quantisers


class Signal(NamedTuple):
    """Values, and the tensor whose quantiser they went through: its range is theirs."""

    tensor: str
    values: torch.Tensor  # [N, C, H, W]


NoiseOf = Callable[[str, Layer, Signal], torch.Tensor]


class Run:
    """One forward pass in the order of section 1: y = W x + b, + noise, ReLU, quantiser; sum, ReLU, quantiser.

    Keeps what tests need: `inputs` (layer -> Signal), `products` (layer -> pre-activation, noise included), `sums`
    (block -> residual sum before its ReLU), `unquantised` and `outputs` (tensor -> values before and after its
    quantiser).
    """

    def __init__(self, network: Network, images: torch.Tensor, *, weights: dict[str, torch.Tensor] | None = None,
                 quantisers: dict[str, Quantiser] | None = None, noise: NoiseOf | None = None):
        self.network = network
        self.weights = weights or {}
        self.quantisers = quantisers or {}
        self.noise = noise
        self.inputs: dict[str, Signal] = {}
        self.products: dict[str, torch.Tensor] = {}
        self.sums: dict[str, torch.Tensor] = {}
        self.unquantised: dict[str, torch.Tensor] = {}
        self.outputs: dict[str, torch.Tensor] = {}
        self.logits = self.forward(images)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.analog("conv1", self.finish("input", images), relu=True)
        if self.network.imagenet_stem:
            x = Signal(x.tensor, F.max_pool2d(x.values, 3, 2, 1))
        for stage, blocks in enumerate(self.network.stages, 1):
            for block in range(blocks):
                x = self.block(f"layer{stage}.{block}", x)
        x = self.finish("avgpool", x.values.mean((2, 3), keepdim=True))
        return self.analog("fc", x, relu=False).values.flatten(1)

    def block(self, path: str, x: Signal) -> Signal:
        branch = self.analog(f"{path}.conv1", x, relu=True)
        last = "conv2"
        if f"{path}.conv3" in self.network.layers:
            branch = self.analog(f"{path}.conv2", branch, relu=True)
            last = "conv3"
        branch = self.analog(f"{path}.{last}", branch, relu=False)
        self.sums[path] = branch.values + self.shortcut(path, x, branch.values)
        return self.finish(path, F.relu(self.sums[path]))

    def shortcut(self, path: str, x: Signal, branch: torch.Tensor) -> torch.Tensor:
        if f"{path}.downsample.0" in self.network.layers:
            return self.analog(f"{path}.downsample.0", x, relu=False).values
        if x.values.shape == branch.shape:
            return x.values
        new_channels = (branch.shape[1] - x.values.shape[1]) // 2  # on each side: option A
        return F.pad(x.values[:, :, ::2, ::2], (0, 0, 0, 0, new_channels, new_channels))

    def analog(self, name: str, x: Signal, *, relu: bool) -> Signal:
        layer = self.network.layers[name]
        y = layer.slide(x.values, self.weights.get(name, layer.weight), layer.bias)
        if self.noise is not None:
            y = y + self.noise(name, layer, x)
        self.inputs[name] = x
        self.products[name] = y
        return self.finish(name, F.relu(y) if relu else y)

    def finish(self, tensor: str, values: torch.Tensor) -> Signal:
        self.unquantised[tensor] = values
        if tensor in self.quantisers:
            values = self.quantisers[tensor](values)
        self.outputs[tensor] = values
        return Signal(tensor, values)


def ema_ranges(batches: list[dict[str, torch.Tensor]]) -> Ranges:
    """Section 3: the first batch sets a range, then r <- 0.99 r + 0.01 r_batch. `batches`: Run.outputs of each."""
    ranges = {name: (values.min().item(), values.max().item()) for name, values in batches[0].items()}
    for batch in batches[1:]:
        for name, values in batch.items():
            low, high = ranges[name]
            ranges[name] = 0.99 * low + 0.01 * values.min().item(), 0.99 * high + 0.01 * values.max().item()
    return ranges


def percentile_ranges(batches: list[dict[str, torch.Tensor]], percent: float = 99.99) -> Ranges:
    """Section 3: percentiles of all values of all batches together; the input keeps its running min-max."""
    ranges = {}
    for name in batches[0]:
        values = np.concatenate([batch[name].numpy().ravel() for batch in batches])
        low, high = np.percentile(values, [100 - percent, percent], method="linear")
        ranges[name] = float(low), float(high)
    return ranges | {"input": ema_ranges(batches)["input"]}


def patch_norm(layer: Layer, x: torch.Tensor) -> torch.Tensor:
    """[N, 1, H, W]: ||x|| of the input under the kernel; zero padding adds nothing."""
    return torch.sqrt(layer.slide(x * x, torch.ones_like(layer.weight[:1])))


def tap_norm(layer: Layer, x: torch.Tensor) -> torch.Tensor:
    """[1, C, H, W]: ||W_i|| of the taps that fall inside the image (section 2, shot)."""
    return torch.sqrt(layer.slide(torch.ones_like(x[:1]), layer.weight**2))


def shot_sigma(layer: Layer, x: torch.Tensor, energy: float) -> torch.Tensor:
    """[N, C, H, W]: ||W_i|| ||x|| / sqrt(D E) (section 2)."""
    return tap_norm(layer, x) * patch_norm(layer, x) / np.sqrt(layer.dot_length * energy)


def thermal_sigma(layer: Layer, input_range: tuple[float, float], energy: float) -> torch.Tensor:
    """[C]: sigma_t sqrt(D) (Wmax_i - Wmin_i) (xmax - xmin) / sqrt(E) (section 2)."""
    low, high = input_range
    return SIGMA_THERMAL * np.sqrt(layer.dot_length) * layer.weight_span() * (high - low) / np.sqrt(energy)


def weight_sigma(layer: Layer, energy: float) -> torch.Tensor:
    """[C]: std of one weight of channel i, sigma_w (Wmax_i - Wmin_i) / sqrt(E) (section 2)."""
    return SIGMA_WEIGHT * layer.weight_span() / np.sqrt(energy)


def weight_noise_sigma(layer: Layer, x: torch.Tensor, energy: float) -> torch.Tensor:
    """[N, C, H, W]: what weight_sigma() does to the pre-activation of x; independent weights add in squares."""
    return weight_sigma(layer, energy)[None, :, None, None] * patch_norm(layer, x)


class NoiseBits(NamedTuple):
    """Section 4."""

    output_range: float
    sigma: float
    levels: int
    bits: float
    snr_db: float


def noise_bits(output_range: float, sigma: float, clean: torch.Tensor) -> NoiseBits:
    """`clean`: the pre-activation without noise, whose variance over all elements and samples is the signal."""
    levels = int(np.ceil(output_range / (np.sqrt(12) * sigma) + 1))
    snr_db = 10 * np.log10(clean.var(correction=0).item() / sigma**2)
    return NoiseBits(output_range, sigma, levels, float(np.log2(levels)), float(snr_db))
