// Time: random programs on the C model and on the Verilated machine, with a
// memory that answers late and at random. Every end of an instruction, every
// register, every counter and the status record must be the same; so must be
// those of the model that tells the time alone.
//
//   test_time CONFIG MACHINE.so [SEED [COUNT]]
//
// Values are not compared: a program here may race. Semaphores are raised
// before they are taken, in program order, so that good programs end; some get
// a fault, a watchdog that bites early, or an abort.
#include <dlfcn.h>
#include <string.h>

#include "hw/isa/isa.h"
#include "sim/model/model.h"
#include "tests/system/agree.h"

enum { MAX_LINES = 512, REGION = 1 << 18, LISTS = 1 << 14 };
// Addresses: none but the lists' a multiple of 4 KiB.
enum { PROGRAM = 0x10080, DATA = 0x100080, LIST = 0x400000, RECORD = 0x800080 };
enum { SEG_DATA = 1, SEG_LIST = 2, SEG_HOLE = 3 };
enum { RTL, MODEL, ALONE, SIDES };

typedef struct {
  const systole_machine_api *api;
  systole_machine *machine;
  systole_memory *memory;
} side;

typedef struct {
  systole_config config;
  side sides[SIDES];
  systole_line lines[MAX_LINES];
  unsigned count;
  systole_job job;
  uint64_t state;
  unsigned credit[4][4];  // raised and not yet taken, in program order
  bool faulty;
} bench;

static uint32_t rnd(bench *b, uint32_t below) {  // splitmix64
  uint64_t z = b->state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return (uint32_t)((z ^ z >> 31) >> 16) % below;
}

static bool chance(bench *b, unsigned percent) { return rnd(b, 100) < percent; }

// 1..most, mostly small.
static uint32_t some(bench *b, uint32_t most) {
  uint32_t n = 1 + rnd(b, chance(b, 70) ? 4 : chance(b, 80) ? 20 : most);
  return n > most ? most : n;
}

static systole_line *add(bench *b, unsigned opcode) {
  systole_line *line = &b->lines[b->count++];
  memset(line, 0, sizeof *line);
  systole_line_set(line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode, opcode);
  return line;
}

// A binding of the fields in `codes`, whose immediates stay what they are: the
// scalar is 0 or the multiplier is. Slots beyond the codes may be left out.
static void bind(bench *b, systole_line *line, const unsigned *codes, unsigned count) {
  if (!chance(b, 40)) return;
  systole_line_set(line, SYSTOLE_LSB_bound, 1, 1);
  systole_line *binding = &b->lines[b->count++];
  memset(binding, 0, sizeof *binding);
  const unsigned slots = rnd(b, SYSTOLE_BINDING_SLOTS + 1), first = rnd(b, count);
  for (unsigned i = 0; i < slots; i++) {
    const unsigned at = i * SYSTOLE_BINDING_BITS, code = codes[(first + i / 3) % count];
    const bool zero = chance(b, 50);
    systole_line_set(binding, at, 8, code);
    systole_line_set(binding, at + 8, 4, zero ? rnd(b, 4) : 4 + rnd(b, 8));
    systole_line_set(binding, at + 16, 32, zero ? rnd(b, 1u << 30) : 0);
    systole_line_set(binding, at + 48, 32, UINT32_MAX);
  }
}

static void semaphores(bench *b, systole_line *line, unsigned self) {
  for (unsigned e = 0; e < 4; e++) {
    if (e == self) continue;
    const unsigned most = b->credit[e][self] < 15 ? b->credit[e][self] : 15;
    if (most > 0 && chance(b, 50)) {
      const unsigned n = 1 + rnd(b, most);
      systole_line_set(line, SYSTOLE_LSB_wait + 4 * e, 4, n);
      b->credit[e][self] -= n;
    }
    const unsigned room = 40 - b->credit[self][e];
    if (room > 4 && chance(b, 30)) {
      const unsigned n = 1 + rnd(b, 3);
      systole_line_set(line, SYSTOLE_LSB_raise + 4 * e, 4, n);
      b->credit[self][e] += n;
    }
  }
}

static const unsigned ld_codes[] = {SYSTOLE_BIND_LD_rows, SYSTOLE_BIND_LD_words,
                                    SYSTOLE_BIND_LD_offset, SYSTOLE_BIND_LD_dst};
static const unsigned ldg_codes[] = {SYSTOLE_BIND_LDG_rows, SYSTOLE_BIND_LDG_offset,
                                     SYSTOLE_BIND_LDG_index_offset};
static const unsigned mx_codes[] = {SYSTOLE_BIND_MX_m, SYSTOLE_BIND_MX_k, SYSTOLE_BIND_MX_n,
                                    SYSTOLE_BIND_MX_w};
static const unsigned vx_codes[] = {SYSTOLE_BIND_VX_m, SYSTOLE_BIND_VX_n, SYSTOLE_BIND_VX_a,
                                    SYSTOLE_BIND_VX_low, SYSTOLE_BIND_VX_index};
static const unsigned st_codes[] = {SYSTOLE_BIND_ST_rows, SYSTOLE_BIND_ST_elements,
                                    SYSTOLE_BIND_ST_offset, SYSTOLE_BIND_ST_src};

static void add_ld(bench *b, bool gather) {
  static const unsigned spaces[] = {SYSTOLE_SPACE_WGT, SYSTOLE_SPACE_ACT, SYSTOLE_SPACE_PAR};
  const unsigned space = spaces[rnd(b, 3)], bus = b->config.bus_bytes;
  const uint32_t word = b->config.dim * (space == SYSTOLE_SPACE_PAR ? 4 : 1);
  const uint32_t size = systole_config_words(&b->config, space);
  uint32_t rows = some(b, 60), words = some(b, 60);
  if (rows > size) rows = size;
  if (rows * words > size) words = size / rows;
  uint32_t pitch = words * word;
  if (chance(b, 50)) pitch += bus * rnd(b, 80);
  const uint32_t limit = gather ? 4 + rnd(b, 30) : rows;
  while ((limit - 1) * pitch + words * word > REGION) pitch /= 2, pitch -= pitch % bus;
  const uint32_t room = REGION - (limit - 1) * pitch - words * word;
  systole_line *l = add(b, gather ? SYSTOLE_OP_LDG : SYSTOLE_OP_LD);
  SYSTOLE_SET(l, LD, segment, b->faulty && chance(b, 2) ? SEG_HOLE : SEG_DATA);
  SYSTOLE_SET(l, LD, space, space);
  SYSTOLE_SET(l, LD, rows, chance(b, 7) ? 0 : rows);
  SYSTOLE_SET(l, LD, words, chance(b, 3) ? 0 : words);
  SYSTOLE_SET(l, LD, offset, rnd(b, room / bus + 1) * bus);
  SYSTOLE_SET(l, LD, pitch, pitch);
  SYSTOLE_SET(l, LD, dst, rnd(b, size - rows * words + 1));
  SYSTOLE_SET(l, LD, dst_row, words);
  SYSTOLE_SET(l, LD, dst_word, 1);
  if (gather) {
    const uint32_t bytes = (4 * rows + bus - 1) / bus * bus;
    SYSTOLE_SET(l, LDG, limit, limit);
    SYSTOLE_SET(l, LDG, index_segment, b->faulty && chance(b, 3) ? SEG_HOLE : SEG_LIST);
    SYSTOLE_SET(l, LDG, index_offset, rnd(b, (LISTS - bytes) / bus + 1) * bus);
  }
  semaphores(b, l, SYSTOLE_ENGINE_LD);
  if (gather) bind(b, l, ldg_codes, 3);
  else bind(b, l, ld_codes, 4);
}

static void add_mx(bench *b) {
  const unsigned dim = b->config.dim;
  systole_line *l = add(b, SYSTOLE_OP_MX);
  SYSTOLE_SET(l, MX, a_space, chance(b, 50) ? SYSTOLE_SPACE_ACT : SYSTOLE_SPACE_QNT);
  SYSTOLE_SET(l, MX, transposed, rnd(b, 2));
  SYSTOLE_SET(l, MX, accumulate, rnd(b, 2));
  SYSTOLE_SET(l, MX, m, chance(b, 7) ? 0 : some(b, 3 * dim));
  SYSTOLE_SET(l, MX, k, some(b, 4 * dim));
  SYSTOLE_SET(l, MX, n, some(b, 4 * dim));
  SYSTOLE_SET(l, MX, a_row, 1);
  SYSTOLE_SET(l, MX, w_k, dim);
  SYSTOLE_SET(l, MX, w_n, dim);
  SYSTOLE_SET(l, MX, c_row, 1);
  SYSTOLE_SET(l, MX, c_tile, rnd(b, 4));
  semaphores(b, l, SYSTOLE_ENGINE_MX);
  bind(b, l, mx_codes, 4);
}

static void add_vx(bench *b) {
  const unsigned dim = b->config.dim;
  systole_line *l = add(b, SYSTOLE_OP_VX);
  const unsigned reduce = chance(b, 50) ? 0 : 1 + rnd(b, 5), mul = rnd(b, 2), add_from = rnd(b, 4);
  SYSTOLE_SET(l, VX, m, chance(b, 7) ? 0 : some(b, 2 * dim));
  SYSTOLE_SET(l, VX, n, some(b, 5 * dim));
  SYSTOLE_SET(l, VX, a_space, chance(b, 50) ? SYSTOLE_SPACE_VXA_ACC : SYSTOLE_SPACE_VXA_VM);
  SYSTOLE_SET(l, VX, a, rnd(b, 20));
  SYSTOLE_SET(l, VX, a_row, rnd(b, 3));
  SYSTOLE_SET(l, VX, mul, mul);
  if (chance(b, 50)) {
    SYSTOLE_SET(l, VX, b_space, SYSTOLE_SPACE_VXB_PAR);
    SYSTOLE_SET(l, VX, b_row, rnd(b, 3));
  }
  SYSTOLE_SET(l, VX, add, add_from);
  if (add_from == SYSTOLE_VXADD_C) SYSTOLE_SET(l, VX, c_space, SYSTOLE_SPACE_VXC_VM);
  SYSTOLE_SET(l, VX, func, rnd(b, 5));
  SYSTOLE_SET(l, VX, d_space, chance(b, 50) ? SYSTOLE_SPACE_VXD_QNT : SYSTOLE_SPACE_VXD_VM);
  SYSTOLE_SET(l, VX, d, 200);
  SYSTOLE_SET(l, VX, d_row, 1);
  SYSTOLE_SET(l, VX, reduce, reduce);
  semaphores(b, l, SYSTOLE_ENGINE_VX);
  bind(b, l, vx_codes, 5);
}

static void add_st(bench *b) {
  static const unsigned spaces[] = {SYSTOLE_SPACE_QNT, SYSTOLE_SPACE_VM, SYSTOLE_SPACE_RS};
  const unsigned space = spaces[rnd(b, 3)], dim = b->config.dim;
  const bool bytes = space == SYSTOLE_SPACE_QNT;
  const uint32_t unit = bytes ? dim : 4, size = bytes ? 1 : 4, grid = bytes ? dim : 1;
  const uint32_t all = systole_config_words(&b->config, space) * dim;
  uint32_t rows = some(b, 30), elements = some(b, 40 * dim);
  if (rows * elements > all) rows = 1;
  if (elements > all) elements = all;
  uint32_t src_row = chance(b, 50) ? elements : rnd(b, elements + 1);
  src_row -= src_row % grid;
  uint32_t pitch = elements * size + (chance(b, 50) ? 0 : unit * rnd(b, 30));
  pitch -= pitch % unit;
  while ((rows - 1) * pitch + elements * size > REGION) rows--;
  const uint32_t room = REGION - (rows - 1) * pitch - elements * size;
  const uint32_t left = all - (rows - 1) * src_row - elements;
  systole_line *l = add(b, SYSTOLE_OP_ST);
  SYSTOLE_SET(l, ST, segment, b->faulty && chance(b, 2) ? SEG_HOLE : SEG_DATA);
  SYSTOLE_SET(l, ST, space, space);
  SYSTOLE_SET(l, ST, rows, chance(b, 7) ? 0 : rows);
  SYSTOLE_SET(l, ST, elements, elements);
  SYSTOLE_SET(l, ST, offset, rnd(b, room / unit + 1) * unit);
  SYSTOLE_SET(l, ST, pitch, pitch);
  SYSTOLE_SET(l, ST, src, rnd(b, left / grid + 1) * grid);
  SYSTOLE_SET(l, ST, src_row, src_row);
  semaphores(b, l, SYSTOLE_ENGINE_ST);
  bind(b, l, st_codes, 4);
}

static void add_any(bench *b, const unsigned *mix) {
  const unsigned draw = rnd(b, mix[0] + mix[1] + mix[2] + mix[3] + mix[4]);
  if (draw < mix[0]) add_ld(b, false);
  else if (draw < mix[0] + mix[1]) add_ld(b, true);
  else if (draw < mix[0] + mix[1] + mix[2]) add_mx(b);
  else if (draw < mix[0] + mix[1] + mix[2] + mix[3]) add_vx(b);
  else add_st(b);
}

// Takes what is left over, so that a loop's passes are all alike.
static void settle(bench *b) {
  for (unsigned f = 0; f < 4; f++)
    for (unsigned e = 0; e < 4; e++)
      while (b->credit[e][f] > 0) {
        static const unsigned ops[] = {SYSTOLE_OP_LD, SYSTOLE_OP_MX, SYSTOLE_OP_VX, SYSTOLE_OP_ST};
        systole_line *l = add(b, ops[f]);  // a no-op
        if (f == SYSTOLE_ENGINE_MX) SYSTOLE_SET(l, MX, a_space, SYSTOLE_SPACE_ACT);
        if (f == SYSTOLE_ENGINE_VX) SYSTOLE_SET(l, VX, a_space, SYSTOLE_SPACE_VXA_VM);
        if (f == SYSTOLE_ENGINE_ST) SYSTOLE_SET(l, ST, space, SYSTOLE_SPACE_VM);
        const unsigned n = b->credit[e][f] < 15 ? b->credit[e][f] : 15;
        systole_line_set(l, SYSTOLE_LSB_wait + 4 * e, 4, n);
        b->credit[e][f] -= n;
      }
}

static void add_body(bench *b, const unsigned *mix, unsigned most, unsigned depth) {
  static const unsigned loop_codes[] = {SYSTOLE_BIND_LOOP_count};
  for (unsigned n = rnd(b, most + 1); n > 0 && b->count < MAX_LINES - 120; n--) {
    if (depth == 4 || !chance(b, 8)) {
      add_any(b, mix);
      continue;
    }
    settle(b);
    systole_line *loop = add(b, SYSTOLE_OP_LOOP);
    SYSTOLE_SET(loop, LOOP, count, rnd(b, depth < 2 ? 6 : 3));
    SYSTOLE_SET(loop, LOOP, counter, 12 + depth);
    bind(b, loop, loop_codes, 1);
    const unsigned body = b->count;
    add_body(b, mix, 6, depth + 1);
    settle(b);
    add(b, SYSTOLE_OP_ENDLOOP);
    SYSTOLE_SET(loop, LOOP, lines, b->count - body);
  }
}

static void spoil(bench *b) {
  systole_line *line = &b->lines[rnd(b, b->count)];
  switch (rnd(b, 10)) {
    case 0: b->job.max_cycles = 1 + rnd(b, 3000); break;
    case 1: b->job.watchdog = 1 + rnd(b, 100); break;
    case 2: line->word[rnd(b, 16)] ^= 1u << rnd(b, 32); break;
    case 3: systole_line_set(line, SYSTOLE_LSB_wait, 16, rnd(b, 65536)); break;
    case 4: systole_line_set(line, SYSTOLE_LSB_raise, 16, 0xFFFF); break;
    case 5: b->job.lines = rnd(b, b->count + 1); break;
    case 6: b->job.segments[SEG_DATA].limit = rnd(b, REGION); break;
    case 7: memset(line, (int)rnd(b, 256), 4); break;
    case 8: memmove(line, &b->lines[rnd(b, b->count)], sizeof *line); break;
    default: break;  // holes, and indices beyond the limit
  }
}

// Segments, scalars (0..3 are zero, 4..11 anything) and memory's lists.
static void set_up(bench *b) {
  memset(&b->job, 0, sizeof b->job);
  b->count = 0;
  memset(b->credit, 0, sizeof b->credit);
  b->job.segments[0].base = PROGRAM;
  b->job.segments[0].limit = sizeof b->lines;
  b->job.segments[SEG_DATA].base = DATA;
  b->job.segments[SEG_DATA].limit = REGION;
  b->job.segments[SEG_LIST].base = LIST;
  b->job.segments[SEG_LIST].limit = LISTS;
  b->job.segments[SEG_HOLE].base = UINT64_C(0x123450000000);
  b->job.segments[SEG_HOLE].limit = REGION;
  b->job.segments[15].base = RECORD;
  b->job.segments[15].limit = SYSTOLE_STATUS_BYTES;
  b->job.watchdog = 20000;
  for (unsigned s = 4; s < 12; s++) b->job.scalars[s] = (int32_t)rnd(b, UINT32_MAX);
}

static void make(bench *b) {
  unsigned mix[5];
  set_up(b);
  for (unsigned i = 0; i < 5; i++) mix[i] = 1 + rnd(b, chance(b, 50) ? 2 : 12);
  if (chance(b, 50)) mix[1] = 0;
  add_body(b, mix, 5 + rnd(b, 60), 0);
  settle(b);
  add(b, SYSTOLE_OP_END);
  b->job.lines = b->count;
  if (b->faulty) spoil(b);
  uint32_t lists[LISTS / 4];
  const uint32_t beyond = b->faulty && chance(b, 50) ? 50 : 0;  // one in so many
  for (unsigned i = 0; i < LISTS / 4; i++)
    lists[i] = beyond && rnd(b, beyond) == 0 ? rnd(b, 40) : rnd(b, 4);
  for (unsigned s = 0; s < SIDES; s++) {
    memcpy(systole_memory_at(b->sides[s].memory, PROGRAM, sizeof b->lines), b->lines, sizeof b->lines);
    memcpy(systole_memory_at(b->sides[s].memory, LIST, LISTS), lists, LISTS);
  }
}

// Whether two sides agree; prints where they do not.
static bool agree(const bench *b, const systole_report *reports, const trace_log *logs, unsigned x,
                  unsigned y) {
  bool same = agree_traces(&logs[x], &logs[y]);
  same &= agree_reports(&reports[x], &reports[y]);
  if (memcmp(systole_memory_at(b->sides[x].memory, RECORD, SYSTOLE_STATUS_BYTES),
             systole_memory_at(b->sides[y].memory, RECORD, SYSTOLE_STATUS_BYTES), SYSTOLE_STATUS_BYTES) != 0) {
    printf("  status records differ\n");
    same = false;
  }
  return same;
}

static bool open_sides(bench *b, const systole_dram_params *dram, systole_error *err) {
  for (unsigned s = 0; s < SIDES; s++) {
    side *one = &b->sides[s];
    if (systole_memory_create(&one->memory, err) != SYSTOLE_OK ||
        systole_memory_map(one->memory, PROGRAM, sizeof b->lines, err) != SYSTOLE_OK ||
        systole_memory_map(one->memory, LIST, LISTS, err) != SYSTOLE_OK ||
        systole_memory_map(one->memory, RECORD, 384, err) != SYSTOLE_OK ||
        one->api->create(&b->config, one->memory, dram, &one->machine, err) != SYSTOLE_OK)
      return false;
    if (s != ALONE && systole_memory_map(one->memory, DATA, REGION, err) != SYSTOLE_OK) return false;
  }
  systole_model_set_time_alone(b->sides[ALONE].machine, true);
  return true;
}

static void close_sides(bench *b) {
  for (unsigned s = 0; s < SIDES; s++) {
    b->sides[s].api->destroy(b->sides[s].machine);
    systole_memory_destroy(b->sides[s].memory);
    b->sides[s].machine = NULL;
    b->sides[s].memory = NULL;
  }
}

// One program; the model that tells the time alone meets no faults of data.
static bool run(bench *b, systole_error *err) {
  systole_report reports[SIDES];
  trace_log logs[SIDES] = {{0}};
  bool same = true;
  make(b);
  for (unsigned s = 0; s < SIDES; s++)
    if (b->sides[s].api->run(b->sides[s].machine, &b->job, &reports[s], trace_into, &logs[s], err)) {
      printf("  %s\n", err->text);
      same = false;
    }
  const bool data = reports[RTL].cause == SYSTOLE_CAUSE_AXI_READ ||
                    reports[RTL].cause == SYSTOLE_CAUSE_AXI_WRITE;
  same = same && agree(b, reports, logs, RTL, MODEL) &&
         ((b->faulty && data) || agree(b, reports, logs, MODEL, ALONE));
  for (unsigned s = 0; s < SIDES; s++) free(logs[s].ends);
  return same;
}

// Ten programs on machines of one memory, so that they follow each other.
static unsigned batch(bench *b, uint64_t seed, unsigned *passed, systole_error *err) {
  static const char *const presets[] = {"ideal", "ddr4-2400", "hbm2"};
  systole_dram_params dram = {.seed = seed};
  unsigned failed = 0;
  b->state = seed;
  strcpy(dram.preset, presets[rnd(b, 3)]);
  if (chance(b, 60)) dram.max_delay = rnd(b, chance(b, 50) ? 20 : 300);
  if (chance(b, 60)) dram.max_stall = rnd(b, chance(b, 50) ? 4 : 60);
  if (!open_sides(b, &dram, err)) {
    printf("  %s\n", err->text);
    return 1;
  }
  for (unsigned i = 0; i < 10 && failed == 0; i++) {
    b->state = seed * 1000 + i;
    b->faulty = i >= 6;
    if (run(b, err)) {
      ++*passed;
    } else {
      printf("FAIL program %u of seed %" PRIu64 "\n", i, seed);
      failed++;
    }
  }
  close_sides(b);
  return failed;
}

int main(int argc, char **argv) {
  static bench b;
  systole_error err = {0};
  if (argc < 3) {
    fprintf(stderr, "usage: %s CONFIG MACHINE.so [SEED [COUNT]]\n", argv[0]);
    return 2;
  }
  void *object = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
  const systole_machine_api *(*get)(void) = NULL;
  if (object) *(void **)&get = dlsym(object, "systole_rtl_api");
  if (systole_config_load(argv[1], &b.config, &err) != SYSTOLE_OK || !get) {
    printf("%s\n", get ? err.text : dlerror());
    return 1;
  }
  const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
  const unsigned batches = argc > 4 ? (unsigned)atoi(argv[4]) / 10 : 20;
  b.sides[RTL].api = get();
  b.sides[MODEL].api = b.sides[ALONE].api = systole_model_api();
  unsigned passed = 0, failed = 0;
  for (unsigned i = 0; i < batches && failed < 3; i++)
    failed += batch(&b, seed * 10000 + i, &passed, &err);
  printf("%u passed, %u failed, 0 skipped\n", passed, failed);
  return failed != 0;
}
