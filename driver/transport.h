// How the driver reaches a machine: one table of functions for each way. A
// transport owns the device's memory; the driver deals in handles, so that a
// handle can be an address, a cl_mem or a file mapping.
#ifndef SYSTOLE_DRIVER_TRANSPORT_H
#define SYSTOLE_DRIVER_TRANSPORT_H

#include "driver/include/systole.h"

// A run as a transport sees it.
typedef struct {
  struct {
    void *memory;    // handle of alloc, NULL for an absent segment
    uint64_t bytes;  // the segment's limit
  } segments[16];
  int32_t scalars[16];
  uint32_t lines, watchdog;
} systole_transport_job;

// Where a machine's controller runs firmware (driver/chip.h): what a host can do
// then. Each queue's memory lies in a range of its own.
typedef struct {
  systole_status (*boot)(void *state, const uint32_t *image, uint32_t words, systole_error *err);
  // As systole_machine_api.control. A machine that runs by itself waits for its
  // interrupt here; one that runs on the caller's thread does its work here.
  systole_status (*control)(void *state, systole_host_access *accesses, unsigned count, uint64_t limit,
                            const systole_observer *observer, systole_chip_report *report,
                            systole_error *err);
  // For a queue, or with number QUEUES where none reaches.
  systole_status (*alloc)(void *state, unsigned queue, uint64_t bytes, void **memory, systole_error *err);
  uint64_t (*address)(void *memory);
  void (*range)(void *state, unsigned queue, uint64_t *base, uint64_t *bytes);
} systole_transport_controller;

typedef struct {
  const char *name, *text;
  systole_status (*open)(const systole_config *config, const systole_options *options, void **state,
                         systole_error *err);
  void (*close)(void *state);

  // Zeroed memory; what its machine demands of addresses is the transport's business.
  systole_status (*alloc)(void *state, uint64_t bytes, void **memory, systole_error *err);
  void (*release)(void *state, void *memory);
  systole_status (*write)(void *state, void *memory, uint64_t offset, const void *data,
                          uint64_t bytes, systole_error *err);
  systole_status (*read)(void *state, void *memory, uint64_t offset, void *data, uint64_t bytes,
                         systole_error *err);

  // start returns at once where the machine runs by itself; wait ends it. A
  // machine that runs on the caller's thread does its work in wait. A fault of
  // the program is SYSTOLE_OK with a cause in the report. trace may be NULL.
  systole_status (*start)(void *state, const systole_transport_job *job, systole_error *err);
  systole_status (*wait)(void *state, uint64_t limit_cycles, systole_report *report,
                         systole_trace_fn trace, void *user, systole_error *err);

  // One word of an SRAM (DIM elements), for comparison; NULL where nobody can look.
  systole_status (*peek)(void *state, unsigned space, uint32_t word, void *bytes,
                         systole_error *err);

  const systole_transport_controller *controller;  // NULL where there can be none
  // Seconds that the last run took on the device's own clock; NULL where it has none.
  double (*seconds)(void *state);
} systole_transport;

// The tables, ended by NULL.
extern const systole_transport *const systole_transports[];

extern const systole_transport systole_transport_model;  // transport_machine.c
extern const systole_transport systole_transport_rtl;
extern const systole_transport systole_transport_opencl;  // transport_opencl.c

#endif
