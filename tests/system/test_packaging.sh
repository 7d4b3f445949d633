#!/usr/bin/env bash
# The vendor's packaging (hw/fpga/xrt) held together by test_packaging.c, for
# every configuration; and that this test sees what is wrong.
set -uo pipefail
build=$(realpath "${BUILD:-build}")
out=$build/xrt
passed=0 failed=0 skipped=0
[ -d hw/fpga/xrt ] || { echo "test_packaging.sh: expected to run in the repository's root" >&2; exit 2; }

tally() {  # NAME STATUS
  if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "  FAILED $1"
  fi
}

# Without the machine's inside: only its ports, and whether the wrapper fits them.
ports() {  # FOLDER
  yosys -q -p "read_verilog -sv -lib -Ihw/rtl hw/rtl/systole_top.sv; read_verilog -I$1 hw/fpga/xrt/systole.v; \
    hierarchy -check -top systole; proc; write_json $1/ports.json"
}

sources() { (cd hw/rtl && ls -- *.sv *.svh) && echo hw/fpga/xrt/systole.v && echo systole_parameters.svh; }

inspect() {  # CONFIG FOLDER
  # shellcheck disable=SC2046
  "$build/test_packaging" "$1" "$2" $(sources)
}

for file in hw/configs/*.ini; do
  name=$(basename "$file" .ini)
  make -s -C hw/fpga/xrt files HW="$name" BUILD="$build" >"$build/results/xrt_make.log" 2>&1
  tally "$name: make files" $?
  ports "$out/$name" && tclsh tests/system/record.tcl "$out/$name/commands" hw/fpga/xrt/package.tcl hw/rtl "$out/$name" xcu250-figd2104-2L-e
  tally "$name: yosys and tclsh" $?
  inspect "$name" "$out/$name" >"$out/$name/check.log"
  status=$?
  tally "$name: $(tail -1 "$out/$name/check.log")" $status
  [ $status -eq 0 ] || head -20 "$out/$name/check.log"
done

# Each of these has to be seen.
spoil() {  # FILE SED-EXPRESSION
  local bad=$out/spoiled
  rm -rf "$bad"
  cp -r "$out/edge16" "$bad"
  sed -i "$2" "$bad/$1"
  if cmp -s "$bad/$1" "$out/edge16/$1"; then echo "  $2 changes nothing in $1"; tally "spoil $2" 1; return; fi
  inspect edge16 "$bad" >"$bad/check.log" 2>&1
  grep -q "^  FAILED: " "$bad/check.log"
  tally "not seen: $1 with $2" $?
}
spoil kernel.xml 's/offset="0x118"/offset="0x11C"/'
spoil kernel.xml 's/dataWidth="128"/dataWidth="64"/'
spoil kernel.xml 's/name="limit3" addressQualifier="0"/name="limit3" addressQualifier="1"/'
spoil kernel.xml '/name="watchdog"/d'
spoil kernel.xml 's/ap_ctrl_hs/ap_ctrl_chain/'
spoil kernel.xml 's/hostSize="0x8"/hostSize="0x4"/'
spoil kernel.xml 's/vlnv="systole:/vlnv="other:/'
spoil ports.json 's/"m_axi_gmem_awlen"/"m_axi_gmem_awlength"/'
spoil ports.json 's/"interrupt"/"irq"/'
spoil connectivity.cfg '/segment7:/d'
spoil commands '/^ipx::associate_bus_interfaces -busif m_axi_gmem/d'
spoil commands 's/systole_vx.sv//'
spoil commands 's/-import_files -force/-import_files/'
spoil commands '/SUPPORTS_NARROW_BURST/d'
spoil commands 's/-kernel_name systole /-kernel_name other /'

# What the script refuses by itself.
tclsh tests/system/record.tcl "$out/spoiled/commands" hw/fpga/xrt/package.tcl hw/rtl /nowhere part 2>"$out/spoiled/refusal"
[ $? -eq 2 ] && grep -q "systole_parameters.svh: expected a file" "$out/spoiled/refusal"
tally "a folder without the made files" $?

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
