// The status record: registers 0x200..0x2FF as bytes.
#ifndef SYSTOLE_MODEL_RECORD_H
#define SYSTOLE_MODEL_RECORD_H

#include <stdint.h>

#include "hw/configs/config.h"
#include "sim/machine.h"

enum { SYSTOLE_RECORD_BYTES = 256 };

void systole_record_fill(const systole_config *config, const systole_report *report,
                         uint8_t record[SYSTOLE_RECORD_BYTES]);

#endif
