// Generating a text: the prompt in, then token after token until an end token,
// the number asked for, or the end of the context.
#ifndef SYSTOLE_CLI_GENERATE_H
#define SYSTOLE_CLI_GENERATE_H

#include "cli/sample.h"
#include "cli/session.h"

typedef struct {
  const int32_t *prompt;
  uint32_t prompt_count;
  uint32_t most;                    // tokens to generate, at least 1
  const systole_sampling *sampling; // NULL or temperature 0: greedy
  bool ignore_ends;                 // go on after end tokens
  bool hash;                        // of logits, which are read back for it
  FILE *out;                        // prompt and text go there as they come; NULL: nowhere
} systole_generation;

// What came of it. Zero before, systole_generated_free after.
typedef struct {
  int32_t *tokens;          // `count`; an end token is the last
  uint32_t count;
  char *text;               // of the tokens, the prompt not included
  systole_figures prefill, decode;
  uint64_t *decode_cycles;  // one for each token but the first, which prefill gives
  uint32_t steps;
  systole_chip_report chip; // of runs by firmware: gaps between them; else 0
  const char *stopped;      // "end token", "--tokens", "context"
  // If asked for: of the logits that each token was chosen from, one after the other,
  // and of the last of them alone. A text in one command leaves those of its last run.
  uint64_t logits_hash, last_logits_hash;
  bool hashed_all;
} systole_generated;

systole_status systole_generate(systole_session *session, const systole_checkpoint *checkpoint,
                                const systole_config *config, const systole_generation *generation,
                                systole_generated *generated, systole_error *err);
void systole_generated_free(systole_generated *generated);

#endif
