#!/usr/bin/env bash
# How fast the C model tells the time: beside the RTL, with values and alone, at
# growing sizes. One thing after the other in one run; ratios are the point.
set -euo pipefail
build=${BUILD:-build}
systole=$build/systole
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# number FILE KEY [OBJECT]: a number of a report, at its top or in an object of it.
number() {
  awk -v key="\"$2\":" -v object="\"${3:-}\":" '
    index($0, object) && object != "\"\":" { inside = 1 }
    (inside || object == "\"\":") && index($0, key) {
      sub(/.*:[ \t]*/, ""); sub(/[,} \t].*/, ""); print; exit }' "$1"
}
compute() { awk "BEGIN { printf \"$1\", $2 }"; }

# middle PHASE COUNTS...: cycles per second of PHASE in time alone of COUNTS, the middle
# one of nine runs: milliseconds are soon disturbed.
middle() {
  local phase=$1
  shift
  for _ in 1 2 3 4 5 6 7 8 9; do
    "$systole" estimate --config models/define "$@" --json "$work/alone.json" >/dev/null
    number "$work/alone.json" cycles_per_second "$phase"
    echo
  done | grep . | sort -g | sed -n 5p
}
# count FILE KEY: elements of a list in a report.
count() { tr -d '\n\t ' <"$1" | sed -E 's/.*"'"$2"'":\[([^]]*)\].*/\1/' | tr ',' '\n' | grep -c . || true; }
# The host starts the runs: it can tell prefill from decode on its clock.
rtl() { # FILE CHARACTERS TOKENS
  "$systole" run --backend rtl --control direct --prompt "$(head -c "$2" models/define/heldout.txt | tr '\n' ' ')" \
    --tokens "$3" --json "$1" >/dev/null
}
compare() { # FILE PHASE TEXT COUNTS...: the RTL's report beside time alone
  local file=$1 phase=$2 text=$3 same=differ
  shift 3
  [ "$(number "$file" cycles "$phase")" = "$(number "$work/same.json" cycles "$phase")" ] && same="are the same"
  local rtl alone
  rtl=$(number "$file" cycles_per_second "$phase") alone=$(middle "$phase" "$@")
  echo "  $phase$text: rtl $(compute %.0f "$rtl / 1000") thousand, alone $(compute %.0f "$alone / 1000") thousand," \
       "$(compute %.0f "$alone / $rtl") times as many; the cycles of both $same"
}

echo "== the default model: simulated cycles per second of the RTL and of time alone"
# 175 characters are 64 tokens, as many as one run of prefill takes.
for characters in 60 175 630; do
  rtl "$work/rtl.json" $characters 9
  tokens=$(count "$work/rtl.json" prompt_tokens) steps=$(count "$work/rtl.json" cycles_decode)
  "$systole" estimate --config models/define --prefill "$tokens" --decode "$steps" --json "$work/same.json" >/dev/null
  compare "$work/rtl.json" prefill " of $tokens tokens" --prefill "$tokens" --decode 0
  [ $characters = 175 ] || continue
  compare "$work/rtl.json" decode "" --prefill "$tokens" --decode 150
done

echo
echo "== a BERT-base layer of 128 tokens on edge16 as its matrix products"
# With values: scores and context once for each of the 12 heads.
seconds=0 macs=0
while IFS=, read -r name m n k _; do
  [ "$m" -gt 0 ] 2>/dev/null || continue
  times=1
  case $name in scores | context) times=12 ;; esac
  for ((i = 0; i < times; i++)); do
    "$systole" gemm -m $m -n $n -k $k --backend model --json "$work/gemm.json" >/dev/null
    seconds=$(compute %.6f "$seconds + $(number "$work/gemm.json" wall_seconds)")
    macs=$(compute %.0f "$macs + $(number "$work/gemm.json" macs)")
  done
done < <(tail -n +2 "$here/bert_layer.csv" | tr -d ' ')
echo "  values and time: $(compute %.0f "$macs / 1e6") M MACs in $(compute %.3f "$seconds") s, $(compute %.2f "$macs / $seconds / 1e9") G MAC/s"
awk 'NR == 1 { print } NR > 1 { for (l = 0; l < 12; l++) for (h = 0; h < ($1 ~ /scores|context/ ? 12 : 1); h++) print l "." $0 }' \
  "$here/bert_layer.csv" >"$work/bert12.csv"
"$systole" estimate --topology "$work/bert12.csv" --json "$work/bert12.json" >/dev/null
echo "  12 layers, time alone: $(number "$work/bert12.json" wall_seconds) s for $(($(wc -l <"$work/bert12.csv") - 1)) products," \
     "$(number "$work/bert12.json" cycles) cycles"

echo
echo "== a decode step of a 7-billion-parameter LLaMA on big128 (128 x 128), time alone"
"$systole" estimate --config "$here/llama_7b.json" --hw big128 --prefill 1 --decode 4 --json "$work/7b.json" >/dev/null
echo "  $(compute %.2f "$(number "$work/7b.json" wall_seconds decode) / 4") s a step of $(compute %.0f "$(number "$work/7b.json" cycles decode) / 4") cycles," \
     "$(compute %.0f "$(number "$work/7b.json" instructions decode) / 4") instructions; compiling once $(compute %.1f "$(number "$work/7b.json" compile_seconds)") s"
echo "  host memory $(compute %.0f "$(number "$work/7b.json" host_peak_bytes) / 1e6") MB for $(compute %.0f "$(number "$work/7b.json" device_bytes) / 1e6") MB on the device"

echo
echo "== growth: decode on edge16, time alone"
for layers in 4 16 64; do
  sed "s/\"num_hidden_layers\": 32/\"num_hidden_layers\": $layers/; s/4096,/1024,/; s/11008/2816/; s/_heads\": 32/_heads\": 16/" \
    "$here/llama_7b.json" >"$work/grow.json"
  "$systole" estimate --config "$work/grow.json" --prefill 1 --decode 1 --context 256 --json "$work/out.json" >/dev/null
  count=$(number "$work/out.json" instructions decode) wall=$(number "$work/out.json" wall_seconds decode)
  bursts=$(compute %.0f "$(number "$work/out.json" dram_read_bytes decode) / 1024")
  echo "  $layers layers: $count instructions, about $bursts bursts, $(compute %.3f "$wall") s," \
       "$(compute %.0f "$wall * 1e9 / ($count + $bursts)") ns for each of both; host memory $(compute %.0f "$(number "$work/out.json" host_peak_bytes) / 1e6") MB"
done
