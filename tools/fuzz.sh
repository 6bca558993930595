#!/usr/bin/env bash
# tools/fuzz.sh [SECONDS [NAME...]]: builds the fuzzing targets and runs those named in tests/fuzz/corpora.txt, or all,
# each for so long (60), as many at a time as there are processors. Corpora grow in build/fuzz/corpus, inputs that are
# findings lie in build/fuzz/findings: give one to its program, build/asan/tests/fuzz/fuzz_PROGRAM FILE, to see it again.
# Exit code 1 if there is any.
#
# A finding is a crash, an answer of the sanitizers, an exception that is no Error, more than five seconds (fifteen where
# the HDF5 library reads, whose own limit is five of computing), or more than 1.5 GB.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true

[[ -f build/asan/CMakeCache.txt ]] || cmake --preset asan > /dev/null
cmake --build --preset asan --target fuzz
export TMPDIR=$(mktemp -d -p "$([[ -d /dev/shm ]] && echo /dev/shm || echo /tmp)")
trap 'rm -rf "$TMPDIR"' EXIT
export ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=1500 LSAN_OPTIONS=suppressions=.ci/lsan.supp
export UBSAN_OPTIONS=print_stacktrace=1 seconds

# fuzz NAME PROGRAM SEEDS: runs one of them, and says how it went.
fuzz() {
  local name=$1 program=$2 seeds=$3 corpus=build/fuzz/corpus/$1 log=build/fuzz/$1.log timeout=5
  mkdir -p "$corpus" build/fuzz/findings
  eval "cp -u tests/fuzz/corpus/$name/* $seeds $corpus/" 2> /dev/null || true
  [[ $name =~ hdf5|keras|arrays|energies|ranges ]] && timeout=15
  if build/asan/tests/fuzz/fuzz_"$program" -max_total_time="$seconds" -timeout=$timeout -rss_limit_mb=1536 \
      -max_len=120000 -print_final_stats=1 -artifact_prefix=build/fuzz/findings/"$name"- "$corpus" > "$log" 2>&1; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
  else
    echo "$name: a finding, see $log"
    grep -m3 -E 'ERROR|SUMMARY|an Error without|runtime error' "$log"
    return 1
  fi
}
export -f fuzz

while read -r name program seeds; do
  [[ $name == '#'* ]] && continue
  [[ $# -gt 0 && " $* " != *" $name "* ]] && continue
  printf '%s\0%s\0%s\0' "$name" "$program" "$seeds"
done < tests/fuzz/corpora.txt | xargs -0 -n3 -P"$(nproc)" bash -O extglob -O nullglob -c 'fuzz "$@"' fuzz
