#!/usr/bin/env bash
# What the chip would take of a Xilinx UltraScale+ device, by Yosys' synthesis;
# nothing is placed, so there is no clock.
#   estimate.sh [CONFIG...]
# CONFIG is a name or an .ini file (tiny8). Logs: build/fpga/xilinx/CONFIG.
set -euo pipefail
cd "$(dirname "$0")/../../.."
command -v yosys >/dev/null || { echo "fpga-xilinx: no yosys: apt-get install yosys" >&2; exit 2; }
[ $# -gt 0 ] || set -- tiny8
for config in "$@"; do
  name=$(basename "$config" .ini)
  out=${BUILD:-build}/fpga/xilinx/$name
  mkdir -p "$out"
  parameters=$(bash hw/fpga/parameters.sh "$config" "$out") || exit 2
  # Module by module: a flat netlist of edge16 takes hours and says much the same.
  # The coarse part is that of synth_xilinx without its search for shared resources,
  # which takes longer than all the rest.
  nice -n 10 timeout 7200 yosys -q -l "$out/yosys.log" -p "
    read_verilog -sv -Ihw/rtl hw/rtl/*.sv; chparam $parameters systole_chip;
    synth_xilinx -family xcup -noiopad -noclkbuf -top systole_chip -run begin:coarse;
    techmap -map +/cmp2lut.v -map +/cmp2lcu.v -D LUT_WIDTH=6; alumacc; opt; memory -nomap; techmap -map hw/fpga/xilinx/split_rom.v; opt_clean;
    synth_xilinx -family xcup -noiopad -noclkbuf -top systole_chip -run map_memory:check;
    tee -q -o $out/stat stat" 2>"$out/yosys.err" || { cat "$out/yosys.err" >&2; exit 1; }
  awk -v name="$name" -v tool="$(yosys -V | cut -d' ' -f1,2)" -f hw/fpga/xilinx/report.awk "$out/stat"
done
