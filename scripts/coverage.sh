#!/bin/sh
# What of the RTL random programs reach: lines and toggles, by Verilator.
#
#   scripts/coverage.sh HW COUNT
#
# Runs COUNT programs (half of them with faults, on three memory presets, with
# delays and stalls) on build/rtl/NAME.coverage.so, merges what was counted into
# build/coverage/NAME/all.dat, puts the annotated sources beside it, and prints
# the share of each module and what was not reached.
set -eu
cd "$(dirname "$0")/.."
hw=${1:?usage: scripts/coverage.sh HW COUNT}
count=${2:?usage: scripts/coverage.sh HW COUNT}
build=${BUILD:-build}
name=$(basename "$hw" .ini)
out=$build/coverage/$name
mkdir -p "$out"
rm -f "$out"/*.dat
# The driver looks for NAME.so in the folders of SYSTOLE_RTL_PATH.
ln -sf "../../rtl/$name.coverage.so" "$out/$name.so"

each=$(((count + 5) / 6))
seed=0
for memory in ideal ddr4-2400 hbm2; do
  for faults in '' --faults; do
    seed=$((seed + 1))
    # shellcheck disable=SC2086
    SYSTOLE_RTL_PATH=$out SYSTOLE_COVERAGE=$out/$seed.dat "$build/systole" fuzz --hw "$hw" \
      --memory $memory --seed $seed --count $each --out "$out" $faults
  done
done
verilator_coverage --write "$out/all.dat" "$out"/[1-6].dat
verilator_coverage --annotate "$out/annotated" --annotate-min 1 "$out/all.dat" >/dev/null
awk -f scripts/coverage.awk "$out/all.dat" >"$out/report.txt"
cat "$out/report.txt"
