#!/bin/sh
# Verilates the controller's core alone, for `systole mcu`: build/rtl/core/mcu.so.
# BUILD (build), CXX and MARCH (native; empty for a portable object) may be set in
# the environment.
set -eu
cd "$(dirname "$0")/../.."
out=${BUILD:-build}/rtl/core
obj=$out/mcu.obj
mkdir -p "$obj"
if [ -z "${CXX:-}" ]; then
  if command -v clang++ >/dev/null 2>&1; then CXX=clang++; else CXX=g++; fi
fi
march=
try=${MARCH-native}
if [ -n "$try" ] && echo 'int x;' | "$CXX" -march="$try" -x c++ -c -o /dev/null - 2>/dev/null; then
  march=-march=$try
fi
flags="-fPIC -fvisibility=hidden"

verilator --cc -O3 --x-assign fast --x-initial fast --noassert -fno-const-bit-op-tree \
  --top-module systole_mcu_alone --prefix Vmcu --Mdir "$obj" -Ihw/rtl \
  -Wno-fatal -Wno-WIDTH -Wno-UNUSED --no-timing sim/mcu/systole_mcu_alone.sv
make -s -C "$obj" -f Vmcu.mk CXX="$CXX" LINK="$CXX" OPT_FAST="-O3 $march" OPT_SLOW=-O1 OPT_GLOBAL=-O2 \
  USER_CPPFLAGS="$flags" Vmcu__ALL.a verilated.o verilated_threads.o
include=$(verilator --getenv VERILATOR_ROOT)/include
# shellcheck disable=SC2086
"$CXX" -std=c++17 -O3 $march $flags -I. -I"$obj" -isystem "$include" -isystem "$include/vltstd" \
  -c -o "$obj/alone.o" sim/mcu/alone.cc
"$CXX" -shared -Wl,-z,defs -o "$obj/mcu.so" "$obj/alone.o" "$obj/Vmcu__ALL.a" "$obj/verilated.o" \
  "$obj/verilated_threads.o" -pthread -latomic
mv "$obj/mcu.so" "$out/mcu.so"
