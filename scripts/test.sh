#!/usr/bin/env bash
# Every test, each kind after the other, and one summed line at the end.
#   test.sh MAKE BUILD HW
# A kind that fails does not stop the next; the exit status is 1 if any did.
set -uo pipefail
make=$1 build=$2 hw=$3
results=$build/results
rm -rf "$results"
mkdir -p "$results"

broken=()
step() {  # NAME command...: runs it, remembers a failure
  local name=$1
  shift
  echo "== $name"
  "$@" || broken+=("$name")
}

step build           "$make" --no-print-directory all
step rtl             "$make" --no-print-directory rtl HW="$hw"
step rtl-tiny8       "$make" --no-print-directory rtl HW=tiny8
step rtl-mcu         "$make" --no-print-directory mcu
step check-generated "$make" --no-print-directory check-generated
step unit            "$make" --no-print-directory unit
step blocks          "$make" --no-print-directory blocks
step icd-edge16      "$make" --no-print-directory icd HW=edge16
step icd-tiny8       "$make" --no-print-directory icd HW=tiny8
step icd             "$make" --no-print-directory icd-test
step system          "$make" --no-print-directory system

# A kind that broke without a failing test (it did not even build) counts as one.
shopt -s nullglob
sum=$(cat /dev/null "$results"/*.log | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' |
      awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }')
read -r passed failed skipped <<<"$sum"
if [ ${#broken[@]} -gt 0 ]; then
  echo "broken: ${broken[*]}"
  [ "$failed" -gt 0 ] || failed=${#broken[@]}
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
