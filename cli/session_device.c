// Sessions on a device: the three entries of a compiled program, driven by
// scalars. The device finds the next token itself and leaves its id where
// `decode` reads it, so that a greedy text never needs the host.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/session_backend.h"
#include "compiler/llama/plan.h"
#include "hw/isa/commands.h"

typedef struct {
  systole_device *device;
  systole_loaded *loaded;
  systole_buffer *io;
  uint32_t vocab, context, prefill_rows, score_rows;
  uint64_t tokens, next, logits, logits_pitch;  // offsets in io
  int32_t waiting;                              // the token at io.next, -1 before the first
  uint64_t limit;
  systole_session_run last;
  systole_tracer *tracer;
  uint32_t prefills, scores, decodes;           // runs so far
  const systole_program *program;
  const systole_model *model;
} state;

// ---- open and close ----------------------------------------------------------

static systole_status number(const systole_program *p, const char *key, uint64_t *value,
                             systole_error *err) {
  const char *text = systole_program_metadata(p, key);
  char end;
  if (text && sscanf(text, "%" SCNu64 "%c", value, &end) == 1) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_FORMAT, "program: metadata %s: expected a number, as `systole compile` writes it", key);
}

static systole_status small(const systole_program *p, const char *key, uint32_t *value,
                            systole_error *err) {
  uint64_t wide = 0;
  systole_status status = number(p, key, &wide, err);
  if (!status && (!wide || wide > UINT32_MAX))
    return systole_fail(err, SYSTOLE_E_FORMAT, "program: metadata %s: expected a positive number of 32 bits", key);
  *value = (uint32_t)wide;
  return status;
}

static systole_status read_metadata(state *s, systole_error *err) {
  const systole_program *p = s->program;
  systole_status status = small(p, "vocab", &s->vocab, err);
  if (!status) status = small(p, "context", &s->context, err);
  if (!status) status = small(p, "prefill_rows", &s->prefill_rows, err);
  if (!status) status = small(p, "score_rows", &s->score_rows, err);
  if (!status) status = number(p, "io_tokens", &s->tokens, err);
  if (!status) status = number(p, "io_next", &s->next, err);
  if (!status) status = number(p, "io_logits", &s->logits, err);
  if (!status) status = number(p, "io_logits_pitch", &s->logits_pitch, err);
  return status;
}

static void close_device(void *opaque) {
  state *s = opaque;
  systole_unload(s->loaded);
  systole_close(s->device);
  free(s);
}

static systole_status fill(state *s, const systole_session_params *params, systole_error *err) {
  systole_status status = read_metadata(s, err);
  if (!status) status = systole_open(params->backend, params->config, params->options, &s->device, err);
  if (!status) status = systole_load(s->device, s->program, &s->loaded, err);
  if (status) return status;
  s->io = systole_loaded_segment(s->loaded, SYSTOLE_SEG_IO);
  if (s->vocab != (uint32_t)params->checkpoint->model.vocab || !s->io)
    return systole_fail(err, SYSTOLE_E_FORMAT, "program: vocabulary of %lu: expected a program compiled from this model",
                        (unsigned long)s->vocab);
  return SYSTOLE_OK;
}

static systole_status open_device(const systole_session_params *params, void **out,
                                  systole_error *err) {
  state *s = calloc(1, sizeof *s);
  if (!s) return systole_fail(err, SYSTOLE_E_MEMORY, "session: out of memory");
  s->program = params->program;
  s->model = &params->checkpoint->model;
  s->limit = params->limit;
  s->tracer = params->tracer;
  s->waiting = -1;
  systole_status status = fill(s, params, err);
  if (status) close_device(s);
  else *out = s;
  return status;
}

static uint32_t context(const void *opaque) { return ((const state *)opaque)->context; }

// ---- runs --------------------------------------------------------------------

static void set_scalars(state *s, uint32_t position, uint32_t rows, bool logits) {
  const systole_standing at = {(int32_t)position, (int32_t)rows, logits};
  memset(s->last.scalars, 0, sizeof s->last.scalars);
  systole_program_set_scalars(s->program, at, s->last.scalars);
}

// Figures that nobody wants are still checked.
static systole_status run_entry(state *s, systole_figures *figures, systole_error *err) {
  systole_figures none = {.config = *systole_device_config(s->device)};
  return systole_figures_run(figures ? figures : &none, s->device, s->loaded, s->last.entry,
                             s->last.scalars, s->limit, &s->last.report, err);
}

// number: what the trace adds to the entry's name, 0 for nothing.
static systole_status run(state *s, const char *entry, uint32_t number, systole_figures *figures,
                          systole_error *err) {
  s->last.entry = systole_program_entry(s->program, entry);
  if (!s->last.entry)
    return systole_fail(err, SYSTOLE_E_FORMAT, "program: entry %s: expected it, as `systole compile` writes it", entry);
  systole_tracer_begin(s->tracer, s->device, s->last.entry, s->last.scalars, number);
  systole_status status = run_entry(s, figures, err);
  systole_status traced = systole_tracer_end(s->tracer, s->device, &s->last.report, status ? NULL : err);
  return status ? status : traced;
}

static systole_status write_ids(state *s, uint64_t offset, const int32_t *ids, uint32_t count,
                                systole_error *err) {
  return systole_buffer_write(s->io, offset, ids, (uint64_t)count * sizeof *ids, err);
}

static systole_status read_row(state *s, uint32_t row, float *logits, systole_error *err) {
  return systole_buffer_read(s->io, s->logits + row * s->logits_pitch, logits,
                             (uint64_t)s->vocab * sizeof *logits, err);
}

static systole_status read_next(state *s, systole_error *err) {
  return systole_buffer_read(s->io, s->next, &s->waiting, sizeof s->waiting, err);
}

// In a trace: "prefill", and if the prompt takes more than one run "prefill 2".
static uint32_t number_of(uint32_t *runs) { return ++*runs == 1 ? 0 : *runs; }

// One run of `prefill` or `score`.
static systole_status chunk(state *s, uint32_t position, const int32_t *tokens, uint32_t count,
                            systole_logits which, systole_figures *figures, systole_error *err) {
  systole_status status = write_ids(s, s->tokens, tokens, count, err);
  set_scalars(s, position, count, which != SYSTOLE_LOGITS_NONE);
  if (!status)
    status = which == SYSTOLE_LOGITS_ALL ? run(s, "score", number_of(&s->scores), figures, err)
                                         : run(s, "prefill", number_of(&s->prefills), figures, err);
  return status ? status : read_next(s, err);
}

static systole_status read_all(state *s, uint32_t count, float *logits, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (uint32_t i = 0; i < count && !status; i++)
    status = read_row(s, i, logits + (size_t)i * s->vocab, err);
  return status;
}

static systole_status feed(void *opaque, uint32_t position, const int32_t *tokens, uint32_t count,
                           systole_logits which, float *logits, systole_figures *figures,
                           systole_error *err) {
  state *s = opaque;
  bool all = which == SYSTOLE_LOGITS_ALL;
  uint32_t most = all ? s->score_rows : s->prefill_rows;
  systole_status status = SYSTOLE_OK;
  for (uint32_t done = 0, rows; done < count && !status; done += rows) {
    rows = count - done < most ? count - done : most;
    bool last = done + rows == count;
    status = chunk(s, position + done, tokens + done, rows,
                   all || last ? which : SYSTOLE_LOGITS_NONE, figures, err);
    if (!status && all) status = read_all(s, rows, logits + (size_t)done * s->vocab, err);
  }
  if (!status && logits && which == SYSTOLE_LOGITS_LAST) status = read_row(s, 0, logits, err);
  return status;
}

static systole_status step(void *opaque, uint32_t position, int32_t token,
                           systole_figures *figures, systole_error *err) {
  state *s = opaque;
  systole_status status = SYSTOLE_OK;
  if (token != s->waiting) status = write_ids(s, s->next, &token, 1, err);
  set_scalars(s, position, 1, true);
  if (!status) status = run(s, "decode", ++s->decodes, figures, err);
  return status ? status : read_next(s, err);
}

static systole_status next(void *opaque, int32_t *token, systole_error *err) {
  const state *s = opaque;
  *token = s->waiting;
  if (*token >= 0 && (uint32_t)*token < s->vocab) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_RANGE, "the device's next token is %ld: expected an id below %lu; its logits have no largest value",
                      (long)*token, (unsigned long)s->vocab);
}

static systole_status copy_logits(void *opaque, float *logits, systole_error *err) {
  return read_row(opaque, 0, logits, err);
}

// ---- a text in one command -----------------------------------------------------

// Runs are traced one by one, and chance beyond the firmware's is the host's.
static bool can_generate(const void *opaque, const systole_sampling *sampling) {
  const state *s = opaque;
  const bool draws = sampling && sampling->temperature > 0;
  return systole_device_control(s->device) == SYSTOLE_CONTROL_FIRMWARE && !s->tracer &&
         s->model->eos_count <= SYSTOLE_LIMIT_END_TOKENS &&
         (!draws || systole_sampling_by_firmware(sampling));
}

typedef struct {
  const systole_session_text *text;
  uint32_t tokens, skip, steps;  // skip: runs of prefill that are still to come
} telling;

static void tell_token(void *user, int32_t token) {
  telling *t = user;
  t->tokens++;
  t->text->token(t->text->user, token);
}

static void tell_run(void *user, uint64_t cycles) {
  telling *t = user;
  if (t->skip) t->skip--;
  else if (t->steps < t->text->most - 1) t->text->cycles[t->steps++] = cycles;
}

static void add_totals(systole_figures *f, const systole_totals *t) {
  f->cycles += t->cycles;
  f->macs += t->macs;
  f->retired += t->retired;
  f->read_bytes += t->read_bytes;
  f->write_bytes += t->write_bytes;
}

// What the runs moved, found out without them.
static void add_work(state *s, const char *entry, uint32_t position, uint32_t rows, bool logits, systole_figures *f) {
  set_scalars(s, position, rows, logits);
  systole_work_add(&f->config, systole_program_entry(s->program, entry), s->last.scalars, &f->work);
}

static void add_all(state *s, uint32_t position, const systole_session_text *t, uint32_t steps,
                    systole_figures *prefill, systole_figures *decode) {
  systole_totals others, prompt;
  systole_last_totals(s->device, &others, &prompt);
  add_totals(decode, &others);
  add_totals(prefill, &prompt);
  for (uint32_t done = 0, rows; done < t->prompt_count; done += rows) {
    rows = t->prompt_count - done < s->prefill_rows ? t->prompt_count - done : s->prefill_rows;
    add_work(s, "prefill", position + done, rows, done + rows == t->prompt_count, prefill);
  }
  for (uint32_t i = 0; i < steps; i++) add_work(s, "decode", position + t->prompt_count + i, 1, true, decode);
}

static systole_status generate(void *opaque, uint32_t position, const systole_session_text *t,
                               systole_figures *prefill, systole_figures *decode, uint32_t *steps,
                               systole_error *err) {
  state *s = opaque;
  telling telling = {.text = t, .skip = (t->prompt_count + s->prefill_rows - 1) / s->prefill_rows};
  const bool draws = t->sampling && t->sampling->temperature > 0;
  const systole_text text = {
      .prefill = "prefill", .decode = "decode", .prompt = t->prompt, .prompt_count = t->prompt_count,
      .rows = s->prefill_rows, .position = (int32_t)position, .most = t->most, .io = SYSTOLE_SEG_IO,
      .tokens = (uint32_t)s->tokens, .next = (uint32_t)s->next, .logits = (uint32_t)s->logits,
      .vocab = s->vocab, .ends = s->model->eos, .end_count = t->ignore_ends ? 0 : (uint32_t)s->model->eos_count,
      .temperature = draws ? t->sampling->temperature : 0, .top_k = draws ? (uint32_t)t->sampling->top_k : 0,
      .seed = draws ? t->sampling->seed : 0, .token = tell_token, .run = tell_run, .user = &telling};
  double start = systole_seconds();
  systole_status status = systole_submit_generate(s->loaded, &text, err);
  if (!status) status = systole_wait(s->device, s->limit, &s->last.report, err);
  decode->wall_seconds += systole_seconds() - start;
  *steps = telling.tokens ? telling.tokens - 1 : 0;
  if (!status) add_all(s, position, t, *steps, prefill, decode);
  return status ? status : read_next(s, err);
}

static systole_device *device(void *opaque) { return ((state *)opaque)->device; }
static systole_loaded *loaded(void *opaque) { return ((state *)opaque)->loaded; }
static const systole_session_run *last_run(const void *opaque) {
  return &((const state *)opaque)->last;
}

const systole_session_backend systole_session_on_device = {
    open_device, close_device, context, feed, step, next, copy_logits, can_generate, generate, device,
    loaded, last_run};
