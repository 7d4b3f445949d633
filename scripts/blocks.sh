#!/usr/bin/env bash
# Block tests: each RTL block, Verilated alone, against the C function of its
# name.
#   blocks.sh [WORD]       only blocks whose name contains WORD
#
# tests/rtl/NAME.args    one run a line: Verilator options (-G...), and the
#                        other words are arguments of the test; `#` comments.
#                        A first line `# top=MODULE` names the top module
#                        (systole_NAME otherwise).
# tests/rtl/shim_NAME.cc the only C++: a C interface over the Verilated class
# tests/rtl/test_NAME.c  the test, ending with `N passed, N failed, N skipped`;
#                        what is counted are named properties (tally.h), not vectors
# tests/rtl/*.sv         wrappers, if a block needs one
# The Verilated class is always Vblock. Builds that are up to date are kept,
# and two blocks are built at a time.
set -uo pipefail
build=${BUILD:-build} cc=${CC:-cc} cxx=${CXX:-clang++} only=${1:-}
out=$build/blocks
mkdir -p "$out" "$build/results"
verilator_root=$(verilator --getenv VERILATOR_ROOT)
libs="-linih -lcjson -lopenblas -lpcre2-8 -lutf8proc -ldl -lpthread -latomic -lm"
native=$($cxx -march=native -E -x c++ /dev/null >/dev/null 2>&1 && echo -march=native)

stale() {  # TARGET SOURCE...: true if the target is missing or older
  local target=$1 source
  shift
  [ -e "$target" ] || return 0
  for source in "$@"; do [ "$source" -nt "$target" ] && return 0; done
  return 1
}

# The part of Verilator that every block needs, compiled once.
common() {
  local name
  for name in verilated verilated_threads; do
    stale "$out/$name.o" "$verilator_root/include/$name.cpp" || continue
    $cxx -std=c++17 -O2 $native -isystem "$verilator_root/include" -isystem "$verilator_root/include/vltstd" \
        -c "$verilator_root/include/$name.cpp" -o "$out/$name.o" || return 1
  done
}

# build_one NAME TOP "VERILATOR OPTIONS" DIR: an executable DIR/test
build_one() {
  local name=$1 top=$2 options=$3 dir=$4 file
  file=tests/rtl/$top.sv
  [ -e "$file" ] || file=hw/rtl/$top.sv
  stale "$dir/test" hw/rtl/*.sv hw/rtl/*.svh "$file" "tests/rtl/shim_$name.cc" \
        "tests/rtl/test_$name.c" tests/rtl/*.h "$build/libsystole.a" || return 0
  mkdir -p "$dir"
  # Without -Wall here: lint has its own target, and says more.
  # shellcheck disable=SC2086
  verilator --cc --prefix Vblock --top-module "$top" -O3 --x-assign fast --x-initial fast \
            -fno-const-bit-op-tree -Wno-fatal -Wno-WIDTH -Wno-UNUSED --no-timing -Ihw/rtl -Itests/rtl \
            --Mdir "$dir/obj" $options "$file" &&
  make -s -C "$dir/obj" -f Vblock.mk CXX="$cxx" OPT_FAST="-O2 $native" OPT_SLOW=-O1 Vblock__ALL.a &&
  $cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -g -O2 $native \
      -ffp-contract=off -I. -c "tests/rtl/test_$name.c" -o "$dir/test.o" &&
  $cxx -std=c++17 -g -O2 $native -I. -I"$dir/obj" -isystem "$verilator_root/include" \
      -isystem "$verilator_root/include/vltstd" -c "tests/rtl/shim_$name.cc" -o "$dir/shim.o" &&
  $cxx -o "$dir/test" "$dir/test.o" "$dir/shim.o" "$dir/obj/Vblock__ALL.a" "$out/verilated.o" \
      "$out/verilated_threads.o" "$build/libsystole.a" $libs
}

# Lines of an .args file: number, options, arguments; comments dropped.
split() {  # LINE -> sets options, arguments
  options="" arguments=""
  local word
  for word in $1; do
    case "$word" in
      -*) options+=" $word" ;;
      *) arguments+=" $word" ;;
    esac
  done
}

run_block() {
  local args=$1 name top line count=0 log status=0
  name=$(basename "$args" .args)
  log=$build/results/block_$name.log
  : >"$log"
  top=$(sed -nE '1s/^# *top=([A-Za-z0-9_]+).*/\1/p' "$args")
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%%#*}
    [ -n "${line// /}" ] || continue
    split "$line"
    # One build for each set of options, whatever the arguments.
    local dir=$out/$name/$(printf '%s' "$options" | cksum | cut -d' ' -f1)
    if build_one "$name" "${top:-systole_$name}" "$options" "$dir" >"$out/$name.build" 2>&1; then
      # shellcheck disable=SC2086
      "$dir/test" $arguments 2>&1 | sed "s/^/$name:$line: /; s/^.*: \([0-9]* passed, \)/\1/" >>"$log"
      [ "${PIPESTATUS[0]}" -eq 0 ] || status=1
    else
      { cat "$out/$name.build"; echo "$name: $line: does not build"; echo "0 passed, 1 failed, 0 skipped"; } >>"$log"
      status=1
    fi
    count=$((count + 1))
  done <"$args"
  echo "-- $name: $count runs"
  if [ $status -ne 0 ]; then tail -40 "$log"; else grep ' passed, ' "$log" | sort | uniq -c; fi
  return $status
}

common || exit 1
shopt -s nullglob
status=0
for args in tests/rtl/*"$only"*.args; do
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || status=1; done
  run_block "$args" &
done
while [ -n "$(jobs -p)" ]; do
  wait -n || { [ $? -eq 127 ] && break; status=1; }
done
exit $status
