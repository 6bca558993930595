"""Evaluating, learning and searching: what the program finds, from files and from arrays."""

import json
import pickle
import shutil

import h5py
import numpy as np
import pytest
from conftest import COUNT, WEIGHTS

import dpac

SHOT = {"noise": "shot", "seed": 3}
LEARNING = ["--train-batch", "8", "--steps", "4"]
needs_gnuplot = pytest.mark.skipif(shutil.which("gnuplot") is None, reason="gnuplot draws")
pytestmark = pytest.mark.filterwarnings("ignore::dpac.Remark")


@pytest.fixture(scope="module")
def files(program):
    return dpac.images(program.data)


@pytest.fixture(scope="module")
def labels():
    with h5py.File(WEIGHTS) as file:
        return file["labels"][:COUNT].ravel()


@pytest.fixture(scope="module")
def in_memory(images, labels):
    return dpac.arrays(images, labels)


def same(found, expected, *keys):
    for key in keys:
        assert found.json[key] == expected[key], key


@pytest.mark.parametrize("source", ["files", "in_memory"])
def test_evaluation_is_the_programs(net, program, request, source):
    data = request.getfixturevalue(source)
    expected = program.run("eval", "--noise", "shot", "--energies-sweep", "3,10,30", "--seeds", "2", "--seed", "3")
    found = net.evaluate(data, energies=[3, 10, 30], seeds=2, **SHOT)
    same(found, expected, "points", "samples", "noise_free_top1")
    assert found.top1.tolist() == [point["top1"] for point in expected["points"]]
    assert found.std.shape == (3,) and len(repr(found).splitlines()) == 4
    assert found._repr_html_().count("<tr>") == 4
    assert pickle.loads(pickle.dumps(found)).json == found.json


def test_clean_evaluation_is_of_the_networks_own_answers(net, images, labels, in_memory):
    right = (net(images).argmax(1) == labels).mean()
    assert net.evaluate(in_memory).top1 == pytest.approx(right)
    assert np.isnan(net.evaluate(dpac.arrays(images)).top1)  # Nothing to judge by.


def test_energies_of_each_layer(net, in_memory):
    uniform = net.evaluate(in_memory, energies=10, **SHOT)
    by_layer = net.evaluate(in_memory, energies={layer.name: 10 for layer in net.layers}, **SHOT)
    assert uniform.top1 == by_layer.top1
    assert uniform.ledger == by_layer.ledger
    assert [layer["name"] for layer in uniform.ledger] == [layer.name for layer in net.layers]


def test_ranges_of_arrays_are_those_of_files(net, files, in_memory, images):
    how = {"method": "ema", "batches": 1}
    assert net.calibrate(in_memory, **how) == net.calibrate(files, **how) == net.calibrate(images, **how)


def test_quantised_evaluation_takes_ranges(net, program, in_memory, tmp_path):
    ranges_file = tmp_path / "ranges.h5"
    program.run("calibrate", "--calibration-method", "ema", "--calibration-batches", "1", "--out", str(ranges_file))
    expected = program.run("eval", "--noise", "thermal", "--energy", "10", "--calibration", str(ranges_file))
    ranges = net.calibrate(in_memory, method="ema", batches=1)
    assert net.evaluate(in_memory, noise="thermal", energies=10, ranges=ranges).top1 == expected["top1"]


@pytest.mark.parametrize("source", ["files", "in_memory"])
def test_learning_is_the_programs(net, program, request, source, images):
    data = request.getfixturevalue(source)
    options = ["--train-data", program.data, "--noise", "shot", "--target-energy", "10", "--per", "channel"]
    expected = program.run("learn", *options, "--no-augment", *LEARNING)
    learned = net.learn(
        data, data, noise="shot", target_energy=10, per="channel", train_batch=8, steps=4, no_augment=True
    )
    same(learned, expected, "energies", "history", "top1", "energy_per_mac")
    assert len(learned.history) == 4
    assert net(images, energy=learned, **SHOT).shape == (COUNT, 10)
    assert net.evaluate(data, energies=learned, noise="shot").top1 == learned.top1


def test_search_is_the_programs(net, program, in_memory, files):
    options = ["--train-data", program.data, "--noise", "shot", "--method", "analytic", "--kinds", "uniform,layer"]
    expected = program.run("search", *options, "--images", "32", "--tries", "4")
    for data in (files, in_memory):
        found = net.search(
            data, data, noise="shot", method="analytic", kinds=["uniform", "layer"], images=32, tries=4
        )
        same(found, expected, "allocations", "saving_percent", "target_top1")
        assert list(found) == ["uniform", "layer"]
        assert found["layer"].energies.keys() == {layer.name for layer in net.layers}


def test_table_is_the_programs(program, files):
    options = ["--train-data", program.data, "--noises", "shot", "--method", "analytic", "--kinds", "uniform,layer"]
    expected = program.run("table", *options, "--images", "32", "--tries", "4", "--names", "demo")
    how = {"method": "analytic", "kinds": ["uniform", "layer"], "images": 32, "tries": 4, "names": ["demo"]}
    found = dpac.table([WEIGHTS], files, files, noises=["shot"], **how)
    same(found, expected, "rows")
    assert found.rows()[0]["network"] == "demo"


def test_bits_are_the_programs(net, program, in_memory, tmp_path):
    ranges_file = tmp_path / "ranges.h5"
    program.run("calibrate", "--calibration-method", "ema", "--calibration-batches", "1", "--out", str(ranges_file))
    expected = program.run("bits", "--noise", "shot", "--energy", "10", "--calibration", str(ranges_file))
    ranges = net.calibrate(in_memory, method="ema", batches=1)
    found = net.bits(in_memory, noise="shot", energies=10, ranges=ranges)
    same(found, expected, "points")
    assert found.to_pandas()["bits"].notna().all() if _has_pandas() else found.rows()


def _has_pandas():
    try:
        import pandas  # noqa: F401
    except ImportError:
        return False
    return True


@needs_gnuplot
def test_pictures_and_page(net, in_memory, tmp_path):
    found = net.evaluate(in_memory, energies=[3, 30], **SHOT)
    picture = found.plot(tmp_path / "accuracy.svg")
    assert picture.svg.startswith("<?xml") and "</svg>" in picture._repr_svg_()
    assert (tmp_path / "accuracy.svg").read_text() == picture.svg
    dpac.report([found], tmp_path / "page.html")
    assert "</html>" in (tmp_path / "page.html").read_text()
    found.save(tmp_path / "result.json")
    assert json.loads((tmp_path / "result.json").read_text()) == found.json


def test_what_is_refused_says_it_in_pythons_words(net, in_memory, images, labels):
    with pytest.raises(dpac.Error, match="needs an energy: give energy E"):
        net.evaluate(in_memory, noise="shot")
    with pytest.raises(dpac.Error, match="no option energie here; did you mean energies"):
        net.evaluate(in_memory, energie=3)
    with pytest.raises(dpac.Error, match="sigma_thermal was given, but the noise is 'shot'"):
        net.evaluate(in_memory, noise="shot", energies=3, sigma_thermal=0.1)
    with pytest.raises(dpac.Error, match=r"images\[0\]: its label is 99"):
        net.evaluate(dpac.arrays(images, np.full(len(images), 99)))
    with pytest.raises(dpac.Error, match="expected float32"):
        dpac.arrays(images.astype(np.float64))
    with pytest.raises(dpac.Error, match=r"integers \[40\]"):
        dpac.arrays(images, labels[:-1])
    with pytest.raises(dpac.Error, match="shape 1x9x9|takes 1x28x28"):
        net.evaluate(dpac.arrays(np.zeros((2, 1, 9, 9), np.float32)))
    with pytest.raises(dpac.Error, match="images in memory cannot be told from others"):
        net.learn(in_memory, noise="shot", target_energy=3, state="folder")
    with pytest.raises(dpac.Error, match="no_head was given, but the network is open already: give it to load"):
        net.evaluate(in_memory, no_head=True)
    with pytest.raises(dpac.Error, match="preset was given beside preprocessed images in memory"):
        net.evaluate(in_memory, preset="plain")
    with pytest.raises(dpac.Error, match="the labels are from 0 to 4294967296"):
        dpac.arrays(images, np.where(np.arange(len(images)) == 3, 2**32, 0))
    with pytest.raises(dpac.Error, match="token_types and mask were given, but a data set has its own"):
        net.calibrate(in_memory, method="ema", mask=np.ones((2, 2)))
    with pytest.raises(dpac.Error, match=r"no--such--folder.*: "):
        net.evaluate(dpac.images("no--such--folder"))
    with pytest.raises(TypeError, match="data is ndarray"):
        net.evaluate(images)


def test_training_data_are_read_as_those_to_judge_by(net, program, files, in_memory):
    plain = dpac.images(program.data, preset="plain")
    how = {"noise": "shot", "target_energy": 10, "train_batch": 8, "steps": 2, "no_augment": True}
    expected = net.learn(plain, plain, **how)
    for train, data in ((plain, None), (plain, in_memory), (files, plain)):
        found = net.learn(train, data, **how)
        assert found.json["energies"] == expected.json["energies"]
    assert net.learn(in_memory, plain, **how).json["energies"] == net.learn(in_memory, **how).json["energies"]
    with pytest.raises(dpac.Error, match="preset of the training data is not that of the data to judge by"):
        net.learn(plain, files, **how)
    with pytest.raises(dpac.Error, match="limit was given for the training data"):
        net.learn(dpac.images(program.data, limit=3), files, **how)


@pytest.fixture(scope="module")
def in_pixels(labels):
    with h5py.File(WEIGHTS) as file:
        return dpac.arrays(file["images"][:COUNT], labels)


def test_pixels_are_read_as_those_of_files(net, files, in_memory, in_pixels):
    how = {"energies": 10, "seeds": 2, **SHOT}
    expected, found = net.evaluate(files, **how), net.evaluate(in_pixels, **how)
    assert found.json["seeds"] == expected.json["seeds"] and found.json["options"]["data"] == "images"
    assert found.json["options"]["value_scale"] == expected.json["options"]["value_scale"]
    assert net.calibrate(in_pixels, method="ema") == net.calibrate(files, method="ema")
    learning = {"noise": "shot", "target_energy": 10, "train_batch": 8, "steps": 2, "no_augment": True}
    expected = net.learn(in_memory, in_memory, **learning).json["energies"]
    for train, data in ((in_pixels, in_pixels), (in_pixels, in_memory), (in_memory, in_pixels), (in_pixels, None)):
        assert net.learn(train, data, **learning).json["energies"] == expected
    unlabelled = dpac.arrays(in_pixels.array, limit=7)
    assert np.isnan(net.evaluate(unlabelled).top1) and net.evaluate(unlabelled).json["samples"] == 7


def test_pixels_are_preprocessed_as_the_weights_say(net, images, in_pixels):
    pixels = in_pixels.array
    with pytest.warns(dpac.Remark, match="preprocessing as the weights' files say|preset") as told:
        logits = net(pixels)
    assert told[0].filename == __file__
    np.testing.assert_array_equal(logits, net(images))
    np.testing.assert_array_equal(net.preprocess(pixels[..., 0]), images)
    mean, std = np.float32(10), np.float32(4)
    np.testing.assert_array_equal(
        net.preprocess(pixels, preset="plain", mean=10, std=4, value_scale=1),
        (pixels.transpose(0, 3, 1, 2).astype(np.float32) - mean) / std,
    )
    with pytest.raises(dpac.Error, match=r"expected uint8 \[N, H, W, 3\]"):
        net(pixels.transpose(0, 3, 1, 2))
    with pytest.raises(dpac.Error, match="takes 28x28"):
        net(pixels[:, :20])
    with pytest.raises(dpac.Error, match="label_offset was given beside images in memory"):
        net.evaluate(in_pixels, label_offset=1)


def test_notices_are_those_of_the_result(net, files):
    with pytest.warns(dpac.Remark, match="preset"):
        found = net.evaluate(files)
    assert any("preset" in sentence for sentence in found.notices)


def test_progress_is_shown_where_it_is_wanted(net, in_memory, capfd):
    pytest.importorskip("tqdm")
    net.evaluate(in_memory, energies=[3, 10], progress=True, **SHOT)
    assert "samples" in capfd.readouterr().err
    net.evaluate(in_memory, energies=[3, 10], progress=False, **SHOT)
    assert capfd.readouterr().err == ""
