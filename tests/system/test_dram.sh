#!/usr/bin/env bash
# `systole dram` on every preset and configuration, its JSON, and what it refuses;
# then one product from RTL with each preset.
set -uo pipefail
. tests/system/common.sh

sed 's/^dim = .*/dim = 128/; s/^bus_bytes = .*/bus_bytes = 128/; s/^clock_mhz = .*/clock_mhz = 1000/' \
  hw/configs/base32.ini >"$work/wide.ini"
for memory in ideal ddr4-2400 hbm2; do
  for hw in tiny8 edge16 base32 "$work/wide.ini"; do
    check "$memory behind $hw" "$SYSTOLE" dram --memory "$memory" --hw "$hw"
  done
  check "$memory with random delays" "$SYSTOLE" dram --memory "$memory" --mem-delay 9 --mem-stall 3 --mem-seed 5
done

"$SYSTOLE" dram --memory hbm2 --json "$work/a.json" >/dev/null
"$SYSTOLE" dram --memory hbm2 --json - >"$work/b.json"
check "the same figures twice" cmp "$work/a.json" "$work/b.json"
check "json: pins" test "$(field "$work/a.json" pins_gb_per_second)" = 256
check "json: as expected" test "$(field "$work/a.json" as_expected)" = true

refused "unknown preset" 2 "ideal, ddr4-2400, hbm2" dram --memory sdram-66
refused "argument" 2 "argument x" dram x
refused "--limit" 2 "--limit" dram --limit 5
refused "unknown configuration" 2 "nowhere" dram --hw nowhere
refused "json nowhere" 2 "$work/none/x.json" dram --json "$work/none/x.json"

cycles() { "$SYSTOLE" gemm -m 20 -k 40 -n 48 --memory "$1" --mem-seed 3 --mem-delay "$2" --json - >"$work/c.json" && field "$work/c.json" cycles; }
if [ -e "$BUILD/rtl/edge16.so" ]; then
  ideal=$(cycles ideal 0)
  for memory in ddr4-2400 hbm2; do
    check "$memory: a product from RTL, twice the same" test "$(cycles $memory 7)" = "$(cycles $memory 7)"
    check "$memory: sooner than ideal's 32 cycles" holds "0$(cycles $memory 0) > 0 && $(cycles $memory 0) < 0$ideal"
  done
else
  skip "products from RTL: $BUILD/rtl/edge16.so is not built"
fi
finish
