#!/usr/bin/env bash
# The driver's OpenCL transport on the RTL behind OpenCL (sim/icd): the same bits
# and cycles as the back end rtl, and what it says when something is wrong.
set -uo pipefail
. tests/system/common.sh

if [ ! -e "$BUILD/icd/edge16.bin" ] || [ ! -e "$BUILD/icd/tiny8.bin" ] || [ ! -e "$BUILD/icd/libsystole-icd.so" ]; then
  skip "the RTL behind OpenCL: expected \`make icd\` to have been run for edge16 and tiny8"
  finish
  exit
fi
OCL_ICD_VENDORS=$(realpath "$BUILD/icd")
export OCL_ICD_VENDORS
on() { echo "--opencl-platform Systole --opencl-device $1 --opencl-binary $BUILD/icd/$1.bin"; }

for hw in tiny8 edge16; do
  # shellcheck disable=SC2046
  check "self-test on $hw" "$SYSTOLE" info --selftest --hw $hw --backend opencl $(on $hw)
done

# A check compares memory, logits and counters, cycles among them, after every run.
tokens=0
for prompt in accelerator: horse: "a kind of" teacher: mountain: music: "the art of"; do
  # shellcheck disable=SC2046
  check "rtl and opencl agree on '$prompt'" "$SYSTOLE" check --backends rtl,opencl $(on edge16) --tokens 40 --prompt "$prompt"
  tokens=$((tokens + $(sed -nE 's/.* runs and ([0-9]+) tokens.*/\1/p' "$work/output")))
done
check "100 tokens and more ($tokens)" [ "$tokens" -ge 100 ]

# Slow and random memory: the same words.
# shellcheck disable=SC2046
words() { "$SYSTOLE" run --backend opencl $(on edge16) --tokens 8 --prompt accelerator: | head -1; }
words >"$work/ideal"
SYSTOLE_ICD_MEMORY=ddr4-2400 SYSTOLE_ICD_MAX_DELAY=50 SYSTOLE_ICD_MAX_STALL=9 words >"$work/slow"
check "slow memory, the same words" cmp "$work/ideal" "$work/slow"

run="run --backend opencl --opencl-platform Systole --opencl-device edge16 --prompt a --tokens 1"
head -c 60 "$BUILD/icd/edge16.bin" >"$work/truncated.bin"
echo "no binary" >"$work/wrong.bin"
# shellcheck disable=SC2086
{
  refused "another configuration's binary" 2 "made for configuration tiny8" $run --opencl-binary "$BUILD/icd/tiny8.bin"
  refused "a truncated binary" 2 "the file is truncated" $run --opencl-binary "$work/truncated.bin"
  refused "no binary at all" 2 "CL_INVALID_BINARY" $run --opencl-binary "$work/wrong.bin"
  refused "no such platform" 2 "there are: Systole: " $run --opencl-platform Mars --opencl-binary "$work/wrong.bin"
  refused "no such device" 2 "edge16" $run --opencl-device mars --opencl-binary "$work/wrong.bin"
  refused "not compiled here" 2 "which needs a binary" $run
  SYSTOLE_ICD_BANK_MIB=1 SYSTOLE_ICD_BANKS=1 refused "too little memory" 2 "CL_" $run --opencl-binary "$BUILD/icd/edge16.bin"
  SYSTOLE_ICD_MAX_CYCLES=2000 refused "a program that does not end in time" 2 "ABORT" $run --opencl-binary "$BUILD/icd/edge16.bin"
}
finish
