#!/usr/bin/env bash
# systole estimate: the cycles of a run on RTL from config.json alone, products
# as `systole gemm` takes them, and what bad input gets.
set -uo pipefail
. tests/system/common.sh

define=models/define
cycles_of() { tr -d '\n\t ' <"$1" | sed -E 's/.*"cycles_prefill":([0-9]+),"cycles_decode":\[([^]]*)\].*/\1 \2/'; }
prompt_of() { tr -d '\n\t ' <"$1" | sed -E 's/.*"prompt_tokens":\[([^]]*)\].*/\1/' | tr ',' '\n' | grep -c .; }
# In a folder of its own there is nothing but the shape.
mkdir "$work/shape"
cp $define/config.json "$work/shape"

# ---- language models -----------------------------------------------------------
# same NAME HW MODEL PROMPT OPTIONS...: run on RTL and estimate, to the cycle.
same() {
  local name=$1 hw=$2 model=$3 prompt=$4
  shift 4
  if [ ! -e "$BUILD/rtl/$hw.so" ]; then
    skip "no $BUILD/rtl/$hw.so: $name"
    return
  fi
  "$SYSTOLE" run --hw "$hw" --model "$model" --prompt "$prompt" --tokens 5 "$@" --json "$work/rtl.json" >/dev/null
  mkdir -p "$work/only"
  cp "$model/config.json" "$work/only"
  "$SYSTOLE" estimate --hw "$hw" --config "$work/only" --prefill "$(prompt_of "$work/rtl.json")" \
    --decode "$(cycles_of "$work/rtl.json" | tr ' ,' '\n\n' | tail -n +2 | grep -c .)" "$@" --json "$work/estimate.json" >/dev/null
  check "$name: the cycles of the RTL" [ "$(cycles_of "$work/rtl.json")" = "$(cycles_of "$work/estimate.json")" ]
  for field in cycles macs dram_read_bytes dram_write_bytes instructions; do
    check "$name: $field" [ "$(field "$work/rtl.json" $field)" = "$(field "$work/estimate.json" $field)" ]
  done
}
long=$(head -c 500 $define/heldout.txt | tr '\n' ' ')
same "define" edge16 $define "accelerator: a machine that"
same "define, three chunks" edge16 $define "$long"
same "define, delays of memory" edge16 $define "engine:" --mem-delay 40 --mem-stall 9 --mem-seed 4
same "define, activations of 8 bits" edge16 $define "engine:" --activations 8
same "define, small chunks and context" edge16 $define "accelerator: a machine" --chunk 5 --context 40
same "define" tiny8 $define "engine:"
mkdir "$work/odd"
"$BUILD/make_checkpoint" "$work/odd" hidden=60 heads=3 kv_heads=3 head_size=20 layers=2 ffn=50 vocab=289 context=17
same "odd sizes" edge16 "$work/odd" "a b"

# Blocks of the output head are small beside the rings they go through: more
# would be given back than a semaphore counts, were it not for shared tokens.
mkdir "$work/wide"
"$BUILD/make_checkpoint" "$work/wide" vocab=32000 hidden=288 heads=6 kv_heads=6 head_size=48 layers=1 ffn=768 context=64
check "a large vocabulary compiles and has no races" \
  "$SYSTOLE" run --model "$work/wide" --backend model --check-races --prompt "a" --tokens 3

if [ -e "$BUILD/rtl/edge16.so" ]; then
  for backend in model rtl; do
    "$SYSTOLE" estimate --config "$work/shape/config.json" --prefill 3 --decode 2 --backend $backend --json "$work/$backend.json" >/dev/null
  done
  check "rtl over zeros takes the same cycles" [ "$(cycles_of "$work/rtl.json")" = "$(cycles_of "$work/model.json")" ]
fi
"$SYSTOLE" estimate --config "$work/shape" --prefill 3 --decode 0 --json - 2>/dev/null >"$work/none.json"
check "no decode: no cycles of it" grep -q '"cycles_decode":	\[\]' "$work/none.json"
"$SYSTOLE" estimate --config "$work/shape" --layers --decode 3 >"$work/parts"
check "--layers names the parts" grep -qE 'decode +layers\.\*\.attention\.scores' "$work/parts"

# Host memory does not follow the size of the weights: the same instructions
# with a vocabulary of 2000 or 200000.
shape_of() { # HIDDEN FFN VOCAB
  echo "{\"model_type\":\"llama\",\"hidden_size\":$1,\"intermediate_size\":$2,\"num_hidden_layers\":2,
    \"num_attention_heads\":8,\"head_dim\":64,\"vocab_size\":$3,\"max_position_embeddings\":128,
    \"rms_norm_eps\":1e-5,\"hidden_act\":\"silu\"}"
}
shape_of 1024 4096 2000 >"$work/small.json"
shape_of 1024 4096 200000 >"$work/large.json"
for size in small large; do
  "$SYSTOLE" estimate --config "$work/$size.json" --hw big128 --prefill 1 --decode 1 --json "$work/out.$size" >/dev/null
done
check "weights grow by gigabytes" holds \
  "$(field "$work/out.large" device_bytes) - $(field "$work/out.small" device_bytes) > 9e8"
check "host memory grows by less than a tenth of that" holds \
  "$(field "$work/out.large" host_peak_bytes) - $(field "$work/out.small" host_peak_bytes) < 9e7"

# ---- products --------------------------------------------------------------------
printf 'Layer, M, N, K,\nsquare, 64, 64, 64,\n\nodd, 33, 70, 50\nrow, 1, 300, 200,\n' >"$work/products.csv"
"$SYSTOLE" estimate --topology "$work/products.csv" --json "$work/products.json" >/dev/null
sum=0
for shape in "-m 64 -n 64 -k 64" "-m 33 -n 70 -k 50" "-m 1 -n 300 -k 200"; do
  backend=model
  [ -e "$BUILD/rtl/edge16.so" ] && backend=rtl
  # shellcheck disable=SC2086
  "$SYSTOLE" gemm $shape --backend $backend --json "$work/gemm.json" >/dev/null
  cycles=$(field "$work/gemm.json" cycles)
  sum=$((sum + cycles))
  check "estimate of gemm $shape" grep -qE "\"cycles\":	$cycles,\$" "$work/products.json"
done
check "together" [ "$(field "$work/products.json" cycles)" = $sum ]
# A convolution is its product; a depthwise one a product for each channel.
printf 'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\nc,9,9,3,3,4,20,2,\ncDP,9,9,3,3,4,1,2,\n' >"$work/conv.csv"
printf 'Layer,M,N,K\nc,16,20,36\nd,16,1,9\nd,16,1,9\nd,16,1,9\nd,16,1,9\n' >"$work/same.csv"
# More rows than the compiler takes are two products.
printf 'Layer,M,N,K\nx,65546,3,5\n' >"$work/tall.csv"
for name in conv same tall; do
  "$SYSTOLE" estimate --topology "$work/$name.csv" --json "$work/$name.json" >/dev/null
done
check "im2col" [ "$(field "$work/conv.json" cycles)" = "$(field "$work/same.json" cycles)" ]
sum=0
for m in 65536 10; do
  "$SYSTOLE" gemm -m $m -n 3 -k 5 --backend model --json "$work/gemm.json" >/dev/null
  sum=$((sum + $(field "$work/gemm.json" cycles)))
done
check "cut" [ "$(field "$work/tall.json" cycles)" = $sum ]

# ---- bad input -------------------------------------------------------------------
c=(estimate --config "$work/shape")
edit() { sed -E "$2" $define/config.json >"$work/$1.json"; }
edit layerless '/num_hidden_layers/d'
edit worded 's/("hidden_size": *)[0-9]+/\1"wide"/'
edit gelu 's/"silu"/"gelu"/'
edit broken '$d'
sed 's/^vm_words.*/vm_words = 16/' hw/configs/edge16.ini >"$work/little.ini"
refused "nothing to do" 2 "--config" estimate
refused "both" 2 "together" "${c[@]}" --topology "$work/products.csv"
refused "a batch" 2 "--batch 2: expected 1" "${c[@]}" --batch 2
refused "no file" 2 "nothing.json" estimate --config "$work/nothing.json"
refused "a missing field" 2 "num_hidden_layers" estimate --config "$work/layerless.json"
refused "a field of the wrong type" 2 "hidden_size" estimate --config "$work/worded.json"
refused "another activation" 2 "gelu" estimate --config "$work/gelu.json"
refused "broken JSON" 2 "broken.json" estimate --config "$work/broken.json"
refused "no such preset" 2 "punched-cards" "${c[@]}" --memory punched-cards
refused "no such configuration" 2 "nowhere" "${c[@]}" --hw nowhere
refused "an SRAM that is too small" 2 "too small" "${c[@]}" --hw "$work/little.ini"
refused "more tokens than the context" 2 "257 tokens: expected at most the context of 256" "${c[@]}" --prefill 200 --decode 57
refused "more tokens than --context" 2 "at most the context of 20" "${c[@]}" --prefill 20 --decode 1 --context 20
refused "a context longer than the model's" 2 "at most the model's 256" "${c[@]}" --context 257
refused "no tokens" 2 "--prefill 0" "${c[@]}" --prefill 0
refused "activations" 2 "--activations 4" "${c[@]}" --activations 4
refused "a back end without time" 2 "keep time" "${c[@]}" --backend reference
refused "a limit that is reached" 2 "ABORT" "${c[@]}" --limit 5
refused "a report nobody can write" 2 "cannot be written" "${c[@]}" --json "$work/nothing/x.json"
printf 'Layer,M,N,K\na,1,2,3\nb,1,many,3\n' >"$work/words.csv"
printf 'Layer,M,N,K\na,1,1,70000\n' >"$work/deep.csv"
refused "no list" 2 "nothing.csv" estimate --topology "$work/nothing.csv"
refused "a word for a number" 2 'words.csv: line 3, column 3: found "many", expected N' estimate --topology "$work/words.csv"
refused "a sum that is too long" 2 "a: K is 70000" estimate --topology "$work/deep.csv"
finish
