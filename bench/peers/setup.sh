#!/bin/sh
# Makes the Python environment of these programs: setup.sh [FOLDER], by default build/peers-venv.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-"$root/build/peers-venv"}

python3 -m venv "$folder"
# PyTorch first and alone: whatever the others would pull in must not replace it.
"$folder/bin/pip" install --quiet torch==2.13.0
"$folder/bin/pip" install --quiet numpy h5py onnx onnxruntime openvino tokenizers pillow
"$folder/bin/pip" install --quiet --no-deps torchvision==0.28.0
echo "$folder/bin/python $root/bench/peers/run_peers.py --help"
