# ---- the controller's firmware -----------------------------------------------------
# For the core, and the same sources as a library of this host for tests.
FIRMWARE_CC      ?= riscv64-unknown-elf-gcc
FIRMWARE_CFLAGS   = -march=rv32im_zicsr -mabi=ilp32 -std=c11 -Wall -Wextra -Wpedantic -Werror -O2 \
                    -ffreestanding -fno-tree-loop-distribute-patterns -I. -MMD -MP
FIRMWARE_SOURCES := $(wildcard firmware/*.c)
FIRMWARE_OBJECTS := $(patsubst firmware/%,$(BUILD)/firmware/core/%.o,$(FIRMWARE_SOURCES) firmware/start.S)
FIRMWARE_TESTED  := $(filter-out firmware/main.c firmware/memory.c firmware/draw.c,$(FIRMWARE_SOURCES))

$(BUILD)/firmware/core/%.o: firmware/%
	@mkdir -p $(@D)
	@echo "  CORE CC $<"
	@$(FIRMWARE_CC) $(FIRMWARE_CFLAGS) -c $< -o $@

$(BUILD)/firmware/firmware.elf: $(FIRMWARE_OBJECTS) firmware/link.ld
	$(FIRMWARE_CC) $(FIRMWARE_CFLAGS) -nostdlib -Wl,--fatal-warnings,--no-warn-rwx-segments \
	  -Tfirmware/link.ld -o $@ $(FIRMWARE_OBJECTS)

$(BUILD)/firmware/firmware.bin: $(BUILD)/firmware/firmware.elf
	@$(FIRMWARE_CC:gcc=objcopy) -O binary $< $@

# The image as a table of words in the library, and where its stack ends.
$(BUILD)/firmware/image.c: $(BUILD)/firmware/firmware.bin firmware/firmware.mk
	@{ echo '#include "driver/firmware_image.h"'; echo 'const uint32_t systole_firmware_image[] = {'; \
	  od -An -v -tx4 -w16 $< | sed 's/ \([0-9a-f]*\)/0x\1,/g'; echo '};'; \
	  echo 'const uint32_t systole_firmware_words = sizeof systole_firmware_image / 4;'; \
	  $(FIRMWARE_CC:gcc=nm) $(BUILD)/firmware/firmware.elf | \
	  sed -n 's/^\([0-9a-f]*\) . fw_stack_top$$/const uint32_t systole_firmware_tcm_bytes = 0x\1;/p'; } > $@

$(BUILD)/firmware/image.o: $(BUILD)/firmware/image.c
	@$(CC) $(CFLAGS) -c $< -o $@

$(BUILD)/libfirmware.a: $(call objects,$(FIRMWARE_TESTED))
	@rm -f $@
	$(AR) rcs $@ $^
