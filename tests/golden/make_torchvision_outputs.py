#!/usr/bin/env python3
"""Writes networks/torchvision_outputs.h5: logits of torchvision's networks in double precision.

A group per network holds `names` of its weights, joined by newlines, `sizes` of all of them one after another with
`ranks`, `image` [H, W], and `logits` [2, 10]. Weights and images are made by the hash of hashed_weights.py: weight
number k of the sorted names is stream k, in the interval below; image i is stream IMAGES + i, in [-2, 2).

Needs torch, torchvision (its compiled ops may be missing), h5py and numpy.
"""

import pathlib
import sys

import h5py
import numpy as np
import torch

import hashed_weights

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import torchvision_import  # noqa: E402, F401
import torchvision.models as models  # noqa: E402

IMAGES = 1_000_000
CLASSES = 10
CASES = {
    "mobilenet_v2": (lambda: models.mobilenet_v2(num_classes=CLASSES), (64, 72)),
    "shufflenet_v2_x0_5": (lambda: models.shufflenet_v2_x0_5(num_classes=CLASSES), (64, 48)),
    "shufflenet_v2_x1_0": (lambda: models.shufflenet_v2_x1_0(num_classes=CLASSES), (48, 64)),
    "googlenet": (lambda: models.googlenet(num_classes=CLASSES, aux_logits=False, init_weights=False), (97, 80)),
    "inception_v3": (lambda: models.inception_v3(num_classes=CLASSES, aux_logits=False, init_weights=False), (107, 91)),
    "resnext50_32x4d": (lambda: models.resnext50_32x4d(num_classes=CLASSES), (64, 64)),
}


def interval(name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    if len(shape) > 1:
        scale = np.sqrt(6 / np.prod(shape[1:]))
        return -scale, scale
    if name.endswith("running_var"):
        return 0.5, 1.5
    return (0.7, 1.3) if name.endswith("weight") else (-0.2, 0.2)


def stream(number: int, count: int, low: float, high: float) -> np.ndarray:
    bits = hashed_weights.words(hashed_weights.seed_of(hashed_weights.SEED, number), count)
    return (low + (high - low) * ((bits >> np.uint64(11)) * 2.0**-53)).astype(np.float32)


def write(group: h5py.Group, model: torch.nn.Module, image: tuple[int, int]) -> None:
    shapes = {n: tuple(t.shape) for n, t in model.state_dict().items() if not n.endswith("num_batches_tracked")}
    names = sorted(shapes)
    state = {}
    for number, name in enumerate(names):
        values = stream(number, int(np.prod(shapes[name])), *interval(name, shapes[name]))
        state[name] = torch.from_numpy(values.reshape(shapes[name])).double()
    model.load_state_dict(state, strict=False)
    images = np.stack([stream(IMAGES + i, 3 * image[0] * image[1], -2, 2).reshape(3, *image) for i in range(2)])
    with torch.no_grad():
        logits = model(torch.from_numpy(images).double()).numpy()
    group.attrs["names"] = np.array(names, dtype=h5py.string_dtype())
    group["sizes"] = np.concatenate([np.array(shapes[n], np.int64) for n in names])
    group["ranks"] = np.array([len(shapes[n]) for n in names])
    group["image"] = np.array(image)
    group["logits"] = logits


def main() -> None:
    folder = pathlib.Path(__file__).parent / "networks"
    with h5py.File(folder / "torchvision_outputs.h5", "w") as file:
        for name, (make, image) in CASES.items():
            write(file.create_group(name), make().double().eval(), image)
            print(name, file[name]["logits"][0, :3])


if __name__ == "__main__":
    main()
