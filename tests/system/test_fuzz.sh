#!/usr/bin/env bash
# Random programs on the Verilated RTL and the C model, with fixed seeds, and
# those that once differed (programs/CONFIG-*.s). SYSTOLE_FUZZ_COUNT and
# SYSTOLE_SEED change how many and which; `make soak` goes on for ever.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/common.sh
count=${SYSTOLE_FUZZ_COUNT:-300} seed=${SYSTOLE_SEED:-1}

# fuzzed NAME ARGUMENTS...: shows the sums and, after a difference, all of it.
fuzzed() {
  local name=$1
  shift
  if "$SYSTOLE" fuzz --out "$work" "$@" >"$work/output" 2>&1; then
    pass
    grep 'programs on' "$work/output"
  else
    fail "$name"
    sed 's/^/  /' "$work/output"
    cat "$work"/*.s 2>/dev/null
  fi
}

for hw in tiny8 edge16; do
  if [ ! -e "$BUILD/rtl/$hw.so" ]; then
    skip "$BUILD/rtl/$hw.so is not built"
    continue
  fi
  fuzzed "random programs on $hw" --hw $hw --seed "$seed" --count "$count"
  fuzzed "programs with faults on $hw" --hw $hw --seed "$seed" --count $((count / 2)) --faults
  for program in tests/system/programs/$hw-*.s; do
    [ -e "$program" ] && fuzzed "$program" --hw $hw --replay "$program"
  done
done
# Its semaphore once overflowed with tokens that other instructions then took too early:
# a race, and what comes of a race is nobody's promise.
[ ! -e "$BUILD/rtl/edge16.so" ] ||
  fuzzed "no race is made by spoiling" --hw edge16 --memory ddr4-2400 --seed 202 --first 78 --count 1 --faults
check "the same seed gives the same programs" bash -c '
  for i in 1 2; do "$0" fuzz --hw tiny8 --seed 7 --count 20 | sed "s/ in [0-9.]* s.*//"; done | sort | uniq -c |
  awk "\$1 != 2 { exit 1 }"' "$SYSTOLE"
refused "a count that is none" 2 "--count" fuzz --count x
refused "a replay that is not there" 2 "nothing.s" fuzz --hw tiny8 --replay nothing.s
finish
