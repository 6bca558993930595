"""Ctrl-C while the library computes."""

import subprocess
import sys

from conftest import WEIGHTS

SCRIPT = """
import os, signal, sys, threading, time
import numpy as np
import dpac

net = dpac.load(sys.argv[1])
x = np.random.default_rng(0).random((20000, 1, 32, 32), np.float32)
expected = net(x[:5], noise="shot", energy=10)
sent = []
def press():
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)
calls = {
    "run": lambda: [net(x, noise="shot", energy=10, repeats=50) for _ in range(100)],
    "calibrate": lambda: net.calibrate(x, method="percentile", batches=600),
}
for name, call in calls.items():
    threading.Timer(0.5, press).start()
    try:
        call()
        print(name, "ended")
    except KeyboardInterrupt:
        print(name, "interrupted", "in time" if time.monotonic() - sent[-1] < 1 else time.monotonic() - sent[-1])
print(np.array_equal(expected, net(x[:5], noise="shot", energy=10)))
"""


def test_interrupt():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(WEIGHTS)], capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stdout.splitlines() == ["run interrupted in time", "calibrate interrupted in time", "True"]
