// A program that clears every SRAM, and zeros for it to load: what the firmware runs
// between two clients (docs/firmware.md).
#ifndef SYSTOLE_DRIVER_WIPE_H
#define SYSTOLE_DRIVER_WIPE_H

#include "hw/base/status.h"
#include "hw/configs/config.h"

// Its memory, which free() takes: code, then zeros. Its segments 0 and 1 are all of it.
systole_status systole_wipe_make(const systole_config *config, void **memory, uint32_t *bytes, uint32_t *lines,
                                 systole_error *err);

#endif
