#!/usr/bin/env bash
# `systole mcu`: the programs of tests/firmware on RTL and model, line for line the
# same trace; ends that are not ecall; and what it refuses.
set -uo pipefail
. tests/system/common.sh

backends=model
if [ -e "$BUILD/rtl/core/mcu.so" ]; then backends="rtl model"; else skip "on RTL: $BUILD/rtl/core/mcu.so is not built"; fi

# The multilib of rv32im is found by -march alone: Zicsr comes with the older spec.
gcc=riscv64-unknown-elf-gcc
image() {  # NAME FILES...
  local name=$1
  shift
  $gcc -march=rv32im -misa-spec=2.2 -mabi=ilp32 -O2 -ffreestanding -nostdlib -T tests/firmware/link.ld \
      -o "$work/$name.elf" "$@" -lgcc &&
  riscv64-unknown-elf-objcopy -O binary "$work/$name.elf" "$work/$name.bin"
}

run() {  # NAME: on every back end, expecting exit 0
  local backend
  for backend in $backends; do
    check "$1 on $backend" "$SYSTOLE" mcu --image "$work/$1.bin" --backend "$backend" --trace "$work/$1.$backend" --json "$work/$1.json"
    check "$1 on $backend: json" test "$(field "$work/$1.json" exit_code)" = 0
  done
  [ "$backends" = model ] || check "$1: the same trace" cmp "$work/$1.rtl" "$work/$1.model"
}

if ! command -v $gcc >/dev/null; then
  skip "programs: no $gcc"
else
  check "compute.c assembles" image compute tests/firmware/start.S tests/firmware/compute.c
  check "timer.S assembles" image timer tests/firmware/timer.S
  check "far.S assembles" image far tests/firmware/far.S
  check "bare.S assembles" image bare tests/firmware/bare.S
  for program in compute timer far bare; do run $program; done
fi

word() { printf "\\x$(printf %02x $(($1 & 255)))\\x$(printf %02x $(($1 >> 8 & 255)))\\x$(printf %02x $(($1 >> 16 & 255)))\\x$(printf %02x $(($1 >> 24 & 255)))"; }
exits_with() {  # CODE A0: li a0; li a7, 93; ecall
  local backend got
  { word $((0x00000513 | $2 << 20)); word 0x05d00893; word 0x73; } >"$work/exit.bin"
  for backend in $backends; do
    "$SYSTOLE" mcu --image "$work/exit.bin" --backend "$backend" >/dev/null
    got=$?
    check "exit code $2 is $1 on $backend" test $got = "$1"
  done
}
exits_with 0 0
exits_with 42 42
exits_with 255 1000

# A WFI that nothing wakes, a loop, and a program that runs into zeros.
word 0x10500073 >"$work/wfi.bin"
word 0x6f >"$work/loop.bin"
word 0x13 >"$work/zeros.bin"
for backend in $backends; do
  refused "wfi on $backend" 2 "asleep in WFI at pc 0x00000000, after 0 instructions" mcu --image "$work/wfi.bin" --backend $backend --max-cycles 1000
  refused "loop on $backend" 2 "executing at pc 0x00000000, after 483 instructions" mcu --image "$work/loop.bin" --backend $backend --max-cycles 1000
  refused "zeros on $backend" 2 "trap 2 last" mcu --image "$work/zeros.bin" --backend $backend --max-cycles 1000
  refused "a few cycles on $backend" 2 "at pc 0x00000000" mcu --image "$work/loop.bin" --backend $backend --max-cycles 1
done

: >"$work/empty.bin"
truncate -s 4194305 "$work/large.bin"
refused "no image" 2 "--image" mcu
refused "missing" 2 "nowhere.bin" mcu --image nowhere.bin
refused "a folder" 2 "cannot be read" mcu --image "$work"
refused "empty" 2 "is empty" mcu --image "$work/empty.bin"
refused "too large" 2 "at most the 4194304 bytes" mcu --image "$work/large.bin"
refused "back end" 2 "rtl or model" mcu --image "$work/loop.bin" --backend fpga
refused "cycles" 2 "a number from 1 on" mcu --image "$work/loop.bin" --max-cycles 0
refused "argument" 2 "only options" mcu "$work/loop.bin"
refused "trace nowhere" 2 "none/trace" mcu --image "$work/exit.bin" --backend model --trace "$work/none/trace"
printf '\177ELF1234' >"$work/file.elf"
refused "an ELF file" 2 "objcopy" mcu --image "$work/file.elf" --backend model
finish
