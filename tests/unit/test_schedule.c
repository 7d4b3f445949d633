// Rings, the order of prefetches, and values that do not fit. The programs are
// loads of blocks and products that use them; nothing here runs.
#include "compiler/schedule/schedule.h"

#include "compiler/schedule/encode.h"
#include "tests/unit/test_model_bench.h"

enum { RING = 100, MANY = 64 };

typedef struct {
  systole_config config;
  systole_schedule *schedule;
  systole_error err;
  systole_block block[MANY];
  uint32_t words[MANY];
} sketch;

static void start(sketch *k, uint32_t ring_words, unsigned queue_depth) {
  *k = (sketch){.config = bench_config(4)};
  k->config.queue_depth = queue_depth;
  if (systole_schedule_create(&k->config, (systole_ring){RING, ring_words},
                              (systole_ring){RING, 16}, &k->schedule, NULL))
    abort();
}

static void stop(sketch *k) { systole_schedule_destroy(k->schedule); }

// Block number `id`, whose load is known again by its offset.
static void load(sketch *k, unsigned id, uint32_t words) {
  k->words[id] = words;
  systole_schedule_block(k->schedule, SYSTOLE_SPACE_WGT, words, &k->block[id], NULL);
  systole_op op = {.opcode = SYSTOLE_OP_LD,
                   .ld = {.space = SYSTOLE_SPACE_WGT, .segment = 1, .block = k->block[id],
                          .rows = systole_fixed(1), .words = systole_fixed(words),
                          .offset = systole_fixed(4 * id), .dst_word = 1}};
  systole_schedule_prefetch(k->schedule, &op);
}

// A product with the first tile of block `id`, known again by its A.
static void use(sketch *k, unsigned id) {
  systole_op op = {.opcode = SYSTOLE_OP_MX,
                   .mx = {.a_space = SYSTOLE_SPACE_ACT, .m = systole_fixed(1), .k = systole_fixed(4),
                          .n = systole_fixed(4), .a = systole_fixed(id), .block = k->block[id]}};
  systole_schedule_add(k->schedule, &op);
}

static systole_scheduled solve(sketch *k) {
  systole_scheduled out = {0};
  systole_status status = systole_schedule_solve(k->schedule, &out, &k->err);
  if (status) printf("  %s\n", k->err.text);
  CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
  return out;
}

static bool is_load(const systole_line *line) { return line->word[0] % 256 == SYSTOLE_OP_LD; }
static bool is_use(const systole_line *line) { return line->word[0] % 256 == SYSTOLE_OP_MX; }

static unsigned id_of(const systole_line *line) {
  return (unsigned)(is_load(line) ? SYSTOLE_GET(line, LD, offset) / 4 : SYSTOLE_GET(line, MX, a));
}

// Where load number n went, relative to the ring, and the line it stands in.
static uint32_t place_of(const systole_scheduled *code, unsigned id, uint32_t *at) {
  for (uint32_t i = 0; i < code->count; i++)
    if (is_load(&code->lines[i]) && id_of(&code->lines[i]) == id) {
      if (at) *at = i;
      return (uint32_t)SYSTOLE_GET(&code->lines[i], LD, dst) - RING;
    }
  CU_FAIL("a load is missing");
  return 0;
}

// Loads and uses blocks of these sizes one after the other and compares their places.
static void assert_places(uint32_t ring, const uint32_t *words, const uint32_t *places,
                          unsigned count) {
  sketch k;
  start(&k, ring, 16);
  for (unsigned i = 0; i < count; i++) load(&k, i, words[i]), use(&k, i);
  systole_scheduled code = solve(&k);
  for (unsigned i = 0; i < count; i++) CU_ASSERT_EQUAL(place_of(&code, i, NULL), places[i]);
  stop(&k);
}

static void test_wrap(void) {
  assert_places(24, (uint32_t[]){8, 8, 8, 8, 8}, (uint32_t[]){0, 8, 16, 0, 8}, 5);
}

// What is left at the end is too short: the block goes to the start.
static void test_gap(void) {
  assert_places(20, (uint32_t[]){8, 8, 8, 8}, (uint32_t[]){0, 8, 0, 8}, 4);
  assert_places(20, (uint32_t[]){12, 4, 8, 4, 8}, (uint32_t[]){0, 12, 0, 8, 12}, 5);
}

static void test_exactly_full(void) {
  assert_places(16, (uint32_t[]){16, 16, 8, 8, 16}, (uint32_t[]){0, 0, 0, 8, 0}, 5);
}

static void test_waits_for_room(void) {
  sketch k;
  uint32_t third, fourth;
  start(&k, 16, 16);
  for (unsigned i = 0; i < 4; i++) load(&k, i, 8), use(&k, i);
  systole_scheduled code = solve(&k);
  place_of(&code, 2, &third);
  place_of(&code, 3, &fourth);
  // load 0, load 1, use 0, load 2, use 1, load 3, use 2, use 3
  CU_ASSERT_EQUAL(third, 3);
  CU_ASSERT_EQUAL(fourth, 5);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&code.lines[2], MX, w), RING);
  CU_ASSERT_EQUAL(systole_line_get(&code.lines[3], SYSTOLE_LSB_wait + 4 * SYSTOLE_ENGINE_MX, 4), 1);
  CU_ASSERT_EQUAL(systole_line_get(&code.lines[2], SYSTOLE_LSB_raise + 4 * SYSTOLE_ENGINE_LD, 4), 1);
  CU_ASSERT_EQUAL(code.lines[code.count - 1].word[0], SYSTOLE_OP_END);
  CU_ASSERT_STRING_EQUAL(code.symbols[code.count - 1], "end");
  stop(&k);
}

// Words come back in the order in which they went out: the second block's wait for the first's.
static void test_release_in_order(void) {
  sketch k;
  start(&k, 24, 16);
  load(&k, 0, 8), load(&k, 1, 8), use(&k, 0), use(&k, 1);
  load(&k, 2, 8), use(&k, 2), use(&k, 0);
  load(&k, 3, 12), use(&k, 3);
  systole_scheduled code = solve(&k);
  uint32_t at;
  CU_ASSERT_EQUAL(place_of(&code, 2, NULL), 16);
  CU_ASSERT_EQUAL(place_of(&code, 3, &at), 0);
  CU_ASSERT_EQUAL(at, code.count - 3);
  stop(&k);
}

static void test_no_room(void) {
  sketch k;
  systole_scheduled out;
  start(&k, 16, 16);
  systole_schedule_symbol(k.schedule, NULL, "layers.%d.up", 3);
  load(&k, 0, 8), load(&k, 1, 8), load(&k, 2, 4), use(&k, 0), use(&k, 1), use(&k, 2);
  CU_ASSERT_EQUAL(systole_schedule_solve(k.schedule, &out, &k.err), SYSTOLE_E_RANGE);
  CU_ASSERT_STRING_EQUAL(k.err.text, "layers.3.up: its buffers do not fit into WGT of bench");
  stop(&k);
  start(&k, 16, 16);
  load(&k, 0, 20), use(&k, 0);
  CU_ASSERT_EQUAL(systole_schedule_solve(k.schedule, &out, &k.err), SYSTOLE_E_RANGE);
  stop(&k);
}

// Two large blocks that are used together fit if the first starts the ring;
// running ahead of a small one must not put it where the second has no room.
static void test_ahead_leaves_room(void) {
  sketch k;
  start(&k, 22, 16);
  load(&k, 0, 4), use(&k, 0);
  load(&k, 1, 10), load(&k, 2, 10), use(&k, 1), use(&k, 2), use(&k, 1);
  systole_scheduled code = solve(&k);
  CU_ASSERT_EQUAL(place_of(&code, 1, NULL), 0);
  CU_ASSERT_EQUAL(place_of(&code, 2, NULL), 10);
  stop(&k);
}

// A block that nothing uses is given back as well.
static void test_unused(void) {
  assert_places(16, (uint32_t[]){8}, (uint32_t[]){0}, 1);
  sketch k;
  start(&k, 16, 16);
  for (unsigned i = 0; i < 6; i++) load(&k, i, 8);
  load(&k, 6, 16), use(&k, 6);
  systole_scheduled code = solve(&k);
  CU_ASSERT_EQUAL(place_of(&code, 6, NULL), 0);
  stop(&k);
}

// No more loads ahead than leave a queue some room.
static void test_look_ahead(void) {
  for (unsigned depth = 2; depth <= 16; depth *= 2) {
    sketch k;
    uint32_t first = 0;
    start(&k, 400, depth);
    for (unsigned i = 0; i < 40; i++) load(&k, i, 4), use(&k, i);
    systole_scheduled code = solve(&k);
    while (is_load(&code.lines[first])) first++;
    CU_ASSERT(first >= 2);
    CU_ASSERT(first <= depth + 1);
    stop(&k);
  }
}

// ---- random sketches --------------------------------------------------------------

// Each block's words belong to it from its load to its last use.
static void check_owners(const sketch *k, const systole_scheduled *code, unsigned blocks) {
  unsigned owner[1024] = {0}, last_loaded = 0;  // 0: free, else id + 1
  uint32_t last_use[MANY] = {0}, at[MANY];
  for (uint32_t i = 0; i < code->count; i++)
    if (is_use(&code->lines[i])) last_use[id_of(&code->lines[i])] = i;
  for (uint32_t i = 0; i + 1 < code->count; i++) {
    const systole_line *line = &code->lines[i];
    unsigned id = id_of(line);
    if (is_load(line)) {
      CU_ASSERT(id == 0 || id == last_loaded + 1);  // in the order of the list
      last_loaded = id;
      at[id] = (uint32_t)SYSTOLE_GET(line, LD, dst);
      for (uint32_t w = 0; w < k->words[id]; w++) {
        CU_ASSERT_EQUAL(owner[at[id] + w], 0);
        owner[at[id] + w] = id + 1;
      }
      continue;
    }
    CU_ASSERT_EQUAL(SYSTOLE_GET(line, MX, w), at[id]);
    CU_ASSERT_EQUAL(owner[at[id]], id + 1);
    if (last_use[id] == i) memset(&owner[at[id]], 0, k->words[id] * sizeof *owner);
  }
  CU_ASSERT_EQUAL(last_loaded, blocks - 1);
}

// Up to three blocks at a time, whose sum fits wherever the first of them lies.
static void make_random(sketch *k, uint64_t *random, unsigned blocks) {
  unsigned open = 0;  // the oldest block that may still be named
  for (unsigned id = 0; id < blocks; id++) {
    load(k, id, 4 * (1 + bench_below(random, 4)));
    if (id - open == 3) open++;
    for (unsigned n = 0; n < 3; n++) use(k, open + bench_below(random, id - open + 1));
    use(k, id);
  }
}

static void test_random(void) {
  uint64_t random = bench_seed("random blocks");
  for (int i = 0; i < 300; i++) {
    sketch k;
    unsigned blocks = 1 + bench_below(&random, MANY);
    start(&k, 80 + 4 * bench_below(&random, 20), 2u << bench_below(&random, 5));
    make_random(&k, &random, blocks);
    systole_scheduled code = solve(&k);
    check_owners(&k, &code, blocks);
    stop(&k);
  }
}

// Groups of blocks that just fit together: whatever runs ahead, each group
// finds room. Returns how many blocks there are.
static unsigned make_groups(sketch *k, uint64_t *random, uint32_t ring_words) {
  unsigned id = 0;
  while (id + 3 < MANY) {
    unsigned first = id, count = 1 + bench_below(random, 3);
    uint32_t left = ring_words;
    for (; id < first + count && left >= 4; id++) {
      uint32_t words = 4 * (1 + bench_below(random, left / 4));
      load(k, id, words);
      left -= words;
      use(k, id);
    }
    for (unsigned n = 0; n < 4; n++) use(k, first + bench_below(random, id - first));
  }
  return id;
}

static void test_tight(void) {
  uint64_t random = bench_seed("tight rings");
  for (int i = 0; i < 300; i++) {
    sketch k;
    uint32_t ring_words = 4 * (3 + bench_below(&random, 20));
    start(&k, ring_words, 2u << bench_below(&random, 5));
    unsigned blocks = make_groups(&k, &random, ring_words);
    systole_scheduled code = solve(&k);
    check_owners(&k, &code, blocks);
    stop(&k);
  }
}

// ---- encoding ---------------------------------------------------------------------

static void refuse(systole_op op, const char *field) {
  systole_encoded out;
  systole_error err = {{0}};
  char wanted[80];
  op.symbol = "layers.0.up";
  snprintf(wanted, sizeof wanted, "layers.0.up: %s does not fit its field", field);
  CU_ASSERT_EQUAL(systole_encode(&op, &out, &err), SYSTOLE_E_RANGE);
  if (strncmp(err.text, wanted, strlen(wanted))) printf("  %s: %s\n", field, err.text);
  CU_ASSERT_NSTRING_EQUAL(err.text, wanted, strlen(wanted));
}

#define REFUSE(op_, member, field, ...) \
  refuse((systole_op){.opcode = SYSTOLE_OP_##op_, .member = {__VA_ARGS__}}, #op_ "." #field)

static void test_misfits(void) {
  REFUSE(LD, ld, segment, .segment = 16);
  REFUSE(LD, ld, rows, .rows = systole_fixed(65536));
  REFUSE(LD, ld, words, .words = systole_fixed(65536));
  REFUSE(LD, ld, offset, .offset = systole_fixed(INT64_C(1) << 40));
  REFUSE(LD, ld, offset, .offset = systole_fixed(-16));
  REFUSE(LD, ld, dst, .dst = systole_fixed(65536));
  REFUSE(LDG, ld, index_offset, .index_offset = UINT64_C(1) << 40);
  REFUSE(LDG, ld, words, .words = systole_fixed(65536));
  REFUSE(MX, mx, m, .m = systole_fixed(65536));
  REFUSE(MX, mx, k, .k = systole_fixed(65536));
  REFUSE(MX, mx, n, .n = systole_fixed(-1));
  REFUSE(MX, mx, w, .w = 65536);
  REFUSE(VX, vx, n, .n = systole_fixed(65536));
  REFUSE(VX, vx, b, .b = 65536);
  REFUSE(VX, vx, c, .c = 65536);
  REFUSE(VX, vx, d, .d = 65536);
  REFUSE(VX, vx, x, .x = 65536);
  REFUSE(ST, st, elements, .elements = systole_fixed(65536));
  REFUSE(ST, st, offset, .offset = systole_fixed(INT64_C(1) << 40));
}

// A binding line has six slots.
static void test_slots(void) {
  systole_value two = systole_linear(0, 1, 1, 8);
  two.term[1].scalar = 2;
  two.term[1].mult = -1;
  systole_op op = {.opcode = SYSTOLE_OP_LD,
                   .ld = {.rows = two, .words = two, .offset = two, .dst = systole_fixed(3)}};
  systole_encoded out;
  CU_ASSERT_EQUAL(systole_encode(&op, &out, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(out.lines, 2);
  op.ld.dst = systole_linear(0, 1, 1, 8);
  CU_ASSERT_EQUAL(systole_encode(&op, &out, NULL), SYSTOLE_E_RANGE);
}

static void test_values(void) {
  systole_op op = {.opcode = SYSTOLE_OP_LD,
                   .ld = {.space = SYSTOLE_SPACE_PAR, .segment = 3, .rows = systole_fixed(7),
                          .words = systole_linear(2, 5, -3, 99),
                          .offset = systole_linear(64, 4, 128, 0), .pitch = 256}};
  systole_encoded out;
  CU_ASSERT_EQUAL(systole_encode(&op, &out, NULL), SYSTOLE_OK);
  const systole_line *line = &out.line[0], *bound = &out.line[1];
  CU_ASSERT_EQUAL(SYSTOLE_GET(line, LD, rows), 7);
  CU_ASSERT_EQUAL(SYSTOLE_GET(line, LD, words), 2);
  CU_ASSERT_EQUAL(SYSTOLE_GET(line, LD, offset), 64);
  CU_ASSERT_EQUAL(systole_line_get(line, SYSTOLE_LSB_bound, SYSTOLE_WIDTH_bound), 1);
  // Slots: field, scalar, factor, cap. Addresses have no cap.
  CU_ASSERT_EQUAL(systole_line_get(bound, 0, 8), SYSTOLE_BIND_LD_words);
  CU_ASSERT_EQUAL(systole_line_get(bound, 8, 4), 5);
  CU_ASSERT_EQUAL((int32_t)systole_line_get(bound, 16, 32), -3);
  CU_ASSERT_EQUAL(systole_line_get(bound, 48, 32), 99);
  CU_ASSERT_EQUAL(systole_line_get(bound, SYSTOLE_BINDING_BITS, 8), SYSTOLE_BIND_LD_offset);
  CU_ASSERT_EQUAL(systole_line_get(bound, SYSTOLE_BINDING_BITS + 48, 32), 0xFFFFFFFFu);
  op.ld.words = op.ld.offset = systole_fixed(0);
  CU_ASSERT_EQUAL(systole_encode(&op, &out, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(out.lines, 1);
}

// Every line carries the symbol of its operation, binding lines too.
static void test_symbols(void) {
  sketch k;
  start(&k, 16, 16);
  load(&k, 0, 4);
  systole_schedule_symbol(k.schedule, NULL, "head.%d", 7);
  systole_op op = {.opcode = SYSTOLE_OP_MX,
                   .mx = {.a_space = SYSTOLE_SPACE_ACT, .m = systole_linear(0, 1, 1, 1),
                          .k = systole_fixed(4), .n = systole_fixed(4), .block = k.block[0]}};
  systole_schedule_add(k.schedule, &op);
  systole_scheduled code = solve(&k);
  static const char *const wanted[] = {"program", "head.7", "head.7", "end"};
  CU_ASSERT_EQUAL_FATAL(code.count, 4);
  for (int i = 0; i < 4; i++) CU_ASSERT_STRING_EQUAL(code.symbols[i], wanted[i]);
  stop(&k);
}

void suite_schedule(void) {
  static const systole_test tests[] = {{"a ring wraps", test_wrap},
                                       {"a gap at the end of a ring", test_gap},
                                       {"a ring that is exactly full", test_exactly_full},
                                       {"a load waits for room", test_waits_for_room},
                                       {"words come back in order", test_release_in_order},
                                       {"what does not fit, in words", test_no_room},
                                       {"running ahead leaves room", test_ahead_leaves_room},
                                       {"blocks that nothing uses", test_unused},
                                       {"how far loads run ahead", test_look_ahead},
                                       {"random blocks", test_random},
                                       {"rings that just fit", test_tight},
                                       {"values too large for their fields", test_misfits},
                                       {"six slots", test_slots},
                                       {"values and bindings", test_values},
                                       {"symbols", test_symbols},
                                       {0}};
  systole_test_suite("schedule", tests);
}
