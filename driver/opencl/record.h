// The status record that a kernel leaves, as a report.
#ifndef SYSTOLE_DRIVER_OPENCL_RECORD_H
#define SYSTOLE_DRIVER_OPENCL_RECORD_H

#include "driver/opencl/opencl.h"

// SYSTOLE_E_FORMAT if the words are no record of this version, SYSTOLE_E_CONFIG
// if they are another configuration's.
systole_status systole_opencl_check_record(const systole_opencl *o,
                                           const uint32_t record[SYSTOLE_STATUS_BYTES / 4],
                                           systole_error *err);

void systole_opencl_take_record(const uint32_t record[SYSTOLE_STATUS_BYTES / 4],
                                systole_report *report);

// Of the portable kernel: no fault, and yet the sequencer is not idle.
bool systole_opencl_is_paused(const systole_report *report);

#endif
