// A run: from arguments to a report.
#ifndef SYSTOLE_DRIVER_OPENCL_LAUNCH_H
#define SYSTOLE_DRIVER_OPENCL_LAUNCH_H

#include "driver/opencl/opencl.h"

// As in driver/transport.h. The host cannot count the machine's cycles: a limit
// of N cycles is N times 10 microseconds, more than a simulated machine takes, and
// at least a second; no limit is an hour.
systole_status systole_opencl_start(systole_opencl *o, const systole_transport_job *job,
                                    systole_error *err);
systole_status systole_opencl_wait(systole_opencl *o, uint64_t limit_cycles,
                                   systole_report *report, systole_error *err);

// Whether the kernel is one of Systole for this configuration: runs nothing and
// looks at what it says of itself.
systole_status systole_opencl_identify(systole_opencl *o, systole_error *err);

#endif
