#!/usr/bin/env python3
"""Writes quantized/*.h5: what analog_oracle.py says of the networks of the same name in networks/.

torch_resnet20 (32x32) and torch_resnet50 (32x32) are large enough to be like real ones, and chaotic: a tenth of
their weights and a few of their activations lie on an edge between two codes, float32 falls either way, and every
changed code changes others further on. logits_<q>_spread says how much that is; it hides any small mistake.
sturdy_resnet20 (6x6) and sturdy_bottleneck (16x16) have weights (make_sturdy_networks.py) and images that were
picked to be nowhere near an edge: all spreads are about zero, and one wrong code is a mistake.

Everything is float64 unless said otherwise. "Clean" means no noise and no quantiser. <layer>, <tensor>: the names that
analog_oracle.py defines (ResNet20's classifier, `linear` in its file, is "fc"). Quantisers use ranges_ema unless said
otherwise; w8a8 = 8-bit weights and activations, w4a65 = 4 and 6.5 bits (91 levels), the input always 8 bits.

  calibration_input          float32 [2, 8, 3, H, W]  two batches, in the order calibration sees them
  input                      float32 [4, 3, H, W]     the test images; samples 0 to 3
  logits_clean               [4, 10]
  ranges_ema/<tensor>        [2]        min, max: exponential average over the two batches
  ranges_percentile/<tensor> [2]        min, max: 99.99th percentile ("input": as in ranges_ema)
  weights_range/<layer>      float32 [C, 2]     min, max of each output channel of the folded weights
  logits_<q>                 [4, 10]    q = w8a8, w4a65, equal_bits, and percentile (w8a8 with ranges_percentile)
      equal_bits: the output quantiser of each layer has its own noise_bits levels; all else 8 bits
  logits_<q>_spread          [4, 10]    largest change of the logit over 20 runs with float32-sized errors in weights,
                                        ranges and products
  quantized/<tensor>         int16 [C', H, W]         w8a8 codes of image 0; value = code * scale. All tensors and
                                        channels of the sturdy networks, else the first two channels of a few tensors
  quantized_scale/<tensor>   [1]
  quantized_differ/<tensor>  [1]        largest share of these codes that any of those 20 runs changes
  positions/<layer>          int32 [5, 3]  channel, row, column, for the next two
  sigma_shot/<layer>         [5]        E = 10, image 0, its clean x
  sigma_weight/<layer>       [5]        E = 10, image 0, its w8a8 x: std of the pre-activation under weight noise
  sigma_thermal/<layer>      float32 [C]        E = 10
  noise_bits/<layer>         [5]        output range, sigma (thermal, E = 10, rms), levels, bits, SNR in dB

The sturdy networks alone, of `statistics_count` noisy runs of the test images; the first axis is that of
`statistics_energies`:
  <model>_mean, <model>_std  [2, 4, 10] logits; thermal and weight noise on w8a8, shot noise on the clean network;
                                        std is of the sample (n - 1). Every run has draws of its own; in weight noise
                                        the four images of a run share one draw (they are one group of 32).
  statistics_count           int32 [1]
  statistics_energies        [2]        10 and 100

Arguments: names of networks; none means all. Needs torch, h5py and numpy. The statistics are float32: another machine
may write other last digits.
"""

import pathlib
import sys

import h5py
import numpy as np
import torch

import analog_oracle as oracle
import network_cases as cases
from make_sturdy_networks import NETWORKS as STURDY
from make_sturdy_networks import make_model as make_sturdy
from noise_statistics import ENERGIES, RUNS, Simulation
from quantized_case import ENERGY, KINDS, Case

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
from torch_resnet import BasicBlock, Bottleneck, ResNet  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "quantized"
SPREAD_RUNS = 20
SHOWN = ("input", "conv1", "layer1.0.conv1", "layer1.0.conv2", "layer1.0.conv3", "layer1.0.downsample.0", "layer1.0",
         "layer2.0.conv1", "layer2.0.conv2", "layer2.0", "layer3.2.conv1", "layer3.2", "layer4.0.downsample.0",
         "layer4.2", "avgpool", "fc")
MAX_BYTES = 300_000


def add_ranges(case: Case) -> None:
    for name in case.ranges:
        case.datasets[f"ranges_ema/{name}"] = np.array(case.ranges[name])
        case.datasets[f"ranges_percentile/{name}"] = np.array(case.percentiles[name])
    for name, layer in case.network.layers.items():
        case.datasets[f"weights_range/{name}"] = torch.stack(layer.weight_range(), 1).float().numpy()


def add_logits(case: Case) -> None:
    case.datasets["logits_clean"] = case.clean.logits.numpy()
    for kind in KINDS:
        run = case.quantised_run(kind)
        disturbed = [case.disturbed_run(kind) for _ in range(SPREAD_RUNS)]
        step = case.quantisers(kind)["fc"].scale()  # disturbed ranges alone move a logit by a little of it
        changes = torch.stack([other.logits - run.logits for other in disturbed]).abs().amax(0)
        if case.name in STURDY and changes.max() > 0.01 * step:
            raise SystemExit(f"{case.name} {kind}: not sturdy, logits change by {changes.max() / step} codes")
        case.datasets[f"logits_{kind}"] = run.logits.numpy()
        case.datasets[f"logits_{kind}_spread"] = changes.numpy()
        if kind == "w8a8":
            add_codes(case, run, disturbed)
            add_sigmas(case, run)


def add_codes(case: Case, run: oracle.Run, disturbed: list[oracle.Run]) -> None:
    quantisers = case.quantisers("w8a8")
    sturdy = case.name in STURDY
    for name in quantisers if sturdy else set(SHOWN) & set(quantisers):
        def codes(which: oracle.Run) -> torch.Tensor:
            return torch.round(which.outputs[name][0, :None if sturdy else 2] / quantisers[name].scale())
        shares = [(codes(other) != codes(run)).double().mean().item() for other in disturbed]
        case.datasets[f"quantized/{name}"] = codes(run).numpy().astype(np.int16)
        case.datasets[f"quantized_scale/{name}"] = quantisers[name].scale().numpy().reshape(1)
        case.datasets[f"quantized_differ/{name}"] = np.array([max(shares)])


def spots(shape: torch.Size) -> np.ndarray:
    """Corners, an edge and the middle of [C, H, W]: the border is where norms differ."""
    channels, height, width = shape
    return np.array([(0, 0, 0), (channels - 1, height - 1, width - 1), (channels // 2, height // 2, width // 2),
                     (1, 0, width // 2), (2, height - 1, 0)], dtype=np.int32)


def add_sigmas(case: Case, quantised: oracle.Run) -> None:
    for name, layer in case.network.layers.items():
        positions = spots(case.clean.products[name].shape[1:])
        at = (0, *positions.T)
        clean, x = case.clean.inputs[name], quantised.inputs[name]
        thermal = oracle.thermal_sigma(layer, case.ranges[x.tensor], ENERGY)
        case.datasets[f"positions/{name}"] = positions
        case.datasets[f"sigma_shot/{name}"] = oracle.shot_sigma(layer, clean.values, ENERGY)[at].numpy()
        case.datasets[f"sigma_weight/{name}"] = oracle.weight_noise_sigma(layer, x.values, ENERGY)[at].numpy()
        case.datasets[f"sigma_thermal/{name}"] = thermal.float().numpy()
        case.datasets[f"noise_bits/{name}"] = np.array(case.bits[name])


def add_statistics(case: Case, seed: int) -> None:
    simulation = Simulation(case)
    for index, model in enumerate(("shot", "thermal", "weight")):
        runs = [simulation.logits(model, energy, seed + 10 * index + step).astype(np.float64)
                for step, energy in enumerate(ENERGIES)]
        case.datasets[f"{model}_mean"] = np.stack([logits.mean(0) for logits in runs])
        case.datasets[f"{model}_std"] = np.stack([logits.std(0, ddof=1) for logits in runs])
    case.datasets["statistics_count"] = np.array([RUNS], dtype=np.int32)
    case.datasets["statistics_energies"] = np.array(ENERGIES)


def write(case: Case) -> None:
    path = FOLDER / f"{case.name}.h5"
    with h5py.File(path, "w", libver=cases.LIBVER) as file:
        for key in sorted(case.datasets):
            values = case.datasets[key]
            assert np.isfinite(values).all(), key
            file.create_dataset(key, data=values, **(cases.COMPRESSION if values.nbytes > 1000 else {}))
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{path.name} has {path.stat().st_size} bytes, more than {MAX_BYTES}")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    torch.set_num_threads(1)  # Sharing layers this small costs more than it saves, and sums have one order.
    resnet20 = ResNet(BasicBlock, (3, 3, 3), width=8, classes=10, imagenet_stem=False, projection=False)
    resnet50 = ResNet(Bottleneck, (3, 4, 6, 3), width=8, classes=10)
    networks = [("torch_resnet20", resnet20, 32, 20), ("torch_resnet50", resnet50, 32, 50)]
    networks += [(name, make_sturdy(name), size, 35) for name, size in STURDY.items()]
    with torch.inference_mode():
        for name, model, size, seed in networks:
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            case = Case(name, model, seed, size)
            cases.check_sane(name, case.clean.logits.numpy())
            add_ranges(case)
            add_logits(case)
            if name in STURDY:
                add_statistics(case, 100 * seed)
            write(case)


if __name__ == "__main__":
    main()
