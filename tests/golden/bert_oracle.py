"""A noisy BERT encoder in PyTorch, float64, as a function of the logarithms of its energies (docs/model.md).

The derivative is autograd's. As in precision_oracle.py it is told of two things only: sigma's operands are constants
inside sigma, of both operands of the products of attention; and a quantiser's gradient is 1 inside [min, max] and 0
outside. Padding tokens are computed and count in D and the norms, but nobody attends to them.

Values are [tokens, features]; attention's are [heads, tokens, ...]. Noise elements: pixel = token of a linear layer;
pixel = head * tokens + token of attention, with the keys' tokens as channels of Q K^T and a head's features of P V.
"""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

import analog_oracle as oracle
import noise_values
from precision_oracle import LogEnergies, Setting, StraightThrough

LAYER_NORM_EPSILON = 1e-12


class Text(NamedTuple):
    """One sequence with its index in the data set."""

    ids: np.ndarray
    types: np.ndarray
    real: int
    sample: int


class NoisyBert:
    """`weights`: float64 by name; with `heads` heads."""

    def __init__(self, weights: dict[str, torch.Tensor], heads: int, ranges: oracle.Ranges, setting: Setting, seed: int):
        self.weights, self.heads, self.ranges, self.setting, self.seed = weights, heads, ranges, setting, seed
        self.layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder."))
        self.quantisers = {}
        if setting.bits is not None:
            quantisers = oracle.activation_quantisers(ranges, setting.bits)
            self.quantisers = {name: StraightThrough(quantiser) for name, quantiser in quantisers.items()}

    def order(self) -> list[str]:
        """The position of each operation is the `layer` of its noise."""
        parts = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.self.qk",
                 "attention.self.pv", "attention.output.dense", "intermediate.dense", "output.dense"]
        names = [f"encoder.layer.{layer}.{part}" for layer in range(self.layers) for part in parts]
        return names + ["pooler.dense", "classifier"]

    def channels(self, name: str) -> int:
        """How many energies it has."""
        return len(self.weights[name + ".bias"]) if name + ".bias" in self.weights else 1

    def run(self, text: Text, log_energies: LogEnergies, frozen: dict[str, torch.Tensor] | None = None) -> torch.Tensor:
        """Logits. Notes `tensors` (before their quantisers) and `sigmas` (at E = 1); `frozen` replaces the latter."""
        self.text, self.log_energies, self.frozen = text, log_energies, frozen
        self.tensors: dict[str, torch.Tensor] = {}
        self.sigmas: dict[str, torch.Tensor] = {}
        x = self.layer_norm("embeddings.LayerNorm", self.embeddings())
        for layer in range(self.layers):
            x = self.encoder_layer(f"encoder.layer.{layer}", x)
        pooled = self.linear("pooler.dense", x[:1], torch.tanh, reads=x)
        return self.linear("classifier", pooled)[0]

    def embeddings(self) -> torch.Tensor:
        table = {kind: self.weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")}
        tokens = len(self.text.ids)
        return self.quantise("embeddings", table["word"][self.text.ids] + table["position"][:tokens]
                             + table["token_type"][self.text.types])

    def encoder_layer(self, name: str, x: torch.Tensor) -> torch.Tensor:
        query, key, value = (self.linear(f"{name}.attention.self.{part}", x) for part in ("query", "key", "value"))
        context = self.attention(f"{name}.attention.self", query, key, value)
        attended = self.linear(f"{name}.attention.output.dense", context, residual=x)
        middle = self.layer_norm(f"{name}.attention.output.LayerNorm", attended)
        y = self.linear(f"{name}.intermediate.dense", middle, F.gelu)
        return self.layer_norm(f"{name}.output.LayerNorm", self.linear(f"{name}.output.dense", y, residual=middle))

    def attention(self, name: str, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        q, k, v = (self.split(values) for values in (query, key, value))
        size, tokens = q.shape[2], q.shape[1]
        scores = q @ k.transpose(1, 2) + self.product_noise(f"{name}.qk", q, k, size, (query, key))
        scaled = self.quantise(f"{name}.qk.scaled", self.quantise(f"{name}.qk", scores) / size**0.5)
        padding = torch.arange(tokens) >= self.text.real
        probabilities = self.quantise(f"{name}.softmax", torch.softmax(scaled.masked_fill(padding, -torch.inf), 2))
        attended = probabilities.masked_fill(padding, 0)
        self.note_origin(attended, f"{name}.softmax")
        context = attended @ v + self.product_noise(f"{name}.pv", attended, v.transpose(1, 2), tokens, (attended, value))
        return self.quantise(f"{name}.pv", context.transpose(0, 1).flatten(1))

    def split(self, values: torch.Tensor) -> torch.Tensor:
        return values.unflatten(1, (self.heads, -1)).transpose(0, 1)

    def product_noise(self, name: str, a: torch.Tensor, b: torch.Tensor, depth: int,
                      origins: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor | float:
        """Of a b^T, whose operands are rows over the contracted index."""
        if self.setting.noise == "weight":
            return 0.0
        if self.setting.noise == "shot":
            norms = [operand.detach().norm(dim=2) for operand in (a, b)]
            sigma = norms[0][:, :, None] * norms[1][:, None, :] / depth**0.5
        else:
            widths = [self.width(origin) for origin in origins]
            sigma = torch.full((len(a), a.shape[1], b.shape[1]), oracle.SIGMA_THERMAL * depth**0.5 * widths[0] * widths[1])
            sigma = sigma.double()
        shape = (b.shape[1], len(a) * a.shape[1], 1)
        xi = self.xi(name, shape).reshape(b.shape[1], len(a), a.shape[1]).permute(1, 2, 0)
        return self.factor(name) * self.used_sigma(name, sigma) * xi

    def linear(self, name: str, x: torch.Tensor, activation=None, residual: torch.Tensor | None = None,
               reads: torch.Tensor | None = None) -> torch.Tensor:
        """`reads`: whose grid x is on, if it is not the output of a quantiser itself."""
        weight = self.weights[name + ".weight"]
        low, high = weight.amin(1, keepdim=True), weight.amax(1, keepdim=True)
        used = weight
        if self.setting.bits is not None:
            used = oracle.Quantiser(low, high, oracle.levels_of(self.setting.bits))(weight)
        noise = 0.0
        if self.setting.noise == "weight":
            xi = noise_values.weight_values(self.seed, self.order().index(name), 0, tuple(weight.shape))
            spread = oracle.SIGMA_WEIGHT * (high - low) * self.factor(name)[:, None]
            used = used + spread * torch.from_numpy(xi).double()
        else:
            depth = weight.shape[1]
            if self.setting.noise == "shot":
                sigma = x.detach().norm(dim=1)[:, None] * used.norm(dim=1)[None] / depth**0.5
            else:
                sigma = (oracle.SIGMA_THERMAL * depth**0.5 * self.width(x if reads is None else reads)
                         * (high - low).T.expand(len(x), -1))
            xi = self.xi(name, (len(weight), len(x), 1))[..., 0].T
            noise = self.factor(name) * self.used_sigma(name, sigma) * xi
        y = self.quantise(name, x @ used.T + self.weights[name + ".bias"] + noise)
        parent = name.rsplit(".", 1)[0]
        if activation is not None:
            y = self.quantise(parent, activation(y))
        return y if residual is None else self.quantise(parent, y + residual)

    def layer_norm(self, name: str, x: torch.Tensor) -> torch.Tensor:
        return self.quantise(name, F.layer_norm(x, x.shape[1:], self.weights[name + ".weight"],
                                                self.weights[name + ".bias"], LAYER_NORM_EPSILON))

    def factor(self, name: str) -> torch.Tensor:
        return torch.exp(-self.log_energies[name] / 2)

    def used_sigma(self, name: str, sigma: torch.Tensor) -> torch.Tensor:
        self.sigmas[name] = sigma
        return sigma if self.frozen is None else self.frozen[name]

    def xi(self, name: str, shape: tuple[int, int, int]) -> torch.Tensor:
        values = noise_values.map_values(self.seed, self.order().index(name), self.text.sample, shape)
        return torch.from_numpy(values).double()

    def quantise(self, tensor: str, values: torch.Tensor) -> torch.Tensor:
        self.tensors[tensor] = values
        passed = self.quantisers[tensor](values) if self.quantisers else values * 1
        self.note_origin(passed, tensor)
        return passed

    @staticmethod
    def note_origin(values: torch.Tensor, tensor: str) -> None:
        values.tensor = tensor

    def width(self, values: torch.Tensor) -> float:
        """Of the range of the tensor that an operand is."""
        low, high = self.ranges[values.tensor]
        return high - low
