#include "driver/opencl/wait.h"

#include <time.h>

#include "driver/opencl/error.h"
#include "driver/opencl/notice.h"

double systole_opencl_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// A sixteenth of what has passed, so that a short run is not waited for long and
// a long one not asked for often.
static void sleep_a_little(double passed) {
  double seconds = passed / 16;
  seconds = seconds < 20e-6 ? 20e-6 : seconds > 0.01 ? 0.01 : seconds;
  nanosleep(&(struct timespec){.tv_nsec = (long)(seconds * 1e9)}, NULL);
}

static systole_status lose(systole_opencl *o, const char *what, double seconds, systole_error *err) {
  o->lost = true;
  return systole_fail(err, SYSTOLE_E_TIMEOUT, "opencl: %s: %s has not ended after %.0f s: expected an end; the device must be opened again",
                      o->chosen.name, what, seconds);
}

static systole_status fail_event(const systole_opencl *o, const char *what, cl_int code, systole_error *err) {
  char why[SYSTOLE_OPENCL_NOTICE];
  systole_opencl_last_notice(o, why);
  return systole_opencl_fail(err, what, code, "%s: expected it to complete%s", o->chosen.name, why);
}

static systole_status poll(systole_opencl *o, cl_event event, const char *what, double end, systole_error *err) {
  const double begun = systole_opencl_now();
  cl_int state = CL_QUEUED;
  for (;;) {
    cl_int code = clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL);
    if (code) return systole_opencl_fail(err, "clGetEventInfo", code, "%s", o->chosen.name);
    if (state < 0) return fail_event(o, what, state, err);
    if (state == CL_COMPLETE) return SYSTOLE_OK;
    const double now = systole_opencl_now();
    if (now > end) return lose(o, what, now - begun, err);
    sleep_a_little(now - begun);
  }
}

systole_status systole_opencl_wait_event(systole_opencl *o, cl_event event, const char *what,
                                         double end, systole_error *err) {
  systole_status status = poll(o, event, what, end, err);
  clReleaseEvent(event);
  return status;
}

systole_status systole_opencl_check_alive(const systole_opencl *o, systole_error *err) {
  if (!o->lost) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_TIMEOUT, "opencl: %s: its last run has not ended: expected the device to be closed and opened again",
                      o->chosen.name);
}
