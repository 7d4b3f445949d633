#!/usr/bin/env bash
# The back end opencl through the command: the portable kernel where a platform
# compiles it (PoCL), the Verilated RTL behind sim/icd where that is built.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/common.sh

tokens_of() { tr -d '\n\t ' <"$1" | sed -E 's/.*"tokens":\[([^]]*)\].*/\1/'; }
prompts=("accelerator:" "teacher:" "a")

# ---- the portable kernel -----------------------------------------------------
on_kernel() {
  local hw i
  for hw in tiny8 edge16 base32; do
    check "self-test on $hw" "$SYSTOLE" info --selftest --hw $hw --backend opencl
  done
  for i in 0 1 2; do
    check "model and opencl agree on '${prompts[i]}'" \
      "$SYSTOLE" check --backends model,opencl --prompt "${prompts[i]}" --tokens 100
  done
  check "with inputs of 8 bits" "$SYSTOLE" check --backends model,opencl --prompt a --tokens 5 --activations 8
  refused "a spoiled weight is found" 1 "ld segment=1 space=WGT" \
    check --backends model,opencl --prompt "accelerator:" --tokens 3 --flip weights:100000
  "$SYSTOLE" run --backend opencl --prompt "teacher:" --json "$work/opencl.json" >"$work/text"
  "$SYSTOLE" run --backend model --prompt "teacher:" --json "$work/model.json" >/dev/null
  check "run: the same tokens" [ "$(tokens_of "$work/opencl.json")" = "$(tokens_of "$work/model.json")" ]
  check "run: kernel time is told" holds "$(field "$work/opencl.json" kernel_seconds) > 0"
  check "run: no cycles" [ "$(field "$work/opencl.json" cycles)" = null ]
  check "gemm" "$SYSTOLE" gemm --backend opencl -m 70 -k 300 -n 90
  "$SYSTOLE" eval --backend opencl --text models/define/heldout.txt --tokens 200 --json "$work/eval.json" >/dev/null
  check "eval: perplexity within 1.5 %" holds "$(field "$work/eval.json" perplexity_ratio) <= 1.015"
}

endless() {
  printf 'loop count=4294967295 counter=1\nvx a_space=VM m=1 n=8\nendloop\nend\n' >"$work/endless.s"
}

refusals() {
  refused "no such platform" 2 "there are:" gemm --backend opencl --opencl-platform abacus
  refused "no such device" 2 "device abacus" gemm --backend opencl --opencl-device abacus
  refused "no such binary" 2 "$work/nothing" gemm --backend opencl --opencl-binary "$work/nothing"
  head -c 1000 /dev/zero >"$work/zeros"
  refused "a binary that is none" 2 "CL_INVALID_BINARY" gemm --backend opencl --opencl-binary "$work/zeros"
  refused "waves" 2 "waves: expected the back end \`rtl\`" gemm --backend opencl --waves "$work/x.fst"
  refused "a trace" 2 "expected --backend rtl or model" gemm --backend opencl --trace "$work/x.json"
  refused "races" 2 "expected the back end \`model\`" run --backend opencl --prompt a --check-races
  refused "no such memory preset" 2 "magnetic" gemm --backend opencl --memory magnetic
  refused "a program that never ends" 2 "ABORT: the host asked for a stop" \
    exec "$work/endless.s" --hw tiny8 --backend opencl --limit 1
}

# ---- the Verilated RTL behind OpenCL -------------------------------------------
on_rtl() {
  local binary=$BUILD/icd/edge16.bin
  export OCL_ICD_VENDORS=$work/vendors
  mkdir -p "$work/vendors"
  cp "$BUILD/icd/systole.icd" "$work/vendors/"
  cp /etc/OpenCL/vendors/*.icd "$work/vendors/" 2>/dev/null
  local icd=(--backend opencl --opencl-platform systole --opencl-binary "$binary")
  check "icd: self-test" "$SYSTOLE" info --selftest "${icd[@]}"
  check "icd: rtl and opencl agree" "$SYSTOLE" check --backends rtl,opencl --prompt "accelerator:" --tokens 4 \
    --opencl-binary "$binary"
  check "icd: both platforms at once" "$SYSTOLE" info --selftest --backend opencl
  refused "icd: another configuration" 2 "choose it with --hw" gemm --hw tiny8 "${icd[@]}"
  head -c 40 "$binary" >"$work/cut.bin"
  refused "icd: a binary cut short" 2 "the file is truncated" gemm --backend opencl --opencl-platform systole \
    --opencl-binary "$work/cut.bin"
  refused "icd: a program that never ends" 2 "opencl: edge16: the kernel has not ended" \
    exec "$work/endless.s" --hw edge16 "${icd[@]}" --limit 1
  check "icd: and then one that does" "$SYSTOLE" gemm "${icd[@]}" -m 20 -k 40 -n 20
}

endless
if "$SYSTOLE" info --selftest --hw tiny8 --backend opencl >/dev/null 2>"$work/err"; then
  on_kernel
  refusals
else
  skip "no OpenCL platform compiles the portable kernel: $(cat "$work/err")"
fi
if [ -e "$BUILD/icd/systole.icd" ] && [ -e "$BUILD/icd/edge16.bin" ] && [ -e "$BUILD/rtl/edge16.so" ]; then
  on_rtl
else
  skip "$BUILD/icd is not built: the RTL behind OpenCL"
fi
finish
