#!/usr/bin/env bash
# The driver's environment: what a wrong setting, a missing machine or another
# memory does; and that clinfo lists the configurations.
set -uo pipefail
build=${BUILD:-build}
passed=0 failed=0 skipped=0

check() {  # NAME EXPECTED-STATUS PATTERN [VARIABLE=VALUE...]: of `icd_tests --list`
  local name=$1 expected=$2 pattern=$3 output status
  shift 3
  output=$(env "$@" "$build/icd_tests" --list 2>&1)
  status=$?
  if [ $status -eq "$expected" ] && grep -qE -- "$pattern" <<<"$output"; then passed=$((passed + 1)); return; fi
  echo "  FAILED $name: status $status, expected $expected and /$pattern/ in:"
  echo "$output"
  failed=$((failed + 1))
}

check "devices" 0 'Systole tiny8 \(hash [0-9a-f]{16}\): array 8 x 8, bus 8 bytes, 200 MHz, memory ideal'
check "memory" 0 'tiny8 .* memory hbm2' SYSTOLE_ICD_MEMORY=hbm2
check "no such memory" 2 'SYSTOLE_ICD_MEMORY = mars: expected one of ideal, ddr4-2400, hbm2' SYSTOLE_ICD_MEMORY=mars
check "bad number" 2 'SYSTOLE_ICD_BANKS = many: expected a number from 1 to 32' SYSTOLE_ICD_BANKS=many
check "too large" 2 'SYSTOLE_ICD_BANKS = 33: expected a number from 1 to 32' SYSTOLE_ICD_BANKS=33
check "negative" 2 'SYSTOLE_ICD_SEED = -1: expected a number from 0' SYSTOLE_ICD_SEED=-1
check "no limit" 2 'SYSTOLE_ICD_MAX_CYCLES = 0: expected a number from 1' SYSTOLE_ICD_MAX_CYCLES=0
check "no machines" 2 '^$' SYSTOLE_RTL_PATH=/nowhere

empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
echo "not a machine" >"$empty/junk.so"
check "not a machine" 2 'junk.so: cannot be opened' SYSTOLE_RTL_PATH="$empty"
if [ "$build" = "${ICD_BINARIES%/icd}" ]; then
  cp "$build/icd/libsystole-icd.so" "$empty/junk.so"
  check "no symbols" 2 'junk.so: expected a Verilated machine' SYSTOLE_RTL_PATH="$empty"
fi

# A host that ends while its kernel runs ends well, and soon; one that gives it up
# has the device again at once.
for part in --leave --abandon; do
  if timeout 60 "$build/icd_tests" $part; then passed=$((passed + 1)); else
    echo "  FAILED $part: status $?"
    failed=$((failed + 1))
  fi
done

# Slow and random memory changes times, never results.
for memory in "SYSTOLE_ICD_MEMORY=ddr4-2400" "SYSTOLE_ICD_MAX_DELAY=40 SYSTOLE_ICD_MAX_STALL=9 SYSTOLE_ICD_SEED=5"; do
  # shellcheck disable=SC2086
  if env $memory "$build/icd_tests" icd_run >"$empty/log" 2>&1; then passed=$((passed + 1)); else
    echo "  FAILED icd_run with $memory"
    cat "$empty/log"
    failed=$((failed + 1))
  fi
done

# clinfo itself is no program of ours: not under the sanitizers, which would have to be loaded first.
if ! command -v clinfo >/dev/null; then
  echo "  skipped clinfo: it is not installed"
  skipped=$((skipped + 1))
elif grep -q asan <(ldd "$build/icd/libsystole-icd.so"); then
  echo "  skipped clinfo: the driver is built with sanitizers"
  skipped=$((skipped + 1))
elif clinfo >"$empty/log" 2>&1 && grep -q 'Device Name  *tiny8' "$empty/log" && grep -q 'array 8 x 8' "$empty/log" &&
     clinfo -l | grep -q 'Device #.*tiny8'; then
  passed=$((passed + 1))
else
  echo "  FAILED clinfo"
  cat "$empty/log"
  failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
