// What is behind the handles of systole.h; private to driver/.
#ifndef SYSTOLE_DRIVER_DEVICE_H
#define SYSTOLE_DRIVER_DEVICE_H

#include "driver/transport.h"

struct systole_client;

struct systole_device {
  const systole_transport *transport;
  void *state;
  systole_config config;
  uint32_t watchdog;
  systole_buffer *status;        // segment 15, or NULL
  systole_trace_fn trace;
  void *trace_user;
  const systole_entry *running;  // submitted and not yet waited for, or NULL; under direct control
  struct systole_client *client; // under firmware, else NULL
};

struct systole_buffer {
  systole_device *device;
  void *memory;
  uint64_t bytes;
};

struct systole_loaded {
  systole_device *device;
  const systole_program *program;
  systole_buffer **code;         // one for each entry
  systole_buffer *own[16];       // by segment index
  systole_buffer *bound[16];     // own, unless systole_bind put another there
};

// One line that explains a report whose cause is not NONE.
void systole_explain(const systole_entry *entry, const systole_report *report, systole_error *err);

#endif
