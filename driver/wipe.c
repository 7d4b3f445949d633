#include "driver/wipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"

enum { MOST_LINES = 32, CODE_BYTES = MOST_LINES * SYSTOLE_LINE_BYTES, ROW = 16 };

typedef struct {
  const systole_config *config;
  systole_line lines[MOST_LINES];
  uint32_t count;
  systole_status status;
  systole_error *err;
} writer;

static void put(writer *w, const char *text) {
  unsigned count;
  if (w->status) return;
  w->status = systole_asm(text, strlen(text), w->lines + w->count, &count, w->err);
  if (!w->status) w->count += count;
}

// Lanes outside the limits, here all, are stored as 0. In halves: a count of rows has 16 bits.
static void clear_by_vx(writer *w, const char *space, uint32_t words, const char *more) {
  char text[256];
  for (uint32_t half = 0; half < 2; half++) {
    const uint32_t at = half * words / 2, from = strcmp(space, "VM") ? 0 : at;
    snprintf(text, sizeof text, "vx a_space=VM m=%u n=%u a=%u a_row=%u d_space=%s d=%u d_row=1 limits%s", (unsigned)(words / 2),
             (unsigned)w->config->dim, (unsigned)from, !strcmp(space, "VM"), space, (unsigned)at, half ? more : "");
    put(w, text);
  }
}

// Products of what VX has cleared.
static void clear_by_mx(writer *w) {
  char text[256];
  const uint32_t words = w->config->acc_words / 2;
  for (uint32_t half = 0; half < 2; half++) {
    snprintf(text, sizeof text, "mx a_space=QNT m=%u k=1 n=%u c=%u c_row=1 %s", (unsigned)words, (unsigned)w->config->dim,
             (unsigned)(half * words), half ? "raise=LD:1" : "wait=VX:1");
    put(w, text);
  }
}

static void clear_by_ld(writer *w, const char *space, uint32_t words, const char *more) {
  char text[256];
  const uint32_t row = words < ROW ? words : ROW;
  snprintf(text, sizeof text, "ld segment=1 space=%s rows=%u words=%u offset=%d dst_row=%u dst_word=1%s", space,
           (unsigned)(words / row), (unsigned)row, CODE_BYTES, (unsigned)row, more);
  put(w, text);
}

static void write_program(writer *w) {
  const systole_config *c = w->config;
  clear_by_vx(w, "VM", c->vm_words, "");
  clear_by_vx(w, "RS", c->rs_words, "");
  clear_by_vx(w, "QNT", c->qnt_words, " raise=MX:1");
  clear_by_mx(w);
  clear_by_ld(w, "ACT", c->act_words, "");
  clear_by_ld(w, "PAR", c->par_words, "");
  clear_by_ld(w, "WGT", c->wgt_words, " wait=MX:1");
  put(w, "end");
}

systole_status systole_wipe_make(const systole_config *config, void **memory, uint32_t *bytes, uint32_t *lines,
                                 systole_error *err) {
  writer w = {.config = config, .err = err};
  write_program(&w);
  *bytes = CODE_BYTES + ROW * 4 * config->dim;
  *memory = w.status ? NULL : calloc(*bytes, 1);
  if (w.status) return w.status;
  if (!*memory) return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
  memcpy(*memory, w.lines, w.count * sizeof *w.lines);
  *lines = w.count;
  return SYSTOLE_OK;
}
