"""Dynamic-precision analog computing, simulated fast: networks under the noise of an analog accelerator.

    net = dpac.load("resnet50.h5")
    logits = net(images, noise="shot", energy=10, seed=0)

docs/python.md of the project is the manual.
"""

from dpac._native import Error, __version__
from dpac.layers import Layer, Layers
from dpac.network import Network
from dpac.opening import Remark, from_torch, load

__all__ = ["Error", "Layer", "Layers", "Network", "Remark", "__version__", "from_torch", "load"]

Error.__module__ = "dpac"
Error.__doc__ = "Bad input or data: one sentence that says where, what was expected and what was found."
