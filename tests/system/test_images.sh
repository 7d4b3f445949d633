#!/usr/bin/env bash
# Images for the whole chip (tests/firmware/chip), each with a verdict of its own,
# on RTL and model in step (test_chip --image).
set -uo pipefail
. tests/system/common.sh

gcc=riscv64-unknown-elf-gcc
image() {  # SOURCE NAME
  $gcc -march=rv32im -misa-spec=2.2 -mabi=ilp32 -ffreestanding -nostdlib -Itests/firmware/chip -Wa,-Itests/firmware/chip \
      -T tests/firmware/link.ld -o "$work/$2.elf" "$1" &&
  riscv64-unknown-elf-objcopy -O binary "$work/$2.elf" "$work/$2.bin"
}

if ! command -v $gcc >/dev/null; then
  skip "images: no $gcc"
elif [ ! -e "$BUILD/rtl/edge16.so" ]; then
  skip "images: $BUILD/rtl/edge16.so is not built"
else
  for source in tests/firmware/chip/*.S; do
    name=$(basename "$source" .S)
    check "$name assembles" image "$source" "$name"
    check "$name on RTL and model" "$BUILD/test_chip" edge16 "$BUILD/rtl/edge16.so" --image "$work/$name.bin"
  done
fi
finish
