#include "cli/session.h"

#include <stdlib.h>

#include "cli/session_backend.h"
#include "cli/setup.h"

struct systole_session {
  const systole_session_backend *backend;
  void *state;
  int32_t vocab;
  uint32_t position;
};

systole_status systole_session_open(const systole_session_params *params,
                                    systole_session **session, systole_error *err) {
  bool reference;
  systole_status status = systole_backend_check(params->backend, &reference, err);
  if (status) return status;
  systole_session *s = calloc(1, sizeof *s);
  if (!s) return systole_fail(err, SYSTOLE_E_MEMORY, "session: out of memory");
  s->backend = reference ? &systole_session_on_reference : &systole_session_on_device;
  s->vocab = params->checkpoint->model.vocab;
  status = s->backend->open(params, &s->state, err);
  if (status) free(s);
  else *session = s;
  return status;
}

void systole_session_close(systole_session *session) {
  if (!session) return;
  session->backend->close(session->state);
  free(session);
}

uint32_t systole_session_context(const systole_session *session) {
  return session->backend->context(session->state);
}

uint32_t systole_session_position(const systole_session *session) { return session->position; }

void systole_session_rewind(systole_session *session, uint32_t position) {
  if (position < session->position) session->position = position;
}

static systole_status check_tokens(const systole_session *s, const int32_t *tokens, uint32_t count,
                                   systole_error *err) {
  uint32_t context = systole_session_context(s);
  if (!count) return systole_fail(err, SYSTOLE_E_RANGE, "0 tokens: expected at least one");
  if (count > context - s->position)
    return systole_fail(err, SYSTOLE_E_RANGE, "%lu tokens: expected at most the context of %lu",
                        (unsigned long)s->position + count, (unsigned long)context);
  for (uint32_t i = 0; i < count; i++)
    if (tokens[i] < 0 || tokens[i] >= s->vocab)
      return systole_fail(err, SYSTOLE_E_RANGE, "token %ld: expected an id below the vocabulary of %ld",
                          (long)tokens[i], (long)s->vocab);
  return SYSTOLE_OK;
}

systole_status systole_session_feed(systole_session *session, const int32_t *tokens,
                                    uint32_t count, systole_logits which, float *logits,
                                    systole_figures *figures, systole_error *err) {
  systole_status status = check_tokens(session, tokens, count, err);
  if (!status)
    status = session->backend->feed(session->state, session->position, tokens, count, which,
                                    logits, figures, err);
  if (!status) session->position += count;
  return status;
}

systole_status systole_session_step(systole_session *session, int32_t token,
                                    systole_figures *figures, systole_error *err) {
  systole_status status = check_tokens(session, &token, 1, err);
  if (!status)
    status = session->backend->step(session->state, session->position, token, figures, err);
  if (!status) session->position++;
  return status;
}

bool systole_session_can_generate(const systole_session *session, const systole_sampling *sampling) {
  return session->backend->can_generate && session->backend->can_generate(session->state, sampling);
}

systole_status systole_session_generate(systole_session *session, const systole_session_text *text,
                                        systole_figures *prefill, systole_figures *decode,
                                        uint32_t *steps, systole_error *err) {
  systole_status status = check_tokens(session, text->prompt, text->prompt_count, err);
  if (!status)
    status = session->backend->generate(session->state, session->position, text, prefill, decode, steps, err);
  if (!status) session->position += text->prompt_count + *steps;
  return status;
}

systole_status systole_session_next(systole_session *session, int32_t *token, systole_error *err) {
  return session->backend->next(session->state, token, err);
}

systole_status systole_session_logits(systole_session *session, float *logits, systole_error *err) {
  return session->backend->logits(session->state, logits, err);
}

systole_device *systole_session_device(systole_session *session) {
  return session->backend->device(session->state);
}

systole_loaded *systole_session_loaded(systole_session *session) {
  return session->backend->loaded(session->state);
}

const systole_session_run *systole_session_last_run(const systole_session *session) {
  return session->backend->last_run(session->state);
}
