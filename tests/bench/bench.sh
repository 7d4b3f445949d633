#!/usr/bin/env bash
# Figures with the commands that print them, measured one after the other in one
# run; ratios are the point, since machines differ and are noisy.
set -euo pipefail
build=${BUILD:-build}
systole=$build/systole
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# number FILE KEY [OBJECT]: a number of a report, at its top or in an object of it.
number() {
  awk -v key="\"$2\":" -v object="\"${3:-}\":" '
    index($0, object) && object != "\"\":" { inside = 1 }
    (inside || object == "\"\":") && index($0, key) {
      sub(/.*:[ \t]*/, ""); sub(/[,} \t].*/, ""); print; exit }' "$1"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

echo "== matrix products on the RTL: utilisation from start to done, loads and stores included"
for shape in "-m 64 -k 64 -n 64" "-m 256 -k 256 -n 256" "-m 512 -k 512 -n 512" "-m 1 -k 1024 -n 1024"; do
  # shellcheck disable=SC2086
  "$systole" gemm $shape --memory ideal --json "$work/gemm.json" >/dev/null
  echo "systole gemm $shape: $(number "$work/gemm.json" cycles) cycles," \
       "utilisation $(number "$work/gemm.json" utilisation)"
done

echo
echo "== the default model on the RTL and on the C model, side by side"
word="accelerator:"
long="accelerator: a machine that performs calculations automatically and a device that
controls the speed of an engine and a pedal that is used for the"
long=${long//$'\n'/ }
# The host starts the runs: it can tell prefill from decode on its clock.
for prompt in "$word" "$long"; do
  for backend in rtl model; do
    "$systole" run --backend $backend --control direct --prompt "$prompt" --tokens 24 --json "$work/$backend.json" >/dev/null
  done
  echo "systole run --control direct --prompt \"${prompt:0:24}...\" --tokens 24 (${#prompt} characters)"
  for phase in prefill decode; do
    rtl=$(number "$work/rtl.json" wall_seconds $phase) model=$(number "$work/model.json" wall_seconds $phase)
    speed=$(number "$work/rtl.json" cycles_per_second $phase)
    bound=$(number "$work/rtl.json" over_weight_and_cache_bound $phase)
    echo "  $phase: rtl $(ratio "$speed" 1000) thousand cycles per second, $(ratio "$bound" 1) times" \
         "the bytes of weights and cache; the C model is $(ratio "$rtl" "$model") times as fast"
  done
done
