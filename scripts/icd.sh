#!/usr/bin/env bash
# Tests of the OpenCL driver (sim/icd) through the ICD loader: alone, beside
# PoCL, with wrong settings, and with clinfo.
#   icd.sh [PART]     only suites whose name contains PART
# BUILD holds the programs; RTL and the binaries are those of BUILD, or of
# MACHINES if that is another build (sanitizers).
set -uo pipefail
build=${BUILD:-build} machines=${MACHINES:-${BUILD:-build}} only=${1:-}
export SYSTOLE_RTL_PATH=$machines/rtl ICD_BINARIES=$machines/icd
export MALLOC_PERTURB_=165  # what was freed does not look as if it were still there
mkdir -p "$build/results" "$build/icd/beside"
status=0

run() {  # NAME VENDORS command...: kept as results/NAME.log
  local name=$1 vendors=$2
  shift 2
  echo "-- $name"
  OCL_ICD_VENDORS=$vendors "$@" 2>&1 | tee "$build/results/$name.log" || status=1
}

# PoCL's own leaks are not ours to find: beside it only what is written wrongly.
beside() {
  cp "$build/icd/systole.icd" "$build/icd/beside/"
  cp /etc/OpenCL/vendors/pocl.icd "$build/icd/beside/" 2>/dev/null
  ICD_BESIDE=1 ASAN_OPTIONS=detect_leaks=0 run icd_beside "$build/icd/beside" "$build/icd_tests" "$only"
}

run icd "$build/icd" "$build/icd_tests" "$only"
beside
run icd_settings "$build/icd" env BUILD="$build" bash tests/icd/test_settings.sh

for seed in 1 2 3 4; do run icd_fuzz_$seed "$build/icd" "$build/icd_fuzz" "${FUZZ_CALLS:-5000}" $seed; done
exit $status
