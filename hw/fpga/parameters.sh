#!/usr/bin/env bash
# A configuration as Yosys' chparam has it: -set NAME VALUE ...
#   parameters.sh CONFIG DIRECTORY     the directory keeps the program that reads it
set -euo pipefail
cc -std=c11 -D_POSIX_C_SOURCE=200809L -I. -DSYSTOLE_ROOT="\"$PWD\"" -o "$2/parameters" \
   sim/rtl/parameters.c hw/configs/config.c hw/base/status.c -linih
"$2/parameters" "$1" args | sed 's/-G\([A-Za-z]*\)=/-set \1 /g'
