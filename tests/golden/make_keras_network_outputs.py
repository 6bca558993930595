#!/usr/bin/env python3
"""Writes networks/keras_*: narrow ResNets as Keras stores them, and Keras's own float32 logits.

  keras_resnet50      ResNet50 v1 of width 3 (all 53 convolutions) as keras.applications builds it: biased
                      convolutions, stride in the first 1x1, epsilon 1.001e-5; legacy weights-only .h5
  keras_resnet8       MLPerf Tiny's ResNet-8 of width 8: padding SAME at stride 2, biased convolutions, 1x1 shortcuts
                      without BatchNorm, epsilon 1e-3; full model, 32x32 (all padding at the bottom and right)
  keras_resnet8_odd   the same at 31x26, where rows and columns are padded differently, global average pooling

Needs Keras 3 with any backend and h5py. The weights are repacked with compression; groups, attributes and names
stay as Keras wrote them.
"""

import os
import pathlib
import tempfile

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # Plain kernels: the oracle shares no code with what it judges.

import h5py
import keras
import numpy as np
from keras import layers
from keras.src.legacy.saving import legacy_h5_format

import network_cases as cases

CLASSES = 10
CALIBRATION_IMAGES = 16


def keras_input(images: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1))


def bottleneck(x, width: int, stride: int, name: str, projection: bool):
    """One block of keras.applications.ResNet50; its layers are created in that function's order."""
    norm = {"epsilon": 1.001e-5}
    shortcut = x
    if projection:
        shortcut = layers.Conv2D(4 * width, 1, strides=stride, name=name + "_0_conv")(x)
        shortcut = layers.BatchNormalization(**norm, name=name + "_0_bn")(shortcut)
    x = layers.Conv2D(width, 1, strides=stride, name=name + "_1_conv")(x)
    x = layers.BatchNormalization(**norm, name=name + "_1_bn")(x)
    x = layers.Activation("relu", name=name + "_1_relu")(x)
    x = layers.Conv2D(width, 3, padding="same", name=name + "_2_conv")(x)
    x = layers.BatchNormalization(**norm, name=name + "_2_bn")(x)
    x = layers.Activation("relu", name=name + "_2_relu")(x)
    x = layers.Conv2D(4 * width, 1, name=name + "_3_conv")(x)
    x = layers.BatchNormalization(**norm, name=name + "_3_bn")(x)
    x = layers.Add(name=name + "_add")([shortcut, x])
    return layers.Activation("relu", name=name + "_out")(x)


def resnet50(width: int) -> keras.Model:
    inputs = keras.Input((None, None, 3))
    x = layers.ZeroPadding2D(3, name="conv1_pad")(inputs)
    x = layers.Conv2D(width, 7, strides=2, name="conv1_conv")(x)
    x = layers.BatchNormalization(epsilon=1.001e-5, name="conv1_bn")(x)
    x = layers.Activation("relu", name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            x = bottleneck(x, width << stage, stride, f"conv{stage + 2}_block{block + 1}", block == 0)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    outputs = layers.Dense(CLASSES, activation="softmax", name="predictions")(x)
    return keras.Model(inputs, outputs, name="resnet50")


def resnet8(width: int, height: int, columns: int, global_pool: bool) -> keras.Model:
    inputs = keras.Input((height, columns, 3))
    x = layers.Conv2D(width, 3, padding="same")(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    for stage in range(3):
        stride = 2 if stage > 0 else 1
        y = layers.Conv2D(width << stage, 3, strides=stride, padding="same")(x)
        y = layers.Activation("relu")(layers.BatchNormalization()(y))
        y = layers.Conv2D(width << stage, 3, padding="same")(y)
        y = layers.BatchNormalization()(y)
        if stage > 0:
            x = layers.Conv2D(width << stage, 1, strides=stride, padding="same")(x)
        x = layers.Activation("relu")(layers.Add()([x, y]))
    pool = layers.GlobalAveragePooling2D() if global_pool else layers.AveragePooling2D(x.shape[1:3])
    x = layers.Flatten()(pool(x))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(x))


def randomise(model: keras.Model, rng: np.random.Generator) -> None:
    """He-normal kernels; random biases and BatchNorm scales and shifts."""
    for variable in model.trainable_variables:
        shape = tuple(variable.shape)
        if len(shape) > 1:
            values = rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
        elif variable.name == "gamma":
            values = rng.uniform(0.5, 1.5, shape)
        else:
            values = rng.normal(0, 0.2, shape)
        variable.assign(cases.few_bits(values))


def calibrate(model: keras.Model, rng: np.random.Generator, height: int, width: int) -> None:
    """As make_network_outputs.py does: statistics of random images, then disturbed."""
    norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    momentum = norms[0].momentum
    for norm in norms:
        norm.momentum = 0.0
    images = (rng.integers(-8, 8, (CALIBRATION_IMAGES, height, width, 3)) / 4).astype(np.float32)
    model(images, training=True)
    for norm in norms:
        norm.momentum = momentum
        mean = keras.ops.convert_to_numpy(norm.moving_mean)
        variance = keras.ops.convert_to_numpy(norm.moving_variance)
        norm.moving_mean.assign(cases.few_bits(mean + 0.2 * np.sqrt(variance) * rng.normal(size=mean.shape)))
        norm.moving_variance.assign(cases.few_bits(variance * rng.uniform(0.6, 1.6, variance.shape)))


def logits(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The classifier's output before its softmax."""
    dense = model.layers[-1]
    features = keras.ops.convert_to_numpy(keras.Model(model.input, dense.input)(keras_input(images)))
    kernel, bias = dense.get_weights()
    answer = features.astype(np.float64) @ kernel + bias
    softmax = np.exp(answer) / np.exp(answer).sum(axis=1, keepdims=True)
    probabilities = keras.ops.convert_to_numpy(model(keras_input(images)))
    assert np.allclose(softmax, probabilities, rtol=1e-4, atol=1e-7)
    return answer


def copy_attributes(old: h5py.Group, new: h5py.Group) -> None:
    """With their exact types: h5py's attrs would turn Keras's ASCII strings into UTF-8 ones."""
    for name in map(str.encode, old.attrs):
        source = h5py.h5a.open(old.id, name)
        values = np.empty(source.shape, source.dtype)
        source.read(values)
        h5py.h5a.create(new.id, name, source.get_type(), source.get_space()).write(values)


def compressed_copy(source: pathlib.Path, target: pathlib.Path, libver: tuple[str, str]) -> None:
    """`libver` from 1.10 on halves what HDF5 spends on groups; "earliest" is the form in which Keras writes them."""
    with h5py.File(source) as old, h5py.File(target, "w", libver=libver) as new:
        def copy(path: str, item: h5py.Group | h5py.Dataset) -> None:
            if isinstance(item, h5py.Dataset):
                options = cases.COMPRESSION if item.nbytes > 4096 else {}
                made = new.create_dataset(path, data=item[()], **options)
            else:
                made = new.require_group(path)
            copy_attributes(item, made)

        copy("/", old)
        old.visititems(copy)


def save_weights(model: keras.Model, path: pathlib.Path) -> None:
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)


def make_case(name: str, model: keras.Model, seed: int, sizes: dict[str, tuple[int, int]], save,
              libver: tuple[str, str]) -> None:
    """`sizes`: dataset suffix -> (height, width)."""
    rng = np.random.default_rng(seed)
    randomise(model, rng)
    calibrate(model, rng, *sizes[""])
    datasets = {}
    for suffix, (height, width) in sizes.items():
        datasets["input" + suffix] = cases.random_input(rng, 3, height, width)
        datasets["logits" + suffix] = logits(model, datasets["input" + suffix])
    cases.write_cases(name, datasets)
    with tempfile.TemporaryDirectory() as folder:
        written = pathlib.Path(folder) / "model.h5"
        save(model, written)
        compressed_copy(written, cases.FOLDER / f"{name}.h5", libver)


def main() -> None:
    cases.FOLDER.mkdir(exist_ok=True)
    make_case("keras_resnet50", resnet50(3), 51, {"": (64, 64), "_odd": (75, 53)}, save_weights, cases.LIBVER)
    make_case("keras_resnet8", resnet8(8, 32, 32, False), 8, {"": (32, 32)}, keras.Model.save, ("earliest", "v110"))
    make_case("keras_resnet8_odd", resnet8(8, 31, 26, True), 9, {"": (31, 26)}, keras.Model.save, ("earliest", "v110"))


if __name__ == "__main__":
    main()
