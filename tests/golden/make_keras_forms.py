#!/usr/bin/env python3
"""Writes networks/keras_forms*: one small ResNet in every form in which Keras stores weights, and its logits.

The network is made by keras.applications' own code (ResNet v1: biased convolutions, stride in the first 1x1, epsilon
1.001e-5), with three narrow blocks in two stages.
  keras_forms.h5                   full model, model.save("x.h5")
  keras_forms_legacy.h5            weights only, as Keras 2 arranges them
  keras_forms.weights.h5           Keras 3 weights, with the layers' names
  keras_forms_nested.h5            legacy weights of Sequential([backbone, Dropout, Dense])
  keras_forms_nested.weights.h5    Keras 3 weights of the same
  keras_forms_unnamed.weights.h5   Keras 3 weights as versions before 3.6 wrote them, without names

Needs h5py and Keras 3.6 or later; then once more Keras 3.0 to 3.5, which writes the last file from the second one.
"""

import pathlib
import tempfile

import h5py
import keras
import numpy as np
from keras.src.applications import resnet

import make_keras_network_outputs as networks
import network_cases as cases

HEIGHT, WIDTH = 40, 36
CLASSES = 5


def stages(x):
    stack = getattr(resnet, "stack_residual_blocks_v1", None) or resnet.stack1
    x = stack(x, 4, 2, stride1=1, name="conv2")
    return stack(x, 8, 1, stride1=2, name="conv3")


def application(**options) -> keras.Model:
    return resnet.ResNet(stages, preact=False, use_bias=True, weights=None, input_shape=(HEIGHT, WIDTH, 3), **options)


def nested(model: keras.Model) -> keras.Model:
    backbone = application(include_top=False, pooling="avg", name="backbone")
    outer = keras.Sequential([keras.Input((HEIGHT, WIDTH, 3)), backbone, keras.layers.Dropout(0.5),
                              keras.layers.Dense(CLASSES, name="head")])
    for layer in backbone.layers[1:]:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    outer.get_layer("head").set_weights(model.get_layer("predictions").get_weights())
    return outer


def store(name: str, save, libver: tuple[str, str] = cases.LIBVER) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = pathlib.Path(folder) / name
        save(written)
        networks.compressed_copy(written, cases.FOLDER / name, libver)


def main() -> None:
    model = application(classes=CLASSES)
    if tuple(map(int, keras.__version__.split(".")[:2])) < (3, 6):
        model.load_weights(cases.FOLDER / "keras_forms_legacy.h5")
        store("keras_forms_unnamed.weights.h5", model.save_weights)
        return
    rng = np.random.default_rng(81)
    networks.randomise(model, rng)
    stem = model.get_layer("conv1_conv").kernel  # Three values: the file stays small.
    stem.assign(rng.integers(-1, 2, tuple(stem.shape)) / 8)
    networks.calibrate(model, rng, HEIGHT, WIDTH)
    images = cases.random_input(rng, 3, HEIGHT, WIDTH)
    cases.write_cases("keras_forms", {"input": images, "logits": networks.logits(model, images)})
    store("keras_forms.h5", model.save)
    store("keras_forms_legacy.h5", lambda path: networks.save_weights(model, path))
    store("keras_forms.weights.h5", model.save_weights)
    outer = nested(model)
    store("keras_forms_nested.h5", lambda path: networks.save_weights(outer, path))
    store("keras_forms_nested.weights.h5", outer.save_weights)


if __name__ == "__main__":
    main()
