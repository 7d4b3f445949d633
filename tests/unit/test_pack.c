// Weights as the machine wants them: tiles, scales and padding by hand, and
// where rotary pairs, heads and the rotary table of a model end up.
#include "compiler/pack/pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/llama/constants.h"
#include "tests/unit/checkpoint_maker.h"
#include "tests/unit/harness.h"

static systole_tensor tensor_of(const float *values, int64_t rows, int64_t columns) {
  return (systole_tensor){.name = "w", .file = "f.safetensors", .dtype_name = "F32",
                          .dtype = SYSTOLE_DTYPE_F32, .rank = columns ? 2 : 1,
                          .shape = {rows, columns}, .count = rows * (columns ? columns : 1),
                          .data = (const unsigned char *)values,
                          .bytes = (uint64_t)(rows * (columns ? columns : 1)) * 4};
}

typedef struct {
  systole_blob weights, parameters;
  systole_matrix matrix;
} packed;

static systole_status pack(const systole_matrix_source *source, packed *out, systole_error *err) {
  *out = (packed){0};
  return systole_pack_matrix(source, &out->weights, &out->parameters, &out->matrix, err);
}

static void unpack(packed *p) {
  free(p->weights.bytes);
  free(p->parameters.bytes);
}

// Tile (k, n) is number n * k_tiles + k; its row r holds input k * dim + r.
static int weight(const packed *p, uint32_t dim, uint32_t input, uint32_t column) {
  uint64_t tile = (uint64_t)(column / dim) * p->matrix.k_tiles + input / dim;
  return (int8_t)p->weights.bytes[p->matrix.weights + tile * dim * dim + input % dim * dim +
                                  column % dim];
}

static float scale(const packed *p, uint32_t column) {
  float value;
  memcpy(&value, p->parameters.bytes + p->matrix.scales + 4 * column, 4);
  return value;
}

// 5 inputs and 6 outputs on a DIM of 4: two by two tiles, padded with zeros.
static void test_tiles(void) {
  float values[6][5];
  for (int n = 0; n < 6; n++)
    for (int k = 0; k < 5; k++) values[n][k] = (float)(k == n % 5 ? 127 : 10 * n + k);
  systole_tensor tensor = tensor_of(&values[0][0], 6, 5);
  systole_column column[8] = {{0}};
  for (int n = 0; n < 6; n++) column[n] = (systole_column){&tensor, n, 0.5f};
  packed p;
  CU_ASSERT_EQUAL_FATAL(pack(&(systole_matrix_source){.dim = 4, .columns = 8, .column = column,
                                                      .inputs = 5, .rows = 8}, &p, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(p.matrix.n_tiles, 2);
  CU_ASSERT_EQUAL(p.matrix.k_tiles, 2);
  CU_ASSERT_EQUAL(p.weights.size, 64);
  for (uint32_t n = 0; n < 8; n++)
    for (uint32_t k = 0; k < 8; k++)
      CU_ASSERT_EQUAL(weight(&p, 4, k, n), n < 6 && k < 5 ? (int)values[n][k] : 0);
  for (uint32_t n = 0; n < 8; n++) CU_ASSERT_EQUAL(scale(&p, n), n < 6 ? 0.5f : 0);
  // The same by place: input 1 of column 2 in tile (0, 0), input 4 of column 5 in tile (1, 1).
  CU_ASSERT_EQUAL(p.weights.bytes[0 * 16 + 1 * 4 + 2], 21);
  CU_ASSERT_EQUAL(p.weights.bytes[3 * 16 + 0 * 4 + 1], 54);
  unpack(&p);
}

static int rounded(float value, float most) {
  float values[4] = {value, most, 0, 0};
  systole_tensor tensor = tensor_of(values, 1, 4);
  systole_column column[4] = {{&tensor, 0, 1}};
  packed p;
  CU_ASSERT_EQUAL_FATAL(pack(&(systole_matrix_source){.dim = 4, .columns = 4, .column = column,
                                                      .inputs = 4, .rows = 4}, &p, NULL), SYSTOLE_OK);
  int result = weight(&p, 4, 0, 0);
  unpack(&p);
  return result;
}

static void test_rounding(void) {
  CU_ASSERT_EQUAL(rounded(0.5f, 127), 0);
  CU_ASSERT_EQUAL(rounded(1.5f, 127), 2);
  CU_ASSERT_EQUAL(rounded(2.5f, -127), 2);
  CU_ASSERT_EQUAL(rounded(-1.5f, 127), -2);
  CU_ASSERT_EQUAL(rounded(-127, 12), -127);
  CU_ASSERT_EQUAL(rounded(3e38f, 2e38f), 127);
  CU_ASSERT_EQUAL(rounded(1e-30f, -2e-30f), 64);
}

// A column so small that its scale is none of the machine's numbers is zero.
static void test_tiny(void) {
  static const float sizes[] = {1e-45f, 8e-44f, 2.7e-43f, 1e-40f, 1.1e-38f};
  for (int i = 0; i < 5; i++) {
    float values[4] = {sizes[i], -sizes[i] / 2};
    systole_tensor tensor = tensor_of(values, 1, 4);
    systole_column column[4] = {{&tensor, 0, 1}};
    packed p;
    CU_ASSERT_EQUAL_FATAL(pack(&(systole_matrix_source){.dim = 4, .columns = 4, .column = column,
                                                        .inputs = 4, .rows = 4}, &p, NULL), SYSTOLE_OK);
    CU_ASSERT_EQUAL(scale(&p, 0), 0);
    CU_ASSERT_EQUAL(weight(&p, 4, 0, 0), 0);
    CU_ASSERT_EQUAL(weight(&p, 4, 1, 0), 0);
    unpack(&p);
  }
}

static void test_input_of(void) {
  static const float values[4] = {127, 2, 3, 4};
  static const int32_t input_of[8] = {3, -1, 0, 0, -1, 1, -1, -1};
  static const int wanted[8] = {4, 0, 127, 127, 0, 2, 0, 0};
  systole_tensor tensor = tensor_of(values, 1, 4);
  systole_column column[4] = {{0}, {0}, {&tensor, 0, 1}, {0}};
  packed p;
  CU_ASSERT_EQUAL_FATAL(pack(&(systole_matrix_source){.dim = 4, .columns = 4, .column = column,
                                                      .inputs = 4, .rows = 8, .input_of = input_of},
                             &p, NULL), SYSTOLE_OK);
  for (uint32_t k = 0; k < 8; k++) CU_ASSERT_EQUAL(weight(&p, 4, k, 2), wanted[k]);
  for (uint32_t k = 0; k < 8; k++) CU_ASSERT_EQUAL(weight(&p, 4, k, 1), 0);
  unpack(&p);
}

static void test_zero_column(void) {
  static const float values[4] = {0, -0.0f, 0, 0};
  systole_tensor tensor = tensor_of(values, 1, 4);
  systole_column column[4] = {{&tensor, 0, 3}};
  packed p;
  CU_ASSERT_EQUAL_FATAL(pack(&(systole_matrix_source){.dim = 4, .columns = 4, .column = column,
                                                      .inputs = 4, .rows = 4}, &p, NULL), SYSTOLE_OK);
  for (int i = 0; i < 16; i++) CU_ASSERT_EQUAL(p.weights.bytes[i], 0);
  CU_ASSERT_EQUAL(scale(&p, 0), 0);
  unpack(&p);
}

static void test_not_finite(void) {
  const float bad[] = {NAN, INFINITY, -INFINITY};
  for (int i = 0; i < 3; i++) {
    float values[8] = {1, 2, 3, 4, 5, 6, bad[i], 8};
    systole_tensor tensor = tensor_of(values, 2, 4);
    systole_column column[4] = {{&tensor, 0, 1}, {&tensor, 1, 1}};
    systole_error err = {{0}};
    packed p;
    CU_ASSERT_EQUAL(pack(&(systole_matrix_source){.dim = 4, .columns = 4, .column = column,
                                                  .inputs = 4, .rows = 4}, &p, &err), SYSTOLE_E_FORMAT);
    CU_ASSERT_STRING_EQUAL(err.text,
                           "f.safetensors: tensor w: row 1 holds a value that is not finite");
    unpack(&p);
  }
}

// The norms' weights and the embedding go to the machine as they are.
static void test_vectors_not_finite(void) {
  static const float values[6] = {1, 2, 3, 4, NAN, 6};
  systole_tensor vector = tensor_of(values, 6, 0), rows = tensor_of(values, 2, 3);
  systole_blob blob = {0};
  systole_error err = {{0}};
  uint64_t offset;
  CU_ASSERT_EQUAL(systole_pack_vector(&vector, 4, &blob, &offset, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_STRING_EQUAL(err.text, "f.safetensors: tensor w: row 4 holds a value that is not finite");
  CU_ASSERT_EQUAL(systole_pack_rows(&rows, 16, &blob, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_STRING_EQUAL(err.text, "f.safetensors: tensor w: row 1 holds a value that is not finite");
  free(blob.bytes);
}

static void test_vectors(void) {
  static const float values[6] = {1, 2, 3, 4, 5, 6};
  systole_tensor vector = tensor_of(values, 6, 0), rows = tensor_of(values, 2, 3);
  systole_blob blob = {0};
  uint64_t offset;
  CU_ASSERT_EQUAL_FATAL(systole_pack_vector(&vector, 4, &blob, &offset, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(offset, 0);
  CU_ASSERT_EQUAL(blob.size, 32);
  CU_ASSERT_EQUAL_FATAL(systole_pack_rows(&rows, 16, &blob, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(blob.size, 128 + 32);
  const float wanted[40] = {1, 2, 3, 4, 5, 6, [32] = 1, 2, 3, [36] = 4, 5, 6};
  CU_ASSERT_EQUAL(memcmp(blob.bytes, wanted, sizeof wanted), 0);
  free(blob.bytes);
}

static void test_blob(void) {
  systole_blob blob = {0};
  uint64_t at[3];
  for (int i = 0; i < 3; i++) {
    CU_ASSERT_EQUAL_FATAL(systole_blob_take(&blob, 100 + 28 * (uint64_t)(i == 1), &at[i], NULL), SYSTOLE_OK);
    memset(blob.bytes + at[i], 0xFF, 100);
  }
  CU_ASSERT(at[0] == 0 && at[1] == 128 && at[2] == 256);
  CU_ASSERT_EQUAL(blob.bytes[100], 0);
  CU_ASSERT_EQUAL(blob.bytes[255], 0);
  free(blob.bytes);
}

// ---- a model's ----------------------------------------------------------------------

enum { HEADS = 3, KV_HEADS = 1, HEAD = 6, HIDDEN = 12, DIM = 8, PADDED = 8 };

typedef struct {
  char dir[256];
  systole_checkpoint checkpoint;
  systole_llama_shape shape;
  systole_llama_packed packed;
} model;

static void open_model(model *m) {
  systole_maker maker = {.hidden = HIDDEN, .heads = HEADS, .kv_heads = KV_HEADS, .head_size = HEAD,
                         .layers = 2, .ffn = 10, .vocab = 20, .context = 9,
                         .dtype = SYSTOLE_DTYPE_BF16, .seed = 3, .no_tokenizer = true};
  systole_config config;
  systole_test_make_dir(m->dir, sizeof m->dir);
  if (systole_maker_write(&maker, m->dir, NULL)) abort();
  if (systole_config_load("tiny8", &config, NULL)) abort();
  CU_ASSERT_EQUAL_FATAL(systole_checkpoint_open(m->dir, &m->checkpoint, NULL), SYSTOLE_OK);
  systole_llama_measure(&m->checkpoint.model, &config, 9, &m->shape);
  CU_ASSERT_EQUAL_FATAL(systole_llama_pack(&m->checkpoint, &m->shape, &m->packed, NULL), SYSTOLE_OK);
}

static void close_model(model *m) {
  systole_llama_packed_free(&m->packed);
  systole_checkpoint_close(&m->checkpoint);
  systole_test_remove_dir(m->dir);
}

static packed view(const model *m, systole_matrix matrix) {
  return (packed){m->packed.weights, m->packed.parameters, matrix};
}

// Whether a packed column is this row of the tensor, its scale times the factor.
static void assert_column(const packed *p, uint32_t column, const systole_tensor *tensor,
                          int64_t row, double factor) {
  float values[HIDDEN], most = 0;
  if (systole_tensor_rows(tensor, row, 1, values, NULL)) abort();
  for (int k = 0; k < HIDDEN; k++) most = fmaxf(most, fabsf(values[k]));
  CU_ASSERT_DOUBLE_EQUAL(scale(p, column), most / 127 * factor, 1e-6 * most / 127 * factor);
  for (uint32_t k = 0; k < HIDDEN; k++)
    CU_ASSERT_EQUAL(weight(p, DIM, k, column), lrintf(values[k] / (most / 127)));
  for (uint32_t k = HIDDEN; k < 16; k++) CU_ASSERT_EQUAL(weight(p, DIM, k, column), 0);
}

// Rows 0 1 2 3 4 5 of a head of 6 become 0 3 1 4 2 5: pairs are half a head apart.
static void test_rotary_pairs(void) {
  static const int order[HEAD] = {0, 3, 1, 4, 2, 5};
  model m;
  open_model(&m);
  for (int layer = 0; layer < 2; layer++) {
    packed p = view(&m, m.packed.at.layers[layer].qkv);
    const systole_tensor *query = systole_checkpoint_tensor(&m.checkpoint, SYSTOLE_W_QUERY, layer);
    const systole_tensor *key = systole_checkpoint_tensor(&m.checkpoint, SYSTOLE_W_KEY, layer);
    const systole_tensor *value = systole_checkpoint_tensor(&m.checkpoint, SYSTOLE_W_VALUE, layer);
    double of_query = 1 / (127.0 * 127 * 127) / log(2) / sqrt(HEAD);
    for (uint32_t d = 0; d < HEAD; d++) {
      for (uint32_t h = 0; h < HEADS; h++)
        assert_column(&p, h * PADDED + d, query, h * HEAD + (uint32_t)order[d], of_query);
      assert_column(&p, HEADS * PADDED + d, key, order[d], 1 / 127.0);
      assert_column(&p, (HEADS + KV_HEADS) * PADDED + d, value, d, 1 / 127.0);
    }
    for (uint32_t h = 0; h < HEADS + 2 * KV_HEADS; h++)  // what pads a head
      for (uint32_t d = HEAD; d < PADDED; d++) CU_ASSERT_EQUAL(scale(&p, h * PADDED + d), 0);
  }
  close_model(&m);
}

// The output matrix reads the padded heads.
static void test_output_inputs(void) {
  model m;
  open_model(&m);
  packed p = view(&m, m.packed.at.layers[1].out);
  const systole_tensor *out = systole_checkpoint_tensor(&m.checkpoint, SYSTOLE_W_OUTPUT, 1);
  float row[HEADS * HEAD], most = 0;
  if (systole_tensor_rows(out, 5, 1, row, NULL)) abort();
  for (int k = 0; k < HEADS * HEAD; k++) most = fmaxf(most, fabsf(row[k]));
  for (uint32_t h = 0; h < HEADS; h++)
    for (uint32_t d = 0; d < PADDED; d++)
      CU_ASSERT_EQUAL(weight(&p, DIM, h * PADDED + d, 5),
                      d < HEAD ? lrintf(row[h * HEAD + d] / (most / 127)) : 0);
  close_model(&m);
}

static void test_rotary_table(void) {
  model m;
  open_model(&m);
  const float *table = (const float *)(const void *)(m.packed.parameters.bytes + m.packed.at.rotary);
  for (int position = 0; position < 9; position++)
    for (int pair = 0; pair < HEAD / 2; pair++) {
      double angle = position / pow(10000, 2.0 * pair / HEAD);
      const float *row = table + 2 * PADDED * position + 2 * pair;
      CU_ASSERT_DOUBLE_EQUAL(row[0], cos(angle), 1e-7);
      CU_ASSERT_DOUBLE_EQUAL(row[1], cos(angle), 1e-7);
      CU_ASSERT_DOUBLE_EQUAL(row[PADDED], -sin(angle), 1e-7);
      CU_ASSERT_DOUBLE_EQUAL(row[PADDED + 1], sin(angle), 1e-7);
    }
  CU_ASSERT_EQUAL(m.packed.at.rotary % 128, 0);
  CU_ASSERT_EQUAL(m.packed.at.embedding_pitch, 16 * 4);
  CU_ASSERT_EQUAL(m.packed.embedding.size, 20 * 16 * 4);
  close_model(&m);
}

void suite_pack(void) {
  static const systole_test tests[] = {{"tiles and scales", test_tiles},
                                       {"rounding", test_rounding},
                                       {"columns near zero", test_tiny},
                                       {"rows in another order", test_input_of},
                                       {"columns of zeros", test_zero_column},
                                       {"matrices that are not finite", test_not_finite},
                                       {"vectors that are not finite", test_vectors_not_finite},
                                       {"vectors and rows", test_vectors},
                                       {"blobs", test_blob},
                                       {"rotary pairs become neighbours", test_rotary_pairs},
                                       {"inputs of the output matrix", test_output_inputs},
                                       {"the rotary table", test_rotary_table},
                                       {0}};
  systole_test_suite("pack", tests);
}
