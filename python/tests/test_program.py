"""The same seed gives the same bits as the program."""

import h5py
import numpy as np
import pytest


@pytest.fixture(scope="module")
def ranges_file(program):
    file = program.folder / "ranges.h5"
    program.run("calibrate", "--calibration-method", "ema", "--calibration-batches", "1", "--out", str(file))
    return file


@pytest.fixture(scope="module")
def ranges(net, images):
    return net.calibrate(images, method="ema", batches=1)


def test_ranges(ranges, ranges_file):
    with h5py.File(ranges_file) as file:
        stored = {name: tuple(file["ranges"][name][:].tolist()) for name in ranges}
        assert len(file["ranges"]) == len(ranges)
    assert stored == ranges


CASES = {
    "none": {},
    "shot": {"noise": "shot", "energy": 10, "seed": 3},
    "thermal": {"noise": "thermal", "energy": 7.5, "seed": 3},
    "weight": {"noise": "weight", "energy": 5, "seed": 3},
    "shot repeated": {"noise": "shot", "energy": 2, "seed": 1, "repeats": 3},
    "shot quantised": {"noise": "shot", "energy": 10, "bits": 6.5},
    "thermal in float32": {"noise": "thermal", "energy": 10, "arithmetic": "float32"},
    "thermal, exact": {"noise": "thermal", "energy": 10, "bits": None},
    "own sigma": {"noise": "weight", "energy": 5, "sigma_weight": 0.05},
    "output": {"noise": "output", "energy": 2, "seed": 3, "sigma_output": 0.02},
    "programming": {"noise": "programming", "energy": 1, "seed": 3, "sigma_programming": 0.05},
    "together": {"noise": "shot+thermal+weight", "energy": 50, "seed": 3},
    "quantised": {"bits": 8},
    "weights alone": {"weight_bits": 4},
}
OPTIONS = {"repeats": "--repeat"}


def needs_ranges(how):
    noises = set(how.get("noise", "none").split("+"))
    bits = how.get("bits", 8 if noises - {"none", "shot"} else None)
    return bool({"thermal", "output"} & noises) or bits is not None


@pytest.mark.parametrize("case", CASES)
def test_logits(net, images, program, ranges, ranges_file, case):
    how = CASES[case]
    options = []
    for name, value in how.items():
        option = OPTIONS.get(name, "--" + name.replace("_", "-"))
        options += [option, "none" if value is None else str(value)]
    if needs_ranges(how):
        options += ["--calibration", str(ranges_file)]
    logits = net(images, **how, ranges=ranges)
    assert np.array_equal(logits, program.logits(*options))
    assert how == {} or not np.array_equal(logits, net(images))


def test_energies_per_channel(net, images, program, tmp_path):
    rng = np.random.default_rng(0)
    energies = {layer.name: rng.uniform(1, 20, layer.out_channels).astype(np.float32) for layer in net.layers}
    with h5py.File(tmp_path / "energies.h5", "w") as file:
        for name, values in energies.items():
            file[f"energies/{name}"] = values
    expected = program.logits("--noise", "shot", "--energies", str(tmp_path / "energies.h5"))
    assert np.array_equal(net(images, noise="shot", energy=energies), expected)
    assert np.array_equal(net(images, noise="shot", energy=list(energies.values())), expected)


@pytest.mark.parametrize("noise", ["shot", "weight"])
def test_trace(net, images, program, tmp_path, ranges, ranges_file, noise):
    options = ["--noise", noise, "--energy", "10", "--limit", str(len(images)), "--layers", "layer2.*,fc"]
    options += ["--calibration", str(ranges_file)] if noise == "weight" else []
    program.run("trace", *options, "--out", str(tmp_path / "trace.h5"))
    arrays = net.trace(images, noise=noise, energy=10, ranges=ranges, layers=["layer2.*", "fc"])
    assert len(arrays) == 1 + 4 * 4
    with h5py.File(tmp_path / "trace.h5") as file:
        for name, array in arrays.items():
            assert np.array_equal(array, file[name][:]), name


def test_layers(net, program):
    info = program.run("eval", "--noise", "shot", "--energy", "10")
    assert [layer["name"] for layer in info["layers"]] == [layer.name for layer in net.layers]
    assert info["macs"] == net.macs
