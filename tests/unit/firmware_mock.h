// A chip of which only the outside is there, for running the firmware as a
// program of the host: registers, mailbox, memory in regions, and a machine that
// ends its runs as it is told. It notes whatever the firmware must not do.
#ifndef SYSTOLE_TESTS_UNIT_FIRMWARE_MOCK_H
#define SYSTOLE_TESTS_UNIT_FIRMWARE_MOCK_H

#include "firmware/firmware.h"
#include "tests/unit/packets.h"

enum { MOCK_FOREVER = -1 };

typedef struct {
  uint64_t base, bytes;
  uint8_t *data;
  uint64_t hole;  // an access at this offset or above is answered with an error; 0: none
} mock_region;

typedef struct mock mock;

// Called at each START: returns the cause of the run's end and sets its cycles;
// MOCK_FOREVER: it does not end by itself.
typedef int (*mock_run_fn)(mock *m, void *user, uint64_t *cycles);

struct mock {
  firmware fw;
  mock_region regions[PACKETS_REGIONS];  // those of queue 1 from 8 on
  uint32_t mailbox[128];
  uint32_t doorbell, start, done, interrupt, irq_enable, errors;
  uint64_t window, time, alarm;
  uint64_t line_at;                   // the line that the window keeps
  uint32_t line[16];
  uint32_t registers[256];            // the machine's
  bool busy, isr;
  bool free_segments;                 // they need not lie in regions
  int cause;                          // of the run under way
  uint64_t ends;
  mock_run_fn run;
  void (*slept)(mock *m, void *user); // before the core sleeps; may be NULL
  void *user;
  uint64_t runs;
  const char *wrong;                  // the first thing that must not be, or NULL
  // A host's side of each queue.
  uint32_t tail[SYSTOLE_QUEUES], consumed[SYSTOLE_QUEUES];
};

// Regions as given (base and bytes; bytes 0: absent), rings open in epoch 1.
void mock_open(mock *m, const packets_region *regions, mock_run_fn run, void *user);
void mock_close(mock *m);

// Turns until nothing is left to do.
void mock_go(mock *m);

void mock_submit(mock *m, unsigned q, const uint32_t *words, uint32_t lines);
void mock_set_tail(mock *m, unsigned q, uint32_t tail);

// The next completion, false if there is none; then CONSUMED is moved on.
bool mock_completion(mock *m, unsigned q, uint32_t words[2]);

uint32_t mock_load(const mock *m, unsigned region, uint64_t offset);
void mock_store(mock *m, unsigned region, uint64_t offset, uint32_t value);

#endif
