# What nextpnr's log says, in a few lines: resources, clock, longest path.
#   awk -v name=CONFIG -v speed=GRADE -v tool=VERSIONS -v free=LUTS -v json=FILE -f report.awk nextpnr.log
# free: LUTs that only keep room for wires.
function resource(key, label) {
  printf "  %-14s %6d of %6d  %5.1f %%\n", label, used[key], all[key], 100 * used[key] / all[key]
}
/^Info:[ \t]+[A-Z0-9_]+: *[0-9]+\/ *[0-9]+ / {
  split($0, part, /[:\/] */)
  key = part[2]; gsub(/[ \t]/, "", key)
  used[key] = part[3] + 0; all[key] = part[4] + 0
}
# Reports come before and after routing: the last one counts.
/Max frequency for clock/ { mhz = $0; sub(/.*: /, "", mhz); mhz += 0 }
/Critical path report for clock/ { path = 1; n = 0; delete seen; from = ""; logic = routing = 0; next }
/Critical path report for/ { path = 0 }
path && $2 == "clk-to-q" { from = $6 }
path && $2 == "routing" { routing += $3 }
path && ($2 == "logic" || $2 == "clk-to-q" || $2 == "setup") { logic += $3 }
# 0.7 names no kinds, rounds each part to a tenth, and gives the sum.
path && $4 == "Source" && $2 ~ /^[0-9.]+$/ && from == "" { from = $5 }
path && / ns logic, / { logic = $2; routing = $5 }
path && /Sink/ { to = $3 }
path && match($0, /systole_[a-z_]+\.sv/) {
  module = substr($0, RSTART, RLENGTH - 3)
  if (module != "systole_ecp5" && module != "systole_top" && module != "systole_chip" && !seen[module]++) through[n++] = module
}
END {
  used["TRELLIS_COMB"] -= free
  if (mhz == "") { print "report: no clock in this log" > "/dev/stderr"; exit 1 }
  printf "%s on an ECP5-85F, speed grade %s (%s)\n", name, speed, tool
  resource("TRELLIS_COMB", "LUTs"); resource("TRELLIS_FF", "flip-flops")
  resource("MULT18X18D", "multipliers"); resource("DP16KD", "block RAMs")
  printf "  Fmax           %.1f MHz\n", mhz
  if (from == "") print "                 estimated as placed: the log ends before routing did"
  else {
    printf "  longest path   %.1f ns logic, %.1f ns routing, from %s to %s\n", logic, routing, from, to
    list = ""
    for (i = 0; i < n; i++) list = list (i ? ", " : "") through[i]
    print "  it passes      " list
  }
  if (json != "")
    printf "{\"configuration\": \"%s\", \"device\": \"LFE5U-85F-%s\", \"tools\": \"%s\",\n \"luts\": %d, \"luts_available\": %d, \"flip_flops\": %d, \"multipliers\": %d, \"multipliers_available\": %d,\n \"block_rams\": %d, \"block_rams_available\": %d, \"fmax_mhz\": %.2f, \"path_logic_ns\": %.2f, \"path_routing_ns\": %.2f}\n", \
      name, speed, tool, used["TRELLIS_COMB"], all["TRELLIS_COMB"], used["TRELLIS_FF"], used["MULT18X18D"], all["MULT18X18D"], \
      used["DP16KD"], all["DP16KD"], mhz, logic, routing > json
}
