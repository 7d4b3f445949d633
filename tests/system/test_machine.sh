#!/usr/bin/env bash
# Small programs through the Verilated machine and the C model (test_machine.c).
set -euo pipefail
build=${BUILD:-build}
for hw in tiny8 edge16; do
  make --no-print-directory -s -f sim/rtl/rtl.mk HW=$hw BUILD="$build" >"$build/test_machine.$hw.log" 2>&1 ||
    { tail -20 "$build/test_machine.$hw.log"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
done
${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -O1 -I. -DSYSTOLE_ROOT="\"$PWD\"" \
  -o "$build/test_machine" tests/system/test_machine.c sim/model/*.c sim/dram/*.c hw/base/status.c \
  hw/configs/config.c -linih -ldl -lm
passed=0 failed=0
for hw in tiny8 edge16; do
  out=$("$build/test_machine" $hw "$build/rtl/$hw.so" "${SYSTOLE_SEED:-1}" || true)
  sed "s/^/$hw: /" <<<"$out"
  p=$(sed -n 's/^\([0-9]*\) passed, .*/\1/p' <<<"$out")
  f=$(sed -n 's/.* passed, \([0-9]*\) failed.*/\1/p' <<<"$out")
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1}))
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
