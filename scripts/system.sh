#!/usr/bin/env bash
# Runs tests/system/test_*.sh: each prints its own tests and ends with
# `N passed, N failed, N skipped`. With a word, only scripts whose name has it.
set -uo pipefail
build=${BUILD:-build} only=${1:-}
mkdir -p "$build/results"
status=0
shopt -s nullglob
for script in tests/system/test_*"$only"*.sh; do
  name=$(basename "$script" .sh)
  echo "-- $name"
  BUILD=$build SYSTOLE=$build/systole bash "$script" 2>&1 | tee "$build/results/$name.log" || status=1
done
exit $status
