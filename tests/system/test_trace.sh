#!/usr/bin/env bash
# --trace and compare-trace: what test_trace.c checks of a file, on runs of every
# kind, what differs and what does not, and what bad input gets.
set -uo pipefail
. tests/system/common.sh

# ---- what compare-trace refuses, without any machine -------------------------------
bad=$work/bad.json
refused "compare-trace: one file" 2 "two trace files" compare-trace "$bad"
refused "compare-trace: three files" 2 "two trace files" compare-trace a b c
refused "compare-trace: no such file" 2 "cannot be read" compare-trace "$work/nothing" "$work/nothing"
refused "compare-trace: a folder" 2 "expected the header" compare-trace "$work" "$work"
for content in '' '{' '[]' '{"traceEvents":[]}' '{"otherData":{"format":2},"traceEvents":[' \
  '{"otherData":{},"traceEvents":[' '{"otherData":7,"traceEvents":['; do
  printf '%s\n' "$content" >"$bad"
  refused "compare-trace: '$content'" 2 "line 1" compare-trace "$bad" "$bad"
done
head -c 100000 /dev/urandom >"$bad"
refused "compare-trace: noise" 2 "line 1" compare-trace "$bad" "$bad"

# ---- what --trace refuses -----------------------------------------------------------
model=(--backend model -m 4 -k 4 -n 4)
g=(gemm -m 32 -k 64 -n 64)
refused "a trace that nobody can write" 2 "cannot be written" "${g[@]}" --backend model --trace "$work/nothing/x.json"
refused "a trace to standard output" 2 "--trace -" "${g[@]}" --backend model --trace -
refused "a trace of the reference" 2 "keeps no time" run --backend reference --prompt a --trace "$work/x.json"
check "no trace is left" [ ! -e "$work/x.json" ]
# Until the C model keeps time.
if [ "$("$SYSTOLE" gemm "${model[@]}" --json - | grep -c '"cycles":	0,')" = 1 ]; then
  refused "a trace of the C model" 2 "keeps no time" gemm "${model[@]}" --trace "$work/x.json"
  check "no trace without time" [ -z "$(ls "$work" | grep x.json)" ]
  timed=(rtl)
else
  timed=(rtl model)
fi

if [ ! -e "$BUILD/rtl/edge16.so" ]; then
  skip "no $BUILD/rtl/edge16.so: traces"
  finish
  exit
fi

# ---- traces -------------------------------------------------------------------------
trace() {  # FILE ARGUMENTS...: writes one
  local file=$1
  shift
  "$SYSTOLE" "$@" --trace "$file" >"$work/text" 2>&1
}

# Every form of the copies, in loops: gathers, rows that touch and rows that do
# not, rows at any word of the bus, no-ops, and a second engine's wait.
cat >"$work/forms.s" <<'S'
.hw edge16
.segment 1 name=in kind=io bytes=65536
.segment 2 name=out kind=io bytes=65536
.entry main
vx a_space=PAR m=0 n=32 d_space=VM raise=LD:1
loop count=s0 counter=1
  .symbol lo"a\d/s
  ld segment=1 space=PAR rows=3 words=2 pitch=256 dst_row=2 dst_word=1 offset=s1*1024 raise=VX:1 wait=VX:1
  ldg segment=1 space=PAR rows=5 words=1 pitch=64 dst=32 dst_row=1 dst_word=1 index_segment=1 index_offset=8192 limit=100 raise=VX:1
  ld segment=1 space=ACT rows=s1 words=1 pitch=16 dst_row=1 dst_word=1
  .symbol work
  vx a_space=PAR m=3 n=32 a_row=2 d_space=VM d_row=2 wait=LD:2 raise=ST:2
  .symbol stores
  st segment=2 space=VM rows=3 elements=5 pitch=60 offset=4+s1*4 src_row=32 wait=VX:1
  st segment=2 space=VM rows=2 elements=32 pitch=128 offset=4096 src_row=32 wait=VX:1
  st segment=2 space=VM rows=0 elements=32 pitch=128 offset=4096 src_row=32 raise=VX:1
  vx a_space=PAR m=0 n=32 d_space=VM wait=ST:1 raise=LD:1
endloop
end
S
t=$work/trace
forms=(exec "$work/forms.s" --scalar 0=9)
check "gemm: written" trace $t.gemm.json "${g[@]}"
check "gemm with delays: written" trace $t.delay.json "${g[@]}" --mem-delay 30
check "gemm with stalls: written" trace $t.stall.json "${g[@]}" --mem-stall 7 --mem-seed 3
check "gemm of odd sizes: written" trace $t.odd.json gemm -m 37 -k 45 -n 51 --mem-delay 9
check "every form of copies: written" trace $t.forms.json "${forms[@]}"
check "every form of copies, with delays: written" trace $t.formsdelay.json "${forms[@]}" --mem-delay 40 --mem-stall 5
check "no instruction: written" trace $t.none.json exec "$work/forms.s" --scalar 0=0
check "a text: written" trace $t.run.json run --prompt "accelerator:" --tokens 3
check "a prompt of two runs: written" trace $t.chunks.json run --prompt "accelerator:" --tokens 1 --chunk 4
if [ -e "$BUILD/rtl/tiny8.so" ]; then
  check "gemm on tiny8: written" trace $t.tiny.json "${g[@]}" --hw tiny8 --mem-delay 5
else
  skip "no $BUILD/rtl/tiny8.so: its traces"
fi
for file in $t.*.json; do check "what is in $(basename "$file")" "$BUILD/test_trace" "$file"; done
check "no file beside them" [ -z "$(ls "$work" | grep 'json\..')" ]

check "steps have names" [ "$(grep -o '"cat":"step","name":"[^"]*"' $t.run.json | cut -d'"' -f8 | tr '\n' ,)" = "prefill,decode 1,decode 2," ]
check "a second run of prefill has a number" grep -q '"cat":"step","name":"prefill 2"' $t.chunks.json
check "a symbol with quotation marks" grep -qF '"name":"lo\"a\\d/s"' $t.forms.json
check "symbols are names" grep -q '"cat":"instruction","name":"layers.0.attention' $t.run.json
check "instructions have their text" grep -q '"text":"mx a_space=ACT m=32' $t.gemm.json
check "LD has two lanes" grep -q '"name":"LD, 2 at once"' $t.gemm.json
for cause in semaphore dispatch memory end; do check "a wait with cause $cause" grep -q "\"cause\":\"$cause\"" $t.gemm.json; done
for counter in "bytes read per cycle" "bytes written per cycle" "MAC utilisation %"; do
  check "counter $counter" grep -q "\"ph\":\"C\",\"name\":\"$counter\"" $t.gemm.json
done
# What the windows of a counter hold is what was read.
read_bytes() {  # FILE: the sum over windows of 1,024 cycles
  grep '"bytes read per cycle"' "$1" | sed -E 's/.*"ts":([0-9]+).*"value":([0-9.]+).*/\1 \2/' |
    awk '{ if (NR > 1) sum += last * ($1 - at); at = $1; last = $2 } END { printf "%.0f", sum }'
}
loads=$(grep '"engine":"LD"' $t.run.json | sed -nE 's/.*"bytes":([0-9]+).*/\1/p' | awk '{ s += $1 } END { print s }')
check "the counter of bytes sums up to those of the loads" holds "($(read_bytes $t.run.json) - $loads) ^ 2 < (0.001 * $loads) ^ 2"

# A machine that stops leaves the trace of what it did, and the fault is what is told.
sed 's/^end$/ld segment=3 space=ACT rows=1 words=1\nend/' "$work/forms.s" >"$work/fault.s"
refused "a fault is told" 2 "SEGMENT" exec "$work/fault.s" --scalar 0=2 --trace $t.fault.json
check "and traced" grep -q '"cat":"step"' $t.fault.json
refused "a limit is told" 2 "ABORT" run --prompt a --limit 50000 --trace $t.limit.json
check "and traced up to there" "$BUILD/test_trace" $t.limit.json

# ---- compare-trace -------------------------------------------------------------------
check "again: written" trace $t.again.json "${g[@]}"
check "the same run has the same trace" cmp $t.gemm.json $t.again.json
check "compare-trace: equal" "$SYSTOLE" compare-trace $t.gemm.json $t.again.json
check "compare-trace: a text is equal to itself" "$SYSTOLE" compare-trace $t.run.json $t.run.json
refused "compare-trace: other delays" 1 "first difference: engine LD, step main, line 0, gemm.rows0.columns0: from " compare-trace $t.gemm.json $t.delay.json
refused "compare-trace: another program" 2 "the same program" compare-trace $t.gemm.json $t.odd.json
[ -e $t.tiny.json ] && refused "compare-trace: another configuration" 2 "the same configuration" compare-trace $t.gemm.json $t.tiny.json
spoil() { sed -E "$1" $t.gemm.json >"$bad"; }  # SED: $bad becomes the trace with that changed
differs() {  # NAME TEXT SED
  spoil "$3"
  cmp -s "$bad" $t.gemm.json && fail "$1: nothing was changed"
  refused "compare-trace: $1" 1 "$2" compare-trace $t.gemm.json "$bad"
}

# What a figure of the trace of a product is; the machine may become quicker.
of() {  # LINE NAME: of an instruction
  sed -nE "/\"cat\":\"instruction\".*\"line\":$1,/s/.*\"$2\":([0-9]+).*/\1/p" $t.gemm.json
}
total() { sed -nE "/\"cat\":\"step\"/s/.*\"$1\":([0-9]+).*/\1/p" $t.gemm.json; }
end2=$(of 2 end) start2=$(of 2 start) end3=$(of 3 end) start9=$(of 9 start) cycles=$(total cycles) ld_idle=$(total LD_idle)
differs "an end" "engine MX, step main, line 2, gemm.rows0.columns0: from $start2 to $end2" 's/("line":2,.*"end":)[0-9]+/\199999/'
differs "a start" "engine MX, step main, line 2" 's/("line":2,.*"start":)[0-9]+/\11/'
# Line 9 starts before line 3 ends, so though line 3 stands first it parted later.
differs "the first of two" "engine LD, step main, line 9" "s/(\"line\":3,.*\"end\":)$end3/\1$((end3 - 3))/; s/(\"line\":9,.*\"start\":)$start9/\1$((start9 - 1))/"
differs "a line" "line 6" '/"cat":"instruction"/s/"line":6,/"line":7,/'
differs "a symbol" "other" '/"cat":"instruction".*"line":6,/s/"name":"[^"]*"/"name":"other"/'
differs "an instruction less" "engine ST" '/"cat":"instruction".*"line":12,/d'
differs "the whole run" "$((cycles + 1)) cycles" "s/\"cycles\":$cycles/\"cycles\":$((cycles + 1))/;"' s/("cat":"step","name":"main.*"step":)"main"/\1"other"/'
differs "a counter" "counter LD_idle: $ld_idle in" 's/("LD_idle":)[0-9]+/\17/'
check "compare-trace: what is no instruction may differ" "$SYSTOLE" compare-trace $t.gemm.json <(sed 's/"backend":"rtl"/"backend":"other"/; /"ph":"C".*0.000/d' $t.gemm.json | sed ':a; N; $!ba; s/,\n\]}/\n]}/')
for cut in 5000 3 1; do
  head -c -$cut $t.gemm.json >"$bad"
  refused "compare-trace: cut off by $cut" 2 "bad.json: line" compare-trace $t.gemm.json "$bad"
done
broken() {  # NAME TEXT SED
  spoil "$3"
  refused "compare-trace: $1" 2 "$2" compare-trace "$bad" $t.gemm.json
}
broken "no engine" "\`engine\`" 's/"engine":"MX",//'
broken "an unknown engine" "LD, MX, VX or ST" 's/"engine":"MX"/"engine":"GPU"/'
broken "a start that is no number" "\`start\`" 's/"start":[0-9]+/"start":"x"/'
broken "a start below zero" "\`start\`" 's/"start":[0-9]+/"start":-1/'
broken "half a cycle" "whole number \`end\`" 's/"end":([0-9]+)/"end":\1.5/'
broken "no program hash" "program_hash" 's/"program_hash":"[^"]*",//'
broken "no comma" "line" '20s/,$//'
broken "something behind the end" "nothing after the end" '$s/$/\nmore/'

# ---- the checker finds what it is there for ---------------------------------------------
found() {  # NAME TEXT SED
  spoil "$3"
  if "$BUILD/test_trace" "$bad" >"$work/out"; then fail "test_trace does not see $1"
  elif grep -qF "$2" "$work/out"; then pass
  else fail "test_trace: $1: $(head -c 300 "$work/out")"; fi
}
found "an overlap" "overlaps" '/"cat":"instruction".*"line":5,/s/"tid":102/"tid":101/'
found "a missing instruction" "retired" '/"line":12,/d'
found "a moved instruction" "not where" '/"cat":"instruction".*"line":6,/s/("ts":)[0-9]+/\17/'
found "a wait that is missing" "wait_sem + idle" '/"cat":"wait".*"line":7,/d'
found "a wrong raiser" "nobody raised" 's/"raised_by_line":6/"raised_by_line":5/'
found "a wait for memory outside" "not inside" '/"name":"wait for memory".*"line":0/s/("ts":)[0-9]+/\17/'
found "a counter that is off" "add up" 's/("VX_idle":)[0-9]+/\17/'
found "two counters that are off" "wait_mem" "s/(\"LD_wait_mem\":)[0-9]+/\1$(($(total LD_wait_mem) + 1))/; s/(\"LD_busy\":)[0-9]+/\1$(($(total LD_busy) - 1))/"
found "two more" "busy" "s/(\"MX_wait_sem\":)[0-9]+/\1$(($(total MX_wait_sem) + 1))/; s/(\"MX_busy\":)[0-9]+/\1$(($(total MX_busy) - 1))/; s/(\"MX_idle\":)[0-9]+/\1$(total MX_idle)/"
found "no step" "no step" '/"cat":"step"/d'

# ---- an interrupt leaves nothing ----------------------------------------------------------
mkdir "$work/stopped"
timeout -s INT 1 "$SYSTOLE" run --prompt "accelerator:" --tokens 200 --trace "$work/stopped/x.json" >/dev/null 2>&1
check "an interrupt leaves no file" [ -z "$(ls -A "$work/stopped")" ]

# ---- every back end with time: the same instructions, and the times of engines add up ------
for backend in "${timed[@]}"; do
  "$SYSTOLE" "${g[@]}" --backend "$backend" --json "$work/report.json" >"$work/text"
  check "$backend: the table has the engines" grep -qE '^  ST +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+$' "$work/text"
  sums=$(tr -d '\n\t ' <"$work/report.json" | grep -oE '"busy":[0-9]+,"wait_sem":[0-9]+,"wait_mem":[0-9]+,"wait_port":0,"idle":[0-9]+' |
    sed -E 's/[^0-9,]//g' | awk -F, '{ print $1 + $2 + $3 + $5 }' | sort -u)
  check "$backend: busy and the waits and idle are all cycles" [ "$sums" = "$(field "$work/report.json" cycles)" ]
  [ "$backend" = rtl ] && continue
  for kind in gemm delay forms formsdelay run; do
    case $kind in
      gemm) trace $t.other.json "${g[@]}" --backend "$backend" ;;
      delay) trace $t.other.json "${g[@]}" --backend "$backend" --mem-delay 30 ;;
      forms) trace $t.other.json "${forms[@]}" --backend "$backend" ;;
      formsdelay) trace $t.other.json "${forms[@]}" --backend "$backend" --mem-delay 40 --mem-stall 5 ;;
      run) trace $t.other.json run --prompt "accelerator:" --tokens 3 --backend "$backend" ;;
    esac
    check "$backend: the trace of $kind is that of rtl" "$SYSTOLE" compare-trace $t.$kind.json $t.other.json
  done
done
finish
