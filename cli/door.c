#include "cli/door.h"

#include "cli/walk.h"

static uint64_t tiles(uint64_t count, unsigned dim) { return (count + dim - 1) / dim; }

static void count_product(const systole_config *config, const systole_line *line, systole_work *work) {
  unsigned dim = config->dim;
  if (SYSTOLE_GET(line, MX, m))
    work->door_rows += tiles(SYSTOLE_GET(line, MX, k), dim) * tiles(SYSTOLE_GET(line, MX, n), dim) * dim;
}

// LDG has these fields in the same places.
static void count_load(const systole_config *config, const systole_line *line, systole_work *work) {
  unsigned element = SYSTOLE_GET(line, LD, space) == SYSTOLE_SPACE_PAR ? 4 : 1;
  work->read_bytes[SYSTOLE_GET(line, LD, segment)] +=
      SYSTOLE_GET(line, LD, rows) * SYSTOLE_GET(line, LD, words) * config->dim * element;
}

void systole_work_add(const systole_config *config, const systole_entry *entry,
                      const int32_t *scalars, systole_work *work) {
  systole_walk walk;
  systole_line line;
  uint32_t index;
  systole_walk_begin(&walk, entry, scalars, 1u << 26);
  while (systole_walk_next(&walk, &line, &index)) {
    switch (systole_line_get(&line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode)) {
      case SYSTOLE_OP_MX: count_product(config, &line, work); break;
      case SYSTOLE_OP_LD:
      case SYSTOLE_OP_LDG: count_load(config, &line, work); break;
      default: break;
    }
  }
}
