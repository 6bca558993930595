"""The networks measured and their files: ONNX for dpac and its peers, the module for PyTorch, images and logits."""

import functools
import pathlib
import sys

import h5py
import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import torchvision_import  # noqa: E402, F401  (also for load_model(), whose file names torchvision's classes)
from torch_resnet import Bottleneck, ResNet  # noqa: E402

SEED = 1
INCEPTION_SIZE, USUAL_SIZE = 299, 224


def torchvision_network(name: str) -> torch.nn.Module:
    """With random weights, and without auxiliary heads or a transform of its input."""
    from torchvision import models

    if name in ("googlenet", "inception_v3"):
        model = models.get_model(name, aux_logits=True, init_weights=False, transform_input=False)
        model.aux_logits = False
        for head in ("AuxLogits", "aux1", "aux2"):
            setattr(model, head, None)
        return model
    return models.get_model(name)


NETWORKS = {"resnet50": lambda: ResNet(Bottleneck, (3, 4, 6, 3))} | {
    name: functools.partial(torchvision_network, name)
    for name in ("mobilenet_v2", "shufflenet_v2_x1_0", "googlenet", "inception_v3", "efficientnet_b0")}


def image_size(name: str) -> int:
    return INCEPTION_SIZE if name == "inception_v3" else USUAL_SIZE


def random_network(name: str) -> torch.nn.Module:
    """He-normal weights, and BatchNorm statistics of random images: activations stay of order one."""
    torch.manual_seed(SEED)
    model = NETWORKS[name]()
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        model.train()(torch.randn(4, 3, image_size(name), image_size(name)))
    return model.eval()


def weights_file(folder: pathlib.Path) -> pathlib.Path:
    return folder / "weights.h5"


def onnx_file(folder: pathlib.Path) -> pathlib.Path:
    return folder / "network.onnx"


def write_weights(folder: pathlib.Path, model: torch.nn.Module) -> None:
    with h5py.File(weights_file(folder), "w") as file:
        for key, tensor in model.state_dict().items():
            file[key] = tensor.numpy()


def write(folder: pathlib.Path, name: str, batch: int) -> None:
    model = random_network(name)
    images = torch.randn(batch, 3, image_size(name), image_size(name))
    torch.onnx.export(model, (images,), onnx_file(folder), dynamo=False, input_names=["images"],
                      output_names=["logits"], dynamic_axes={"images": {0: "batch"}})
    with torch.inference_mode():
        logits = model(images)
    np.savez(folder / "images.npz", images=images.numpy(), logits=logits.numpy())
    torch.save(model, folder / "model.pt")


def load_model(folder: pathlib.Path) -> torch.nn.Module:
    return torch.load(folder / "model.pt", weights_only=False)


def load_images(folder: pathlib.Path) -> tuple[np.ndarray, np.ndarray]:
    """Images [N, 3, H, W] and the logits of eager PyTorch."""
    with np.load(folder / "images.npz") as file:
        return file["images"], file["logits"]
