#include "cli/generate.h"

#include <stdlib.h>
#include <string.h>

#include "cli/hash.h"
#include "compiler/load/text.h"

typedef struct {
  systole_session *session;
  const systole_checkpoint *checkpoint;
  const systole_generation *wish;
  systole_generated *made;
  systole_stream *stream;
  systole_sampler *sampler;  // NULL: greedy
  float *logits;             // for the sampler
  systole_bytes text;
  uint32_t room;             // tokens that can come
  systole_status status;     // of showing tokens while the device goes on
  systole_error *err;
} writer;

// ---- text --------------------------------------------------------------------

// Shows a piece; that of a generated token is kept too.
static void show(writer *w, const char *text, size_t size, bool keep) {
  if (w->wish->out) {
    fwrite(text, 1, size, w->wish->out);
    fflush(w->wish->out);
  }
  if (keep) systole_bytes_add(&w->text, text, size);
}

static systole_status push(writer *w, int32_t token, bool keep, systole_error *err) {
  const char *text;
  size_t size;
  systole_status status = systole_stream_push(w->stream, token, &text, &size, err);
  if (!status) show(w, text, size, keep);
  return status;
}

static systole_status show_prompt(writer *w, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (uint32_t i = 0; i < w->wish->prompt_count && !status; i++)
    status = push(w, w->wish->prompt[i], false, err);
  return status;
}

static systole_status finish_text(writer *w, systole_error *err) {
  const char *text;
  size_t size;
  systole_status status = systole_stream_finish(w->stream, &text, &size, err);
  if (status) return status;
  show(w, text, size, true);
  systole_bytes_add(&w->text, "", 0);
  if (w->wish->out) fputc('\n', w->wish->out);
  w->made->text = systole_copy(w->text.data && !w->text.failed ? w->text.data : "");
  return w->made->text && !w->text.failed ? SYSTOLE_OK
                                          : systole_fail(err, SYSTOLE_E_MEMORY, "text: out of memory");
}

// ---- tokens ------------------------------------------------------------------

static systole_status choose(writer *w, int32_t *token, systole_error *err) {
  if (!w->sampler) return systole_session_next(w->session, token, err);
  systole_status status = systole_session_logits(w->session, w->logits, err);
  return status ? status : systole_sampler_draw(w->sampler, w->logits, token, err);
}

static systole_status hash_logits(writer *w, systole_error *err) {
  systole_generated *g = w->made;
  const uint32_t vocab = (uint32_t)w->checkpoint->model.vocab;
  systole_status status = systole_session_logits(w->session, w->logits, err);
  if (status) return status;
  g->last_logits_hash = SYSTOLE_HASH_START;
  systole_hash_floats(&g->last_logits_hash, w->logits, vocab);
  systole_hash_floats(&g->logits_hash, w->logits, vocab);
  return SYSTOLE_OK;
}

static systole_status step(writer *w, int32_t token, systole_error *err) {
  systole_generated *g = w->made;
  uint64_t before = g->decode.cycles;
  systole_status status = systole_session_step(w->session, token, &g->decode, err);
  if (!status) g->decode_cycles[g->steps++] = g->decode.cycles - before;
  return status;
}

// Why the text ends after this token, or NULL.
static const char *reason(const writer *w, int32_t token) {
  if (!w->wish->ignore_ends && systole_model_is_eos(&w->checkpoint->model, token)) return "end token";
  if (w->made->count == w->wish->most) return "--tokens";
  if (systole_session_position(w->session) == systole_session_context(w->session)) return "context";
  return NULL;
}

static systole_status write_tokens(writer *w, systole_error *err) {
  systole_generated *g = w->made;
  g->logits_hash = SYSTOLE_HASH_START;
  g->hashed_all = w->wish->hash;
  for (;;) {
    int32_t token;
    systole_status status = w->wish->hash ? hash_logits(w, err) : SYSTOLE_OK;
    if (!status) status = choose(w, &token, err);
    if (status) return status;
    g->tokens[g->count++] = token;
    status = push(w, token, true, err);
    g->stopped = reason(w, token);
    if (!status && !g->stopped) status = step(w, token, err);
    if (status || g->stopped) return status;
  }
}

// ---- all of them in one command ------------------------------------------------

static void take_token(void *user, int32_t token) {
  writer *w = user;
  w->made->tokens[w->made->count++] = token;
  if (!w->status) w->status = push(w, token, true, w->err);
}

static systole_status command_tokens(writer *w, systole_error *err) {
  systole_generated *g = w->made;
  const systole_session_text text = {
      .prompt = w->wish->prompt, .prompt_count = w->wish->prompt_count, .most = w->room,
      .sampling = w->wish->sampling, .ignore_ends = w->wish->ignore_ends, .token = take_token, .user = w, .cycles = g->decode_cycles};
  w->err = err;
  systole_status status = systole_session_generate(w->session, &text, &g->prefill, &g->decode, &g->steps, err);
  if (!status) status = w->status;
  systole_chip_state(systole_session_device(w->session), &g->chip);
  if (!status) g->stopped = reason(w, g->tokens[g->count - 1]);
  return status || !w->wish->hash ? status : hash_logits(w, err);
}

// ---- setting up --------------------------------------------------------------

static systole_status make_room(writer *w, systole_error *err) {
  uint32_t room = systole_session_context(w->session) - w->wish->prompt_count + 1;
  if (w->wish->most < room) room = w->wish->most;
  w->room = room;
  w->made->tokens = malloc(room * sizeof *w->made->tokens);
  w->made->decode_cycles = malloc(room * sizeof *w->made->decode_cycles);
  w->logits = malloc((size_t)w->checkpoint->model.vocab * sizeof *w->logits);
  if (w->made->tokens && w->made->decode_cycles && w->logits) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_MEMORY, "generation: out of memory");
}

static systole_status set_up(writer *w, systole_error *err) {
  const systole_sampling *sampling = w->wish->sampling;
  uint32_t context = systole_session_context(w->session);
  if (w->wish->prompt_count > context)
    return systole_fail(err, SYSTOLE_E_RANGE, "--prompt: %lu tokens: expected at most the context of %lu",
                        (unsigned long)w->wish->prompt_count, (unsigned long)context);
  systole_status status = make_room(w, err);
  if (!status && w->checkpoint->tokenizer)
    status = systole_stream_create(w->checkpoint->tokenizer, &w->stream, err);
  if (!status && sampling && sampling->temperature > 0)
    status = systole_sampler_create(sampling, w->checkpoint->model.vocab, &w->sampler, err);
  return status;
}

static systole_status generate(writer *w, systole_error *err) {
  systole_status status = set_up(w, err);
  if (!status) status = show_prompt(w, err);
  if (!status && systole_session_can_generate(w->session, w->wish->sampling)) {
    status = command_tokens(w, err);
    return status ? status : finish_text(w, err);
  }
  if (!status)
    status = systole_session_feed(w->session, w->wish->prompt, w->wish->prompt_count,
                                  SYSTOLE_LOGITS_LAST, NULL, &w->made->prefill, err);
  if (!status) status = write_tokens(w, err);
  return status ? status : finish_text(w, err);
}

systole_status systole_generate(systole_session *session, const systole_checkpoint *checkpoint,
                                const systole_config *config, const systole_generation *generation,
                                systole_generated *generated, systole_error *err) {
  writer w = {.session = session, .checkpoint = checkpoint, .wish = generation, .made = generated};
  generated->prefill.config = generated->decode.config = *config;
  systole_status status = generate(&w, err);
  systole_stream_close(w.stream);
  systole_sampler_destroy(w.sampler);
  systole_bytes_free(&w.text);
  free(w.logits);
  return status;
}

void systole_generated_free(systole_generated *generated) {
  free(generated->tokens);
  free(generated->decode_cycles);
  free(generated->text);
}
