"""Images whose gradients are the same in float32: nothing comes near a place where a code or a derivative jumps."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

import analog_oracle as oracle
from precision_oracle import LogEnergies, NoisyNetwork

EDGE = 2.0**-19  # of a range; where quantisers wipe out the errors of the layers before
KINK = 2.0**-16  # the same where there are none
CANDIDATES = 512
MOST_CANDIDATES = 400_000

Runs = list[tuple[NoisyNetwork, LogEnergies]]


def nearest(distances: torch.Tensor) -> torch.Tensor:
    """[N]"""
    return distances.flatten(1).amin(1)


def from_kink(values: torch.Tensor) -> torch.Tensor:
    """How far from where ReLU bends. A residual sum of two zeros is zero in any precision."""
    return nearest(torch.where(values == 0, torch.inf, values.abs()))


def relu_distances(noisy: NoisyNetwork, run: oracle.Run) -> list[torch.Tensor]:
    """In ranges."""
    bent = {name: values for name, values in run.products.items() if run.unquantised[name] is not values} | run.sums
    return [from_kink(values) / (noisy.ranges[name][1] - noisy.ranges[name][0]) for name, values in bent.items()]


def quantiser_distances(noisy: NoisyNetwork, run: oracle.Run) -> list[torch.Tensor]:
    """In ranges: from where rounding jumps, and from where the gradient does."""
    distances = []
    for name, through in noisy.quantisers.items():
        values, quantiser = run.unquantised[name], through.quantiser
        distances.append(nearest(quantiser.edge_distance(values)) / (quantiser.levels - 1))
        if name == "input":
            continue
        for end in (quantiser.minimum, quantiser.maximum):
            away = ((values - end) / quantiser.scale()).abs()
            distances.append(nearest(torch.where(values == 0, torch.inf, away)) / (quantiser.levels - 1))
    return distances


def has_pool_ties(noisy: NoisyNetwork, run: oracle.Run) -> torch.Tensor:
    """[N]: a window of the max pool whose largest values are as good as equal, and one of them has a gradient."""
    values, before = run.outputs["conv1"], run.unquantised["conv1"]
    alive = before > 0
    if noisy.quantisers:
        alive &= noisy.quantisers["conv1"].inside(before)
    width = noisy.ranges["conv1"][1] - noisy.ranges["conv1"][0]

    def windows(map_: torch.Tensor) -> torch.Tensor:
        """[N, C, 9, windows]; ReLU's outputs are not below the padding's zeros."""
        return F.unfold(map_.double(), 3, padding=1, stride=2).unflatten(1, (map_.shape[1], 9))
    seen = windows(values)
    top = seen >= seen.amax(2, keepdim=True) - KINK * width
    tied = (top.sum(2) > 1) & (windows(alive) * top).any(2)
    return tied.flatten(1).any(1)


def is_sturdy(noisy: NoisyNetwork, run: oracle.Run) -> np.ndarray:
    """bool [N]"""
    distances = relu_distances(noisy, run) + quantiser_distances(noisy, run)
    sturdy = torch.stack(distances).amin(0) > (EDGE if noisy.quantisers else KINK)
    if noisy.network.imagenet_stem:
        sturdy &= ~has_pool_ties(noisy, run)
    return sturdy.numpy()


def find_images(runs: Runs, samples: list[int], make: Callable[[int], np.ndarray]) -> np.ndarray:
    """One image for each sample, sturdy in all runs at once. `make` gives so many candidates."""
    found = []
    with torch.no_grad():
        for sample in samples:
            found.append(find_image(runs, sample, make))
    return np.stack(found)


def find_image(runs: Runs, sample: int, make: Callable[[int], np.ndarray]) -> np.ndarray:
    survivors = np.zeros(len(runs), int)
    for _ in range(MOST_CANDIDATES // CANDIDATES):
        images = make(CANDIDATES)
        for index, (noisy, log_energies) in enumerate(runs):
            run = noisy.run(torch.from_numpy(images).double(), [sample], log_energies)
            images = images[is_sturdy(noisy, run)]
            survivors[index] += len(images)
            if len(images) == 0:
                break
        else:
            return images[0]
    raise SystemExit(f"sample {sample}: no image is sturdy in all runs; left after each: {survivors}")
