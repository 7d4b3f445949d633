#!/usr/bin/env bash
# Random programs on the model of the controller's core and on QEMU's RISC-V: the
# registers and data at the end must be the same.
#   qemu.sh COUNT SEED        (BUILD: build)
# Without QEMU it says so and does nothing. A program that differs stays, with its
# seed as its name.
set -euo pipefail
build=${BUILD:-build} count=${1:-1000} seed=${2:-1}
qemu=qemu-system-riscv32
command -v $qemu >/dev/null || { echo "core against QEMU: skipped: no $qemu here (Debian: qemu-system-misc)"; exit 0; }

# RAM from address 0, and what our core has: RV32IM, machine mode alone.
cpu=rv32
for feature in a f d c s u h v pmp mmu zba zbb zbc zbs; do cpu+=,$feature=false; done
work=$build/oracle
mkdir -p "$work"
failed=0
for ((i = seed; i < seed + count; i++)); do
  "$build/mcu_programs" "$work" "$i" 1
  timeout 60 $qemu -M none -cpu $cpu -m 4M -display none -serial none -monitor none \
      -semihosting-config enable=on,target=native -device loader,file="$work/$i.bin",addr=0,cpu-num=0 \
      </dev/null >"$work/$i.got" 2>"$work/log" || true
  if cmp "$work/$i.want" "$work/$i.got"; then rm "$work/$i".*; else failed=$((failed + 1)); fi
done
echo "core against QEMU: $((count - failed)) programs the same, $failed not, from seed $seed on"
exit $((failed > 0))
