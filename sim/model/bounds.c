// Rules on counts, alignment, and bounding boxes in exact arithmetic.
#include "sim/model/resolve.h"
#include "sim/model/sram.h"

// Wide enough for every sum below: 32 x 32 bits and a 40-bit offset.
__extension__ typedef unsigned __int128 wide;

enum { LDG_MAX_ROWS = 1024 };

#define OPCODE(line) ((line)->word[0] & 0xFF)

static uint64_t tiles(uint64_t count, unsigned dim) { return (count + dim - 1) / dim; }

static bool carry_legal(unsigned dim, const systole_line *line) {
  if (!SYSTOLE_GET(line, VX, carry)) return true;
  return SYSTOLE_GET(line, VX, m) <= dim &&
         SYSTOLE_GET(line, VX, reduce) >= SYSTOLE_VXREDUCE_MAX;
}

systole_cause systole_resolve_counts(const systole_config *config, const systole_line *line) {
  bool fine = true;
  if (OPCODE(line) == SYSTOLE_OP_VX) fine = carry_legal(config->dim, line);
  if (OPCODE(line) == SYSTOLE_OP_LDG)
    fine = SYSTOLE_GET(line, LDG, rows) <= LDG_MAX_ROWS && SYSTOLE_GET(line, LDG, limit) != 0;
  return fine ? SYSTOLE_CAUSE_NONE : SYSTOLE_CAUSE_RANGE;
}

bool systole_resolve_noop(const systole_line *line) {
  switch (OPCODE(line)) {
    case SYSTOLE_OP_LD: return !SYSTOLE_GET(line, LD, rows) || !SYSTOLE_GET(line, LD, words);
    case SYSTOLE_OP_LDG: return !SYSTOLE_GET(line, LDG, rows) || !SYSTOLE_GET(line, LDG, words);
    case SYSTOLE_OP_ST: return !SYSTOLE_GET(line, ST, rows) || !SYSTOLE_GET(line, ST, elements);
    case SYSTOLE_OP_VX: return !SYSTOLE_GET(line, VX, m) || !SYSTOLE_GET(line, VX, n);
    case SYSTOLE_OP_MX:
      return !SYSTOLE_GET(line, MX, m) || !SYSTOLE_GET(line, MX, k) || !SYSTOLE_GET(line, MX, n);
    default: return false;
  }
}

static uint64_t misalignment(const systole_config *config, const systole_line *line) {
  const uint64_t beat = config->bus_bytes - 1, word = config->dim - 1;
  switch (OPCODE(line)) {
    case SYSTOLE_OP_LD:
      return (SYSTOLE_GET(line, LD, offset) | SYSTOLE_GET(line, LD, pitch)) & beat;
    case SYSTOLE_OP_LDG:
      return (SYSTOLE_GET(line, LDG, offset) | SYSTOLE_GET(line, LDG, pitch) |
              SYSTOLE_GET(line, LDG, index_offset)) & beat;
    case SYSTOLE_OP_MX:
      return (SYSTOLE_GET(line, MX, w) | SYSTOLE_GET(line, MX, w_k) |
              SYSTOLE_GET(line, MX, w_n)) & word;
    case SYSTOLE_OP_ST: {
      const uint64_t dram = SYSTOLE_GET(line, ST, offset) | SYSTOLE_GET(line, ST, pitch);
      const uint64_t sram = SYSTOLE_GET(line, ST, src) | SYSTOLE_GET(line, ST, src_row);
      if (SYSTOLE_GET(line, ST, space) == SYSTOLE_SPACE_QNT) return (dram | sram) & word;
      return dram & 3;
    }
    default: return 0;
  }
}

systole_cause systole_resolve_align(const systole_config *config, const systole_line *line) {
  return misalignment(config, line) ? SYSTOLE_CAUSE_ALIGN : SYSTOLE_CAUSE_NONE;
}

// Whether base + (rows-1)*row + (steps-1)*step stays inside a space.
static bool inside(const systole_config *config, uint64_t space, uint64_t base, uint64_t rows,
                   uint64_t row, uint64_t steps, uint64_t step) {
  return base + (rows - 1) * row + (steps - 1) * step <
         systole_config_words(config, (unsigned)space);
}

static bool ld_inside(const systole_config *config, const systole_line *line) {
  // LDG has these fields in the same places.
  return inside(config, SYSTOLE_GET(line, LD, space), SYSTOLE_GET(line, LD, dst),
                SYSTOLE_GET(line, LD, rows), SYSTOLE_GET(line, LD, dst_row),
                SYSTOLE_GET(line, LD, words), SYSTOLE_GET(line, LD, dst_word));
}

static bool st_inside(const systole_config *config, const systole_line *line) {
  const uint64_t size =
      (uint64_t)systole_config_words(config, (unsigned)SYSTOLE_GET(line, ST, space)) * config->dim;
  return SYSTOLE_GET(line, ST, src) +
             (SYSTOLE_GET(line, ST, rows) - 1) * SYSTOLE_GET(line, ST, src_row) +
             SYSTOLE_GET(line, ST, elements) <= size;
}

static bool mx_inside(const systole_config *config, const systole_line *line) {
  const uint64_t m = SYSTOLE_GET(line, MX, m);
  const uint64_t kt = tiles(SYSTOLE_GET(line, MX, k), config->dim);
  const uint64_t nt = tiles(SYSTOLE_GET(line, MX, n), config->dim);
  return inside(config, SYSTOLE_GET(line, MX, a_space), SYSTOLE_GET(line, MX, a), m,
                SYSTOLE_GET(line, MX, a_row), kt, SYSTOLE_GET(line, MX, a_tile)) &&
         inside(config, SYSTOLE_SPACE_WGT, SYSTOLE_GET(line, MX, w) + config->dim - 1, kt,
                SYSTOLE_GET(line, MX, w_k), nt, SYSTOLE_GET(line, MX, w_n)) &&
         inside(config, SYSTOLE_SPACE_ACC, SYSTOLE_GET(line, MX, c), m,
                SYSTOLE_GET(line, MX, c_row), nt, SYSTOLE_GET(line, MX, c_tile));
}

// MW words of RS from base on.
static bool rs_inside(const systole_config *config, const systole_line *line, uint64_t base) {
  return base + tiles(SYSTOLE_GET(line, VX, m), config->dim) <= config->rs_words;
}

static bool vx_row_scalars_inside(const systole_config *config, const systole_line *line) {
  const uint64_t reduce = SYSTOLE_GET(line, VX, reduce);
  if (SYSTOLE_GET(line, VX, mul) == SYSTOLE_VXMUL_ROW &&
      !rs_inside(config, line, SYSTOLE_GET(line, VX, s)))
    return false;
  if (SYSTOLE_GET(line, VX, add) == SYSTOLE_VXADD_ROW &&
      !rs_inside(config, line, SYSTOLE_GET(line, VX, c)))
    return false;
  if (reduce != SYSTOLE_VXREDUCE_NONE && !rs_inside(config, line, SYSTOLE_GET(line, VX, r)))
    return false;
  return reduce != SYSTOLE_VXREDUCE_ARGMAX || rs_inside(config, line, SYSTOLE_GET(line, VX, x));
}

static bool vx_inside(const systole_config *config, const systole_line *line) {
  const uint64_t m = SYSTOLE_GET(line, VX, m);
  const uint64_t words = tiles(SYSTOLE_GET(line, VX, n), config->dim);
  const uint64_t b_space = SYSTOLE_GET(line, VX, b_space), c_space = SYSTOLE_GET(line, VX, c_space);
  const uint64_t d_space = SYSTOLE_GET(line, VX, d_space);
  return inside(config, SYSTOLE_GET(line, VX, a_space), SYSTOLE_GET(line, VX, a), m,
                SYSTOLE_GET(line, VX, a_row), words, 1) &&
         (b_space == SYSTOLE_SPACE_VXB_NONE ||
          inside(config, b_space, SYSTOLE_GET(line, VX, b), m, SYSTOLE_GET(line, VX, b_row), words,
                 1)) &&
         (c_space == SYSTOLE_SPACE_VXC_NONE ||
          inside(config, c_space, SYSTOLE_GET(line, VX, c), m, SYSTOLE_GET(line, VX, c_row), words,
                 1)) &&
         (d_space == SYSTOLE_SPACE_VXD_NONE ||
          inside(config, d_space, SYSTOLE_GET(line, VX, d), m, SYSTOLE_GET(line, VX, d_row), words,
                 1)) &&
         vx_row_scalars_inside(config, line);
}

systole_cause systole_resolve_sram(const systole_config *config, const systole_line *line) {
  bool fine = true;
  switch (OPCODE(line)) {
    case SYSTOLE_OP_LD:
    case SYSTOLE_OP_LDG: fine = ld_inside(config, line); break;
    case SYSTOLE_OP_MX: fine = mx_inside(config, line); break;
    case SYSTOLE_OP_VX: fine = vx_inside(config, line); break;
    case SYSTOLE_OP_ST: fine = st_inside(config, line); break;
    default: break;
  }
  return fine ? SYSTOLE_CAUSE_NONE : SYSTOLE_CAUSE_SRAM;
}

// Whether rows of a box, pitch bytes apart, end inside a segment.
static bool box_in_segment(const systole_job *job, uint64_t segment, uint64_t offset, uint64_t rows,
                           uint64_t pitch, uint64_t row_bytes) {
  return (wide)offset + (wide)(rows - 1) * pitch + row_bytes <= job->segments[segment].limit;
}

static bool ld_in_segment(const systole_config *config, const systole_job *job,
                          const systole_line *line) {
  const uint64_t bytes = SYSTOLE_GET(line, LD, words) * config->dim *
                         systole_sram_element_bytes((unsigned)SYSTOLE_GET(line, LD, space));
  const bool gather = OPCODE(line) == SYSTOLE_OP_LDG;
  const uint64_t rows = gather ? SYSTOLE_GET(line, LDG, limit) : SYSTOLE_GET(line, LD, rows);
  if (!box_in_segment(job, SYSTOLE_GET(line, LD, segment), SYSTOLE_GET(line, LD, offset), rows,
                      SYSTOLE_GET(line, LD, pitch), bytes))
    return false;
  if (!gather) return true;
  const uint64_t beat = config->bus_bytes;
  const uint64_t list = (4 * SYSTOLE_GET(line, LDG, rows) + beat - 1) / beat * beat;
  return box_in_segment(job, SYSTOLE_GET(line, LDG, index_segment),
                        SYSTOLE_GET(line, LDG, index_offset), 1, 0, list);
}

static bool st_in_segment(const systole_job *job, const systole_line *line) {
  const uint64_t bytes = SYSTOLE_GET(line, ST, elements) *
                         systole_sram_element_bytes((unsigned)SYSTOLE_GET(line, ST, space));
  return box_in_segment(job, SYSTOLE_GET(line, ST, segment), SYSTOLE_GET(line, ST, offset),
                        SYSTOLE_GET(line, ST, rows), SYSTOLE_GET(line, ST, pitch), bytes);
}

systole_cause systole_resolve_segment(const systole_config *config, const systole_job *job,
                                      const systole_line *line) {
  bool fine = true;
  if (OPCODE(line) == SYSTOLE_OP_LD || OPCODE(line) == SYSTOLE_OP_LDG)
    fine = ld_in_segment(config, job, line);
  if (OPCODE(line) == SYSTOLE_OP_ST) fine = st_in_segment(job, line);
  return fine ? SYSTOLE_CAUSE_NONE : SYSTOLE_CAUSE_SEGMENT;
}
