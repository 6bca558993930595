#!/usr/bin/env python3
"""Writes gradients/*.h5: the loss of a noisy network and its derivative by the logarithm of every channel's energy.

precision_oracle.py computes them, in float64, for the sturdy networks in networks/ and noise of step 0. The images are
made so that no value comes near an edge between two codes, a kink of ReLU, an end of a quantiser or a tie in a max
pool: float32 takes the same side everywhere, and one wrong rule is a large error. Ranges are those that
quantized/*.h5 has, cut by a third: one to three values in a hundred lie outside, where a quantiser's gradient is 0.

  images             float32 [4, 3, H, W]  multiples of 1/8
  labels             int32 [4]
  samples            int32 [4]             the index of each image in its data set: 0 ... 3
  layers             string [layers]       names, in the order of the noise's `layer`
  ranges/<tensor>    float32 [2]           min, max; names as in make_quantized_outputs.py
  <case>             a group for each of shot, thermal, weight, shot_rounded, thermal_rounded, weight_rounded,
                     thermal_w8a8 and weight_w8a8. Its attributes:
                       noise         "shot", "thermal" or "weight"
                       bits          0 or 8: of weights and activations, the input included; 0 is no quantiser
                       round_energy  0 or 1
                       seed, step    of the noise
                       sigma_thermal, sigma_weight
    energies/<layer>   float32 [C]  before rounding; those of the rounded cases are from 0.35 to 16
    gradients/<layer>  [C]          d loss / d log E
    loss               [1]          mean cross entropy over the batch
    logits             [4, 10]      of the noisy network

Arguments: names of networks; none means all. Needs torch, h5py and numpy.
"""

import pathlib
import sys

import h5py
import numpy as np
import torch

import analog_oracle as oracle
import network_cases as cases
from make_sturdy_networks import NETWORKS as STURDY
from make_sturdy_networks import make_model
from precision_oracle import LogEnergies, NoisyNetwork, Setting
from quantized_case import load_network, make_images
from sturdy_gradients import find_images

FOLDER = pathlib.Path(__file__).parent / "gradients"
SEEDS = {"sturdy_resnet20": 20, "sturdy_bottleneck": 50}
SAMPLES = [0, 1, 2, 3]
LABELS = [3, 0, 7, 3]
CUT = 0.65
ENERGY_OCTAVES = {False: (2.8, 5.8), True: (-1.5, 4.0)}  # rounded or not
SETTINGS = [Setting("thermal", 8), Setting("weight", 8)]  # first, for they leave the fewest images
SETTINGS += [Setting(noise, None, rounded) for rounded in (False, True) for noise in ("shot", "thermal", "weight")]
STEP = 1e-6  # of central differences
CHECKED_CHANNELS = 12
MAX_BYTES = 300_000


def name_of(setting: Setting) -> str:
    return setting.noise + ("_w8a8" if setting.bits else "") + ("_rounded" if setting.rounded else "")


def read_ranges(name: str) -> oracle.Ranges:
    ranges = {}
    with h5py.File(FOLDER.parent / "quantized" / f"{name}.h5") as file:
        file["ranges_ema"].visititems(lambda tensor, item: ranges.__setitem__(tensor, item[()])
                                      if isinstance(item, h5py.Dataset) else None)
    return {tensor: tuple((CUT * ends).astype(np.float32).astype(float)) for tensor, ends in ranges.items()}


def draw_energies(network: oracle.Network, rng: np.random.Generator, rounded: bool) -> dict[str, np.ndarray]:
    """float32. None to be rounded lies where float32 might round it otherwise."""
    energies = {}
    for name, layer in sorted(network.layers.items()):
        values = 2 ** rng.uniform(*ENERGY_OCTAVES[rounded], len(layer.weight))
        near = rounded & (np.abs(values % 1 - 0.5) < 1e-3)
        energies[name] = np.where(near, values + 0.01, values).astype(np.float32)
    return energies


def logarithms(energies: dict[str, np.ndarray]) -> LogEnergies:
    return {name: torch.log(torch.from_numpy(values).double()).requires_grad_() for name, values in energies.items()}


class Gradients:
    """One network under one setting, and what the file says of it."""

    def __init__(self, noisy: NoisyNetwork, energies: dict[str, np.ndarray]):
        self.noisy, self.energies = noisy, energies
        self.log_energies = logarithms(energies)

    def compute(self, images: torch.Tensor, labels: torch.Tensor) -> None:
        self.images, self.labels = images, labels
        self.run = self.noisy.run(images, SAMPLES, self.log_energies)
        self.frozen = self.noisy.sigmas
        self.loss = self.noisy.loss(self.run, labels)
        self.loss.backward()

    def outside_share(self) -> float:
        """Of all values, those in whose place a quantiser has an end."""
        outside = [~through.inside(self.run.unquantised[name]) for name, through in self.noisy.quantisers.items()]
        return torch.cat([flags.flatten() for flags in outside]).double().mean().item() if outside else 0.0

    @torch.no_grad()
    def check_differences(self, rng: np.random.Generator) -> float:
        """The largest error of a few channels against central differences, over their layer's largest gradient."""
        worst = 0.0
        for name in rng.choice(self.noisy.order, CHECKED_CHANNELS):
            values = self.log_energies[name]
            channel = rng.integers(len(values))
            difference = (self.moved_loss(values, channel, STEP) - self.moved_loss(values, channel, -STEP)) / (2 * STEP)
            worst = max(worst, abs(difference - values.grad[channel]).item() / values.grad.abs().max().item())
        return worst

    def moved_loss(self, values: torch.Tensor, channel: int, step: float) -> torch.Tensor:
        values[channel] += step
        frozen = None if self.noisy.setting.noise == "weight" else self.frozen
        run = self.noisy.run(self.images, SAMPLES, self.log_energies, frozen)
        values[channel] -= step
        return self.noisy.loss(run, self.labels)

    def write(self, group: h5py.Group) -> None:
        setting = self.noisy.setting
        group.attrs.update({"noise": setting.noise, "bits": np.int32(setting.bits or 0), "seed": self.noisy.seed,
                            "round_energy": np.int32(setting.rounded), "step": np.int32(0),
                            "sigma_thermal": oracle.SIGMA_THERMAL, "sigma_weight": oracle.SIGMA_WEIGHT})
        for name, values in self.log_energies.items():
            group[f"energies/{name}"] = self.energies[name]
            group[f"gradients/{name}"] = values.grad.numpy()
        group["loss"] = self.loss.detach().numpy().reshape(1)
        group["logits"] = self.run.logits.detach().numpy()


def compute(name: str, size: int) -> tuple[np.ndarray, list[Gradients]]:
    """The images, and every setting's gradients."""
    rng = np.random.default_rng(SEEDS[name])
    with torch.no_grad():
        network = load_network(name, make_model(name), torch.from_numpy(make_images(rng, 2, size)).double())
    energies = {rounded: draw_energies(network, rng, rounded) for rounded in (False, True)}
    ranges = read_ranges(name)
    found = [Gradients(NoisyNetwork(network, ranges, setting, SEEDS[name] + index), energies[setting.rounded])
             for index, setting in enumerate(SETTINGS)]
    runs = [(one.noisy, one.log_energies) for one in found]
    images = find_images(runs, SAMPLES, lambda count: make_images(rng, count, size))
    for one in found:
        one.compute(torch.from_numpy(images).double(), torch.tensor(LABELS))
        line = f"{name} {name_of(one.noisy.setting)}: loss {one.loss:.3f}, outside {one.outside_share():.1%}"
        if one.noisy.setting.bits is None and not one.noisy.setting.rounded:
            line += f", worst error against central differences {one.check_differences(rng):.1e}"
        print(line)
    return images, found


def write(name: str, images: np.ndarray, found: list[Gradients]) -> None:
    path = FOLDER / f"{name}.h5"
    with h5py.File(path, "w", libver=cases.LIBVER) as file:
        file["images"] = images
        file["labels"] = np.array(LABELS, np.int32)
        file["samples"] = np.array(SAMPLES, np.int32)
        file["layers"] = found[0].noisy.order
        for tensor, ends in found[0].noisy.ranges.items():
            file[f"ranges/{tensor}"] = np.array(ends, np.float32)
        for one in found:
            one.write(file.create_group(name_of(one.noisy.setting)))
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{path.name} has {path.stat().st_size} bytes, more than {MAX_BYTES}")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    for name, size in STURDY.items():
        if not sys.argv[1:] or name in sys.argv[1:]:
            write(name, *compute(name, size))


if __name__ == "__main__":
    main()
