"""Networks out of files and out of PyTorch."""

from __future__ import annotations

import os
import tempfile
import warnings
from typing import TYPE_CHECKING, Literal

from dpac import _native
from dpac.network import Network
from dpac.studies import Remark

if TYPE_CHECKING:
    import torch


def load(
    path: str | os.PathLike[str],
    *,
    input_size: tuple[int, int] | None = None,
    stride_in: Literal["3x3", "1x1"] | None = None,
    no_head: bool = False,
    config: str | os.PathLike[str] | None = None,
    heads: int | None = None,
    max_length: int | None = None,
) -> Network:
    """Opens the network of a weight file or of a folder with one.

    Everything that the program's --weights takes, found out by content: files of torch.save, safetensors, ONNX, PyTorch
    or Keras weights in HDF5, Hugging Face's BERTs. HDF5 files are read in this process, unlike the program's: take them
    from who you trust.

    Args:
        path: of the file, of an index or any of several shards, or of the folder.
        input_size: (H, W) in pixels of the images; what the file says, else 224x224 under a 7x7 stem, 32x32 under a 3x3.
        stride_in: of a ResNet, the convolution of a bottleneck block that has its stride.
        no_head: a ResNet ends in features, whatever classifier the file has.
        config: a config.json, if not the one in the file or beside it.
        heads: of a BERT's attention; what the configuration says.
        max_length: tokens of the sequence that a BERT's layer sizes are given for; 128.

    Raises:
        Error: naming the file, if it cannot be read, is no network, or has no use for an option.

    Warns:
        Remark: of what the user should know. Network.assumed and Network.left_out have all of it.
    """
    if stride_in not in (None, "3x3", "1x1"):
        raise _native.Error(f"stride_in is {stride_in!r}, expected '3x3' or '1x1'")
    native = _native.open(
        os.fspath(path), input_size, stride_in, no_head, "" if config is None else os.fspath(config), heads, max_length
    )
    for sentence in native.remarks:
        warnings.warn(_native.with_keywords(sentence), Remark, stacklevel=2)
    return Network(native)


def from_torch(module: torch.nn.Module, example: torch.Tensor) -> Network:
    """Takes over a PyTorch network, by way of ONNX in a temporary folder. Needs the packages onnx and onnxscript.

    Args:
        module: a convolutional network from images to logits, which is exported as in module.eval().
        example: float32 [1, C, H, W], the images' size; its values mean nothing.

    Raises:
        Error: listing the operations that the library does not have.
    """
    import torch

    training = [part for part in module.modules() if part.training]
    module.eval()
    try:
        with tempfile.TemporaryDirectory(prefix="dpac-") as folder:
            file = os.path.join(folder, f"{type(module).__name__}.onnx")
            torch.onnx.export(module, (example,), file, dynamo=True, verbose=False)
            return load(file)
    finally:
        for part in training:
            part.training = True
