// The firmware's state and the parts it is made of, each in a file of its name:
//
//   schedule  whose turn it is          queue     rings in memory, completions
//   check     whether a packet is good  job       what a command does in its turn
//   machine   one run of the machine    generate  tokens, one after the other
//   sample    a token drawn by chance   report    totals and records
//   selftest  is everything there       wipe      nothing is left to the other queue
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
  uint64_t runs, cycles, macs, read_bytes, write_bytes, gap, fewest, most, retired;
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
  systole_ending stop;                  // why its run was aborted
  uint32_t errors;                       // of memory, before its turn
  fw_totals totals, prefill_totals;
  fw_piece segments[SYSTOLE_SEGMENTS];   // segment 0 is absent here: it is the program's
  uint32_t words[SYSTOLE_PACKET_WORDS];  // the packet
} fw_job;

typedef struct {
  unsigned number;
  fw_piece regions[SYSTOLE_LIMIT_REGIONS];  // as the mailbox said when the last packet was taken
  uint32_t owner, epoch, head;
  uint32_t produced, consumed;  // completions
  bool awake;                   // there may be something to do
  uint32_t behind;              // cycles that the other queue has a claim to, after a long turn
  uint64_t limit;               // cycles of a command, 0: none
  fw_totals totals;
  fw_job job;
} fw_queue;

typedef struct {
  uint32_t offset, value;  // a register of the machine
} fw_change;

typedef struct {
  bool started;                 // by START: DONE is owed when all rings are empty
  // The turn under way: what it has had since it began or, where it has gone on
  // because nobody else wanted one, since its last run began.
  struct {
    uint32_t since;             // low half of a time
    bool ran;
  } turn;
  // What the machine's registers hold, so that only what differs is written.
  struct {
    const fw_job *bound;        // whose segments, and whose run its counters tell of; NULL: nobody's
    const fw_program *program;
    uint32_t scalars[SYSTOLE_SCALARS];
    bool prepared;              // the bound job's scalars and changes are those of its next decode run
    uint32_t change_count;
    fw_change changes[SYSTOLE_SCALARS];
    uint32_t ended;             // low half of the time at which the last run ended
    const fw_queue *guest;      // whose run was the last, NULL: nobody's
    uint32_t owner;             // of the guest, then
  } machine;
  // Counters of a run that has ended, not yet added up.
  struct {
    fw_queue *queue;            // whose, NULL: none
    bool prefill;
    uint32_t gap, counters[8];  // of MACS, READ_BYTES and WRITE_BYTES both halves, low first; CYCLES, RETIRED
  } owed;
  fw_queue queues[SYSTOLE_QUEUES];  // last: what is above is near
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
bool fw_queue_take(firmware *fw, fw_queue *queue);

// Room for one token and the end. Without it the host is told and the queue sleeps.
bool fw_queue_room(fw_queue *queue);

void fw_queue_post(fw_queue *queue, systole_completion_kind kind, systole_ending outcome, uint32_t tag,
                   uint32_t value);

// ---- check -----------------------------------------------------------------

// Makes a job of its packet. Else says what is wrong and with which value.
systole_ending fw_check(const fw_queue *queue, fw_job *job, uint32_t *value);

// ---- job -------------------------------------------------------------------

// One step of the active job: one run of the machine, or more while nobody else
// wants a turn.
void fw_job_step(firmware *fw, fw_queue *queue);

// Whether the job may take its next step at once.
bool fw_job_goes_on(const firmware *fw, const fw_queue *queue);

// The host wants no more of it.
bool fw_cancelled(const fw_queue *queue);

// How a command ends whose run ended with `cause`: OK if it goes on.
systole_ending fw_job_outcome(const fw_job *job, uint32_t cause, uint32_t *value);

// The command is over: report, END, interrupt. OK becomes MEMORY if memory has not
// taken all that was written.
void fw_job_end(firmware *fw, fw_queue *queue, systole_ending outcome, uint32_t value);

// ---- machine ---------------------------------------------------------------

// One run of `rows` tokens from the job's position on, which it advances. The cause
// of its end; if that is ABORT, job->stop says why. `more`: a decode run follows,
// whose scalars are found out meanwhile. The program must stay where it is.
uint32_t fw_machine_run(firmware *fw, fw_queue *queue, const fw_program *program, int32_t rows, bool last,
                        bool more);

// ERROR_CAUSE, ERROR_ENGINE and ERROR_INDEX in a word.
uint32_t fw_machine_fault(void);

// Forgets what the machine's registers hold.
void fw_machine_forget(firmware *fw);

// To the registers of a segment; what they held is to be forgotten.
void fw_machine_segment(unsigned segment, const fw_piece *piece);

// ---- wipe ------------------------------------------------------------------

// Clears the SRAMs, where the host has told of a program that does.
void fw_wipe(firmware *fw);

// ---- generate --------------------------------------------------------------

void fw_generate_step(firmware *fw, fw_queue *queue);

// ---- sample ----------------------------------------------------------------

// Draws one of `count` logits at an address by the rules of docs/firmware.md.
// UINT32_MAX if none is a number.
uint32_t fw_sample(uint64_t logits, uint32_t count, uint32_t sharpness, uint32_t top_k, uint64_t *random);

// ---- report ----------------------------------------------------------------

// Reads the counters of the run that has just ended; adding them up is left to
// settle, for when the machine works again.
void fw_report_take(firmware *fw, fw_queue *queue, bool prefill, uint32_t gap);
void fw_report_settle(firmware *fw);

// A status record (zeros unless `own`: the last run was the job's) and both totals.
void fw_report_write(const fw_job *job, bool own);
void fw_report_totals(uint64_t address, const fw_totals *totals);

// ---- selftest --------------------------------------------------------------

void fw_selftest(firmware *fw, fw_queue *queue);

#endif
