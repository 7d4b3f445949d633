// Waiting for a device, with an end.
#ifndef SYSTOLE_DRIVER_OPENCL_WAIT_H
#define SYSTOLE_DRIVER_OPENCL_WAIT_H

#include "driver/opencl/opencl.h"

// Seconds of a clock that only moves forward.
double systole_opencl_now(void);

// Until the event is complete, or the clock has come to `end`: then the device is
// lost and SYSTOLE_E_TIMEOUT says that `what` has not ended. The event is
// released in any case.
systole_status systole_opencl_wait_event(systole_opencl *o, cl_event event, const char *what,
                                         double end, systole_error *err);

// SYSTOLE_E_TIMEOUT if the device has been lost: it answers nothing any more.
systole_status systole_opencl_check_alive(const systole_opencl *o, systole_error *err);

#endif
