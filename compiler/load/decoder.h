// Token strings back to text, one at a time: the tokenizer's decoder as a chain
// of stages that each keep only what they must hold back.
#ifndef SYSTOLE_COMPILER_LOAD_DECODER_H
#define SYSTOLE_COMPILER_LOAD_DECODER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "compiler/load/pattern.h"
#include "compiler/load/text.h"
#include "hw/base/status.h"

typedef enum {
  SYSTOLE_DECODE_BYTE_LEVEL,     // GPT-2's alphabet to bytes
  SYSTOLE_DECODE_METASPACE,      // the mark to a space, the first token's to nothing
  SYSTOLE_DECODE_REPLACE,
  SYSTOLE_DECODE_BYTE_FALLBACK,  // <0x0A> to its byte
  SYSTOLE_DECODE_STRIP,          // of each token; after Fuse, of the whole text
  SYSTOLE_DECODE_SPACES          // no decoder at all: spaces between tokens
} systole_decode_kind;

typedef struct {
  systole_decode_kind kind;
  systole_pattern pattern;
  char *content;
  int start, stop;  // STRIP: how many contents at most
  bool fused;       // STRIP: behind a Fuse
  bool keep_first;  // METASPACE: the first token's mark is a space too
} systole_decode_stage;

typedef struct {
  systole_decode_stage *stage;
  size_t count, room;
  bool fused;
} systole_decoder;

// item may be NULL.
systole_status systole_decoder_read(const cJSON *item, const char *label, systole_decoder *out,
                                    systole_error *err);
void systole_decoder_free(systole_decoder *decoder);

// One text being decoded.
typedef struct {
  systole_bytes in;    // the chunk at this stage
  systole_bytes held;  // bytes that are no whole character yet
  int strips;          // STRIP: contents that may still go
  bool begun;
} systole_decode_state;

typedef struct {
  const systole_decoder *decoder;
  systole_decode_state *state;  // one per stage
  // Bytes of a run of byte tokens wait for its end, because the original
  // decides on a run as a whole. When text is streamed they appear with each
  // whole character instead; only in text that is not UTF-8 do the two differ.
  bool whole_runs;
} systole_decoding;

systole_status systole_decoding_start(systole_decoding *d, const systole_decoder *decoder,
                                      bool whole_runs, systole_error *err);
void systole_decoding_free(systole_decoding *d);

// Appends what can be said now to `out`.
systole_status systole_decoding_push(systole_decoding *d, const char *piece, systole_bytes *out,
                                     systole_error *err);
// Appends the rest and makes ready for a new text.
systole_status systole_decoding_finish(systole_decoding *d, systole_bytes *out,
                                       systole_error *err);

#endif
