#!/usr/bin/env python3
"""Writes keras/*.h5 and keras/*.keras, small models as Keras 3 and tf_keras (Keras 2) save them, and keras/outputs.h5:
for each of them `image` [2, 3, H, W], pixels, and the `logits` that Keras gives.

  mobile   Functional: depthwise and separable convolutions, SAME padding with strides, squeeze-and-excitation,
           ReLU(6), average pools, a Rescaling in front
  vgg      Sequential: pools, zeros put around maps and cut off again, a map that is flattened before dense layers, an adapted Normalization in front
  nested   a Functional and a Sequential model inside a Functional one: concatenation, BatchNorm before activations,
           LayerNormalization, sums with numbers, every activation

Run once with each package: `make_keras.py keras`, `make_keras.py tf_keras`. Needs tensorflow, tf_keras, h5py and numpy.
"""

import importlib
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import h5py  # noqa: E402
import numpy as np  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "keras"
keras = importlib.import_module(sys.argv[1])
layers = keras.layers


def mobile() -> "keras.Model":
    image = keras.Input((13, 16, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    x = layers.RandomFlip()(x)
    x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    y = layers.DepthwiseConv2D((5, 3), padding="same", depth_multiplier=2, activation="swish")(x)
    gate = layers.GlobalAveragePooling2D(keepdims=True)(y)
    gate = layers.Conv2D(4, 1, activation="relu")(gate)
    gate = layers.Conv2D(12, 1, activation="sigmoid")(gate)
    y = layers.BatchNormalization(scale=False)(layers.Conv2D(6, 1)(layers.Multiply()([y, gate])))
    x = layers.Add()([x, y])
    x = layers.DepthwiseConv2D(3, strides=2, padding="same")(x)
    x = layers.LeakyReLU()(layers.SeparableConv2D(7, 3, padding="same", dilation_rate=2)(x))
    x = layers.AveragePooling2D(3, strides=2, padding="same")(layers.SpatialDropout2D(0.1)(x))
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Dense(5, activation="softmax")(x))


def vgg() -> "keras.Model":
    normalization = layers.Normalization()
    normalization.adapt(np.random.default_rng(2).uniform(0, 255, (20, 9, 12, 3)).astype(np.float32))
    return keras.Sequential([
        keras.Input((9, 12, 3)), normalization,
        layers.Conv2D(5, (3, 2), activation="relu"), layers.MaxPooling2D(2, padding="same"),
        layers.ZeroPadding2D(((0, 1), (2, 1))), layers.Conv2D(4, 3, strides=2), layers.BatchNormalization(center=False),
        layers.ZeroPadding2D(1), layers.MaxPooling2D(2, strides=1), layers.ZeroPadding2D(1), layers.Activation("sigmoid"),
        layers.Cropping2D(((0, 1), (1, 0))), layers.AveragePooling2D(2, strides=1), layers.ZeroPadding2D(1),
        layers.AveragePooling2D(2), layers.Flatten(), layers.Dense(8, activation="relu"), layers.Dense(5),
        layers.Softmax()])


def nested() -> "keras.Model":
    inner = keras.Sequential([layers.Conv2D(6, 1, name="inner_conv"), layers.BatchNormalization(),
                              layers.Activation("hard_sigmoid")], name="inner")
    features = keras.Input((7, 8, 4))
    x = layers.Activation("relu")(layers.BatchNormalization(name="norm")(features))
    y = layers.Concatenate()([layers.Conv2D(6, 3, padding="same", name="conv")(x), inner(x)])
    y = layers.Activation("gelu")(layers.LayerNormalization(epsilon=1e-6)(y))
    block = keras.Model(features, layers.Dense(6, name="pixelwise")(y), name="block")
    image = keras.Input((7, 8, 3))
    x = block(layers.Conv2D(4, 3, padding="same", name="conv")(image / 127.5 - 1.0))
    x = layers.ReLU(6.0)(x + 3.0) * (1 / 6)
    x = layers.Average()([x, layers.ReLU(negative_slope=0.1)(layers.Conv2D(6, 2, padding="same")(x))])
    x = layers.Concatenate()([layers.GlobalMaxPooling2D()(x), layers.GlobalAveragePooling2D()(x)])
    x = layers.Permute((1, 2, 3))(layers.Reshape((1, 1, 12))(x))
    x = layers.Reshape((5,))(layers.Conv2D(5, 1, name="logits")(x))
    return keras.Model(image, layers.Activation("linear")(x))


def randomise(model: "keras.Model", rng: np.random.Generator) -> None:
    for weight in model.weights:
        name = getattr(weight, "path", weight.name)
        if "normalization/" in name and "batch" not in name and "layer" not in name:
            continue  # Adapted.
        if "gamma" in name or "variance" in name:
            weight.assign(rng.uniform(0.6, 1.4, weight.shape))
        elif "beta" in name or "mean" in name or "bias" in name:
            weight.assign(rng.uniform(-0.2, 0.2, weight.shape))
        else:
            fan = np.prod(weight.shape[:-1]) if "depthwise" not in name else np.prod(weight.shape[:2])
            weight.assign(rng.normal(0, 2 / np.sqrt(fan), weight.shape))


def logits_of(model: "keras.Model", images: np.ndarray) -> np.ndarray:
    """Without a softmax at the end."""
    last = model.layers[-1]
    if isinstance(last, layers.Softmax):
        return keras.Model(model.inputs, model.layers[-2].output).predict(images, verbose=0)
    if getattr(last, "activation", None) is keras.activations.softmax:
        last.activation = keras.activations.linear
        return keras.Model(model.inputs, last.output).predict(images, verbose=0)
    return model.predict(images, verbose=0)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    kind = "3" if sys.argv[1] == "keras" else "2"
    rng = np.random.default_rng(1)
    with h5py.File(FOLDER / "outputs.h5", "a") as file:
        for make in (mobile, vgg, nested):
            keras.utils.set_random_seed(1)
            model = make()
            randomise(model, rng)
            for ending in ("h5", "keras"):
                model.save(FOLDER / f"{make.__name__}_{kind}.{ending}")
            images = rng.uniform(0, 255, (2, *model.input_shape[1:])).astype(np.float32)
            weights = model.get_weights()
            clone = make()
            clone.set_weights(weights)
            group = file.require_group(f"{make.__name__}_{kind}")
            for name in list(group):
                del group[name]
            group["image"] = images.transpose(0, 3, 1, 2)
            group["logits"] = logits_of(clone, images)


if __name__ == "__main__":
    main()
