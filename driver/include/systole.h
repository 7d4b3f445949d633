// The driver: open an accelerator, give it memory and a program, run, read back.
//
//   systole_open("rtl", &config, NULL, &device, &err);
//   systole_load(device, program, &loaded, &err);
//   systole_buffer_write(systole_loaded_segment(loaded, 2), 0, input, bytes, &err);
//   systole_submit(loaded, "main", scalars, &err);
//   systole_wait(device, 0, &report, &err);
//   systole_buffer_read(systole_loaded_segment(loaded, 3), 0, output, bytes, &err);
//   systole_unload(loaded);
//   systole_close(device);
//
// The same calls serve every transport: the C model, the Verilated RTL, and
// whatever is added to driver/transport.h. After a fault or a time-out the
// device can be used again at once.
#ifndef SYSTOLE_H
#define SYSTOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/program/program.h"
#include "hw/base/status.h"
#include "hw/configs/config.h"
#include "sim/machine.h"

typedef struct systole_device systole_device;
typedef struct systole_buffer systole_buffer;
typedef struct systole_loaded systole_loaded;

// ---- devices ---------------------------------------------------------------

// For the transport `opencl`.
typedef struct {
  const char *platform, *device;  // parts of their names, NULL: any
  const char *binary;             // a kernel's binary, NULL: the portable kernel from source
  uint32_t items;                 // work-items of the portable kernel, 0: what suits the device
  bool integer;                   // its fp32 in integers even where the device's own would do
} systole_opencl_options;

// Who starts the runs: the host, by writing the machine's registers, or the
// controller's firmware, from a queue of commands in memory.
typedef enum { SYSTOLE_CONTROL_AUTO, SYSTOLE_CONTROL_DIRECT, SYSTOLE_CONTROL_FIRMWARE } systole_control;

// All zero is a good default.
typedef struct {
  systole_dram_params dram;  // preset "": the configuration's own
  const char *waves;         // waveform of every run, or NULL
  const char *rtl_object;    // shared object of `rtl`; NULL: build/rtl/NAME.so or SYSTOLE_RTL_PATH
  const char *hw;            // how the user named the configuration, for messages; may be NULL
  uint32_t watchdog;         // cycles without progress before the machine stops, 0: its default
  bool check_races;          // `model` only: a race makes systole_wait fail with E_DIFFER
  bool time_alone;           // `model` only: cycles and counters as ever, but no values; memory
                             // that nobody wrote takes no room and reads as zero
  systole_opencl_options opencl;
  systole_control control;   // AUTO: firmware where there is a controller and nothing above forbids it
  uint32_t run_limit;        // under firmware: most cycles of one run of any client, 0: 2^31
  bool status_record;        // give the machine a status segment (see systole_status_record)
} systole_options;

// transport: a name from systole_transport_name. options may be NULL.
systole_status systole_open(const char *transport, const systole_config *config,
                            const systole_options *options, systole_device **device,
                            systole_error *err);
void systole_close(systole_device *device);  // after its buffers and programs; NULL is allowed

const systole_config *systole_device_config(const systole_device *device);
systole_control systole_device_control(const systole_device *device);  // DIRECT or FIRMWARE

// A second client of a machine under firmware, with a queue and memory of its
// own: neither can read, write or stop what is the other's. Options as far as
// they are not the machine's. The machine goes with whichever is closed last.
systole_status systole_open_beside(systole_device *first, const systole_options *options,
                                   systole_device **device, systole_error *err);

// The transports by number, NULL after the last; their purpose in a few words.
const char *systole_transport_name(unsigned number);
const char *systole_transport_text(unsigned number);

// ---- memory ----------------------------------------------------------------

// A zeroed piece of device memory: its address is never 0, a multiple of 128,
// and does not touch another buffer's.
systole_status systole_buffer_alloc(systole_device *device, uint64_t bytes, systole_buffer **buffer,
                                    systole_error *err);
void systole_buffer_free(systole_buffer *buffer);  // NULL is allowed
uint64_t systole_buffer_bytes(const systole_buffer *buffer);

// SYSTOLE_E_RANGE if [offset, offset + bytes) is not inside the buffer.
systole_status systole_buffer_write(systole_buffer *buffer, uint64_t offset, const void *data,
                                    uint64_t bytes, systole_error *err);
systole_status systole_buffer_read(systole_buffer *buffer, uint64_t offset, void *data,
                                   uint64_t bytes, systole_error *err);

// ---- programs --------------------------------------------------------------

// Puts every entry and every segment, with its content, into device memory.
// SYSTOLE_E_CONFIG, naming both, if the program was built for another
// configuration. The program must outlive what is loaded.
systole_status systole_load(systole_device *device, const systole_program *program,
                            systole_loaded **loaded, systole_error *err);
void systole_unload(systole_loaded *loaded);  // NULL is allowed

// The buffer bound to a segment, NULL if there is none.
systole_buffer *systole_loaded_segment(systole_loaded *loaded, unsigned index);

// Binds another buffer (at least as large as the program's segment) in its
// place, which stays the caller's.
systole_status systole_bind(systole_loaded *loaded, unsigned index, systole_buffer *buffer,
                            systole_error *err);

// ---- runs ------------------------------------------------------------------

// Starts an entry. scalars: 16 values, or NULL for zeros. One run at a time.
systole_status systole_submit(systole_loaded *loaded, const char *entry, const int32_t *scalars,
                              systole_error *err);

// Waits for the run to end, for at most limit_cycles of the machine, under
// firmware of the chip (0: no limit). SYSTOLE_E_FAULT if the machine stopped with an error: the message
// tells cause, engine, line, symbol and disassembly, and after the watchdog
// what each engine waited for. SYSTOLE_E_TIMEOUT at the limit. The report
// (may be NULL) is filled in all three cases.
systole_status systole_wait(systole_device *device, uint64_t limit_cycles, systole_report *report,
                            systole_error *err);

// Seconds that the last run took on the device itself, by its own clock; 0 where
// the transport has none.
double systole_kernel_seconds(const systole_device *device);

// ---- commands of the firmware ----------------------------------------------------
//
// Under firmware up to SYSTOLE_PENDING commands may be submitted before the first
// is waited for; systole_wait is for the oldest. Where a command consists of many
// runs, the report has the sums of cycles, MACs and bytes, and of the engines only
// what they were doing in the end.

enum { SYSTOLE_PENDING = 8 };

// Runs of an entry at successive positions; the program's formulas give the scalars.
systole_status systole_submit_decode(systole_loaded *loaded, const char *entry, int32_t position,
                                     uint32_t steps, systole_error *err);

// Called for each token as it comes, from inside systole_wait.
typedef void (*systole_token_fn)(void *user, int32_t token);

// Called after each run with its cycles, where the transport can see it (simulators);
// runs of another client, and what clears the SRAMs between two, are among them.
typedef void (*systole_run_fn)(void *user, uint64_t cycles);

typedef struct {
  const char *prefill, *decode;  // entries
  const int32_t *prompt;
  uint32_t prompt_count;         // 0: go on from the token that waits at `next`
  uint32_t rows;                 // tokens that a run of prefill takes
  int32_t position;              // tokens already in the cache
  uint32_t most;                 // tokens to generate, at least 1
  unsigned io;                   // segment of tokens and logits; offsets in it:
  uint32_t tokens, next, logits;
  uint32_t vocab;
  const int32_t *ends;           // tokens that end the text, at most 8
  uint32_t end_count;
  double temperature;            // 0: the most likely token
  uint32_t top_k;                // else: drawn from so many, 1 to 64
  uint64_t seed;
  systole_token_fn token;        // may be NULL
  systole_run_fn run;            // may be NULL
  void *user;
} systole_text;

// What the firmware takes for a temperature: 65536 / temperature, at least 1; 0 for 0.
uint32_t systole_sharpness(double temperature);

systole_status systole_submit_generate(systole_loaded *loaded, const systole_text *text,
                                       systole_error *err);

// The self-test of the firmware.
systole_status systole_submit_selftest(systole_device *device, systole_error *err);

// Its version, major << 16 | minor, once a command has been waited for.
systole_status systole_firmware_version(systole_device *device, uint32_t *version, systole_error *err);

// Cycles that each later command may run, 0 for any.
systole_status systole_submit_limit(systole_device *device, uint64_t cycles, systole_error *err);

// Everything submitted so far ends soon; systole_wait then fails with E_TIMEOUT.
systole_status systole_cancel(systole_device *device, systole_error *err);

// What the runs of the last command waited for came to, without those of prefill
// and those alone. gap: cycles from a run's end to the next one's start.
typedef struct {
  uint64_t runs, cycles, macs, read_bytes, write_bytes, gap, fewest, most, retired;
} systole_totals;
void systole_last_totals(const systole_device *device, systole_totals *others, systole_totals *prefill);

// The chip as it is now: its cycle, register accesses by hosts, gaps between runs.
void systole_chip_state(const systole_device *device, systole_chip_report *report);

// Called for each instruction of later runs when it ends. NULL: no more.
void systole_trace(systole_device *device, systole_trace_fn trace, void *user);

// Reads the status record of the last run: 80 words (STATUS_BYTES), a copy of
// registers 0x200..0x33F. Needs options.status_record.
systole_status systole_status_record(systole_device *device, uint32_t words[80],
                                     systole_error *err);

// ---- checking ----------------------------------------------------------------

// Copies one word of an SRAM (DIM elements) as the last run left it; space is
// an ISA code. SYSTOLE_E_UNSUPPORTED where the transport cannot look inside.
systole_status systole_peek(systole_device *device, unsigned space, uint32_t word, void *bytes,
                            systole_error *err);

// The buffer that holds an entry's lines, to change them; NULL if there is no
// such entry.
systole_buffer *systole_loaded_code(systole_loaded *loaded, const char *entry);

// Runs a small program of loads, products, vector work and stores with answers
// computed on the host, then a fault and a run after it. SYSTOLE_E_DIFFER with
// the first difference.
systole_status systole_selftest(systole_device *device, systole_report *report, systole_error *err);

#endif
