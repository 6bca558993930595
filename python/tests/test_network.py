"""Networks of images: arrays in, arrays out, and what is refused."""

import re
import threading
import warnings

import h5py
import numpy as np
import pytest
from conftest import WEIGHTS

import dpac

SHOT = {"noise": "shot", "energy": 10, "seed": 5}


def test_about(net):
    assert repr(net) == "<dpac.Network ResNet8: 1x28x28 -> 10, 10 analog layers>"
    assert (net.input_shape, net.classes, net.reads_text) == ((1, 28, 28), 10, False)
    assert net.macs == sum(layer.dot_length * layer.outputs for layer in net.layers)
    assert net.assumed and net.left_out and net.format and net.parameters > 0


def test_layers_are_a_table(net):
    lines = repr(net.layers).splitlines()
    assert re.split(r"\s+", lines[1]) == ["conv1", "convolution", "9", "12,544", "112,896", "16", "1", "160"]
    assert len(lines) == 1 + len(net.layers)
    assert net.layers._repr_html_().count("<tr>") == len(lines)


def test_demo_is_right(net, images):
    with h5py.File(WEIGHTS) as file:
        labels = file["labels"][: len(images)].ravel()
    assert (net(images).argmax(1) == labels).mean() > 0.85


def test_results_do_not_depend_on_what_runs_together(net, images):
    whole = net(images, **SHOT)
    parts = [net(images[i : i + n], first_sample=i, **SHOT) for i, n in ((0, 1), (1, 2), (3, 17), (20, 20))]
    assert np.array_equal(whole, np.concatenate(parts))
    assert not np.array_equal(whole[1:], net(images[1:], **SHOT))  # Other indices, other noise.


def test_results_do_not_depend_on_threads(images):
    net = dpac.load(WEIGHTS, input_size=(28, 28))
    logits = []
    for net.threads in (1, 2, 3):
        logits.append(net(images, **SHOT))
    assert np.array_equal(logits[0], logits[1]) and np.array_equal(logits[0], logits[2])


def test_seeds_differ_and_repeat(net, images):
    a, b = (net(images, noise="shot", energy=10, seed=seed) for seed in (1, 2))
    assert not np.array_equal(a, b)
    assert np.array_equal(a, net(images, noise="shot", energy=np.float32(10), seed=np.int64(1)))


def test_arrays_of_any_layout(net, images):
    strided = np.repeat(images, 2, axis=3)[..., ::2]
    assert not strided.flags.c_contiguous
    assert np.array_equal(net(strided), net(images))
    frozen = images.copy()
    frozen.flags.writeable = False
    assert np.array_equal(net(frozen), net(images))


def test_more_settings_than_are_kept(net, images):
    first = net(images, **SHOT)
    for n in (1, 2, 4):
        for how in ({}, SHOT, {"weight_bits": 5}):
            net(images[:n], **how)
    assert np.array_equal(first, net(images, **SHOT))


def test_mean_of_noise_is_the_exact_network(net, images):
    arrays = net.trace(images[:4], noise="shot", energy=10, layers="conv1")
    assert not np.array_equal(arrays["conv1/noisy"], arrays["conv1/pre"])
    z = (arrays["conv1/noisy"] - arrays["conv1/pre"])[arrays["conv1/sigma"] > 0]
    z /= arrays["conv1/sigma"][arrays["conv1/sigma"] > 0]
    assert abs(z.mean()) < 5 / np.sqrt(z.size) and abs(z.std() - 1) < 5 / np.sqrt(2 * z.size)
    assert np.array_equal(arrays["logits"], net(images[:4], noise="shot", energy=10))


def test_other_threads_go_on_while_it_computes(net, images):
    many = np.repeat(images, 50, axis=0)
    done, turns = threading.Event(), 0
    worker = threading.Thread(target=lambda: (net(many), done.set()))
    worker.start()
    while not done.is_set():
        turns += 1
        done.wait(0.001)
    worker.join()
    assert turns > 5


def test_calls_from_several_threads(net, images):
    expected = {seed: net(images, noise="shot", energy=10, seed=seed) for seed in range(4)}
    found = {}

    def work(seed):
        found[seed] = net(images, noise="shot", energy=10, seed=seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[seed], logits) for seed, logits in expected.items())


REFUSED = {
    "shape": (lambda net, x: net(x[:, :, :5]), r"shape \[40, 1, 5, 28\], expected \[N, 1, 28, 28\]"),
    "rank": (lambda net, x: net(x[0]), r"shape \[1, 28, 28\], expected"),
    "type": (lambda net, x: net(x.astype(np.float64)), "float64, expected float32"),
    "bytes": (lambda net, x: net((x * 255).astype(np.uint8)), r"expected uint8 \[N, H, W, 3\]"),
    "no samples": (lambda net, x: net(x[:0]), "no samples"),
    "noise": (lambda net, x: net(x, noise="short"), "noise is 'short', expected one of 'none', 'shot'"),
    "no energy": (lambda net, x: net(x, noise="shot"), "needs an energy"),
    "energy of nothing": (lambda net, x: net(x, energy=1), "energy was given, but does nothing"),
    "sigma of nothing": (lambda net, x: net(x, sigma_weight=1, **SHOT), "sigma_weight was given, but the noise is"),
    "D of nothing": (lambda net, x: net(x, dot_length="paper"), "dot_length paper was given, but the noise is"),
    "D without groups": (lambda net, x: net(x, dot_length="paper", **SHOT), "no layer of this network has groups"),
    "energy 0": (lambda net, x: net(x, noise="shot", energy=0), "conv1': the energy per MAC is 0"),
    "unknown layer": (lambda net, x: net(x, noise="shot", energy={"c": 1}), "'c', which is not in the network"),
    "missing layers": (lambda net, x: net(x, noise="shot", energy={"fc": 1}), "no energy for 9 of the network's 10"),
    "channels": (lambda net, x: net(x, noise="shot", energy=[[1, 2]] + 9 * [1]), "conv1': 2 energies were given"),
    "layers": (lambda net, x: net(x, noise="shot", energy=[1, 2]), "energies for 2 layers"),
    "no ranges": (lambda net, x: net(x, noise="thermal", energy=1), "need ranges"),
    "other ranges": (lambda net, x: net(x, bits=8, ranges={"input": (0, 1)}), "no range for 14 of the network's 15"),
    "bits": (lambda net, x: net(x, weight_bits=30), "1 to 24 bits, but 30"),
    "seed": (lambda net, x: net(x, noise="shot", energy=1, seed=-1), "seed is -1"),
    "index": (lambda net, x: net(x, first_sample=-1), "index is -1"),
    "mask": (lambda net, x: net(x, mask=x), "reads images"),
    "pattern": (lambda net, x: net.trace(x, layers="block*"), "no analog layer fits 'block"),
    "method": (lambda net, x: net.calibrate(x, method="max"), "method is 'max', expected one of 'ema'"),
    "batches": (lambda net, x: net.calibrate(x, method="ema", batches=0), "batches is 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(net, images, case):
    call, sentence = REFUSED[case]
    with pytest.raises(dpac.Error, match=sentence):
        call(net, images)


def test_files_that_are_refused(tmp_path):
    with pytest.raises(dpac.Error, match="nowhere.h5"):
        dpac.load(tmp_path / "nowhere.h5")
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(dpac.Error, match="text.h5"):
        dpac.load(tmp_path / "text.h5")
    with pytest.raises(dpac.Error, match="heads was given, but .* is no BERT"):
        dpac.load(WEIGHTS, heads=2)


def test_options_of_opening(images):
    small = dpac.load(WEIGHTS, input_size=(16, 24))
    assert small.input_shape == (1, 16, 24)
    assert small(np.ascontiguousarray(images[:, :, :16, :24])).shape == (len(images), 10)
    assert dpac.load(WEIGHTS, no_head=True).classes == 64


def test_an_error_is_a_runtime_error():
    assert issubclass(dpac.Error, RuntimeError) and dpac.Error.__module__ == "dpac"


def test_damage_is_told(tmp_path):
    file = tmp_path / "damaged.h5"
    file.write_bytes(WEIGHTS.read_bytes())
    with h5py.File(file, "r+") as weights:
        values = weights["state_dict/fc.weight"][:].astype(np.float32)
        values[0, 0] = 1e30
        del weights["state_dict/fc.weight"]
        weights["state_dict/fc.weight"] = values
    with pytest.warns(dpac.Remark, match="fc.weight"):
        dpac.load(file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dpac.load(WEIGHTS)
