# What Yosys' stat says of a Xilinx netlist, in a few lines: the sums over all
# modules if the netlist has several.
#   awk -v name=CONFIG -v tool=VERSION -f report.awk stat
/^=== / { in_total = $2 == "design"; if (in_total || !any) delete count; any = 1 }
NF == 2 && $1 ~ /^[A-Z][A-Z0-9_]+$/ && $2 ~ /^[0-9]+$/ { count[$1] = $2 }
END {
  for (cell in count) {
    n = count[cell]
    if (cell ~ /^(LUT[1-6]|INV)$/) luts += n
    else if (cell ~ /^RAM(32|64)M$/) memory += 4 * n
    else if (cell ~ /^RAM(32M16|64M8)$/) memory += 8 * n
    else if (cell ~ /^RAM(32|64)X1[SD]$/) memory += n
    else if (cell ~ /^RAM128X1[SD]$/) memory += 2 * n
    else if (cell ~ /^RAM256X1[SD]$/) memory += 4 * n
    else if (cell ~ /^SRL/) memory += n
    else if (cell ~ /^FD[RSCP]E/) flops += n
    else if (cell ~ /^DSP48/) dsps += n
    else if (cell ~ /^RAMB36/) blocks += n
    else if (cell ~ /^RAMB18/) blocks += n / 2
    else if (cell ~ /^URAM/) ultra += n
  }
  if (!luts) { print "report: no LUT in this file" > "/dev/stderr"; exit 1 }
  printf "%s on UltraScale+, synthesis alone (%s)\n", name, tool
  printf "  %-20s %8d, and %d as memory or shift registers\n", "LUTs", luts, memory
  printf "  %-20s %8d\n", "flip-flops", flops
  printf "  %-20s %8d\n", "DSP48E2", dsps
  printf "  %-20s %8.1f of 36 Kbit\n", "block RAMs", blocks
  if (ultra) printf "  %-20s %8d\n", "UltraRAMs", ultra
}
