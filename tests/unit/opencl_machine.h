// The transport `opencl` dressed as a machine (sim/machine.h), so that random
// programs can run on it beside the model. Memory is copied to the device before
// each run and back after it.
#ifndef SYSTOLE_TESTS_UNIT_OPENCL_MACHINE_H
#define SYSTOLE_TESTS_UNIT_OPENCL_MACHINE_H

#include <stdbool.h>

#include "driver/include/systole.h"
#include "sim/fuzz/case.h"

// The device that machines made from systole_test_opencl_api() are on: one at a
// time, its SRAMs zero again for each machine.
systole_status systole_test_opencl_open(const systole_config *config,
                                        const systole_opencl_options *options, systole_error *err);
void systole_test_opencl_close(void);
const systole_machine_api *systole_test_opencl_api(void);

// Gives a fresh case a status segment, which the host needs. False: no memory.
bool systole_test_opencl_give_status(systole_fuzz_case *c);

// Whether a case can be told to OpenCL: its segments are buffers of their own, all
// of their bytes are there, there is room for the record, and nobody stops it.
bool systole_test_opencl_takes(const systole_fuzz_case *c);

// Whether there is a platform that compiles; else why not.
bool systole_test_opencl_there(systole_error *err);

// The binary that the platform makes of the portable kernel, for free(); NULL
// after a failure.
unsigned char *systole_test_opencl_binary(const char *hw, size_t *size);

#endif
