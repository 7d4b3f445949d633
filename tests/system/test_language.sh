#!/usr/bin/env bash
# The commands on a language model: run, check, eval, compile; what they report,
# what they find, and what bad input gets.
set -uo pipefail
. tests/system/common.sh

model=(--backend model)
define=models/define
count_of() { tokens_of "$1" | tr , '\n' | grep -c .; }
hash_of() { sed -nE "s/^\t\"$2\":\t\[?\"?([0-9a-f]{16}|null)\"?.*/\1/p" "$1"; }  # FILE NAME
cycles_of() { tr -d '\n\t ' <"$1" | grep -oE '"cycles_prefill":[0-9]+,"cycles_decode":\[[^]]*\]'; }
tokens_of() { tr -d '\n\t ' <"$1" | sed -E 's/.*"tokens":\[([^]]*)\].*/\1/'; }

# ---- run ---------------------------------------------------------------------
"$SYSTOLE" run "${model[@]}" --prompt "accelerator:" --tokens 8 --json "$work/run.json" >"$work/text"
for key in backend hw prompt_tokens tokens text cycles_prefill cycles_decode macs dram_read_bytes \
  dram_write_bytes wall_seconds cycles utilisation bounds; do
  check "run: JSON has $key" grep -qE "^	\"$key\":" "$work/run.json"
done
check "run: the prompt is echoed" grep -q '^accelerator:' "$work/text"
"$SYSTOLE" run "${model[@]}" --prompt "accelerator:" --tokens 8 --json - 2>"$work/err" | cat >"$work/dash.json"
check "run: --json - gives the same tokens" [ "$(tokens_of "$work/dash.json")" = "$(tokens_of "$work/run.json")" ]
check "run: --json - has standard output to itself" [ "$(head -c 1 "$work/dash.json")" = "{" ]
for seed in 5 5 6; do
  "$SYSTOLE" run "${model[@]}" --prompt "a" --temperature 1 --seed $seed --tokens 20 --json "$work/seed$seed.json" >/dev/null
  [ -e "$work/first.json" ] || cp "$work/seed5.json" "$work/first.json"
done
check "run: a seed repeats its text" [ "$(tokens_of "$work/first.json")" = "$(tokens_of "$work/seed5.json")" ]
check "run: another seed, another text" [ "$(tokens_of "$work/seed5.json")" != "$(tokens_of "$work/seed6.json")" ]
"$SYSTOLE" run "${model[@]}" --prompt "a" --temperature 1 --top-k 1 --tokens 8 --json "$work/top1.json" >/dev/null
"$SYSTOLE" run "${model[@]}" --prompt "a" --tokens 8 --json "$work/greedy.json" >/dev/null
check "run: the most likely of one is greedy" [ "$(tokens_of "$work/top1.json")" = "$(tokens_of "$work/greedy.json")" ]
for control in firmware direct; do
  "$SYSTOLE" run "${model[@]}" --prompt "a" --control $control --temperature 1 --top-k 20 --seed 7 --tokens 20 --json "$work/draw.$control.json" >/dev/null
  "$SYSTOLE" run "${model[@]}" --prompt "a" --control $control --tokens 20 --json "$work/most.$control.json" >/dev/null
done
for kind in draw most; do
  check "run: the firmware's tokens and the host's are the same ($kind)" [ "$(tokens_of "$work/$kind.firmware.json")" = "$(tokens_of "$work/$kind.direct.json")" ]
  check "run: and their cycles ($kind)" [ "$(cycles_of "$work/$kind.firmware.json")" = "$(cycles_of "$work/$kind.direct.json")" ]
done
check "the firmware checks itself" grep -q 'firmware 1.0' <("$SYSTOLE" info --selftest "${model[@]}")
"$SYSTOLE" run --backend reference --prompt "accelerator:" --tokens 8 --json "$work/reference.json" >/dev/null
check "run: the reference says the same" [ "$(tokens_of "$work/reference.json")" = "$(tokens_of "$work/run.json")" ]
"$SYSTOLE" run "${model[@]}" --prompt "a" --context 5 --tokens 100 --json "$work/full.json" >/dev/null
check "run: ends with the context" grep -q '"stopped":	"context"' "$work/full.json"

# ---- beyond the end token ----------------------------------------------------
for control in firmware direct; do
  on=(run "${model[@]}" --prompt "accelerator:" --control $control)
  "$SYSTOLE" "${on[@]}" --tokens 200 --ignore-eos --json "$work/long.$control.json" >/dev/null
  check "--ignore-eos: 200 tokens ($control)" [ "$(count_of "$work/long.$control.json")" = 200 ]
  check "--ignore-eos: ended by their number ($control)" grep -q '"stopped":	"--tokens"' "$work/long.$control.json"
  "$SYSTOLE" "${on[@]}" --context 20 --tokens 200 --ignore-eos --json "$work/brim.json" >/dev/null
  check "--ignore-eos: ends with the context ($control)" grep -q '"stopped":	"context"' "$work/brim.json"
  check "--ignore-eos: which is full ($control)" [ $(($(count_of "$work/brim.json") + 7)) = 21 ]
done
check "logits: the last have one hash under either control" \
  [ "$(hash_of "$work/long.firmware.json" last_logits_hash)" = "$(hash_of "$work/long.direct.json" last_logits_hash)" ]
check "logits: in one command only the last are there" [ "$(hash_of "$work/long.firmware.json" logits_hash)" = null ]
"$SYSTOLE" run "${model[@]}" --prompt "accelerator:" --control direct --tokens 199 --ignore-eos --json "$work/less.json" >/dev/null
check "logits: a token less, another hash" [ "$(hash_of "$work/less.json" logits_hash)" != "$(hash_of "$work/long.direct.json" logits_hash)" ]
"$SYSTOLE" check --backends model,model --prompt "accelerator:" --tokens 30 --ignore-eos --json "$work/checked.json" >/dev/null
"$SYSTOLE" run "${model[@]}" --prompt "accelerator:" --control direct --tokens 30 --ignore-eos --json "$work/alone.json" >/dev/null
check "check: --ignore-eos" [ "$(count_of "$work/checked.json")" = 30 ]
check "check: its hash of all logits is that of run" [ "$(hash_of "$work/checked.json" logits_hash)" = "$(hash_of "$work/alone.json" logits_hash)" ]

# ---- check -------------------------------------------------------------------
both=(--prompt "accelerator:" --tokens 3 --backends model,model)
check "check: a device agrees with itself" "$SYSTOLE" check "${both[@]}"
refused "check: a spoiled weight is found" 1 "step 0, entry prefill, layers.0.attention" check "${both[@]}" --flip weights:3
refused "check: its instruction is named" 1 "ld segment=1 space=WGT" check "${both[@]}" --flip weights:100000
refused "check: a spoiled parameter is found" 1 "space=PAR" check "${both[@]}" --flip parameters:3
refused "check: a cosine that is too small" 1 "cosine of the logits" \
  check --prompt "a" --tokens 3 --backends model,reference --cosine 0.9999999
if [ -e "$BUILD/rtl/edge16.so" ]; then
  check "check: rtl and model agree" "$SYSTOLE" check --prompt "accelerator:" --tokens 6
  check "check: with delays of memory" "$SYSTOLE" check --prompt "accelerator:" --tokens 3 --mem-delay 40 --mem-stall 9 --mem-seed 4
  "$SYSTOLE" run --prompt "accelerator:" --tokens 8 --json "$work/rtl.json" >/dev/null
  check "run: rtl says the same" [ "$(tokens_of "$work/rtl.json")" = "$(tokens_of "$work/run.json")" ]
  check "run: rtl keeps time" holds "$(field "$work/rtl.json" cycles) > 0 && $(field "$work/rtl.json" utilisation) <= 1"
else
  for i in 1 2 3 4; do skip "no $BUILD/rtl/edge16.so: rtl beside model"; done
fi

# ---- eval --------------------------------------------------------------------
eval_tokens=2000
"$SYSTOLE" eval "${model[@]}" --text $define/heldout.txt --tokens $eval_tokens --json "$work/eval.json" >/dev/null
check "eval: as many tokens as asked for" holds "$(field "$work/eval.json" tokens) == $eval_tokens"
check "eval: perplexity within 1.5 %" holds "$(field "$work/eval.json" perplexity_ratio) <= 1.015"
check "eval: top-1 agreement of 97 %" holds "$(field "$work/eval.json" top1_agreement) >= 0.97"
"$SYSTOLE" eval --backend reference --text $define/heldout.txt --tokens 300 --json "$work/same.json" >/dev/null
check "eval: the reference beside itself" holds \
  "$(field "$work/same.json" perplexity_ratio) == 1 && $(field "$work/same.json" largest_difference) == 0"
# Windows count every token once, whatever the stride.
head -c 1500 $define/heldout.txt >"$work/long.txt"
for stride in 3 64 256; do
  "$SYSTOLE" eval --backend reference --text "$work/long.txt" --split whole --stride $stride --json "$work/stride.json" >/dev/null
  count=$(field "$work/stride.json" tokens)
  check "eval: stride $stride counts the same" [ "$count" = "${first_count:=$count}" ]
done
printf 'one\ntwo\n\nthree\n' >"$work/blank.txt"
for want in "auto 2" "lines 3" "blank 2" "whole 1"; do
  "$SYSTOLE" eval --backend reference --text "$work/blank.txt" --split "${want% *}" --json "$work/split.json" >/dev/null
  check "eval: documents by ${want% *}" holds "$(field "$work/split.json" documents) == ${want#* }"
done

# ---- compile -----------------------------------------------------------------
check "compile" "$SYSTOLE" compile -o "$work/define.syp" --json "$work/compile.json"
check "compile: the program file is there" [ -s "$work/define.syp" ]
cp "$work/define.syp" "$work/once.syp"
"$SYSTOLE" compile -o "$work/define.syp" >/dev/null
check "compile: the same bytes again" cmp "$work/define.syp" "$work/once.syp"

# ---- bad input ---------------------------------------------------------------
mkdir "$work/bare" "$work/cut"
"$BUILD/make_checkpoint" "$work/bare" vocab=300 no_tokenizer=1
"$BUILD/make_checkpoint" "$work/cut"
truncate -s -100 "$work/cut/model.safetensors"
sed 's/^dim.*/dim = 12/' hw/configs/edge16.ini >"$work/odd.ini"
sed 's/^wgt_words.*/wgt_words = 32/; s/^vm_words.*/vm_words = 16/' hw/configs/edge16.ini >"$work/little.ini"
mkdir "$work/endless"
"$BUILD/make_checkpoint" "$work/endless"
sed -i 's/{"SpecialToken":{"id":"<|end|>","type_id":0}},//' "$work/endless/tokenizer.json"
printf 'fine\nnot \xff fine\n' >"$work/latin.txt"
: >"$work/empty.txt"
r=(run "${model[@]}" --tokens 2)
refused "no prompt" 2 "--prompt" run "${model[@]}"
refused "no such option" 2 "--nonsense" "${r[@]}" --nonsense
refused "a word too many" 2 "word" "${r[@]}" --prompt a word
refused "no such back end" 2 "expected one of reference, rtl, model" run --prompt a --backend gpu
refused "no such configuration" 2 "nowhere" "${r[@]}" --prompt a --hw nowhere
refused "an impossible configuration" 2 "dim" "${r[@]}" --prompt a --hw "$work/odd.ini"
refused "a configuration that is too small" 2 "too small" "${r[@]}" --prompt a --hw "$work/little.ini"
refused "no such memory" 2 "preset" "${r[@]}" --prompt a --memory punched-cards
refused "no tokens" 2 "--tokens 0" "${r[@]}" --prompt a --tokens 0
refused "too many tokens" 2 "--tokens" "${r[@]}" --prompt a --tokens 99999999999999999999
refused "tokens that are no number" 2 "--tokens" "${r[@]}" --prompt a --tokens 12x
refused "a temperature below zero" 2 "--temperature" "${r[@]}" --prompt a --temperature -1
refused "top-p above one" 2 "--top-p" "${r[@]}" --prompt a --top-p 1.5
refused "no such folder" 2 "config.json" "${r[@]}" --prompt a --model "$work/nothing"
refused "no tokenizer" 2 "tokenizer.json" "${r[@]}" --prompt a --model "$work/bare"
refused "an empty prompt without a begin token" 2 "at least one token" "${r[@]}" --prompt "" --model "$work/endless"
refused "weights cut short" 2 "model.safetensors" "${r[@]}" --prompt a --model "$work/cut"
refused "a prompt that is not UTF-8" 2 "UTF-8" "${r[@]}" --prompt $'\xff'
refused "a prompt longer than the context" 2 "expected at most the context of 256" "${r[@]}" --prompt "$(head -c 4000 $define/heldout.txt | tr '\n' ' ')"
refused "a context longer than the model's" 2 "expected at most the model's 256" "${r[@]}" --prompt a --context 257
refused "a report nobody can write" 2 "cannot be written" "${r[@]}" --prompt a --json "$work/nothing/x.json"
refused "a report that is a folder" 2 "folder" "${r[@]}" --prompt a --json "$work"
refused "a waveform of the model" 2 "waveform" "${r[@]}" --prompt a --waves "$work/x.fst"
refused "a limit that is reached" 2 "ABORT" "${r[@]}" --prompt a --limit 50000
refused "a control that does not exist" 2 "firmware or direct" "${r[@]}" --prompt a --control magic
refused "firmware without a controller" 2 "has no controller" "${r[@]}" --prompt a --hw tiny8 --control firmware
refused "one back end" 2 "--backends" check --prompt a --backends model
refused "a flip outside" 2 "--flip" check --prompt a --backends model,model --flip weights:99999999
refused "no text" 2 "--text" eval "${model[@]}"
refused "a text that is not there" 2 "nothing.txt" eval "${model[@]}" --text "$work/nothing.txt"
refused "a text that is not UTF-8" 2 "line 2" eval "${model[@]}" --text "$work/latin.txt"
refused "an empty text" 2 "at least two tokens" eval "${model[@]}" --text "$work/empty.txt"
refused "a stride longer than the context" 2 "--stride" eval "${model[@]}" --text "$work/long.txt" --stride 257
refused "no program file" 2 "-o" compile
refused "a program nobody can write" 2 "cannot be written" compile -o "$work/nothing/x.syp"

# An interrupted command leaves nothing.
mkdir "$work/stopped"
timeout -s INT 0.3 "$SYSTOLE" eval "${model[@]}" --text $define/heldout.txt --json "$work/stopped/x.json" >/dev/null 2>&1
check "an interrupt leaves no file" [ -z "$(ls -A "$work/stopped")" ]
"$SYSTOLE" run "${model[@]}" --prompt a --tokens 50 --json "$work/stopped/y.json" 2>/dev/null | head -c 1 >/dev/null
check "a broken pipe leaves no half file" [ "$(ls -A "$work/stopped" | grep -vc '^y.json$')" = 0 ]
finish
