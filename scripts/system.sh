#!/usr/bin/env bash
# Tests of the whole machine: each prints its own tests and ends with
# `N passed, N failed, N skipped`. With a word, only tests whose name has it.
set -uo pipefail
build=${BUILD:-build} only=${1:-}
mkdir -p "$build/results"
status=0
shopt -s nullglob

run() {  # NAME command...
  local name=$1
  shift
  echo "-- $name"
  "$@" 2>&1 | tee "$build/results/$name.log" || status=1
}

for source in tests/system/test_*"$only"*.c; do
  name=$(basename "$source" .c)
  [ -e "tests/system/$name.sh" ] && continue  # it has a script of its own
  for config in edge16 tiny8; do
    [ -e "$build/rtl/$config.so" ] || continue
    run "$name-$config" "$build/$name" "$config" "$build/rtl/$config.so"
  done
done
for script in tests/system/test_*"$only"*.sh; do
  name=$(basename "$script" .sh)
  run "$name" env BUILD="$build" SYSTOLE="$build/systole" bash "$script"
done
exit $status
