// Where a LLaMA program's buffers lie: what each memory limits, how rows
// shrink, and that buffers which are alive together never overlap.
#include "compiler/llama/plan.h"

#include "tests/unit/test_model_bench.h"

static systole_model model_of(int hidden, int heads, int kv_heads, int head_size, int ffn, int vocab) {
  return (systole_model){.arch = SYSTOLE_ARCH_LLAMA, .vocab = vocab, .context = 4096,
                         .llama = {.hidden = hidden, .ffn = ffn, .layers = 2, .heads = heads,
                                   .kv_heads = kv_heads, .head_size = head_size}};
}

static systole_config large_config(unsigned dim) {
  systole_config config = bench_config(dim);
  config.wgt_words = config.act_words = config.qnt_words = config.acc_words = 65536;
  config.par_words = config.vm_words = config.rs_words = 65536;
  return config;
}

static systole_status plan_of(const systole_model *model, const systole_config *config,
                              uint32_t context, bool decode, bool all, uint32_t parts,
                              uint32_t rows, systole_llama_plan *plan, systole_error *err) {
  systole_llama_shape shape;
  systole_llama_measure(model, config, context, &shape);
  return systole_llama_plan_make(&shape, config, decode, all, parts, rows, plan, err);
}

// Head size 8 on a DIM of 16 takes a word a head.
static void test_widths(void) {
  systole_model model = model_of(172, 8, 2, 8, 100, 513);
  systole_config config = large_config(16);
  systole_llama_shape s;
  systole_llama_measure(&model, &config, 129, &s);
  CU_ASSERT_EQUAL(s.group, 4);
  CU_ASSERT_EQUAL(s.hidden_w, 11);
  CU_ASSERT_EQUAL(s.head_w, 1);
  CU_ASSERT_EQUAL(s.query_w, 8);
  CU_ASSERT_EQUAL(s.kv_w, 2);
  CU_ASSERT_EQUAL(s.qkv_w, 12);
  CU_ASSERT_EQUAL(s.ffn_w, 7);
  CU_ASSERT_EQUAL(s.vocab_w, 33);
  CU_ASSERT_EQUAL(s.context, 129);
  CU_ASSERT_EQUAL(s.context_w, 9);
}

typedef struct {
  const char *name;
  size_t at;
} memory;

static unsigned *words_of(systole_config *config, const memory *m) {
  return (unsigned *)(void *)((char *)config + m->at);
}

// The one memory that is made smaller and smaller is the one that is named.
static void test_each_memory(void) {
  static const memory memories[] = {{"WGT", offsetof(systole_config, wgt_words)},
                                    {"QNT", offsetof(systole_config, qnt_words)},
                                    {"ACC", offsetof(systole_config, acc_words)},
                                    {"PAR", offsetof(systole_config, par_words)},
                                    {"VM", offsetof(systole_config, vm_words)},
                                    {"RS", offsetof(systole_config, rs_words)}};
  systole_model model = model_of(64, 8, 2, 16, 128, 512);
  for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
    for (int decode = 0; decode < 2; decode++) {
      systole_config config = large_config(16);
      systole_llama_plan plan;
      systole_error err = {{0}};
      char wanted[96];
      unsigned *words = words_of(&config, &memories[i]);
      while (*words && !plan_of(&model, &config, 256, decode, false, 2, 32, &plan, &err)) *words /= 2;
      snprintf(wanted, sizeof wanted, "a context of 256 tokens does not fit: %s of bench is too small",
               memories[i].name);
      CU_ASSERT(*words > 0 && *words < 65536);
      CU_ASSERT_NSTRING_EQUAL(err.text, wanted, strlen(wanted));
      CU_ASSERT_PTR_NULL(strchr(err.text, '\n'));
    }
}

// Rows halve until all fits, and no earlier.
static void test_rows_halve(void) {
  systole_model model = model_of(64, 8, 2, 16, 128, 512);
  systole_config config = large_config(16);
  uint32_t last = 50;
  for (unsigned words = 65536; words > 16; words -= words / 16) {
    systole_llama_plan plan, twice;
    config.vm_words = words;
    if (plan_of(&model, &config, 64, false, false, 2, 50, &plan, NULL)) break;
    CU_ASSERT(plan.rows <= last);
    for (uint32_t r = 50; r > plan.rows; r /= 2) {  // 50, 25, 12, 6, 3, 1
      CU_ASSERT(r / 2 >= plan.rows);
      CU_ASSERT_EQUAL(plan_of(&model, &config, 64, false, false, 2, r, &twice, NULL), SYSTOLE_OK);
      CU_ASSERT_EQUAL(twice.rows, plan.rows);
    }
    last = plan.rows;
  }
  CU_ASSERT_EQUAL(last, 1);
}

// In decode there is one token; the heads that attention takes at once halve.
static void test_heads_halve(void) {
  systole_model model = model_of(64, 8, 8, 16, 128, 512);
  systole_config config = large_config(16);
  systole_llama_plan plan;
  CU_ASSERT_EQUAL(plan_of(&model, &config, 256, true, false, 2, 1, &plan, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(plan.rows, 1);
  CU_ASSERT_EQUAL(plan.batch, 8);
  config.wgt_words = 2048;  // 2 x 256 words a head, and two tiles
  CU_ASSERT_EQUAL(plan_of(&model, &config, 256, true, false, 2, 1, &plan, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(plan.batch, 2);
}

// A context so long that its products leave 32 bits does not fit either.
static void test_endless_context(void) {
  static const uint32_t contexts[] = {1u << 20, 1u << 28, 1u << 30, 2147483647u};
  systole_model model = model_of(64, 32, 32, 16, 128, 512);
  systole_config config = large_config(8);
  for (int i = 0; i < 4; i++)
    for (int decode = 0; decode < 2; decode++)
      for (uint32_t rows = 1; rows <= 64; rows *= 64) {
        systole_llama_plan plan;
        CU_ASSERT_EQUAL(plan_of(&model, &config, contexts[i], decode, false, 2, rows, &plan, NULL), SYSTOLE_E_RANGE);
      }
}

// ---- overlaps ---------------------------------------------------------------------------

typedef struct {
  uint32_t first, words;
} range;

static void assert_apart(const range *ranges, unsigned count, unsigned size) {
  for (unsigned i = 0; i < count; i++) {
    CU_ASSERT((uint64_t)ranges[i].first + ranges[i].words <= size);
    for (unsigned j = 0; j < i; j++)
      CU_ASSERT(ranges[i].first + ranges[i].words <= ranges[j].first ||
                ranges[j].first + ranges[j].words <= ranges[i].first);
  }
}

#define ASSERT_APART(size, ...)                                              \
  do {                                                                       \
    const range ranges_[] = {__VA_ARGS__};                                   \
    assert_apart(ranges_, sizeof ranges_ / sizeof *ranges_, size);           \
  } while (0)

static uint32_t rows_at_once(const systole_llama_plan *p) {
  return p->decode ? p->batch * p->shape.group : p->rows;
}

static void check_vm(const systole_llama_plan *p, const systole_config *c) {
  const systole_llama_shape *s = &p->shape;
  uint32_t rows = p->rows, step = rows * p->block_columns;
  uint32_t rotated = p->decode ? rows_at_once(p) * s->head_w : rows * s->head_w;
  range last = {p->vm.last, s->hidden_w}, x = {p->vm.x, rows * s->hidden_w};
  range hidden = {p->vm.hidden, rows * s->ffn_w}, out = {p->vm.out, rows * s->query_w};
  ASSERT_APART(c->vm_words, last, x, {p->vm.qkv, rows * s->qkv_w}, {p->vm.rotated, rotated},
               {p->vm.scores, rows_at_once(p) * s->context_w}, out);
  ASSERT_APART(c->vm_words, last, x, {p->vm.gate, step}, {p->vm.exp, step}, {p->vm.up, step}, hidden);
  ASSERT_APART(c->vm_words, last, x, {p->vm.logits, 2 * p->logit_rows * p->block_columns});
  // While a row is split in two parts, it and its rounded copy are needed.
  ASSERT_APART(c->vm_words, last, x, {p->vm.rounded, rows * s->hidden_w});
  ASSERT_APART(c->vm_words, x, out, {p->vm.rounded, rows * s->query_w});
  ASSERT_APART(c->vm_words, x, hidden, {p->vm.rounded, rows * s->ffn_w});
  CU_ASSERT(p->vm.last + s->hidden_w == p->vm.x);
}

static void check_qnt(const systole_llama_plan *p, const systole_config *c) {
  const systole_llama_shape *s = &p->shape;
  uint32_t rows = p->rows;
  range x = {p->qnt.x, rows * s->hidden_w * p->parts};
  ASSERT_APART(c->qnt_words, x, {p->qnt.query, rows * s->query_w}, {p->qnt.key, rows * s->kv_w},
               {p->qnt.value, rows * s->kv_w}, {p->qnt.weights, rows_at_once(p) * s->context_w},
               {p->qnt.out, rows * s->query_w * p->parts});
  ASSERT_APART(c->qnt_words, x, {p->qnt.hidden, rows * s->ffn_w * p->parts});
}

static void check_rs(const systole_llama_plan *p, const systole_config *c) {
  uint32_t heads = (uint32_t)p->shape.model->heads, kv = (uint32_t)p->shape.model->kv_heads;
  uint32_t row = p->row_w, query = heads * row, key = kv * row, view = row;
  if (p->decode) {
    uint32_t batches = (kv + p->batch - 1) / p->batch;
    query = batches * p->batch_rows_w;
    key = batches * p->batch_kv_w;
    if (p->batch_rows_w > view) view = p->batch_rows_w;
    CU_ASSERT(p->batch_rows_w * p->shape.dim >= rows_at_once(p));
  }
  CU_ASSERT(row * p->shape.dim >= p->rows);
  ASSERT_APART(c->rs_words, {p->rs.sumsq, row}, {p->rs.norm, row}, {p->rs.absmax, view},
               {p->rs.inverse, view}, {p->rs.scale, view}, {p->rs.scale_low, row},
               {p->rs.max, view}, {p->rs.sum, view}, {p->rs.out, view}, {p->rs.query, query},
               {p->rs.key, key}, {p->rs.value, key}, {p->rs.query_inv, query},
               {p->rs.key_inv, key}, {p->rs.value_inv, key}, {p->rs.best, 1}, {p->rs.best_index, 1});
}

static void check_rings(const systole_llama_plan *p, const systole_config *c) {
  const systole_llama_shape *s = &p->shape;
  ASSERT_APART(c->par_words, {p->par_embedding, p->rows * s->hidden_w},
               {p->par_rotary, p->rows * 2 * s->head_w}, {p->par.base, p->par.words});
  ASSERT_APART(c->wgt_words, {p->wgt.base, p->wgt.words});
  uint32_t heads = p->decode ? p->batch : 1;
  CU_ASSERT(2 * heads * s->head_w * s->context_w * s->dim <= p->wgt.words);
  CU_ASSERT(p->block_tiles >= 1 && p->block_tiles * s->dim <= p->wgt.words);
  CU_ASSERT(p->block_columns >= 1 && p->rows * p->parts * p->block_columns <= p->acc_words);
  CU_ASSERT(rows_at_once(p) * s->context_w <= p->acc_words);
}

static unsigned power(uint64_t *random, unsigned from, unsigned to) {
  return 1u << (from + bench_below(random, to - from + 1));
}

static systole_model random_model(uint64_t *random) {
  unsigned kv = 1 + bench_below(random, 5), group = 1 + bench_below(random, 4);
  return model_of((int)(1 + bench_below(random, 200)), (int)(kv * group), (int)kv,
                  (int)(2 + 2 * bench_below(random, 20)), (int)(1 + bench_below(random, 300)),
                  (int)(1 + bench_below(random, 2000)));
}

static void test_overlaps(void) {
  uint64_t random = bench_seed("plans");
  int plans = 0;
  for (int i = 0; i < 3000; i++) {
    systole_config c = bench_config(power(&random, 2, 6));
    c.wgt_words = power(&random, 9, 14), c.qnt_words = power(&random, 7, 13);
    c.acc_words = power(&random, 6, 12), c.par_words = power(&random, 7, 12);
    c.vm_words = power(&random, 7, 13), c.rs_words = power(&random, 5, 9);
    systole_model model = random_model(&random);
    bool decode = bench_below(&random, 2), all = !decode && bench_below(&random, 2);
    systole_llama_plan plan;
    if (plan_of(&model, &c, 1 + bench_below(&random, 300), decode, all, 1 + bench_below(&random, 2),
                1 + bench_below(&random, 64), &plan, NULL))
      continue;
    check_vm(&plan, &c);
    check_qnt(&plan, &c);
    check_rs(&plan, &c);
    check_rings(&plan, &c);
    plans++;
  }
  CU_ASSERT(plans > 500);
}

static void test_io(void) {
  systole_model model = model_of(64, 4, 2, 16, 128, 513);
  systole_config config = large_config(16);
  systole_llama_shape s;
  systole_llama_measure(&model, &config, 100, &s);
  for (uint32_t rows = 1; rows < 100; rows++) {
    systole_llama_io io = systole_llama_io_layout(&s, rows);
    CU_ASSERT(io.tokens + 4 * rows <= io.next && io.next + 4 <= io.logits);
    CU_ASSERT_EQUAL(io.next % 128, 0);
    CU_ASSERT_EQUAL(io.logits % 128, 0);
    CU_ASSERT_EQUAL(io.logits_pitch, 33 * 16 * 4);
    CU_ASSERT(io.logits + (uint64_t)rows * io.logits_pitch <= io.bytes);
  }
}

void suite_plan(void) {
  static const systole_test tests[] = {{"widths", test_widths},
                                       {"each memory by its name", test_each_memory},
                                       {"rows halve", test_rows_halve},
                                       {"heads halve", test_heads_halve},
                                       {"a context without end", test_endless_context},
                                       {"buffers apart", test_overlaps},
                                       {"the IO segment", test_io},
                                       {0}};
  systole_test_suite("plan", tests);
}
