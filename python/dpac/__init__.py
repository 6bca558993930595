"""Dynamic-precision analog computing, simulated fast: networks under the noise of an analog accelerator.

    net = dpac.load("resnet50.h5")
    logits = net(images, noise="shot", energy=10, seed=0)

docs/python.md of the project is the manual.
"""

from dpac._native import Error, __version__
from dpac.data import Data, arrays, images, text
from dpac.layers import Layer, Layers
from dpac.network import Network
from dpac.opening import from_torch, load
from dpac.results import Allocation, BitsResult, Evaluation, Learned, Picture, Result, Search, Table, report
from dpac.studies import Remark
from dpac.tables import table

__all__ = [
    "Allocation",
    "BitsResult",
    "Data",
    "Error",
    "Evaluation",
    "Layer",
    "Layers",
    "Learned",
    "Network",
    "Picture",
    "Remark",
    "Result",
    "Search",
    "Table",
    "__version__",
    "arrays",
    "from_torch",
    "images",
    "load",
    "report",
    "table",
    "text",
]

Error.__module__ = "dpac"
Error.__doc__ = "Bad input or data: one sentence that says where, what was expected and what was found."
