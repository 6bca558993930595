#!/usr/bin/env python3
"""Writes torch/*: one tiny ResNet in every form in which torch.save has stored weights, and what else such files hold.

  reference.safetensors            the network's state_dict
  zip_2.pth ... zip_5.pth          the same, pickle protocols 2 to 5
  legacy_2.pth, legacy_4.pth       as before PyTorch 1.6
  tar.pth                          as before PyTorch 0.2: written here, for nothing else writes it any more, and read
                                   back by torch.load
  checkpoint.pth                   what training programs save: names with "module.", optimizer, arguments, ...
  types.pth, types.safetensors     every type, strides, shared storages, parameters; and their values, contiguous
  module.pth                       a whole module
  script.pt                        TorchScript

Needs PyTorch 2.1 or later, safetensors and NumPy.
"""

import argparse
import collections
import io
import pathlib
import pickle
import struct
import sys
import tarfile

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from torch_resnet import BasicBlock, ResNet  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent / "torch"


def network() -> nn.Module:
    torch.manual_seed(16)
    model = ResNet(BasicBlock, (1, 1), width=2, classes=3, imagenet_stem=False)
    for name, buffer in model.named_buffers():
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
        elif name.endswith("running_mean"):
            buffer.normal_()
    return model.eval()


def write_tar(path: pathlib.Path, tensors: dict[str, torch.Tensor]) -> None:
    """Members `storages`, `tensors` and `pickle`; in the last, tensors are persistent numbers."""

    def dump(value) -> bytes:
        return pickle.dumps(value, protocol=2)

    storages, descriptions = io.BytesIO(), io.BytesIO()
    storages.write(dump(len(tensors)))
    descriptions.write(dump(len(tensors)))
    for number, tensor in enumerate(tensors.values()):
        flat = tensor.detach().contiguous().flatten().numpy()
        storage_class = torch.LongStorage if flat.dtype == np.int64 else torch.FloatStorage
        storages.write(dump((number, "cpu", storage_class)))
        storages.write(struct.pack("<q", flat.size) + flat.tobytes())
        strides = tensor.contiguous().stride()
        descriptions.write(dump((1000 + number, number, torch.FloatTensor)))
        descriptions.write(struct.pack("<ii", tensor.ndim, 0) + struct.pack(f"<{tensor.ndim}q", *tensor.shape))
        descriptions.write(struct.pack(f"<{tensor.ndim}q", *strides) + struct.pack("<q", 0))
    storages.write(dump([]))

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if isinstance(value, Numbered):
                return str(value.number)
            return None

    class Numbered:
        def __init__(self, number: int):
            self.number = number

    root = io.BytesIO()
    Pickler(root, protocol=2).dump(collections.OrderedDict((n, Numbered(1000 + i)) for i, n in enumerate(tensors)))
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in (("sys_info", dump({"little_endian": True})), ("storages", storages.getvalue()),
                              ("tensors", descriptions.getvalue()), ("pickle", root.getvalue())):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    read = torch.load(path, weights_only=False)
    assert all(torch.equal(read[name], tensor) for name, tensor in tensors.items())


def checkpoint(model: nn.Module) -> dict:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model.train()
    model(torch.randn(2, 3, 8, 8)).sum().backward()
    optimizer.step()
    model.eval()
    return {
        "epoch": 90,
        "arch": "resnet",
        "best_acc1": torch.tensor(76.13),
        "args": argparse.Namespace(lr=0.1, data=pathlib.PurePosixPath("imagenet")),
        "state_dict": {"module." + name: tensor for name, tensor in model.state_dict().items()},
        "optimizer": optimizer.state_dict(),
        "scheduler": {"last_lr": [np.float64(0.1)], "milestones": collections.Counter({30: 1, 60: 1})},
        "losses": np.linspace(1, 0, 20),
        "rng": torch.get_rng_state()[:16].clone(),
        "seen": {1, 2, 3},
        "none": None,
        "big": 2**80,
        "flags": (True, False, -1, 70000, 2.5, b"bytes", "\u00e4"),
    }


def typed() -> dict[str, torch.Tensor]:
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 8
    marked = nn.Parameter(base.clone())
    marked.mark = "kept"  # Rebuilt with its state.
    return {
        "single": base,
        "half": base.half(),
        "brain": base.bfloat16(),
        "double": base.double() / 3,
        "transposed": base.permute(2, 0, 1),
        "stepped": base[:, ::2, 1::2],
        "row": base[1, 2],
        "expanded": torch.tensor([1.5, -2.0]).expand(3, 2),
        "scalar": torch.tensor(0.25),
        "empty": torch.empty(0, 3),
        "shared": base,
        "parameter": nn.Parameter(base.clone()),
        "marked": marked,
        "last": base.flatten()[23:],
    }


def beside_typed() -> dict[str, torch.Tensor]:
    """Types that no weight has."""
    return {
        "num_batches_tracked": torch.tensor(7),
        "x.n_averaged": torch.tensor(7, dtype=torch.uint16),
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    model = network()
    state = model.state_dict()
    save_file(state, FOLDER / "reference.safetensors")
    for protocol in (2, 3, 4, 5):
        torch.save(state, FOLDER / f"zip_{protocol}.pth", pickle_protocol=protocol)
    for protocol in (2, 4):
        torch.save(state, FOLDER / f"legacy_{protocol}.pth", pickle_protocol=protocol,
                   _use_new_zipfile_serialization=False)
    write_tar(FOLDER / "tar.pth", state)
    save_file({name: tensor.detach().float().clone().contiguous() for name, tensor in typed().items()},
              FOLDER / "types.safetensors")
    torch.save(typed() | beside_typed(), FOLDER / "types.pth")
    torch.save(nn.Sequential(nn.Linear(2, 2)), FOLDER / "module.pth")
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), FOLDER / "script.pt")
    torch.save(checkpoint(network()), FOLDER / "checkpoint.pth")
    save_file({name: tensor for name, tensor in torch.load(FOLDER / "checkpoint.pth", weights_only=False)
               ["state_dict"].items()}, FOLDER / "checkpoint.safetensors")


if __name__ == "__main__":
    main()
