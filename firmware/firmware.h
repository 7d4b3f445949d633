// The firmware's state and the parts it is made of, each in a file of its name:
//
//   schedule  whose turn it is          queue     rings in memory, completions
//   check     whether a packet is good  job       what a command does in its turn
//   machine   one run of the machine    generate  tokens, one after the other
//   sample    a token drawn by chance   report    totals and records
//   selftest  is everything there
//
// A host's memory is never trusted: a packet is copied here first, each word
// read once, and then checked; what is checked is what is used.
#ifndef SYSTOLE_FIRMWARE_H
#define SYSTOLE_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/platform.h"
#include "hw/isa/commands.h"
#include "hw/isa/formula.h"

// A piece of memory that its queue may use; bytes 0: absent.
typedef struct {
  uint64_t base, bytes;
} fw_piece;

// In the order of TOTAL in hw/isa/commands.def.
typedef struct {
  uint64_t runs, cycles, macs, read_bytes, write_bytes, gap, fewest, most;
} fw_totals;

// A program as the machine runs it.
typedef struct {
  fw_piece code;
  uint32_t lines;
} fw_program;

// The command that a queue is at.
typedef struct {
  bool active;
  uint32_t at;       // HEAD when it was taken
  uint32_t opcode, tag;
  uint32_t words[SYSTOLE_PACKET_WORDS];  // the packet
  fw_piece segments[SYSTOLE_SEGMENTS];   // segment 0 is absent here: it is the program's
  fw_piece report;
  fw_program program, prefill;           // prefill: GENERATE
  fw_piece place;                        // GENERATE: the prompt; COUNTERS, SELFTEST: theirs
  const uint32_t *formulas;
  uint32_t formula_count, watchdog;
  int32_t scalars[SYSTOLE_SCALARS];      // of the next run
  int32_t position;                      // of the next run
  uint32_t steps, wanted;                // runs or tokens that have ended, and to do
  uint32_t prompt_done;                  // GENERATE: tokens of the prompt
  uint64_t random;                       // GENERATE: state of the draws
  uint64_t budget;                       // cycles that it may still run
  systole_outcome stop;                  // why its run was aborted
  fw_totals totals, prefill_totals;
} fw_job;

typedef struct {
  fw_piece regions[SYSTOLE_LIMIT_REGIONS];  // as the mailbox said when the last packet was taken
  uint32_t epoch, head;
  uint32_t produced, consumed;  // completions
  bool awake;                   // there may be something to do
  uint64_t limit;               // cycles of a command, 0: none
  fw_totals totals;
  fw_job job;
} fw_queue;

typedef struct {
  fw_queue queues[SYSTOLE_QUEUES];
  bool started;                 // by START: DONE is owed when all rings are empty
  // What the machine's registers hold, so that only what differs is written.
  struct {
    const fw_job *bound;        // whose segments, and whose run its counters tell of; NULL: nobody's
    fw_program program;
    int32_t scalars[SYSTOLE_SCALARS];
    uint32_t change_count;      // scalars that the bound job's next run changes, if `changed`
    bool changed;
    uint8_t changes[SYSTOLE_SCALARS];
    uint32_t ended;             // low half of the time at which the last run ended
  } machine;
} firmware;

// ---- schedule --------------------------------------------------------------

void fw_boot(firmware *fw);

// Takes doorbells and starts, gives each queue a turn. False: nothing to do
// until an interrupt.
bool fw_turn(firmware *fw);

// Notes doorbells and starts so that they do not keep the core awake.
void fw_listen(firmware *fw);

// ---- queue -----------------------------------------------------------------

// The queue's next packet to its job, checked; one that is bad is answered at
// once. False: there is none, or no room for answers.
bool fw_queue_take(firmware *fw, unsigned q);

// Room for one token and the end. Without it the host is told and the queue sleeps.
bool fw_queue_room(fw_queue *queue, unsigned q);

void fw_queue_post(fw_queue *queue, systole_completion_kind kind, systole_outcome outcome, uint32_t tag,
                   uint32_t value);

// ---- check -----------------------------------------------------------------

// Makes a job of its packet. Else says what is wrong and with which value.
systole_outcome fw_check(const fw_queue *queue, fw_job *job, uint32_t *value);

// ---- job -------------------------------------------------------------------

// One step of the active job: at most one run of the machine.
void fw_job_step(firmware *fw, unsigned q);

// The host wants no more of it.
bool fw_cancelled(const fw_job *job, unsigned q);

// How a command ends whose run ended with `cause`: OK if it goes on.
systole_outcome fw_job_outcome(const fw_job *job, uint32_t cause, uint32_t *value);

// The command is over: report, END, interrupt.
void fw_job_end(firmware *fw, unsigned q, systole_outcome outcome, uint32_t value);

// ---- machine ---------------------------------------------------------------

// One run with the job's segments and scalars. The cause of its end; if that is
// ABORT, job->stop says why. `next`: where the run after it will stand, for the
// scalars that are found out meanwhile; NULL: unknown.
uint32_t fw_machine_run(firmware *fw, unsigned q, const fw_program *program, systole_standing at,
                        const systole_standing *next);

// ERROR_CAUSE, ERROR_ENGINE and ERROR_INDEX in a word.
uint32_t fw_machine_fault(void);

// Forgets what the machine's registers hold.
void fw_machine_forget(firmware *fw);

// ---- generate --------------------------------------------------------------

void fw_generate_step(firmware *fw, unsigned q);

// ---- sample ----------------------------------------------------------------

// Draws one of `count` logits at an address by the rules of docs/firmware.md.
// At least `count` if none is a number.
uint32_t fw_sample(uint64_t logits, uint32_t count, uint32_t sharpness, uint32_t top_k, uint64_t *random);

// ---- report ----------------------------------------------------------------

// Adds the last run to the totals of its queue and to one of its job's.
void fw_report_run(fw_queue *queue, fw_totals *totals, uint32_t gap);

// A status record (zeros unless `own`: the last run was the job's) and both totals.
void fw_report_write(const fw_job *job, bool own);
void fw_report_totals(uint64_t address, const fw_totals *totals);

// ---- selftest --------------------------------------------------------------

void fw_selftest(firmware *fw, unsigned q);

#endif
