"""What the tests share: the demo's network with some of its images, and the program to compare with."""

import json
import os
import pathlib
import subprocess

import h5py
import numpy as np
import pytest

import dpac

REPOSITORY = pathlib.Path(__file__).parents[2]
WEIGHTS = REPOSITORY / "models" / "demo_fashion_mnist.h5"
COUNT = 40  # More than one group of samples that share a draw of weights, and no multiple of a batch.


@pytest.fixture(scope="session")
def net() -> dpac.Network:
    return dpac.load(WEIGHTS, input_size=(28, 28))


@pytest.fixture(scope="session")
def images() -> np.ndarray:
    """Preprocessed as the file says."""
    with h5py.File(WEIGHTS) as file:
        pixels = file["images"][:COUNT]
    return pixels[:, None].astype(np.float32) / np.float32(255)


class Program:
    """The command line on the same images."""

    def __init__(self, path: str, folder: pathlib.Path) -> None:
        self.path, self.folder = path, folder
        self.data = folder / "data.h5"
        with h5py.File(WEIGHTS) as file, h5py.File(self.data, "w") as part:
            for name in ("images", "labels"):
                part[name] = file[name][:COUNT]

    def run(self, command: str, *options: str) -> dict:
        result = self.folder / "result.json"
        arguments = ["--weights", WEIGHTS, "--data", self.data, *options, "--json", result, "--quiet"]
        subprocess.run([self.path, command, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
        return json.loads(result.read_text())

    def logits(self, *options: str) -> np.ndarray:
        file = self.folder / "logits.h5"
        self.run("eval", *options, "--logits", str(file), "--no-baseline")
        with h5py.File(file) as logits:
            return logits["logits"][:]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """$DPAC_PROGRAM, else that of the usual build."""
    given = os.environ.get("DPAC_PROGRAM")
    path = pathlib.Path(given) if given else REPOSITORY / "build" / "cli" / "dpac"
    if not given and not path.exists():
        pytest.skip("there is no program to compare with: build it, or set DPAC_PROGRAM")
    return Program(str(path), tmp_path_factory.mktemp("program"))
