// A text on a back end: tokens go in, logits and the most likely next token
// come out. The same calls serve a device (through the driver, with a program
// of compiler/compile.h) and the fp32 reference on the CPU.
#ifndef SYSTOLE_CLI_SESSION_H
#define SYSTOLE_CLI_SESSION_H

#include "cli/report.h"
#include "cli/sample.h"
#include "cli/trace.h"
#include "compiler/load/checkpoint.h"
#include "driver/include/systole.h"
#include "sim/reference/reference.h"

typedef struct systole_session systole_session;

typedef struct {
  const char *backend;                   // a transport, or "reference"
  const systole_checkpoint *checkpoint;  // these must outlive the session
  const systole_config *config;
  const systole_program *program;        // not looked at by `reference`
  const systole_options *options;        // of the device; may be NULL
  uint32_t context;                      // `reference` only: tokens its cache takes
  uint64_t limit;                        // cycles one run may take, 0 for no limit
  systole_tracer *tracer;                // of every run on a device, or NULL
} systole_session_params;

// SYSTOLE_E_USAGE, naming all back ends, for one that does not exist.
systole_status systole_session_open(const systole_session_params *params,
                                    systole_session **session, systole_error *err);
void systole_session_close(systole_session *session);  // NULL is allowed

uint32_t systole_session_context(const systole_session *session);
uint32_t systole_session_position(const systole_session *session);  // tokens fed so far

// Back to an earlier position: what was fed after it is forgotten.
void systole_session_rewind(systole_session *session, uint32_t position);

// Feeds tokens at the position. `which` says whose logits go to `logits`
// ([vocab] or [count, vocab]); with LAST and NULL they are computed and stay on
// the device. Figures (may be NULL) receive what the runs came to.
systole_status systole_session_feed(systole_session *session, const int32_t *tokens,
                                    uint32_t count, systole_logits which, float *logits,
                                    systole_figures *figures, systole_error *err);

// One decode step: feeds a token that may have come from systole_session_next.
systole_status systole_session_step(systole_session *session, int32_t token,
                                    systole_figures *figures, systole_error *err);

// After a feed with LAST or a step: the most likely next token, as the back end
// found it, and the logits [vocab].
systole_status systole_session_next(systole_session *session, int32_t *token, systole_error *err);
systole_status systole_session_logits(systole_session *session, float *logits, systole_error *err);

// A whole text in one command of the controller's firmware: the prompt and, from
// the first token of it on, each token as it comes.
typedef struct {
  const int32_t *prompt;
  uint32_t prompt_count, most;  // tokens; most: at least 1
  const systole_sampling *sampling;  // NULL or temperature 0: the most likely
  bool ignore_ends;             // end tokens do not end it
  systole_token_fn token;
  void *user;
  uint64_t *cycles;             // of each decode run: room for most - 1
} systole_session_text;

// Whether the back end can, with these ends and this sampling.
bool systole_session_can_generate(const systole_session *session, const systole_sampling *sampling);

// *steps: decode runs. The position is then that of the last token generated.
systole_status systole_session_generate(systole_session *session, const systole_session_text *text,
                                        systole_figures *prefill, systole_figures *decode,
                                        uint32_t *steps, systole_error *err);

// What is below, to compare and to repeat runs. NULL for `reference`.
systole_device *systole_session_device(systole_session *session);
systole_loaded *systole_session_loaded(systole_session *session);

// The last run on the device: its entry, scalars and report.
typedef struct {
  const systole_entry *entry;
  int32_t scalars[SYSTOLE_SCALARS];
  systole_report report;
} systole_session_run;
const systole_session_run *systole_session_last_run(const systole_session *session);

#endif
