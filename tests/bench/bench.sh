#!/usr/bin/env bash
# Figures with their commands: products on the Verilated machine.
set -euo pipefail
build=${BUILD:-build}
for shape in "-m 256 -k 256 -n 256" "-m 1 -k 1024 -n 1024" "-m 64 -k 300 -n 172"; do
  echo "\$ systole gemm $shape"
  # shellcheck disable=SC2086
  "$build/systole" gemm $shape --memory ideal
done
