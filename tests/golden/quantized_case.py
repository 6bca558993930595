"""One network of make_quantized_outputs.py: its images, its ranges, its quantised runs and how sturdy they are.

A value is near an edge if float32's errors may give it another code than float64 does.
"""

import pathlib
import sys

import h5py
import numpy as np
import torch

import analog_oracle as oracle
import network_cases as cases
from make_sturdy_networks import NETWORKS as STURDY

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
from torch_resnet import ResNet  # noqa: E402

BATCHES, BATCH, TESTS = 2, 8, 4
ENERGY = 10.0
KINDS = ("w8a8", "w4a65", "equal_bits", "percentile")
WEIGHT_ERROR = 2.0**-24
PRODUCT_ERROR = 2.0**-24  # of ||W|| ||x||; adding D float32 products one by one costs 0.4 of this
RANGE_ERROR = 2.0**-21
EDGE = 2.0**-19  # of a range: how far a sturdy network's activations keep from where rounding jumps
CANDIDATES = 512
MOST_CANDIDATES = 50_000


def make_images(rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    """Waves of random direction and colour, a brightness per image, and noise: multiples of 1/8."""
    row, column = np.meshgrid(np.linspace(0, 1, size), np.linspace(0, 1, size), indexing="ij")
    images = np.empty((count, 3, size, size))
    for image in images:
        for channel in image:
            frequency, phase = rng.uniform(-4, 4, 2), rng.uniform(0, 2 * np.pi)
            wave = np.sin(2 * np.pi * (frequency[0] * row + frequency[1] * column) + phase)
            channel[:] = rng.uniform(0.3, 1.2) * wave + rng.uniform(-0.5, 0.7)
    images += 0.4 * rng.standard_normal(images.shape)
    return (np.round(images * 8) / 8).astype(np.float32)


def load_network(name: str, model: ResNet, images: torch.Tensor) -> oracle.Network:
    """Also holds the folded network against the unfolded module."""
    with h5py.File(cases.FOLDER / f"{name}.h5") as file:
        values = {key.replace("linear.", "fc."): torch.from_numpy(np.asarray(dataset[()])) for key, dataset in
                  walk(file)}
    state = {key: tensor.double() if tensor.is_floating_point() else tensor for key, tensor in values.items()}
    model.double().load_state_dict(state)
    network = oracle.build_network({key: tensor for key, tensor in state.items() if tensor.is_floating_point()})
    expected = model.eval()(images)
    assert torch.allclose(oracle.Run(network, images).logits, expected, rtol=0, atol=1e-11 * expected.abs().max())
    return network


def walk(file: h5py.File) -> list[tuple[str, h5py.Dataset]]:
    found = []
    file.visititems(lambda key, item: found.append((key, item)) if isinstance(item, h5py.Dataset) else None)
    return found


def check_input_ties(images: np.ndarray, quantiser: oracle.Quantiser) -> None:
    """Images have few values. One on the edge between two codes would fall by the last bit of the scale."""
    distance = quantiser.edge_distance(torch.from_numpy(np.unique(images)).double()).min().item()
    if distance < 1e-3:
        raise SystemExit(f"the input has values {distance} codes from an edge: take another seed")


class Case:
    """A network, its ranges, and its clean and quantised runs over the test images."""

    def __init__(self, name: str, model: ResNet, seed: int, size: int):
        self.rng = np.random.default_rng(seed)
        self.name = name
        calibration = make_images(self.rng, BATCHES * BATCH, size).reshape(BATCHES, BATCH, 3, size, size)
        self.network = load_network(name, model, torch.from_numpy(calibration[0]).double())
        batches = [oracle.Run(self.network, torch.from_numpy(batch).double()).outputs for batch in calibration]
        self.ranges = oracle.ema_ranges(batches)
        self.percentiles = oracle.percentile_ranges(batches)
        check_input_ties(calibration, oracle.activation_quantisers(self.ranges, 8)["input"])
        images = self.sturdy_images(size) if name in STURDY else make_images(self.rng, TESTS, size)
        check_input_ties(images, oracle.activation_quantisers(self.ranges, 8)["input"])
        self.datasets: dict[str, np.ndarray] = {"calibration_input": calibration, "input": images}
        self.images = torch.from_numpy(images).double()
        self.clean = oracle.Run(self.network, self.images)
        self.bits = self.noise_bits(self.clean)

    def sturdy_images(self, size: int) -> np.ndarray:
        """Those of many whose activations keep away from edges in all quantised runs."""
        self.bits = self.noise_bits(oracle.Run(self.network, torch.zeros(1, 3, size, size, dtype=torch.float64)))
        found = []
        for _ in range(MOST_CANDIDATES // CANDIDATES):
            images = make_images(self.rng, CANDIDATES, size)
            for kind in KINDS:
                images = images[self.edge_distances(images, kind) > EDGE] if len(images) else images
            found += list(images)
            if len(found) >= TESTS:
                return np.stack(found[:TESTS])
        raise SystemExit(f"{self.name}: only {len(found)} images keep away from edges")

    def edge_distances(self, images: np.ndarray, kind: str) -> np.ndarray:
        """[len(images)]: the nearest any activation comes to an edge, in ranges."""
        self.images = torch.from_numpy(images).double()
        quantisers = self.quantisers(kind)
        unquantised = self.quantised_run(kind).unquantised
        distances = [quantiser.edge_distance(unquantised[name]).flatten(1).amin(1) / (quantiser.levels - 1)
                     for name, quantiser in quantisers.items()]
        return torch.stack(distances).amin(0).numpy()

    def noise_bits(self, clean: oracle.Run) -> dict[str, oracle.NoiseBits]:
        bits = {}
        for name, layer in self.network.layers.items():
            sigma = oracle.thermal_sigma(layer, self.ranges[clean.inputs[name].tensor], ENERGY)
            low, high = self.ranges[name]
            bits[name] = oracle.noise_bits(high - low, sigma.square().mean().sqrt().item(), clean.products[name])
        return bits

    def ranges_of(self, kind: str) -> oracle.Ranges:
        return self.percentiles if kind == "percentile" else self.ranges

    def quantisers(self, kind: str, ranges: oracle.Ranges | None = None) -> dict[str, oracle.Quantiser]:
        quantisers = oracle.activation_quantisers(ranges or self.ranges_of(kind), 6.5 if kind == "w4a65" else 8)
        if kind == "equal_bits":
            for name, bits in self.bits.items():
                quantisers[name] = quantisers[name]._replace(levels=bits.levels)
        return quantisers

    def quantised_run(self, kind: str) -> oracle.Run:
        weights = oracle.quantise_weights(self.network, 4 if kind == "w4a65" else 8)
        return oracle.Run(self.network, self.images, weights=weights, quantisers=self.quantisers(kind))

    def disturbed_run(self, kind: str) -> oracle.Run:
        ranges = {name: tuple(np.array(ends) * (1 + RANGE_ERROR * self.rng.uniform(-1, 1, 2)))
                  for name, ends in self.ranges_of(kind).items()}
        return oracle.Run(self.network, self.images, weights=self.disturbed_weights(4 if kind == "w4a65" else 8),
                          quantisers=self.quantisers(kind, ranges), noise=self.rounding_noise)

    def disturbed_weights(self, bits: float) -> dict[str, torch.Tensor]:
        weights = {}
        for name, layer in self.network.layers.items():
            error = WEIGHT_ERROR * torch.from_numpy(self.rng.uniform(-1, 1, tuple(layer.weight.shape)))
            weights[name] = oracle.weight_quantiser(layer, bits)(layer.weight * (1 + error))
        return weights

    def rounding_noise(self, name: str, layer: oracle.Layer, x: oracle.Signal) -> torch.Tensor:
        size = PRODUCT_ERROR * oracle.shot_sigma(layer, x.values, 1 / layer.dot_length)
        return size * torch.from_numpy(self.rng.standard_normal(tuple(size.shape)))
