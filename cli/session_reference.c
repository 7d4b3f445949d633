// Sessions on the fp32 reference. It keeps no time and counts nothing but the
// seconds it took.
#include <stdlib.h>
#include <string.h>

#include "cli/session_backend.h"

typedef struct {
  systole_reference *reference;
  uint32_t context, vocab;
  float *logits;  // of the last token fed
} state;

static void close_reference(void *opaque) {
  state *s = opaque;
  systole_reference_destroy(s->reference);
  free(s->logits);
  free(s);
}

static systole_status open_reference(const systole_session_params *params, void **out,
                                     systole_error *err) {
  const systole_model *model = &params->checkpoint->model;
  state *s = calloc(1, sizeof *s);
  if (!s) return systole_fail(err, SYSTOLE_E_MEMORY, "session: out of memory");
  s->vocab = (uint32_t)model->vocab;
  s->context = params->context ? params->context : (uint32_t)model->context;
  s->logits = calloc(s->vocab, sizeof *s->logits);
  systole_status status =
      s->logits ? systole_reference_create(params->checkpoint, (int32_t)s->context, &s->reference, err)
                : systole_fail(err, SYSTOLE_E_MEMORY, "session: out of memory");
  if (status) close_reference(s);
  else *out = s;
  return status;
}

static uint32_t context(const void *opaque) { return ((const state *)opaque)->context; }

static systole_status feed(void *opaque, uint32_t position, const int32_t *tokens, uint32_t count,
                           systole_logits which, float *logits, systole_figures *figures,
                           systole_error *err) {
  state *s = opaque;
  float *to = which == SYSTOLE_LOGITS_ALL ? logits : s->logits;
  double start = systole_seconds();
  systole_status status = systole_reference_forward(s->reference, tokens, (int32_t)count,
                                                    (int32_t)position, which, to, err);
  if (figures) figures->wall_seconds += systole_seconds() - start;
  if (!status && logits && which == SYSTOLE_LOGITS_LAST)
    memcpy(logits, s->logits, s->vocab * sizeof *logits);
  return status;
}

static systole_status step(void *opaque, uint32_t position, int32_t token,
                           systole_figures *figures, systole_error *err) {
  return feed(opaque, position, &token, 1, SYSTOLE_LOGITS_LAST, NULL, figures, err);
}

static systole_status next(void *opaque, int32_t *token, systole_error *err) {
  const state *s = opaque;
  (void)err;
  *token = 0;
  for (uint32_t i = 1; i < s->vocab; i++)
    if (s->logits[i] > s->logits[*token]) *token = (int32_t)i;
  return SYSTOLE_OK;
}

static systole_status copy_logits(void *opaque, float *logits, systole_error *err) {
  const state *s = opaque;
  (void)err;
  memcpy(logits, s->logits, s->vocab * sizeof *logits);
  return SYSTOLE_OK;
}

static systole_device *no_device(void *opaque) { return (void)opaque, NULL; }
static systole_loaded *no_program(void *opaque) { return (void)opaque, NULL; }
static const systole_session_run *no_run(const void *opaque) { return (void)opaque, NULL; }

const systole_session_backend systole_session_on_reference = {
    open_reference, close_reference, context, feed, step, next, copy_logits,
    NULL, NULL, no_device, no_program, no_run};
