# ---- the machine behind OpenCL: build/icd (docs/opencl-icd.md) ------------------
# A driver for the ICD loader, the file that names it, and for each configuration
# the binary that stands for its bit stream.
comma       := ,
ICD_OBJECTS := $(call objects,$(filter-out sim/icd/make_binary.c,$(wildcard sim/icd/*.c)) hw/isa/arguments.c hw/isa/table.c \
                 hw/configs/config.c hw/base/status.c $(wildcard sim/dram/*.c))

.PHONY: icd icd-library
icd: icd-library $(BUILD)/icd/$(HW_NAME).bin rtl
icd-library: $(BUILD)/icd/libsystole-icd.so icd-file

$(BUILD)/icd/libsystole-icd.so: $(ICD_OBJECTS) sim/icd/exports.map
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -shared -Wl,--version-script=sim/icd/exports.map $(if $(SANITIZE),,-Wl$(comma)-z$(comma)defs) \
	  -o $@ $(ICD_OBJECTS) -linih -ldl -lpthread -lm

# It holds a path: a build that was copied or moved gets another.
.PHONY: icd-file
icd-file:
	@mkdir -p $(BUILD)/icd
	@echo $(abspath $(BUILD))/icd/libsystole-icd.so > $(BUILD)/icd/systole.icd

$(BUILD)/icd/make_binary: $(call objects,sim/icd/make_binary.c sim/icd/binary.c hw/configs/config.c hw/base/status.c)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -linih

$(BUILD)/icd/$(HW_NAME).bin: $(BUILD)/icd/make_binary $(HW_FILE)
	@$< $(HW_FILE) > $@

# Its tests go through the ICD loader, alone and beside PoCL; see scripts/icd.sh.
ICD_TESTS   := $(filter-out tests/icd/fuzz.c,$(wildcard tests/icd/*.c))
ICD_SUITES  := $(BUILD)/tests/icd/suites.h

$(ICD_SUITES): $(ICD_TESTS)
	@mkdir -p $(@D)
	@sed -n 's/^void \(suite_[a-z0-9_]*\)(void).*/SUITE(\1)/p' $(wildcard tests/icd/test_*.c) | sort -u > $@

$(BUILD)/tests/icd/main.o: $(ICD_SUITES)
$(BUILD)/tests/icd/main.o: CFLAGS += -DSYSTOLE_SUITES='"$(ICD_SUITES)"'

$(BUILD)/icd_tests: $(call objects,$(ICD_TESTS) tests/unit/harness.c) $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ -lcunit -lOpenCL $(LDLIBS)

$(BUILD)/icd_fuzz: $(call objects,tests/icd/fuzz.c tests/icd/card.c tests/unit/harness.c) $(BUILD)/libsystole.a
	$(CC) $(LDFLAGS) -o $@ $^ -lcunit -lOpenCL $(LDLIBS)

# MACHINES: the build whose RTL and binaries are used.
.PHONY: icd-test
icd-test: icd-library $(BUILD)/icd_tests $(BUILD)/icd_fuzz
	BUILD=$(BUILD) MACHINES=$(or $(MACHINES),$(BUILD)) bash scripts/icd.sh $(ONLY)
