#!/usr/bin/env bash
# OpenCL beside the back end rtl: the same bits, what the RTL behind OpenCL (sim/icd)
# costs, and how fast the portable kernel is. Repeats are interleaved, so that a
# noisy machine is noisy for all of them.
set -euo pipefail
build=${BUILD:-build} repeats=${REPEATS:-5}
systole=$build/systole
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/vendors"
cp "$build/icd/systole.icd" "$work/vendors/"
cp /etc/OpenCL/vendors/*.icd "$work/vendors/" 2>/dev/null || true
export OCL_ICD_VENDORS=$work/vendors
icd=(--backend opencl --opencl-platform systole --opencl-device edge16 --opencl-binary "$build/icd/edge16.bin")
kernel=(--backend opencl --opencl-platform "${OPENCL_PLATFORM:-portable computing language}")

# Of the lines of a file of numbers.
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { printf "%.3f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# number FILE KEY OBJECT: a number of an object of a report.
number() {
  awk -v key="\"$2\":" -v object="\"$3\":" '
    index($0, object) { inside = 1 }
    inside && index($0, key) { sub(/.*:[ \t]*/, ""); sub(/[,} \t].*/, ""); print; exit }' "$1"
}

echo "== the same bits as the C model: memory and logits after every run"
for who in rtl icd kernel; do
  tokens=0
  case $who in rtl) with=() ;; icd) with=("${icd[@]:2}") ;; kernel) with=("${kernel[@]:2}") ;; esac
  for prompt in accelerator: horse: "a kind of" teacher: mountain: music: "the art of"; do
    "$systole" check --backends "model,$([ $who = rtl ] && echo rtl || echo opencl)" "${with[@]}" --tokens 40 --prompt "$prompt" >"$work/check"
    tokens=$((tokens + $(sed -nE 's/.* runs and ([0-9]+) tokens.*/\1/p' "$work/check")))
  done
  echo "  systole check --backends model,... on $who: equal on $tokens tokens"
done

# once NAME OPTION...: user time to NAME.user, decode's wall time to NAME.wall.
job=(--tokens 100 --temperature 1 --seed 3 --prompt accelerator:)
once() {
  local name=$1
  shift
  TIMEFORMAT=%U
  { time "$systole" run "$@" "${job[@]}" --json "$work/$name.json" >/dev/null; } 2>>"$work/$name.user"
  number "$work/$name.json" wall_seconds decode >>"$work/$name.wall"
}
for ((i = 0; i < repeats; i++)); do
  once direct --backend rtl --control direct
  once icd "${icd[@]}"
  once firmware --backend rtl
  once kernel "${kernel[@]}"
done

echo
echo "== systole run ${job[*]}: medians of $repeats, user time and wall time of decode in seconds"
for name in direct firmware icd kernel; do
  case $name in
    direct) what="--backend rtl --control direct" ;;
    firmware) what="--backend rtl" ;;
    icd) what="--backend opencl, the RTL behind it" ;;
    kernel) what="--backend opencl, the portable kernel" ;;
  esac
  printf '  %-40s user %8s  decode %8s\n' "$what" "$(median "$work/$name.user")" "$(median "$work/$name.wall")"
done
echo "  the RTL behind OpenCL takes $(ratio "$(median "$work/icd.user")" "$(median "$work/direct.user")") times the user time of" \
     "--control direct, $(ratio "$(median "$work/icd.user")" "$(median "$work/firmware.user")") times that of firmware control"
echo "  the portable kernel decodes $(ratio "$(median "$work/direct.wall")" "$(median "$work/kernel.wall")") times as fast as the RTL"
