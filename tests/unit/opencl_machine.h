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

// Whether a case can be told to OpenCL: its segments are buffers of their own, all
// of their bytes are there, and nobody stops it. Gives it a status segment, which
// the host needs.
bool systole_test_opencl_takes(systole_fuzz_case *c);

// Whether there is a platform that compiles; else why not.
bool systole_test_opencl_there(systole_error *err);

#endif
