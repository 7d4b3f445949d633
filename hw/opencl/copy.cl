// LD, LDG and ST.

// The largest piece that addresses and words are multiples of.
#if SYSTOLE_BUS_BYTES >= 16
typedef uint4 unit;
#elif SYSTOLE_BUS_BYTES == 8
typedef uint2 unit;
#else
typedef uint unit;
#endif

#define LIST_MOST 1024

// Whether no byte belongs to two of `rows` rows `row` apart, each of `steps`
// pieces `step` apart and `size` long. (Not said whenever it is so, but for
// the strides that are used.)
bool apart(ulong rows, ulong row, ulong steps, ulong step, ulong size) {
  const bool steps_apart = steps == 1 || step >= size;
  const bool rows_apart = rows == 1 || row >= (steps - 1) * step + size;
  return steps_apart && rows_apart;
}

// How many rows of LDG come before the first index that is too large.
uint good_rows(__local machine *m, const __global uint *list, uint rows, uint limit) {
  if (ITEM == 0) m->bad_index = rows;
  BARRIER();
#if SYSTOLE_ITEMS == 1
  for (uint i = 0; i < rows && m->bad_index == rows; i++)
    if (list[i] >= limit) m->bad_index = i;
#else
  for (uint i = ITEM; i < rows; i += SYSTOLE_ITEMS)
    if (list[i] >= limit) atomic_min(&m->bad_index, i);
#endif
  BARRIER();
  const uint good = m->bad_index;
  if (ITEM == 0 && good < rows) m->own = (fault){SYS_CAUSE_INDEX, SYS_ENGINE_LD, m->index, list[good]};
  return good;
}

void load_row(const __global unit *from, __global unit *to, uint units, uint per_word,
              ulong word_step, share s) {
  if (word_step == per_word)
    for (uint u = s.column; u < units; u += s.across) to[u] = from[u];
  else
    for (uint u = s.column; u < units; u += s.across) to[u / per_word * word_step + u % per_word] = from[u];
}

void load(__local machine *m, const segment *segments, __global uchar *scratch) {
  const uint space = (uint)GET(LD_SPACE), words = (uint)GET(LD_WORDS);
  const ulong word_bytes = SYSTOLE_DIM * element_bytes(space), pitch = GET(LD_PITCH);
  const uint per_word = (uint)(word_bytes / sizeof(unit)), units = words * per_word;
  const ulong row_step = GET(LD_DST_ROW) * per_word, word_step = GET(LD_DST_WORD) * per_word;
  const __global uchar *from = segments[GET(LD_SEGMENT)].bytes + GET(LD_OFFSET);
  __global unit *to = (__global unit *)(sram(scratch, space) + GET(LD_DST) * word_bytes);
  const bool gather = m->todo == SYS_OP_LDG;
  const __global uint *list = 0;
  uint rows = (uint)GET(LD_ROWS);
  ulong listed = 0;
  if (gather) {
    list = (const __global uint *)(segments[GET(LDG_INDEX_SEGMENT)].bytes + GET(LDG_INDEX_OFFSET));
    listed = (4 * rows + SYSTOLE_BUS_BYTES - 1) / SYSTOLE_BUS_BYTES * SYSTOLE_BUS_BYTES;
    rows = good_rows(m, list, rows, (uint)GET(LDG_LIMIT));
  }
  const share s = apart(rows, row_step, words, word_step, per_word) ? share_out(units) : share_not();
  for (uint i = s.row; i < rows; i += s.down)
    load_row((const __global unit *)(from + (gather ? list[i] : i) * pitch), to + i * row_step, units,
             per_word, word_step, s);
  if (ITEM == 0) m->read_bytes += listed + rows * words * word_bytes;
}

void store(__local machine *m, const segment *segments, __global uchar *scratch) {
  const uint space = (uint)GET(ST_SPACE), rows = (uint)GET(ST_ROWS), elements = (uint)GET(ST_ELEMENTS);
  const ulong size = element_bytes(space), pitch = GET(ST_PITCH), from_row = GET(ST_SRC_ROW) * size;
  const __global uchar *from = sram(scratch, space) + GET(ST_SRC) * size;
  __global uchar *to = segments[GET(ST_SEGMENT)].bytes + GET(ST_OFFSET);
  const share s = apart(rows, pitch, 1, 0, elements * size) ? share_out(elements) : share_not();
  for (uint i = s.row; i < rows; i += s.down) {
    const __global uchar *source = from + i * from_row;
    __global uchar *target = to + i * pitch;
    if (size == 1)
      for (uint e = s.column; e < elements; e += s.across) target[e] = source[e];
    else
      for (uint e = s.column; e < elements; e += s.across)
        ((__global uint *)target)[e] = ((const __global uint *)source)[e];
  }
  if (ITEM == 0) m->write_bytes += rows * elements * size;
}
