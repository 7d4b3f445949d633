// Rules on counts, alignment, and bounding boxes in exact arithmetic. Opcodes
// are those of engines. Fields that LD and LDG share lie in the same places.

#define LDG_MOST_ROWS 1024

bool counts_legal(const __local machine *m, uint opcode) {
  if (opcode == SYS_OP_LDG) return GET(LDG_ROWS) <= LDG_MOST_ROWS && GET(LDG_LIMIT) != 0;
  if (opcode != SYS_OP_VX || !GET(VX_CARRY)) return true;
  return GET(VX_M) <= SYSTOLE_DIM && GET(VX_REDUCE) >= SYS_VXREDUCE_MAX;
}

bool touches_nothing(const __local machine *m, uint opcode) {
  switch (opcode) {
    case SYS_OP_LD:
    case SYS_OP_LDG: return !GET(LD_ROWS) || !GET(LD_WORDS);
    case SYS_OP_ST: return !GET(ST_ROWS) || !GET(ST_ELEMENTS);
    case SYS_OP_VX: return !GET(VX_M) || !GET(VX_N);
    default: return !GET(MX_M) || !GET(MX_K) || !GET(MX_N);
  }
}

bool is_aligned(const __local machine *m, uint opcode) {
  const ulong beat = SYSTOLE_BUS_BYTES - 1, word = SYSTOLE_DIM - 1;
  switch (opcode) {
    case SYS_OP_LD: return !((GET(LD_OFFSET) | GET(LD_PITCH)) & beat);
    case SYS_OP_LDG: return !((GET(LDG_OFFSET) | GET(LDG_PITCH) | GET(LDG_INDEX_OFFSET)) & beat);
    case SYS_OP_MX: return !((GET(MX_W) | GET(MX_W_K) | GET(MX_W_N)) & word);
    case SYS_OP_ST: {
      const ulong dram = GET(ST_OFFSET) | GET(ST_PITCH), on_chip = GET(ST_SRC) | GET(ST_SRC_ROW);
      return GET(ST_SPACE) == SYS_SPACE_QNT ? !((dram | on_chip) & word) : !(dram & 3);
    }
    default: return true;
  }
}

// ---- SRAMs -----------------------------------------------------------------------

// Whether base + (rows-1)*row + (steps-1)*step stays inside a space.
bool inside(ulong space, ulong base, ulong rows, ulong row, ulong steps, ulong step) {
  return base + (rows - 1) * row + (steps - 1) * step < sram_words((uint)space);
}

bool st_inside(const __local machine *m) {
  return GET(ST_SRC) + (GET(ST_ROWS) - 1) * GET(ST_SRC_ROW) + GET(ST_ELEMENTS) <=
         sram_words((uint)GET(ST_SPACE)) * SYSTOLE_DIM;
}

bool mx_inside(const __local machine *m) {
  const ulong rows = GET(MX_M), kt = tiles(GET(MX_K)), nt = tiles(GET(MX_N));
  return inside(GET(MX_A_SPACE), GET(MX_A), rows, GET(MX_A_ROW), kt, GET(MX_A_TILE)) &&
         inside(SYS_SPACE_WGT, GET(MX_W) + SYSTOLE_DIM - 1, kt, GET(MX_W_K), nt, GET(MX_W_N)) &&
         inside(SYS_SPACE_ACC, GET(MX_C), rows, GET(MX_C_ROW), nt, GET(MX_C_TILE));
}

// One word for every DIM rows, from base on, if it is used at all.
bool scalars_inside(const __local machine *m, bool used, ulong base) {
  return !used || base + tiles(GET(VX_M)) <= SYSTOLE_RS_WORDS;
}

bool vx_inside(const __local machine *m) {
  const ulong rows = GET(VX_M), words = tiles(GET(VX_N)), reduce = GET(VX_REDUCE);
  const ulong b = GET(VX_B_SPACE), c = GET(VX_C_SPACE), d = GET(VX_D_SPACE);
  return inside(GET(VX_A_SPACE), GET(VX_A), rows, GET(VX_A_ROW), words, 1) &&
         (b == SYS_SPACE_VXB_NONE || inside(b, GET(VX_B), rows, GET(VX_B_ROW), words, 1)) &&
         (c == SYS_SPACE_VXC_NONE || inside(c, GET(VX_C), rows, GET(VX_C_ROW), words, 1)) &&
         (d == SYS_SPACE_VXD_NONE || inside(d, GET(VX_D), rows, GET(VX_D_ROW), words, 1)) &&
         scalars_inside(m, GET(VX_MUL) == SYS_VXMUL_ROW, GET(VX_S)) &&
         scalars_inside(m, GET(VX_ADD) == SYS_VXADD_ROW, GET(VX_C)) &&
         scalars_inside(m, reduce != SYS_VXREDUCE_NONE, GET(VX_R)) &&
         scalars_inside(m, reduce == SYS_VXREDUCE_ARGMAX, GET(VX_X));
}

bool in_srams(const __local machine *m, uint opcode) {
  switch (opcode) {
    case SYS_OP_LD:
    case SYS_OP_LDG:
      return inside(GET(LD_SPACE), GET(LD_DST), GET(LD_ROWS), GET(LD_DST_ROW), GET(LD_WORDS),
                    GET(LD_DST_WORD));
    case SYS_OP_ST: return st_inside(m);
    case SYS_OP_MX: return mx_inside(m);
    default: return vx_inside(m);
  }
}

// ---- segments --------------------------------------------------------------------

// Whether rows of a box, pitch bytes apart, end inside a segment. The product of
// two numbers of 32 bits is exact, the sum with the offset might not be.
bool box_inside(ulong limit, ulong offset, ulong rows, ulong pitch, ulong row_bytes) {
  const ulong last = (rows - 1) * pitch;
  return last <= limit && offset + row_bytes <= limit - last;
}

bool ld_in_segments(const __local machine *m, uint opcode, const segment *segments) {
  const ulong bytes = GET(LD_WORDS) * SYSTOLE_DIM * element_bytes((uint)GET(LD_SPACE));
  const ulong rows = opcode == SYS_OP_LDG ? GET(LDG_LIMIT) : GET(LD_ROWS);
  if (!box_inside(segments[GET(LD_SEGMENT)].limit, GET(LD_OFFSET), rows, GET(LD_PITCH), bytes))
    return false;
  if (opcode == SYS_OP_LD) return true;
  const ulong list = (4 * GET(LDG_ROWS) + SYSTOLE_BUS_BYTES - 1) / SYSTOLE_BUS_BYTES * SYSTOLE_BUS_BYTES;
  return box_inside(segments[GET(LDG_INDEX_SEGMENT)].limit, GET(LDG_INDEX_OFFSET), 1, 0, list);
}

bool in_segments(const __local machine *m, uint opcode, const segment *segments) {
  if (opcode == SYS_OP_LD || opcode == SYS_OP_LDG) return ld_in_segments(m, opcode, segments);
  if (opcode != SYS_OP_ST) return true;
  return box_inside(segments[GET(ST_SEGMENT)].limit, GET(ST_OFFSET), GET(ST_ROWS), GET(ST_PITCH),
                    GET(ST_ELEMENTS) * element_bytes((uint)GET(ST_SPACE)));
}

uint check(const __local machine *m, uint opcode, const segment *segments) {
  if (!is_aligned(m, opcode)) return SYS_CAUSE_ALIGN;
  if (!in_srams(m, opcode)) return SYS_CAUSE_SRAM;
  return in_segments(m, opcode, segments) ? SYS_CAUSE_NONE : SYS_CAUSE_SEGMENT;
}
