#include "compiler/compile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compiler/llama/constants.h"

enum { DEFAULT_CHUNK = 64 };

typedef struct {
  const systole_model *model;
  const systole_checkpoint *checkpoint;  // NULL: only the shape is known
  const systole_config *config;
  systole_error *err;
  uint32_t parts;  // int8 rows per activation row
  systole_llama_shape shape;
  systole_llama_plan prefill, decode, score;
  systole_llama_packed packed;
  systole_llama_io io;
  systole_program *program;
} compilation;

static systole_status plan_all(compilation *c, uint32_t context, uint32_t chunk) {
  if (chunk > context) chunk = context;  // a run never has more tokens than the cache
  systole_llama_measure(c->model, c->config, context, &c->shape);
  systole_status status = systole_llama_plan_make(&c->shape, c->config, false, false, c->parts,
                                                  chunk, &c->prefill, c->err);
  if (!status)
    status = systole_llama_plan_make(&c->shape, c->config, false, true, c->parts, chunk, &c->score,
                                     c->err);
  if (!status)
    status = systole_llama_plan_make(&c->shape, c->config, true, false, c->parts, 1, &c->decode,
                                     c->err);
  return status;
}

// The largest context up to `most` that fits, in whole words; a context that
// was asked for must fit as it is.
static systole_status choose_plans(compilation *c, const systole_compile_options *options) {
  uint32_t most = (uint32_t)c->model->context;
  uint32_t chunk = options->chunk ? options->chunk : DEFAULT_CHUNK;
  if (options->activation_bits && options->activation_bits != 8 && options->activation_bits != 16)
    return systole_fail(c->err, SYSTOLE_E_USAGE, "activations of %u bits: expected 8 or 16",
                        options->activation_bits);
  c->parts = options->activation_bits == 8 ? 1 : 2;
  if (options->context > most)
    return systole_fail(c->err, SYSTOLE_E_RANGE, "a context of %u tokens: the model has at most %u",
                        options->context, most);
  if (options->context) return plan_all(c, options->context, chunk);
  systole_status status = plan_all(c, most, chunk);
  if (status != SYSTOLE_E_RANGE) return status;
  uint32_t fits = 0, dim = c->config->dim, high = most / dim;
  for (uint32_t low = 1; low <= high;) {
    uint32_t middle = low + (high - low) / 2;
    status = plan_all(c, middle * dim, chunk);
    if (status && status != SYSTOLE_E_RANGE) return status;
    if (status) high = middle - 1;
    else low = middle + 1, fits = middle * dim;
  }
  return plan_all(c, fits ? fits : 1, chunk);
}

static systole_status add_symbols(compilation *c, uint32_t entry, const systole_scheduled *code) {
  systole_status status = SYSTOLE_OK;
  for (uint32_t first = 0, i = 0; i < code->count && !status; i = first) {
    while (first < code->count && strcmp(code->symbols[first], code->symbols[i]) == 0) first++;
    status = systole_program_add_symbol(c->program, entry, i, first - i, code->symbols[i], c->err);
  }
  return status;
}

static systole_status add_entry(compilation *c, const char *name, const systole_llama_plan *plan) {
  systole_schedule *schedule = NULL;
  systole_scheduled code;
  uint32_t entry;
  systole_status status =
      systole_schedule_create(c->config, plan->wgt, plan->par, &schedule, c->err);
  if (!status) status = systole_llama_emit(plan, &c->packed.at, &c->io, schedule, c->err);
  if (!status) status = systole_schedule_solve(schedule, &code, c->err);
  if (!status) status = systole_program_add_entry(c->program, name, &entry, c->err);
  if (!status)
    status = systole_program_add_lines(c->program, entry, code.lines, code.count, c->err);
  if (!status) status = add_symbols(c, entry, &code);
  systole_schedule_destroy(schedule);
  return status;
}

// Hands a blob over to the program.
static systole_status add_blob(compilation *c, unsigned index, const char *name,
                               systole_blob *blob) {
  void *bytes = blob->bytes;
  uint64_t size = blob->size;
  blob->bytes = NULL;
  return systole_program_add_segment(c->program, index, name, SYSTOLE_SEGMENT_CONST, size, bytes,
                                     bytes ? size : 0, c->err);
}

static systole_status add_segments(compilation *c) {
  systole_status status =
      add_blob(c, SYSTOLE_SEG_WEIGHTS, "weights", &c->packed.weights);
  if (!status) status = add_blob(c, SYSTOLE_SEG_PARAMETERS, "parameters", &c->packed.parameters);
  if (!status) status = add_blob(c, SYSTOLE_SEG_EMBEDDING, "embedding", &c->packed.embedding);
  if (!status)
    status = systole_program_add_segment(c->program, SYSTOLE_SEG_CACHE, "cache",
                                         SYSTOLE_SEGMENT_STATE, systole_llama_cache_bytes(&c->shape),
                                         NULL, 0, c->err);
  if (!status)
    status = systole_program_add_segment(
        c->program, SYSTOLE_SEG_CACHE_SCALES, "cache_scales", SYSTOLE_SEGMENT_STATE,
        systole_llama_cache_scale_bytes(&c->shape), NULL, 0, c->err);
  if (!status)
    status = systole_program_add_segment(c->program, SYSTOLE_SEG_IO, "io", SYSTOLE_SEGMENT_IO,
                                         c->io.bytes, NULL, 0, c->err);
  return status;
}

static systole_status add_scalars(compilation *c) {
  static const struct {
    unsigned index;
    const char *name, *text;
  } scalars[] = {
      {SYSTOLE_S_POSITION, "position", "tokens already in the KV cache"},
      {SYSTOLE_S_ROWS, "rows", "tokens of this run; decode: 1"},
      {SYSTOLE_S_TOTAL, "total", "position + rows"},
      {SYSTOLE_S_TOTAL_WORDS, "total_words", "ceil(total / DIM)"},
      {SYSTOLE_S_LOGITS, "logits", "1: logits and arg-max wanted, 0: only fill the cache"},
      {SYSTOLE_S_OLD_WORDS, "old_words", "floor(position / DIM)"},
  };
  systole_status status = SYSTOLE_OK;
  for (size_t i = 0; i < sizeof scalars / sizeof *scalars && !status; i++)
    status = systole_program_add_scalar(c->program, scalars[i].index, scalars[i].name,
                                        scalars[i].text, c->err);
  return status;
}

static systole_status add_formulas(compilation *c) {
  int32_t log = 0;
  while (1u << log < c->shape.dim) log++;
  const systole_formula formulas[] = {
      {.scalar = SYSTOLE_S_POSITION, .position = 1},
      {.scalar = SYSTOLE_S_ROWS, .rows = 1},
      {.scalar = SYSTOLE_S_TOTAL, .position = 1, .rows = 1},
      {.scalar = SYSTOLE_S_TOTAL_WORDS, .position = 1, .rows = 1, .add = (int32_t)c->shape.dim - 1, .shift = (uint32_t)log},
      {.scalar = SYSTOLE_S_LOGITS, .last = 1},
      {.scalar = SYSTOLE_S_OLD_WORDS, .position = 1, .shift = (uint32_t)log},
  };
  systole_status status = SYSTOLE_OK;
  for (size_t i = 0; i < sizeof formulas / sizeof *formulas && !status; i++) {
    systole_formula f = formulas[i];
    f.cap = INT32_MAX;
    status = systole_program_add_formula(c->program, &f, c->err);
  }
  return status;
}

static systole_status add_number(compilation *c, const char *key, uint64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%" PRIu64, value);
  return systole_program_add_metadata(c->program, key, text, c->err);
}

static systole_status add_metadata(compilation *c) {
  const systole_llama *m = c->shape.model;
  const struct {
    const char *key;
    uint64_t value;
  } numbers[] = {
      {"vocab", c->shape.vocab},         {"context", c->shape.context},
      {"prefill_rows", c->prefill.rows}, {"score_rows", c->score.rows},
      {"io_tokens", c->io.tokens},       {"io_next", c->io.next},
      {"io_logits", c->io.logits},       {"io_logits_pitch", c->io.logits_pitch},
      {"layers", (uint64_t)m->layers},   {"hidden", (uint64_t)m->hidden},
      {"activation_bits", 8 * c->parts},
  };
  systole_status status = systole_program_add_metadata(
      c->program, "architecture", systole_arch_name(c->model->arch), c->err);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !status; i++)
    status = add_number(c, numbers[i].key, numbers[i].value);
  return status;
}

static systole_status build(compilation *c) {
  systole_status status = systole_llama_pack(c->checkpoint, &c->shape, &c->packed, c->err);
  uint32_t rows = c->prefill.rows > c->score.rows ? c->prefill.rows : c->score.rows;
  c->io = systole_llama_io_layout(&c->shape, rows);
  if (!status) status = systole_program_create(c->config, &c->program, c->err);
  if (!status) status = add_entry(c, "prefill", &c->prefill);
  if (!status) status = add_entry(c, "decode", &c->decode);
  if (!status) status = add_entry(c, "score", &c->score);
  if (!status) status = add_segments(c);
  if (!status) status = add_scalars(c);
  if (!status) status = add_formulas(c);
  if (!status) status = add_metadata(c);
  return status;
}

static systole_status compile(compilation *c, const systole_compile_options *options,
                              systole_program **program) {
  systole_status status = choose_plans(c, options);
  if (!status) status = build(c);
  systole_llama_packed_free(&c->packed);
  if (status) systole_program_destroy(c->program);
  else *program = c->program;
  return status;
}

systole_status systole_compile(const systole_checkpoint *checkpoint, const systole_config *config,
                               const systole_compile_options *options, systole_program **program,
                               systole_error *err) {
  compilation c = {.model = &checkpoint->model, .checkpoint = checkpoint, .config = config,
                   .err = err};
  return compile(&c, options, program);
}

systole_status systole_compile_shape(const systole_model *model, const systole_config *config,
                                     const systole_compile_options *options,
                                     systole_program **program, systole_error *err) {
  compilation c = {.model = model, .config = config, .err = err};
  return compile(&c, options, program);
}
