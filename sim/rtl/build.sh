#!/bin/sh
# Verilates the machine for one configuration and compiles it with the harness.
#
#   sim/rtl/build.sh CONFIG [trace|coverage]
#
# CONFIG is a name (edge16) or a path to an .ini; the result is
# build/rtl/NAME.so, or with `trace` build/rtl/NAME.trace.so, which can write
# waves and is slower, or with `coverage` build/rtl/NAME.coverage.so, which
# counts lines and toggles and writes them, when it is closed, to the file that
# SYSTOLE_COVERAGE names in the environment. BUILD (build), CC, CXX and MARCH (native; empty for a
# portable object) may be set in the environment.
set -eu
cd "$(dirname "$0")/../.."
config=${1:?usage: sim/rtl/build.sh CONFIG [trace|coverage]}
kind=${2:-}
name=$(basename "$config" .ini)
build=${BUILD:-build}
out=$build/rtl
obj=$out/$name${kind:+.$kind}.obj
mkdir -p "$obj"
cc=${CC:-cc}
if [ -z "${CXX:-}" ]; then
  if command -v clang++ >/dev/null 2>&1; then CXX=clang++; else CXX=g++; fi
fi
march=
try=${MARCH-native}
if [ -n "$try" ] && echo 'int x;' | "$CXX" -march="$try" -x c++ -c -o /dev/null - 2>/dev/null; then
  march=-march=$try
fi

root=$(pwd)
"$cc" -std=c11 -D_GNU_SOURCE -O1 -I. -DSYSTOLE_ROOT="\"$root\"" -o "$out/parameters.$$" \
  sim/rtl/parameters.c hw/configs/config.c hw/base/status.c -linih
mv "$out/parameters.$$" "$out/parameters"
args=$("$out/parameters" "$config" args)
"$out/parameters" "$config" header >"$obj/memories.h"

# What the kind adds: options of Verilator, a define of the harness, an object of
# Verilator's and a library.
options= define= extra= zlib= fast=-O3 slow=-O1
case $kind in
'') ;;
trace) options="--trace-fst sim/rtl/trace.vlt" define=-DSYSTOLE_TRACE extra=verilated_fst_c.o zlib=-lz ;;
coverage)  # a million lines of C++: compiled without much ado
  options=${COVERAGE:---coverage-line --coverage-toggle} fast=-O1 slow=-O0
  define=-DSYSTOLE_COVERAGE extra=verilated_cov.o
  ;;
*) echo "build.sh: kind '$kind': expected trace or coverage" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086
verilator --cc -O3 --x-assign fast --x-initial fast --noassert -fno-const-bit-op-tree \
  --top-module systole_chip --prefix Vsystole_chip --Mdir "$obj" -Ihw/rtl $args $options \
  -Wno-fatal -Wno-WIDTH -Wno-UNUSED -Wno-UNOPTFLAT --output-split 60000 --no-timing \
  hw/rtl/systole_chip.sv

before=$(grep -o '__Vtrigr\{0,1\}prev__TOP__clk_i' "$obj/Vsystole_chip___024root.h" | head -1)
[ -z "$before" ] || define="$define -DSYSTOLE_CLOCK_BEFORE=$before"

flags="-fPIC -fvisibility=hidden"
make -s -C "$obj" -j2 -f Vsystole_chip.mk CXX="$CXX" LINK="$CXX" OPT_FAST="$fast $march" \
  OPT_SLOW=$slow OPT_GLOBAL=-O2 USER_CPPFLAGS="$flags" \
  Vsystole_chip__ALL.a verilated.o verilated_threads.o $extra
include=$(verilator --getenv VERILATOR_ROOT)/include
set -- # objects of the harness and of what it uses
compiling=
for source in sim/rtl/*.cc; do
  o=$obj/$(basename "$source" .cc).harness.o
  "$CXX" -std=c++17 -O3 $march $flags $define -I. -I"$obj" -isystem "$include" -isystem "$include/vltstd" \
    -c -o "$o" "$source" &
  compiling="$compiling $!"
  set -- "$@" "$o"
done
for process in $compiling; do wait "$process"; done
for c in sim/dram/*.c hw/base/status.c hw/configs/config.c; do
  o=$obj/$(basename "$c" .c).o
  "$cc" -std=c11 -D_GNU_SOURCE -O3 $flags -I. -DSYSTOLE_ROOT="\"$root\"" -c -o "$o" "$c"
  set -- "$@" "$o"
done
libs="-linih -pthread -latomic -lm $zlib"
"$CXX" -shared -Wl,-z,defs -o "$obj/machine.so" "$@" "$obj/Vsystole_chip__ALL.a" "$obj/verilated.o" \
  "$obj/verilated_threads.o" ${extra:+"$obj/$extra"} $libs
mv "$obj/machine.so" "$out/$name${kind:+.$kind}.so"
