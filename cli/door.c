#include "cli/door.h"

#include <string.h>

#include "sim/model/resolve.h"

typedef struct {
  uint32_t body, end, count, pass;  // line after LOOP, line after ENDLOOP
  unsigned counter;
} loop;

typedef struct {
  const systole_config *config;
  const systole_entry *entry;
  int32_t scalars[SYSTOLE_SCALARS];
  loop loops[SYSTOLE_LOOP_DEPTH];
  unsigned depth;
  uint32_t line;
  systole_work *work;
} walk;

static uint64_t tiles(uint64_t count, unsigned dim) { return (count + dim - 1) / dim; }

static bool begin_loop(walk *w, const systole_line *line, uint32_t next) {
  loop l = {next, next + (uint32_t)SYSTOLE_GET(line, LOOP, lines), (uint32_t)SYSTOLE_GET(line, LOOP, count),
            0, (unsigned)SYSTOLE_GET(line, LOOP, counter)};
  w->scalars[l.counter] = 0;
  w->line = l.count ? next : l.end;
  if (!l.count) return true;
  if (w->depth == SYSTOLE_LOOP_DEPTH) return false;
  w->loops[w->depth++] = l;
  return true;
}

static bool end_loop(walk *w, uint32_t next) {
  if (!w->depth) return false;
  loop *l = &w->loops[w->depth - 1];
  w->scalars[l->counter] = (int32_t)++l->pass;
  w->line = l->pass < l->count ? l->body : next;
  if (l->pass == l->count) w->depth--;
  return true;
}

static void count_product(walk *w, const systole_line *line) {
  unsigned dim = w->config->dim;
  if (SYSTOLE_GET(line, MX, m))
    w->work->door_rows +=
        tiles(SYSTOLE_GET(line, MX, k), dim) * tiles(SYSTOLE_GET(line, MX, n), dim) * dim;
}

// LDG has these fields in the same places.
static void count_load(walk *w, const systole_line *line) {
  unsigned element = SYSTOLE_GET(line, LD, space) == SYSTOLE_SPACE_PAR ? 4 : 1;
  w->work->read_bytes[SYSTOLE_GET(line, LD, segment)] +=
      SYSTOLE_GET(line, LD, rows) * SYSTOLE_GET(line, LD, words) * w->config->dim * element;
}

static bool step(walk *w) {
  const systole_entry *e = w->entry;
  if (w->line >= e->line_count) return false;
  systole_line line = e->lines[w->line];
  uint32_t next = w->line + 1;
  if (systole_line_get(&line, SYSTOLE_LSB_bound, 1)) {
    if (next >= e->line_count || systole_resolve_bind(&e->lines[next], w->scalars, &line)) return false;
    next++;
  }
  switch (systole_line_get(&line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode)) {
    case SYSTOLE_OP_END: return false;
    case SYSTOLE_OP_LOOP: return begin_loop(w, &line, next);
    case SYSTOLE_OP_ENDLOOP: return end_loop(w, next);
    case SYSTOLE_OP_MX: count_product(w, &line); break;
    case SYSTOLE_OP_LD:
    case SYSTOLE_OP_LDG: count_load(w, &line); break;
    default: break;
  }
  w->line = next;
  return true;
}

void systole_work_add(const systole_config *config, const systole_entry *entry,
                      const int32_t *scalars, systole_work *work) {
  walk w = {.config = config, .entry = entry, .work = work};
  if (scalars) memcpy(w.scalars, scalars, sizeof w.scalars);
  for (uint32_t i = 0; i < 1u << 26 && step(&w); i++) continue;
}
