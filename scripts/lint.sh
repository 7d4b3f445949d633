#!/usr/bin/env bash
# Checks of the Verilog: Verilator's lint for every configuration, elaboration
# in Icarus, and Yosys without a latch. Prints what fails; 0 if nothing does.
set -uo pipefail
build=${BUILD:-build}
out=$build/lint
mkdir -p "$out"
status=0

check() {  # NAME command...
  local name=$1
  shift
  if "$@" >"$out/$name.log" 2>&1 && ! grep -qE '^%(Warning|Error)' "$out/$name.log"; then
    echo "ok    $name"
  else
    echo "FAILED $name (see $out/$name.log)"
    tail -15 "$out/$name.log"
    status=1
  fi
}

if [ ! -e hw/rtl/systole_chip.sv ]; then echo "lint: no hw/rtl/systole_chip.sv" >&2; exit 2; fi
cc -std=c11 -D_POSIX_C_SOURCE=200809L -I. -DSYSTOLE_ROOT="\"$PWD\"" -o "$out/parameters" \
   sim/rtl/parameters.c hw/configs/config.c hw/base/status.c -linih || exit 2
for config in hw/configs/*.ini; do
  # shellcheck disable=SC2046
  check "verilator-$(basename "$config" .ini)" verilator --lint-only -Wall -fno-const-bit-op-tree -Ihw/rtl \
        --top-module systole_chip $("$out/parameters" "$config" args) hw/rtl/systole_chip.sv
done
# The wrapper for a card: `interrupt` is the name that the vendor's tools know.
make -s -C hw/fpga/xrt files BUILD="$(realpath "$build")" >"$out/xrt.log" 2>&1 || status=1
check verilator-xrt verilator --lint-only -Wall -Wno-SYMRSVDWORD -fno-const-bit-op-tree -Ihw/rtl -I"$build/xrt/edge16" \
      --top-module systole hw/fpga/xrt/systole.v
check icarus iverilog -g2012 -Ihw/rtl -s systole_chip -o "$out/top.vvp" hw/rtl/*.sv
check verilator-mcu verilator --lint-only -Wall -fno-const-bit-op-tree -Ihw/rtl --top-module systole_mcu_alone \
      sim/mcu/systole_mcu_alone.sv
check icarus-mcu iverilog -g2012 -Ihw/rtl -s systole_mcu_core -o "$out/mcu.vvp" hw/rtl/systole_mcu_*.sv

# proc is where latches appear; the whole of synthesis would say nothing more.
latches() {
  yosys -q -p "read_verilog -sv -Ihw/rtl hw/rtl/*.sv; chparam -set Dim 4 -set LoadRows 4 -set BusBytes 4 \
    -set WgtWords 64 -set ActWords 64 -set QntWords 64 -set AccWords 64 -set ParWords 64 -set VmWords 64 \
    -set RsWords 64 -set QueueDepth 2 -set Controller 1 -set TcmBytes 4096 systole_chip; hierarchy -check -top systole_chip; proc; \
    select -assert-none t:\$dlatch t:\$adlatch; check -assert"
}
core() {
  yosys -q -p "read_verilog -sv -Ihw/rtl hw/rtl/systole_mcu_*.sv; hierarchy -check -top systole_mcu_core; proc; \
    select -assert-none t:\$dlatch t:\$adlatch; check -assert"
}
check yosys latches
check yosys-mcu core

# The portable kernel as OpenCL C 1.2 of a device that is no CPU.
for items in 1 256; do
  for integer in 0 1; do
    check "opencl-items$items-integer$integer" clang -x cl -cl-std=CL1.2 -Xclang -finclude-default-header \
      -target spir64 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-parentheses -fsyntax-only -Ihw/opencl \
      -DSYSTOLE_DIM=16 -DSYSTOLE_LOAD_ROWS=4 -DSYSTOLE_BUS_BYTES=16 -DSYSTOLE_WGT_WORDS=64 -DSYSTOLE_ACT_WORDS=64 \
      -DSYSTOLE_QNT_WORDS=64 -DSYSTOLE_ACC_WORDS=64 -DSYSTOLE_PAR_WORDS=64 -DSYSTOLE_VM_WORDS=64 \
      -DSYSTOLE_RS_WORDS=64 -DSYSTOLE_QUEUE_DEPTH=4 -DSYSTOLE_HASH=1ul -DSYSTOLE_ITEMS=$items \
      -DSYSTOLE_INTEGER=$integer hw/opencl/systole.cl
  done
done
exit $status
