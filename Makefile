# Systole. `make help` lists what there is to make.
# Everything goes to $(BUILD); a second build beside it (sanitizers) is the
# same rules with another BUILD.
HW       ?= edge16
BUILD    ?= build
PROMPT   ?= accelerator:

# The first of these that is here: make's own default, cc, says nothing.
ifeq ($(origin CC),default)
CC := $(shell command -v gcc || command -v clang || echo cc)
endif
CLANGXX := $(shell command -v clang++ || command -v g++ || echo c++)
# -march=native gives half as much again, but not every compiler knows its host.
native   = $(shell $(1) -march=native -E -x c /dev/null >/dev/null 2>&1 && echo -march=native)
NATIVE  := $(call native,$(CC))

# What PoCL compiles is kept here; without this it would go to the user's cache.
export POCL_CACHE_DIR ?= $(abspath $(BUILD))/pocl

OPTIMISE ?= -O3 $(NATIVE)
SANITIZE ?=
# gcc's guess at uninitialized variables does not see that a failure was returned.
accepts  = $(shell $(CC) -Werror $(1) -E -x c /dev/null >/dev/null 2>&1 && echo $(1))
WARN     := -Wall -Wextra -Wpedantic -Werror $(call accepts,-Wno-maybe-uninitialized)
# Nothing replaces a function of this program by another of its name.
OWN      := $(call accepts,-fno-semantic-interposition)
# Fused multiply-adds would round once where the hardware rounds twice.
CFLAGS    = -std=c11 -D_POSIX_C_SOURCE=200809L $(WARN) -g $(OPTIMISE) -ffp-contract=off -fPIC $(OWN) \
            $(SANITIZE) -I. -MMD -MP
LDFLAGS   = $(SANITIZE) -rdynamic
LDLIBS    = -lOpenCL -linih -lcjson -lopenblas -lpcre2-8 -lutf8proc -ldl -lpthread -lm

# ---- the library and the command -------------------------------------------
LIBRARY_SOURCES := $(filter-out $(wildcard hw/isa/generate*.c), \
  $(wildcard hw/base/*.c hw/configs/*.c hw/isa/*.c sim/model/*.c sim/dram/*.c sim/fuzz/*.c sim/reference/*.c \
             compiler/*.c compiler/*/*.c driver/*.c driver/*/*.c firmware/draw.c))
CLI_SOURCES := $(wildcard cli/*.c)
SITES_SOURCES := $(filter-out %/main.c,$(wildcard hw/fpga/ecp5/sites/*.c))
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

.PHONY: all
all: $(BUILD)/systole

$(BUILD)/libsystole.a: $(call objects,$(LIBRARY_SOURCES)) $(BUILD)/firmware/image.o
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/systole: $(call objects,$(CLI_SOURCES)) $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(CFLAGS) -c $< -o $@

# Sums of whole numbers that fp32 holds exactly: fused or not is the same.
$(BUILD)/sim/model/panel.o $(BUILD)/sim/model/few.o: CFLAGS += -ffp-contract=fast

# Where the repository lies, for the files that are found beside the source.
$(BUILD)/hw/configs/config.o $(BUILD)/driver/%.o $(BUILD)/cli/%.o: \
  CFLAGS += -DSYSTOLE_ROOT='"$(CURDIR)"'

# Every object and program leaves its list of headers beside it.
-include $(shell find $(BUILD) -name '*.d' -not -path '$(BUILD)/asan/*' -not -path '$(BUILD)/blocks/*' \
           -not -path '$(BUILD)/rtl/*' 2>/dev/null)

# ---- the Verilated machine: build/rtl/NAME.so --------------------------------
# HW is a name or the path of an .ini file. rtl-trace is the one that --waves
# needs: slower, so it is another object.
HW_NAME    := $(basename $(notdir $(HW)))
HW_FILE    := $(or $(wildcard $(HW)),$(wildcard hw/configs/$(HW).ini))
RTL_INPUTS := $(wildcard hw/rtl/*.sv hw/rtl/*.svh sim/rtl/* sim/dram/*) sim/machine.h \
              hw/configs/config.c hw/configs/config.h $(wildcard hw/isa/*.def) $(HW_FILE)

.PHONY: rtl rtl-trace
rtl: $(BUILD)/rtl/$(HW_NAME).so
rtl-trace: $(BUILD)/rtl/$(HW_NAME).trace.so

$(BUILD)/rtl/$(HW_NAME).so: $(RTL_INPUTS)
	@echo "  RTL $(HW) (a minute or two)"
	@BUILD=$(BUILD) sh sim/rtl/build.sh $(HW)

$(BUILD)/rtl/$(HW_NAME).trace.so: $(RTL_INPUTS)
	@echo "  RTL $(HW), with waves"
	@BUILD=$(BUILD) sh sim/rtl/build.sh $(HW) trace

# What COVERAGE asked for; changed only if it asks for something else.
.PHONY: FORCE
$(BUILD)/rtl/coverage.options: FORCE
	@mkdir -p $(@D) && { echo '$(COVERAGE)' | cmp -s - $@ || echo '$(COVERAGE)' >$@; }

$(BUILD)/rtl/$(HW_NAME).coverage.so: $(RTL_INPUTS) $(BUILD)/rtl/coverage.options
	@echo "  RTL $(HW), with counts of lines and toggles (some minutes)"
	@BUILD=$(BUILD) sh sim/rtl/build.sh $(HW) coverage

# The controller's core alone, for `systole mcu --backend rtl`.
.PHONY: mcu
mcu: $(BUILD)/rtl/core/mcu.so

$(BUILD)/rtl/core/mcu.so: $(wildcard hw/rtl/systole_mcu_*.sv hw/rtl/*.svh sim/mcu/*) sim/model/mcu.h hw/base/status.h
	@echo "  RTL mcu"
	@BUILD=$(BUILD) sh sim/mcu/build.sh

include sim/icd/icd.mk
include firmware/firmware.mk

# ---- generated files, kept in the repository ---------------------------------
TABLES := hw/isa/isa.def hw/isa/registers.def hw/isa/core.def $(wildcard hw/isa/text/*.md)

$(BUILD)/generate: $(call objects,hw/isa/generate.c hw/isa/generate_commands.c hw/isa/generate_docs.c hw/isa/generate_opencl.c hw/isa/table.c)
	$(CC) $(LDFLAGS) -o $@ $^

$(BUILD)/generate_tables: $(call objects,hw/isa/generate_tables.c)
	$(CC) $(LDFLAGS) -o $@ $^ -lm

# GENERATED is a list of file=command.
GENERATED = hw/rtl/systole_isa.svh="generate svh" docs/isa.md="generate docs" docs/commands.md="generate commands" \
            sim/model/fp32_tables.h="generate_tables c" hw/rtl/systole_fp_tables.svh="generate_tables verilog" \
            hw/opencl/isa.cl="generate opencl" hw/opencl/tables.cl="generate_tables opencl"

.PHONY: generate check-generated
generate: $(BUILD)/generate $(BUILD)/generate_tables $(TABLES)
	@set -e; for pair in $(GENERATED); do \
	  $(BUILD)/$${pair#*=} > $(BUILD)/generated; \
	  cmp -s $(BUILD)/generated $${pair%%=*} || { cp $(BUILD)/generated $${pair%%=*}; echo "  made $${pair%%=*}"; }; done

check-generated: $(BUILD)/generate $(BUILD)/generate_tables $(TABLES)
	@set -e; for pair in $(GENERATED); do \
	  $(BUILD)/$${pair#*=} > $(BUILD)/generated; diff -u $${pair%%=*} $(BUILD)/generated; done
	@echo "generated files agree with their tables"

# ---- unit tests ----------------------------------------------------------------
UNIT_SOURCES   := $(wildcard tests/unit/*.c)
UNIT_HELPERS   := $(filter-out tests/unit/test_%.c tests/unit/main.c,$(UNIT_SOURCES))
# Whoever adds a test_*.c with a `void suite_NAME(void)` adds it to the run.
SUITES          = $(BUILD)/tests/unit/suites.h

$(SUITES): $(UNIT_SOURCES)
	@mkdir -p $(@D)
	@sed -n 's/^void \(suite_[a-z0-9_]*\)(void).*/SUITE(\1)/p' $(wildcard tests/unit/test_*.c) | sort -u > $@

$(BUILD)/tests/unit/main.o: $(SUITES)
$(BUILD)/tests/unit/main.o: CFLAGS += -DSYSTOLE_SUITES='"$(SUITES)"'

$(BUILD)/unit_tests: $(call objects,$(UNIT_SOURCES) $(SITES_SOURCES)) $(BUILD)/libfirmware.a $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ -lcunit $(LDLIBS)

.PHONY: unit
unit: $(BUILD)/unit_tests
	@mkdir -p $(BUILD)/results
	bash -o pipefail -c '$(BUILD)/unit_tests $(ONLY) | tee $(BUILD)/results/unit.log'

# ---- fuzzers: fuzz_NAME [iterations [seed]] ---------------------------------------
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_ITERATIONS ?= 2000

$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(call objects,$(UNIT_HELPERS)) $(BUILD)/libfirmware.a $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ -lcunit $(LDLIBS)

.PHONY: fuzz
fuzz: $(FUZZERS)
	@set -e; for fuzzer in $(FUZZERS); do echo "$$fuzzer $(FUZZ_ITERATIONS)"; $$fuzzer $(FUZZ_ITERATIONS); done

# ---- blocks: each RTL block against the C function of its name ---------------------
# A line of tests/rtl/NAME.args is one run; see scripts/blocks.sh.
.PHONY: blocks
blocks: $(BUILD)/libsystole.a
	CC="$(CC)" CXX="$(CLANGXX)" BUILD=$(BUILD) bash scripts/blocks.sh $(ONLY)

# ---- lint ----------------------------------------------------------------------
.PHONY: lint
lint: $(BUILD)/systole
	BUILD=$(BUILD) bash scripts/lint.sh

# ---- boards ----------------------------------------------------------------------
# FPGA is a configuration. Half an hour: Yosys, sites, nextpnr twice to place and once to route.
FPGA ?= tiny8

$(BUILD)/sites: $(call objects,hw/fpga/ecp5/sites/main.c $(SITES_SOURCES)) $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: fpga-ecp5 fpga-xilinx
fpga-ecp5:
	@BUILD=$(BUILD) bash hw/fpga/ecp5/build.sh $(FPGA)

fpga-xilinx:
	@BUILD=$(BUILD) bash hw/fpga/xilinx/estimate.sh $(FPGA)

# ---- sanitizers ----------------------------------------------------------------
ASAN = BUILD=$(BUILD)/asan OPTIMISE="-O1 -fno-omit-frame-pointer" \
       SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all" \
       LSAN_OPTIONS="suppressions=$(CURDIR)/tests/leaks.txt:print_suppressions=0"

.PHONY: asan
asan:
	+$(MAKE) $(ASAN) unit fuzz
	+$(MAKE) icd HW=edge16
	+$(MAKE) icd HW=tiny8
	+$(MAKE) $(ASAN) MACHINES=$(BUILD) icd-test

# ---- everything ------------------------------------------------------------------
# Each test program leaves its output under results/; the sum of their last
# lines is the last line here. A failure does not stop the others.
.PHONY: test
test: packages
	+bash scripts/test.sh "$(MAKE)" "$(BUILD)" "$(HW)"

# Random checkpoints for the system tests.
$(BUILD)/make_checkpoint: \
  $(call objects,tests/system/make_checkpoint.c tests/unit/checkpoint_maker.c) $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# tests/system/test_NAME.c is run as `test_NAME CONFIG MACHINE.so` for two
# configurations, tests/system/test_NAME.sh with SYSTOLE set to the command.
SYSTEM_TESTS := $(patsubst tests/system/%.c,$(BUILD)/%,$(wildcard tests/system/test_*.c))

$(SYSTEM_TESTS): $(BUILD)/%: $(BUILD)/tests/system/%.o $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Those that write packets share the unit tests' with them.
$(BUILD)/test_firmware: $(call objects,tests/unit/packets.c tests/unit/random_lines.c)

.PHONY: system
system: $(BUILD)/systole $(BUILD)/make_checkpoint $(SYSTEM_TESTS)
	BUILD=$(BUILD) bash scripts/system.sh $(ONLY)

$(BUILD)/bench_model: $(call objects,tests/bench/bench_model.c) $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Random programs on RTL and model until one differs or someone stops it.
SOAK_SEED ?= $(shell date +%s)

.PHONY: soak
soak: $(BUILD)/systole rtl
	$(BUILD)/systole fuzz --hw $(HW) --seed $(SOAK_SEED) --count $(or $(COUNT),0) --out $(BUILD) $(SOAK)

# Random packets against the firmware on the chip: 50,000 rounds of one to three.
.PHONY: soak-firmware
soak-firmware: $(BUILD)/test_firmware rtl
	$(BUILD)/test_firmware $(HW) $(BUILD)/rtl/$(HW_NAME).so $(or $(COUNT),50000) $(SOAK_SEED)

# Random programs on the model of the controller's core and on QEMU, if it is here.
.PHONY: soak-core
soak-core: $(BUILD)/mcu_programs
	@BUILD=$(BUILD) bash tests/oracle/qemu.sh $(or $(COUNT),1000) $(SOAK_SEED)

$(BUILD)/mcu_programs: $(BUILD)/tests/oracle/mcu_programs.o $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# What of the RTL random programs reach (docs/coverage.md).
.PHONY: coverage
coverage: $(BUILD)/systole $(BUILD)/rtl/$(HW_NAME).coverage.so
	@BUILD=$(BUILD) sh scripts/coverage.sh $(HW) $(or $(COUNT),300)

.PHONY: bench
bench: $(BUILD)/systole $(BUILD)/bench_model icd
	$(BUILD)/bench_model
	BUILD=$(BUILD) bash tests/bench/bench.sh
	BUILD=$(BUILD) bash tests/bench/time.sh
	BUILD=$(BUILD) bash tests/bench/opencl.sh

.PHONY: packages
packages:
	@bash scripts/install-packages.sh --if-missing

.PHONY: run
run: packages
	+@$(MAKE) --no-print-directory $(BUILD)/systole
	+@$(MAKE) --no-print-directory rtl HW=$(HW)
	$(BUILD)/systole run --hw $(HW) --prompt "$(PROMPT)"

.PHONY: train
train:
	@bash scripts/install-packages.sh --if-missing --train
	+$(MAKE) -C models/define train

.PHONY: clean
clean:
	rm -rf $(BUILD)

.PHONY: help
help:
	@echo "make                 build/systole, the command"
	@echo "make run             install what is missing, build, and let the model speak from RTL"
	@echo "make test            install what is missing, build and run every test"
	@echo "make rtl HW=edge16   build/rtl/edge16.so, the Verilated machine (HW may be an .ini file)"
	@echo "make rtl-trace       the same able to write waves, slower"
	@echo "make icd HW=edge16   build/icd: an OpenCL driver with that machine behind it"
	@echo "make mcu             build/rtl/core/mcu.so, the controller's core alone for systole mcu"
	@echo "make unit [ONLY=x]   unit tests; blocks, fuzz, system: the other kinds"
	@echo "make soak [COUNT=n]  random programs on RTL and model, until one differs (SOAK=--faults: with faults)"
	@echo "make soak-firmware   random packets against the firmware on the chip (COUNT=rounds)"
	@echo "make soak-core       random programs on the controller's core and QEMU (COUNT=programs)"
	@echo "make coverage        lines and toggles of the RTL that random programs reach (HW=tiny8, COUNT=n)"
	@echo "make fpga-ecp5       tiny8 placed and routed for an ECP5-85F (needs nextpnr); fpga-xilinx: resources"
	@echo "make lint asan       checks of the Verilog; tests under sanitizers"
	@echo "make generate        files made from the ISA tables; check-generated compares them"
	@echo "make bench train clean"
