"""Data sets that networks are evaluated, calibrated and taught on."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union

import numpy as np
import numpy.typing as npt

from dpac._native import Error

Path = Union[str, "os.PathLike[str]"]


@dataclasses.dataclass(frozen=True, eq=False)
class Data:
    """Samples with their labels or scores; images(), text() and arrays() make one. Nothing is read before it is used."""

    settings: Mapping[str, Any]  #: As the program's options, without those that were not given.
    array: npt.NDArray[np.float32] | npt.NDArray[np.uint8] | None = None
    """In place of files: [N, C, H, W] as the network takes them, or pixels [N, H, W, C]."""
    labels: npt.NDArray[np.int32] | None = None  #: [N], of the array.

    def __repr__(self) -> str:
        if self.array is not None:
            return f"<dpac.Data: {len(self.array)} images in memory>"
        return f"<dpac.Data: {self.settings.get('data', 'sentences')}>"


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _numbers(values: float | Sequence[float] | None) -> list[float] | None:
    return None if values is None else [float(v) for v in np.atleast_1d(values)]


def images(
    path: Path,
    *,
    labels: Path | None = None,
    limit: int | None = None,
    preset: str | None = None,
    resize: int | None = None,
    crop: int | None = None,
    interpolation: str | None = None,
    mean: float | Sequence[float] | None = None,
    std: float | Sequence[float] | None = None,
    value_scale: float | None = None,
    channel_order: str | None = None,
    class_map: Path | None = None,
    label_offset: int | None = None,
) -> Data:
    """Images in files: everything that the program's --data takes.

    Args:
        path: a tree of JPEG, PNG, WebP or TIFF files with a folder for each class, a flat folder, CIFAR's binary batches,
            IDX files, or HDF5 with `images` and `labels`.
        labels: a file with a name and a class a line, for a flat folder.
        limit: as many samples, spread evenly over all; the index of a sample, and so its noise, stays that of the whole.
        preset: "torchvision", "keras-caffe", "cifar" or "plain": the default of all that follows; what the weights say.
        resize, crop: pixels; 0 for none.
        interpolation: of the resizing, "bilinear" or "bicubic".
        mean, std, value_scale: an input is (pixel * value_scale - mean) / std, with pixels from 0 to 255; one number, or
            one for each channel.
        channel_order: "rgb" or "bgr".
        class_map: a file that says which folder or label is which class.
        label_offset: added to each label.
    """
    return Data(
        _given(
            data=os.fspath(path),
            labels=None if labels is None else os.fspath(labels),
            limit=limit,
            preset=preset,
            resize=resize,
            crop=crop,
            interpolation=interpolation,
            mean=_numbers(mean),
            std=_numbers(std),
            value_scale=value_scale,
            channel_order=channel_order,
            class_map=None if class_map is None else os.fspath(class_map),
            label_offset=label_offset,
        )
    )


def text(
    path: Path | None = None,
    *,
    sentences: Sequence[str] | None = None,
    task: str | None = None,
    columns: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    label_names: Sequence[str] | None = None,
    vocab: Path | None = None,
    cased: bool | None = None,
    limit: int | None = None,
    pad_to: int | None = None,
    skip_bad_rows: bool = False,
) -> Data:
    """Texts for a BERT: everything that the program's --data and --text take.

    Args:
        path: a TSV, CSV or JSON-lines file.
        sentences: one, or a pair, in place of a file.
        task: of GLUE, "mnli", which says the columns.
        columns: names or numbers of those with the sentences and the label, without a task.
        classes: names of the network's outputs, in order.
        label_names: "found=stands for", each.
        vocab: a vocab.txt or tokenizer.json; what lies beside the weights.
        cased: whether letters keep their case; what the files beside the weights say.
        limit: as many samples, spread evenly over all.
        pad_to: tokens that every sequence is padded to, and computed with.
        skip_bad_rows: rows that do not parse are left out, and counted.
    """
    if (path is None) == (sentences is None):
        raise Error("give either the path of a file or sentences")
    return Data(
        _given(
            data=None if path is None else os.fspath(path),
            text=None if sentences is None else list(sentences),
            task=task,
            columns=None if columns is None else list(columns),
            classes=None if classes is None else list(classes),
            label_names=None if label_names is None else list(label_names),
            vocab=None if vocab is None else os.fspath(vocab),
            cased=cased or None,
            uncased=None if cased is not False else True,
            limit=limit,
            pad_to=pad_to,
            skip_bad_rows=skip_bad_rows or None,
        )
    )


def arrays(
    x: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    *,
    limit: int | None = None,
    preset: str | None = None,
    resize: int | None = None,
    crop: int | None = None,
    interpolation: str | None = None,
    mean: float | Sequence[float] | None = None,
    std: float | Sequence[float] | None = None,
    value_scale: float | None = None,
    channel_order: str | None = None,
) -> Data:
    """Images in memory, as the network takes them or in pixels.

    Args:
        x: float32 [N, C, H, W], preprocessed; or uint8 [N, H, W, C] or [N, H, W], which are preprocessed as those of a file
            would be. Not copied if contiguous.
        labels: integers [N]; without them there is no accuracy.
        limit: as many samples, spread evenly over all.
        preset, resize, crop, interpolation, mean, std, value_scale, channel_order: of pixels, as of images().
    """
    array = pixels(x) if np.asarray(x).dtype == np.uint8 else np.asarray(x)
    if array.ndim != 4 or array.dtype not in (np.float32, np.uint8):
        raise Error(
            f"the images are {array.dtype} {list(array.shape)}, expected float32 [N, C, H, W], preprocessed, or uint8 "
            "[N, H, W, C]"
        )
    numbers = None
    if labels is not None:
        numbers = np.asarray(labels)
        if numbers.shape != array.shape[:1] or numbers.dtype.kind not in "iu":
            raise Error(f"the labels are {numbers.dtype} {list(numbers.shape)}, expected integers [{len(array)}]")
        if numbers.size and not -(2**31) <= numbers.min() <= numbers.max() < 2**31:
            raise Error(f"the labels are from {numbers.min()} to {numbers.max()}, expected numbers of classes")
        numbers = np.ascontiguousarray(numbers, np.int32)
    given = _given(
        limit=limit,
        preset=preset,
        resize=resize,
        crop=crop,
        interpolation=interpolation,
        mean=_numbers(mean),
        std=_numbers(std),
        value_scale=value_scale,
        channel_order=channel_order,
    )
    return Data(given, array=np.ascontiguousarray(array), labels=numbers)


def pixels(x: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """uint8 [N, H, W, C], C being 1 or 3."""
    array = np.asarray(x)
    whole = array[..., None] if array.ndim == 3 else array
    if array.dtype != np.uint8 or whole.ndim != 4 or whole.shape[3] not in (1, 3):
        raise Error(f"the images are {array.dtype} {list(array.shape)}, expected uint8 [N, H, W, 3], [N, H, W, 1] or [N, H, W]")
    return np.ascontiguousarray(whole)
