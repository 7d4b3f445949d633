#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that Systole needs.
#   install-packages.sh [--if-missing] [--train]
# --if-missing: only if something needed is absent. --train: also what only
# `make train` needs.
set -euo pipefail

packages=(build-essential verilator iverilog yosys clang gcc-riscv64-unknown-elf
          libopenblas-dev libcunit1-dev libcjson-dev libinih-dev libpcre2-dev
          libutf8proc-dev zlib1g-dev
          ocl-icd-opencl-dev pocl-opencl-icd clinfo tcl)
train=(python3-torch python3-numpy wordnet-base)

only_missing=false
for option in "$@"; do
  case "$option" in
    --if-missing) only_missing=true ;;
    --train) packages+=("${train[@]}") ;;
    *) echo "install-packages.sh: $option: expected --if-missing or --train" >&2; exit 2 ;;
  esac
done

# A package counts as present only if it is installed; on another distribution
# the tools themselves are looked for.
missing=()
if command -v dpkg-query >/dev/null; then
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
else
  for tool in cc make verilator iverilog yosys; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
fi

if $only_missing && [ ${#missing[@]} -eq 0 ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "install-packages.sh: no apt-get here: please install ${missing[*]}" >&2
  exit 2
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-packages.sh: not root and no sudo: please install ${missing[*]}" >&2; exit 2; }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
