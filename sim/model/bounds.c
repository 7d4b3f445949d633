// Rules on counts, alignment, and bounding boxes in exact arithmetic.
#include "sim/model/resolve.h"
#include "sim/model/sram.h"

// Wide enough for every sum below: 32 x 32 bits and a 40-bit offset.
__extension__ typedef unsigned __int128 wide;

enum { LDG_MAX_ROWS = 1024 };

#define ALWAYS_INLINE static inline __attribute__((always_inline))

systole_limits systole_limits_of(const systole_config *config) {
  systole_limits limits = {.dim = config->dim, .bus_bytes = config->bus_bytes};
  while (1u << limits.dim_shift < limits.dim) limits.dim_shift++;
  for (unsigned space = 0; space < SYSTOLE_SPACES; space++)
    limits.words[space] = systole_config_words(config, space);
  return limits;
}

static uint64_t tiles(uint64_t count, const systole_limits *limits) {
  return (count + limits->dim - 1) >> limits->dim_shift;
}

static bool carry_legal(unsigned dim, const systole_line *line) {
  if (!SYSTOLE_GET(line, VX, carry)) return true;
  return SYSTOLE_GET(line, VX, m) <= dim &&
         SYSTOLE_GET(line, VX, reduce) >= SYSTOLE_VXREDUCE_MAX;
}

// The functions of an opcode are inlined where it is a constant.
ALWAYS_INLINE bool counts_legal(const systole_limits *limits, unsigned opcode, const systole_line *line) {
  if (opcode == SYSTOLE_OP_VX) return carry_legal(limits->dim, line);
  if (opcode != SYSTOLE_OP_LDG) return true;
  return SYSTOLE_GET(line, LDG, rows) <= LDG_MAX_ROWS && SYSTOLE_GET(line, LDG, limit) != 0;
}

ALWAYS_INLINE bool is_noop(unsigned opcode, const systole_line *line) {
  switch (opcode) {
    case SYSTOLE_OP_LD: return !SYSTOLE_GET(line, LD, rows) || !SYSTOLE_GET(line, LD, words);
    case SYSTOLE_OP_LDG: return !SYSTOLE_GET(line, LDG, rows) || !SYSTOLE_GET(line, LDG, words);
    case SYSTOLE_OP_ST: return !SYSTOLE_GET(line, ST, rows) || !SYSTOLE_GET(line, ST, elements);
    case SYSTOLE_OP_VX: return !SYSTOLE_GET(line, VX, m) || !SYSTOLE_GET(line, VX, n);
    case SYSTOLE_OP_MX:
      return !SYSTOLE_GET(line, MX, m) || !SYSTOLE_GET(line, MX, k) || !SYSTOLE_GET(line, MX, n);
    default: return false;
  }
}

bool systole_resolve_noop(const systole_line *line) { return is_noop(line->word[0] & 0xFF, line); }

ALWAYS_INLINE uint64_t misalignment(const systole_limits *limits, unsigned opcode,
                                    const systole_line *line) {
  const uint64_t beat = limits->bus_bytes - 1, word = limits->dim - 1;
  switch (opcode) {
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

// Whether base + (rows-1)*row + (steps-1)*step stays inside a space.
static bool inside(const systole_limits *limits, uint64_t space, uint64_t base, uint64_t rows,
                   uint64_t row, uint64_t steps, uint64_t step) {
  return base + (rows - 1) * row + (steps - 1) * step <
         limits->words[space];
}

static bool ld_inside(const systole_limits *limits, const systole_line *line) {
  // LDG has these fields in the same places.
  return inside(limits, SYSTOLE_GET(line, LD, space), SYSTOLE_GET(line, LD, dst),
                SYSTOLE_GET(line, LD, rows), SYSTOLE_GET(line, LD, dst_row),
                SYSTOLE_GET(line, LD, words), SYSTOLE_GET(line, LD, dst_word));
}

static bool st_inside(const systole_limits *limits, const systole_line *line) {
  const uint64_t size =
      (uint64_t)limits->words[SYSTOLE_GET(line, ST, space)] * limits->dim;
  return SYSTOLE_GET(line, ST, src) +
             (SYSTOLE_GET(line, ST, rows) - 1) * SYSTOLE_GET(line, ST, src_row) +
             SYSTOLE_GET(line, ST, elements) <= size;
}

// Here and below all is judged, whether it counts or not: programs are legal,
// and branches that cannot be foreseen cost more.
static bool mx_inside(const systole_limits *limits, const systole_line *line) {
  const uint64_t m = SYSTOLE_GET(line, MX, m);
  const uint64_t kt = tiles(SYSTOLE_GET(line, MX, k), limits);
  const uint64_t nt = tiles(SYSTOLE_GET(line, MX, n), limits);
  return inside(limits, SYSTOLE_GET(line, MX, a_space), SYSTOLE_GET(line, MX, a), m,
                SYSTOLE_GET(line, MX, a_row), kt, SYSTOLE_GET(line, MX, a_tile)) &
         inside(limits, SYSTOLE_SPACE_WGT, SYSTOLE_GET(line, MX, w) + limits->dim - 1, kt,
                SYSTOLE_GET(line, MX, w_k), nt, SYSTOLE_GET(line, MX, w_n)) &
         inside(limits, SYSTOLE_SPACE_ACC, SYSTOLE_GET(line, MX, c), m,
                SYSTOLE_GET(line, MX, c_row), nt, SYSTOLE_GET(line, MX, c_tile));
}

// MW words of RS from base on.
static bool rs_inside(const systole_limits *limits, const systole_line *line, uint64_t base) {
  return base + tiles(SYSTOLE_GET(line, VX, m), limits) <= limits->words[SYSTOLE_SPACE_RS];
}

static bool vx_row_scalars_inside(const systole_limits *limits, const systole_line *line) {
  const uint64_t reduce = SYSTOLE_GET(line, VX, reduce);
  return ((SYSTOLE_GET(line, VX, mul) != SYSTOLE_VXMUL_ROW) | rs_inside(limits, line, SYSTOLE_GET(line, VX, s))) &
         ((SYSTOLE_GET(line, VX, add) != SYSTOLE_VXADD_ROW) | rs_inside(limits, line, SYSTOLE_GET(line, VX, c))) &
         ((reduce == SYSTOLE_VXREDUCE_NONE) | rs_inside(limits, line, SYSTOLE_GET(line, VX, r))) &
         ((reduce != SYSTOLE_VXREDUCE_ARGMAX) | rs_inside(limits, line, SYSTOLE_GET(line, VX, x)));
}

static bool vx_inside(const systole_limits *limits, const systole_line *line) {
  const uint64_t m = SYSTOLE_GET(line, VX, m);
  const uint64_t words = tiles(SYSTOLE_GET(line, VX, n), limits);
  const uint64_t b_space = SYSTOLE_GET(line, VX, b_space), c_space = SYSTOLE_GET(line, VX, c_space);
  const uint64_t d_space = SYSTOLE_GET(line, VX, d_space);
  const bool a_inside = inside(limits, SYSTOLE_GET(line, VX, a_space), SYSTOLE_GET(line, VX, a), m,
                               SYSTOLE_GET(line, VX, a_row), words, 1);
  const bool b_inside = inside(limits, b_space, SYSTOLE_GET(line, VX, b), m, SYSTOLE_GET(line, VX, b_row), words, 1);
  const bool c_inside = inside(limits, c_space, SYSTOLE_GET(line, VX, c), m, SYSTOLE_GET(line, VX, c_row), words, 1);
  const bool d_inside = inside(limits, d_space, SYSTOLE_GET(line, VX, d), m, SYSTOLE_GET(line, VX, d_row), words, 1);
  return a_inside & ((b_space == SYSTOLE_SPACE_VXB_NONE) | b_inside) &
         ((c_space == SYSTOLE_SPACE_VXC_NONE) | c_inside) & ((d_space == SYSTOLE_SPACE_VXD_NONE) | d_inside) &
         vx_row_scalars_inside(limits, line);
}

ALWAYS_INLINE bool in_srams(const systole_limits *limits, unsigned opcode, const systole_line *line) {
  switch (opcode) {
    case SYSTOLE_OP_LD:
    case SYSTOLE_OP_LDG: return ld_inside(limits, line);
    case SYSTOLE_OP_MX: return mx_inside(limits, line);
    case SYSTOLE_OP_VX: return vx_inside(limits, line);
    case SYSTOLE_OP_ST: return st_inside(limits, line);
    default: return true;
  }
}

// Whether rows of a box, pitch bytes apart, end inside a segment.
static bool box_in_segment(const systole_job *job, uint64_t segment, uint64_t offset, uint64_t rows,
                           uint64_t pitch, uint64_t row_bytes) {
  return (wide)offset + (wide)(rows - 1) * pitch + row_bytes <= job->segments[segment].limit;
}

ALWAYS_INLINE bool ld_in_segment(const systole_limits *limits, const systole_job *job, unsigned opcode,
                                 const systole_line *line) {
  const uint64_t bytes = SYSTOLE_GET(line, LD, words) * limits->dim *
                         systole_sram_element_bytes((unsigned)SYSTOLE_GET(line, LD, space));
  const bool gather = opcode == SYSTOLE_OP_LDG;
  const uint64_t rows = gather ? SYSTOLE_GET(line, LDG, limit) : SYSTOLE_GET(line, LD, rows);
  if (!box_in_segment(job, SYSTOLE_GET(line, LD, segment), SYSTOLE_GET(line, LD, offset), rows,
                      SYSTOLE_GET(line, LD, pitch), bytes))
    return false;
  if (!gather) return true;
  const uint64_t beat = limits->bus_bytes;
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

ALWAYS_INLINE bool in_segments(const systole_limits *limits, const systole_job *job, unsigned opcode,
                               const systole_line *line) {
  if (opcode == SYSTOLE_OP_LD || opcode == SYSTOLE_OP_LDG) return ld_in_segment(limits, job, opcode, line);
  return opcode != SYSTOLE_OP_ST || st_in_segment(job, line);
}

ALWAYS_INLINE systole_cause check(const systole_limits *limits, const systole_job *job, unsigned opcode,
                                  const systole_line *line, bool *noop) {
  if (!counts_legal(limits, opcode, line)) return SYSTOLE_CAUSE_RANGE;
  *noop = is_noop(opcode, line);
  if (*noop) return SYSTOLE_CAUSE_NONE;
  if (misalignment(limits, opcode, line)) return SYSTOLE_CAUSE_ALIGN;
  if (!in_srams(limits, opcode, line)) return SYSTOLE_CAUSE_SRAM;
  return in_segments(limits, job, opcode, line) ? SYSTOLE_CAUSE_NONE : SYSTOLE_CAUSE_SEGMENT;
}

systole_cause systole_resolve_bounds(const systole_limits *limits, const systole_job *job,
                                     const systole_line *line, bool *noop) {
  switch (line->word[0] & 0xFF) {
#define INSTRUCTION(name, code, engine, text) \
  case code:                                  \
    return check(limits, job, code, line, noop);
#include "hw/isa/isa.def"
    default: return SYSTOLE_CAUSE_ILLEGAL;
  }
}
