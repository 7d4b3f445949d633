#include "cli/walk.h"

#include <string.h>

#include "sim/model/resolve.h"

void systole_walk_begin(systole_walk *w, const systole_entry *entry, const int32_t *scalars,
                        uint64_t limit) {
  *w = (systole_walk){.entry = entry, .left = limit};
  if (scalars) memcpy(w->scalars, scalars, sizeof w->scalars);
}

static bool begin_loop(systole_walk *w, const systole_line *line) {
  systole_walk_loop l = {w->at, w->at + (uint32_t)SYSTOLE_GET(line, LOOP, lines),
                         (uint32_t)SYSTOLE_GET(line, LOOP, count), 0,
                         (unsigned)SYSTOLE_GET(line, LOOP, counter)};
  w->scalars[l.counter] = 0;
  w->at = l.count ? w->at : l.end;
  if (!l.count) return true;
  if (w->depth == SYSTOLE_LOOP_DEPTH) return false;
  w->loops[w->depth++] = l;
  return true;
}

static bool end_loop(systole_walk *w) {
  if (!w->depth) return false;
  systole_walk_loop *l = &w->loops[w->depth - 1];
  w->scalars[l->counter] = (int32_t)++l->pass;
  if (l->pass < l->count) w->at = l->body;
  else w->depth--;
  return true;
}

// Takes the line at w->at and its binding line; w->at is then behind them.
static bool take(systole_walk *w, systole_line *line) {
  const systole_entry *e = w->entry;
  if (!w->left || w->at >= e->line_count) return false;
  w->left--;
  *line = e->lines[w->at++];
  if (!systole_line_get(line, SYSTOLE_LSB_bound, 1)) return true;
  return w->at < e->line_count && !systole_resolve_bind(&e->lines[w->at++], w->scalars, line);
}

bool systole_walk_next(systole_walk *w, systole_line *line, uint32_t *index) {
  for (;;) {
    *index = w->at;
    if (!take(w, line)) return false;
    switch (systole_line_get(line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode)) {
      case SYSTOLE_OP_END: return false;
      case SYSTOLE_OP_LOOP:
        if (!begin_loop(w, line)) return false;
        break;
      case SYSTOLE_OP_ENDLOOP:
        if (!end_loop(w)) return false;
        break;
      default: return true;
    }
  }
}
