#!/usr/bin/env bash
# tools/kill.sh [MOMENTS]: kills `learn`, `search`, `table` and `eval` at as many of their system calls that change
# files (100 of each, or all there are), gives the command again, and compares what it ends with. About five minutes.
# Needs a build in build/.
set -euo pipefail
cd "$(dirname "$0")/.."
DPAC_KILL_MOMENTS=${1:-100} exec build/tests/dpac_cli_test --test-case='killed at a system call*'
