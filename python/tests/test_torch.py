"""Beside PyTorch: networks of it, and one process with its OpenMP runtime. Skipped where it is not installed."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from conftest import WEIGHTS

import dpac

if importlib.util.find_spec("torch") is None:
    pytest.skip("PyTorch is not installed", allow_module_level=True)


@pytest.mark.skipif(importlib.util.find_spec("onnxscript") is None, reason="onnxscript is not installed")
def test_from_torch():
    import torch
    from torch import nn

    torch.manual_seed(0)
    body = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU6(), nn.Conv2d(8, 8, 3, groups=4))
    module = nn.Sequential(body, nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(), nn.Linear(8, 5))
    module.train()
    body[1].eval()
    net = dpac.from_torch(module, torch.zeros(1, 3, 14, 18))
    assert [part.training for part in (module, body, body[1], module[4])] == [True, True, False, True]
    x = torch.randn(6, 3, 14, 18)
    with torch.no_grad():
        expected = module.eval()(x).numpy()
    assert np.abs(net(x) - expected).max() < 1e-5 * np.abs(expected).max()
    assert [layer.groups for layer in net.layers] == [1, 4, 1]
    with pytest.raises(dpac.Error):
        dpac.from_torch(nn.Sequential(nn.Conv2d(3, 4, 3), nn.PixelShuffle(2)), torch.zeros(1, 3, 14, 18))


SCRIPT = """
import sys
for name in sys.argv[2:]:
    __import__(name)
import hashlib
import numpy as np
import dpac

net = dpac.load(sys.argv[1])
net.threads = 2
x = np.random.default_rng(0).random((37, 1, 32, 32), np.float32)
digest = hashlib.sha256()
for turn in range(20):
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        a = torch.ones(600, 600)
        assert (a @ a)[0, 0] == 600  # By its threads.
    digest.update(net(x, noise="shot", energy=10, seed=turn).tobytes())
print(digest.hexdigest())
"""


def test_order_of_imports():
    """The same bits, and an end."""
    def run(*names):
        command = [sys.executable, "-c", SCRIPT, str(WEIGHTS), *names]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout

    alone = run("dpac")
    assert len(alone) == 65
    assert run("torch", "dpac") == alone
    assert run("dpac", "torch") == alone
