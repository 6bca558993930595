"""Many noisy runs of a network in float32: the statistics of make_quantized_outputs.py."""

import numpy as np
import torch

import analog_oracle as oracle
from quantized_case import TESTS, Case

ENERGIES = (10.0, 100.0)
RUNS = 2000
RUNS_AT_ONCE = 50


class Simulation:
    """Noisy runs of a case's test images in float32."""

    def __init__(self, case: Case):
        self.network = case.network.to(torch.float32)
        self.images = case.images.float()
        self.ranges = case.ranges
        self.quantisers = oracle.activation_quantisers(case.ranges, 8, torch.float32)
        self.weights = {name: values.float() for name, values in oracle.quantise_weights(case.network, 8).items()}

    def logits(self, model: str, energy: float, seed: int) -> np.ndarray:
        """[RUNS, 4, 10]"""
        rng = np.random.default_rng(seed)
        if model == "weight":
            return np.stack([self.weight_run(rng, energy) for _ in range(RUNS)])
        groups = [getattr(self, f"{model}_runs")(rng, energy) for _ in range(RUNS // RUNS_AT_ONCE)]
        return np.concatenate(groups).reshape(RUNS, TESTS, -1)

    def shot_runs(self, rng: np.random.Generator, energy: float) -> np.ndarray:
        def noise(name: str, layer: oracle.Layer, x: oracle.Signal) -> torch.Tensor:
            sigma = oracle.shot_sigma(layer, x.values, energy)
            return sigma * normals(rng, sigma.shape)
        return oracle.Run(self.network, self.images.repeat(RUNS_AT_ONCE, 1, 1, 1), noise=noise).logits.numpy()

    def thermal_runs(self, rng: np.random.Generator, energy: float) -> np.ndarray:
        def noise(name: str, layer: oracle.Layer, x: oracle.Signal) -> torch.Tensor:
            sigma = oracle.thermal_sigma(layer, self.ranges[x.tensor], energy)[None, :, None, None]
            height, width = (-(-size // layer.stride) for size in x.values.shape[2:])
            return sigma * normals(rng, (len(x.values), sigma.shape[1], height, width))
        return oracle.Run(self.network, self.images.repeat(RUNS_AT_ONCE, 1, 1, 1), weights=self.weights,
                          quantisers=self.quantisers, noise=noise).logits.numpy()

    def weight_run(self, rng: np.random.Generator, energy: float) -> np.ndarray:
        weights = {}
        for name, layer in self.network.layers.items():
            sigma = oracle.weight_sigma(layer, energy)[:, None, None, None]
            weights[name] = self.weights[name] + sigma * normals(rng, layer.weight.shape)
        return oracle.Run(self.network, self.images, weights=weights, quantisers=self.quantisers).logits.numpy()


def normals(rng: np.random.Generator, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(rng.standard_normal(tuple(shape), dtype=np.float32))
