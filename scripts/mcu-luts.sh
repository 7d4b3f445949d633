#!/usr/bin/env bash
# How large the controller's core is when Yosys maps it for ECP5: LUT4s, and the
# other cells that it takes; by `synth_ecp5` as it is, without multiplexers behind
# LUTs (-nowidelut), and with the newer mapper (-abc9). Fails from 3,000 LUT4s on.
set -euo pipefail
cd "$(dirname "$0")/.."
limit=3000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count() {  # OPTION of synth_ecp5, or none
  yosys -q -p "read_verilog -sv hw/rtl/systole_mcu_*.sv; synth_ecp5 $1 -top systole_mcu_core; \
               tee -o $work/stat stat" >"$work/log" 2>&1 || { tail -5 "$work/log" >&2; return 1; }
  awk -v limit=$limit -v command="synth_ecp5${1:+ $1}:" '
    $1 ~ /^(LUT4|CCU2C|MULT18X18D|TRELLIS_DPR16X4|TRELLIS_FF)$/ { count[$1] = $2 }
    END {
      printf "%-23s %d LUT4 (under %d), %d carry cells of two bits, %d flip-flops, %d multipliers of 18 bits, %d RAMs of 16 x 4\n",
             command, count["LUT4"], limit, count["CCU2C"], count["TRELLIS_FF"], count["MULT18X18D"], count["TRELLIS_DPR16X4"]
      exit !(count["LUT4"] > 0 && count["LUT4"] < limit)
    }' "$work/stat"
}

count ""
count -nowidelut
count -abc9
