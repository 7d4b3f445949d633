#!/usr/bin/env bash
# Language models of awkward sizes on every configuration: the device's logits
# beside the fp32 reference, races in all three entries, and the text to the end
# of the context.
set -uo pipefail
. tests/system/common.sh

shapes=(
  "head8      hidden=48 heads=6 kv_heads=3 head_size=8 layers=2 ffn=100 vocab=513 context=40"
  "hidden172  hidden=172 heads=4 kv_heads=4 head_size=8 layers=1 ffn=172 vocab=300 context=33 tied=0"
  "gqa4       hidden=64 heads=8 kv_heads=2 head_size=8 layers=2 ffn=100 vocab=513 context=24 dtype=F16"
  "wide       hidden=96 heads=3 kv_heads=1 head_size=32 layers=1 ffn=72 vocab=700 context=70 dtype=BF16 tied=0"
  "head20     hidden=60 heads=3 kv_heads=3 head_size=20 layers=2 ffn=50 vocab=289 context=17"
  "context1   hidden=32 heads=2 kv_heads=1 head_size=16 layers=1 ffn=64 vocab=512 context=2"
)
# Long enough for several chunks of 7 tokens, short enough for the smallest context.
prompt="the quick brown"

try() {  # NAME DIR HW PROMPT
  local what="$1 on $3" common=(--model "$2" --hw "$3")
  check "$what: cosine" "$SYSTOLE" check "${common[@]}" --backends model,reference --prompt "$4" --tokens 100
  check "$what: races of prefill and decode" \
    "$SYSTOLE" run "${common[@]}" --backend model --check-races --prompt "$4" --tokens 12
  check "$what: small chunks" \
    "$SYSTOLE" check "${common[@]}" --backends model,reference --prompt "$4" --tokens 4 --chunk 7
  [ -e "$BUILD/rtl/$3.so" ] || return 0
  check "$what: rtl and model, every bit" "$SYSTOLE" check "${common[@]}" --backends rtl,model --prompt "$4" --tokens 5
}

for shape in "${shapes[@]}"; do
  read -r name sizes <<<"$shape"
  dir=$work/$name
  mkdir "$dir"
  # shellcheck disable=SC2086
  "$BUILD/make_checkpoint" "$dir" $sizes || { fail "$name: not made"; continue; }
  for hw in tiny8 edge16 base32; do
    text=$prompt
    [ "$name" = context1 ] && text=""
    try "$name" "$dir" "$hw" "$text"
    [ "$name" = context1 ] && continue
    printf 'a text\nand another, longer than the context of most of these models, so that windows move\n' >"$work/text"
    check "$name on $hw: races of score" \
      "$SYSTOLE" eval --model "$dir" --hw "$hw" --backend model --check-races --text "$work/text" --json "$work/eval.json"
    check "$name on $hw: cosine of every token" holds "$(field "$work/eval.json" cosine_min) >= 0.99"
  done
  # One token of prompt: the begin token.
  check "$name: a prompt of one token" "$SYSTOLE" check --model "$dir" --backends model,reference --prompt "" --tokens 5
done
[ -e "$BUILD/rtl/edge16.so" ] || skip "no $BUILD/rtl/edge16.so: rtl beside model"
finish
