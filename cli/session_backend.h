// What stands behind a session; private to cli/session*.c.
#ifndef SYSTOLE_CLI_SESSION_BACKEND_H
#define SYSTOLE_CLI_SESSION_BACKEND_H

#include "cli/session.h"

// One back end of sessions. Tokens are ids below the vocabulary and fit the
// context: systole_session_feed has checked that.
typedef struct {
  systole_status (*open)(const systole_session_params *params, void **state, systole_error *err);
  void (*close)(void *state);
  uint32_t (*context)(const void *state);
  systole_status (*feed)(void *state, uint32_t position, const int32_t *tokens, uint32_t count,
                         systole_logits which, float *logits, systole_figures *figures,
                         systole_error *err);
  systole_status (*step)(void *state, uint32_t position, int32_t token, systole_figures *figures,
                         systole_error *err);
  systole_status (*next)(void *state, int32_t *token, systole_error *err);
  systole_status (*logits)(void *state, float *logits, systole_error *err);
  bool (*can_generate)(const void *state, const systole_sampling *sampling);  // NULL: never
  systole_status (*generate)(void *state, uint32_t position, const systole_session_text *text,
                             systole_figures *prefill, systole_figures *decode, uint32_t *steps,
                             systole_error *err);
  systole_device *(*device)(void *state);
  systole_loaded *(*loaded)(void *state);
  const systole_session_run *(*last_run)(const void *state);
} systole_session_backend;

extern const systole_session_backend systole_session_on_device;     // session_device.c
extern const systole_session_backend systole_session_on_reference;  // session_reference.c

#endif
