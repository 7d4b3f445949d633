// The status record: STATUS_BYTES of registers from 0x200 on.
#ifndef SYSTOLE_MODEL_RECORD_H
#define SYSTOLE_MODEL_RECORD_H

#include <stdint.h>

#include "hw/configs/config.h"
#include "hw/isa/isa.h"
#include "sim/machine.h"

void systole_record_fill(const systole_config *config, const systole_report *report,
                         uint8_t record[SYSTOLE_STATUS_BYTES]);

#endif
