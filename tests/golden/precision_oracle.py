"""Section 6 of docs/model.md in PyTorch: the noisy network as a function of the logarithms of its energies.

The derivative is autograd's. It is told of three things only: x is a constant inside sigma, a quantiser's gradient is
1 inside [min, max] and 0 outside, and rounding an energy changes no gradient.

Conventions that the spec leaves open:
  - ReLU's gradient is 0 at 0; of equal values a max pool takes the first, row by row;
  - with rounded energies, E_used = max(1, round(E)), noise is that of E_used and d noise / d log E = -1/2 noise.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F

import analog_oracle as oracle
import noise_values

SAMPLES_PER_DRAW = 32


class Setting(NamedTuple):
    """`bits`: of weights and activations; None for no quantiser, the input's included."""

    noise: str  # shot, thermal, weight
    bits: int | None = None
    rounded: bool = False


class StraightThrough(NamedTuple):
    quantiser: oracle.Quantiser

    def inside(self, values: torch.Tensor) -> torch.Tensor:
        return (self.quantiser.minimum <= values) & (values <= self.quantiser.maximum)

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        passed = torch.where(self.inside(values), values - values.detach(), 0.0)
        return self.quantiser(values).detach() + passed


def layer_order(network: oracle.Network) -> list[str]:
    """The position of each layer is the `layer` of its noise: a projection comes before its block's last layer."""
    order = ["conv1"]
    for stage, blocks in enumerate(network.stages, 1):
        for block in range(blocks):
            names = [f"layer{stage}.{block}.{part}" for part in ("conv1", "conv2", "conv3", "downsample.0")]
            names = [name for name in names if name in network.layers]
            if names[-1].endswith("downsample.0"):
                names[-2:] = names[-1], names[-2]
            order += names
    return order + ["fc"]


def round_energies(log_energy: torch.Tensor) -> torch.Tensor:
    """log(max(1, round(E))), with the gradient of log E."""
    used = torch.log(torch.clamp(torch.round(torch.exp(log_energy)), min=1.0))
    return used.detach() + (log_energy - log_energy.detach())


LogEnergies = dict[str, torch.Tensor]  # layer -> [C]


class NoisyNetwork:
    """Under one setting. `ranges` serve the quantisers and the sigma of thermal noise."""

    def __init__(self, network: oracle.Network, ranges: oracle.Ranges, setting: Setting, seed: int):
        self.network, self.ranges, self.setting, self.seed = network, ranges, setting, seed
        self.order = layer_order(network)
        self.weights, self.quantisers = {}, {}
        if setting.bits is not None:
            self.weights = oracle.quantise_weights(network, setting.bits)
            quantisers = oracle.activation_quantisers(ranges, setting.bits)
            self.quantisers = {name: StraightThrough(quantiser) for name, quantiser in quantisers.items()}

    def run(self, images: torch.Tensor, samples: list[int], log_energies: LogEnergies,
            frozen: dict[str, torch.Tensor] | None = None) -> oracle.Run:
        """`samples`: the index of each image in its data set, or one for all of them. `frozen`: the sigma of shot noise
        at E = 1, from `sigmas` of another run, where it must not follow x.
        """
        if self.setting.rounded:
            log_energies = {name: round_energies(values) for name, values in log_energies.items()}
        factors = {name: torch.exp(-values / 2) for name, values in log_energies.items()}
        self.sigmas: dict[str, torch.Tensor] = {}
        weights, noise = self.weights, None
        if self.setting.noise == "weight":
            weights = {name: self.noisy_weight(name, samples, factors[name]) for name in self.order}
        else:
            def noise(name: str, layer: oracle.Layer, x: oracle.Signal) -> torch.Tensor:
                sigma = self.sigma(name, layer, x) if frozen is None else frozen[name]
                self.sigmas[name] = sigma
                return factors[name][:, None, None] * sigma * self.xi(name, samples, layer, x)
        return oracle.Run(self.network, images, weights=weights, quantisers=self.quantisers, noise=noise)

    def sigma(self, name: str, layer: oracle.Layer, x: oracle.Signal) -> torch.Tensor:
        """At E = 1."""
        if self.setting.noise == "shot":
            return oracle.shot_sigma(layer, x.values.detach(), 1.0)
        return oracle.thermal_sigma(layer, self.ranges[x.tensor], 1.0)[:, None, None]

    def xi(self, name: str, samples: list[int], layer: oracle.Layer, x: oracle.Signal) -> torch.Tensor:
        height, width = (-(-size // layer.stride) for size in x.values.shape[2:])
        shape = (len(layer.weight), height, width)
        position = self.order.index(name)
        maps = [noise_values.map_values(self.seed, position, sample, shape) for sample in samples]
        return torch.stack([torch.from_numpy(values).double() for values in maps])

    def noisy_weight(self, name: str, samples: list[int], factor: torch.Tensor) -> torch.Tensor:
        (group,) = {sample // SAMPLES_PER_DRAW for sample in samples}
        layer = self.network.layers[name]
        xi = noise_values.weight_values(self.seed, self.order.index(name), group, tuple(layer.weight.shape))
        sigma = factor * oracle.weight_sigma(layer, 1.0)
        noise = sigma[:, None, None, None] * torch.from_numpy(xi).double()
        return self.weights.get(name, layer.weight) + noise

    def loss(self, run: oracle.Run, labels: torch.Tensor) -> torch.Tensor:
        """Section 6's first term: the mean over the batch."""
        return F.cross_entropy(run.logits, labels)
