"""The program `dpac`, which the package brings along."""

import os
import pathlib
import sys
from typing import NoReturn


def main() -> NoReturn:
    program = pathlib.Path(__file__).parent / "bin" / "dpac"
    os.execv(program, ["dpac", *sys.argv[1:]])
