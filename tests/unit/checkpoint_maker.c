#include "tests/unit/checkpoint_maker.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/load/file.h"
#include "compiler/load/text.h"

systole_maker systole_maker_default(void) {
  return (systole_maker){.hidden = 64,
                         .heads = 4,
                         .kv_heads = 2,
                         .head_size = 16,
                         .layers = 2,
                         .ffn = 128,
                         .vocab = 512,
                         .context = 128,
                         .tied = true,
                         .dtype = SYSTOLE_DTYPE_F32,
                         .seed = 1};
}

// ---- Text and random numbers ----

static void print(systole_bytes *out, const char *text) {
  systole_bytes_add(out, text, strlen(text));
}

static void print_number(systole_bytes *out, const char *before, uint64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, value);
  print(out, before);
  print(out, text);
}

static uint64_t next_random(uint64_t *state) {  // splitmix64, Steele et al. 2014
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

// Nearly normal, deviation 1: the sum of 12 uniform numbers less its mean.
// Exact in any libm, unlike a logarithm.
static float next_normal(uint64_t *state) {
  double sum = -6;
  for (int i = 0; i < 12; i++) sum += (double)(next_random(state) >> 11) * 0x1p-53;
  return (float)sum;
}

// ---- Tensors ----

typedef struct {
  char name[96];
  int rows, columns;  // columns 0: a vector
  int inputs;         // deviation 1 / sqrt(inputs); 0: a norm, near 1
  int shard;
} plan_entry;

typedef struct {
  plan_entry entry[4096];
  int count;
} plan;

static void plan_add(plan *p, const char *name, int layer, int rows, int columns, int inputs) {
  if (p->count == 4096) return;
  plan_entry *e = &p->entry[p->count++];
  *e = (plan_entry){.rows = rows, .columns = columns, .inputs = inputs};
  if (layer < 0)
    snprintf(e->name, sizeof e->name, "%s", name);
  else
    snprintf(e->name, sizeof e->name, "model.layers.%d.%s.weight", layer, name);
}

static void plan_layer(plan *p, const systole_maker *m, int layer) {
  int query = m->heads * m->head_size, key = m->kv_heads * m->head_size;
  plan_add(p, "input_layernorm", layer, m->hidden, 0, 0);
  plan_add(p, "self_attn.q_proj", layer, query, m->hidden, m->hidden);
  plan_add(p, "self_attn.k_proj", layer, key, m->hidden, m->hidden);
  plan_add(p, "self_attn.v_proj", layer, key, m->hidden, m->hidden);
  plan_add(p, "self_attn.o_proj", layer, m->hidden, query, query);
  plan_add(p, "post_attention_layernorm", layer, m->hidden, 0, 0);
  plan_add(p, "mlp.gate_proj", layer, m->ffn, m->hidden, m->hidden);
  plan_add(p, "mlp.up_proj", layer, m->ffn, m->hidden, m->hidden);
  plan_add(p, "mlp.down_proj", layer, m->hidden, m->ffn, m->ffn);
}

static void plan_all(plan *p, const systole_maker *m) {
  plan_add(p, "model.embed_tokens.weight", -1, m->vocab, m->hidden, m->hidden);
  for (int layer = 0; layer < m->layers; layer++) plan_layer(p, m, layer);
  plan_add(p, "model.norm.weight", -1, m->hidden, 0, 0);
  if (!m->tied) plan_add(p, "lm_head.weight", -1, m->vocab, m->hidden, m->hidden);
  int shards = m->shards > 1 ? m->shards : 1;
  for (int i = 0; i < p->count; i++) p->entry[i].shard = i % shards;
}

// Rounds toward zero: any 16-bit value near the wanted one will do here.
static uint16_t to_bits(float value, systole_dtype dtype) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (dtype == SYSTOLE_DTYPE_BF16) return (uint16_t)(bits >> 16);
  uint32_t sign = bits >> 16 & 0x8000u, exponent = bits >> 23 & 0xffu;
  if (exponent < 113) return (uint16_t)sign;  // below the normal numbers of F16
  return (uint16_t)(sign | (exponent - 112) << 10 | (bits >> 13 & 0x3ffu));
}

static void add_value(systole_bytes *out, float value, systole_dtype dtype) {
  uint16_t bits = to_bits(value, dtype);
  if (dtype == SYSTOLE_DTYPE_F32)
    systole_bytes_add(out, (const char *)&value, sizeof value);
  else
    systole_bytes_add(out, (const char *)&bits, sizeof bits);
}

static void add_values(systole_bytes *out, const plan_entry *e, const systole_maker *m,
                       uint64_t *random) {
  size_t count = (size_t)e->rows * (size_t)(e->columns ? e->columns : 1);
  float scale = e->inputs ? 1.0f / sqrtf((float)e->inputs) : 0.1f;
  for (size_t i = 0; i < count; i++)
    add_value(out, (e->inputs ? 0.0f : 1.0f) + scale * next_normal(random), m->dtype);
}

static void add_entry(systole_bytes *header, const plan_entry *e, const systole_maker *m,
                      size_t begin, size_t end) {
  print(header, header->size > 1 ? ",\"" : "\"");
  print(header, e->name);
  print(header, "\":{\"dtype\":\"");
  print(header, m->dtype == SYSTOLE_DTYPE_F32   ? "F32"
                : m->dtype == SYSTOLE_DTYPE_F16 ? "F16"
                                                : "BF16");
  print_number(header, "\",\"shape\":[", (uint64_t)e->rows);
  if (e->columns) print_number(header, ",", (uint64_t)e->columns);
  print_number(header, "],\"data_offsets\":[", begin);
  print_number(header, ",", end);
  print(header, "]}");
}

// ---- Files ----

static systole_status write_file(const char *dir, const char *name, systole_bytes *bytes,
                                 systole_error *err) {
  char *path = systole_path_join(dir, name);
  FILE *file = path && !bytes->failed ? fopen(path, "wb") : NULL;
  bool good = file && fwrite(bytes->data, 1, bytes->size, file) == bytes->size;
  if (file && fclose(file) != 0) good = false;
  free(path);
  systole_bytes_free(bytes);
  return good ? SYSTOLE_OK : systole_fail(err, SYSTOLE_E_IO, "%s/%s: cannot write it", dir, name);
}

static void shard_name(char *name, size_t size, const systole_maker *m, int shard) {
  if (m->shards > 1)
    snprintf(name, size, "model-%05d-of-%05d.safetensors", shard + 1, m->shards);
  else
    snprintf(name, size, "model.safetensors");
}

static systole_status write_shard(const systole_maker *m, const plan *p, int shard, const char *dir,
                                  systole_error *err) {
  systole_bytes header = {0}, data = {0}, file = {0};
  print(&header, "{");
  for (int i = 0; i < p->count; i++) {
    if (p->entry[i].shard != shard) continue;
    // A state per tensor, so that neither dtype nor sharding changes the values.
    uint64_t random = m->seed * 0x100000001b3u + (uint64_t)i;
    size_t begin = data.size;
    add_values(&data, &p->entry[i], m, &random);
    add_entry(&header, &p->entry[i], m, begin, data.size);
  }
  print(&header, "}");
  while (header.size % 8) print(&header, " ");
  uint64_t size = header.size;
  systole_bytes_add(&file, (const char *)&size, sizeof size);
  systole_bytes_add(&file, header.data, header.size);
  if (data.size) systole_bytes_add(&file, data.data, data.size);
  file.failed |= header.failed || data.failed;
  systole_bytes_free(&header);
  systole_bytes_free(&data);
  char name[64];
  shard_name(name, sizeof name, m, shard);
  return write_file(dir, name, &file, err);
}

static systole_status write_index(const systole_maker *m, const plan *p, const char *dir,
                                  systole_error *err) {
  systole_bytes out = {0};
  char name[64];
  print(&out, "{\"metadata\":{},\"weight_map\":{");
  for (int i = 0; i < p->count; i++) {
    shard_name(name, sizeof name, m, p->entry[i].shard);
    print(&out, i ? ",\"" : "\"");
    print(&out, p->entry[i].name);
    print(&out, "\":\"");
    print(&out, name);
    print(&out, "\"");
  }
  print(&out, "}}");
  return write_file(dir, "model.safetensors.index.json", &out, err);
}

static systole_status write_weights(const systole_maker *m, const char *dir, systole_error *err) {
  plan *p = calloc(1, sizeof *p);
  if (!p) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  plan_all(p, m);
  int shards = m->shards > 1 ? m->shards : 1;
  systole_status status = SYSTOLE_OK;
  for (int i = 0; i < shards && status == SYSTOLE_OK; i++) status = write_shard(m, p, i, dir, err);
  if (status == SYSTOLE_OK && shards > 1) status = write_index(m, p, dir, err);
  free(p);
  return status;
}

static systole_status write_config(const systole_maker *m, const char *dir, systole_error *err) {
  systole_bytes out = {0};
  print(&out, "{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\",");
  print(&out, "\"hidden_act\":\"silu\",\"rms_norm_eps\":1e-05,\"rope_theta\":10000.0");
  print_number(&out, ",\"hidden_size\":", (uint64_t)m->hidden);
  print_number(&out, ",\"intermediate_size\":", (uint64_t)m->ffn);
  print_number(&out, ",\"num_hidden_layers\":", (uint64_t)m->layers);
  print_number(&out, ",\"num_attention_heads\":", (uint64_t)m->heads);
  print_number(&out, ",\"num_key_value_heads\":", (uint64_t)m->kv_heads);
  print_number(&out, ",\"head_dim\":", (uint64_t)m->head_size);
  print_number(&out, ",\"vocab_size\":", (uint64_t)m->vocab);
  print_number(&out, ",\"max_position_embeddings\":", (uint64_t)m->context);
  if (m->vocab > 256) print(&out, ",\"bos_token_id\":256,\"eos_token_id\":256");
  print(&out, m->tied ? ",\"tie_word_embeddings\":true}\n" : ",\"tie_word_embeddings\":false}\n");
  return write_file(dir, "config.json", &out, err);
}

// ---- Tokenizer ----

// One byte of GPT-2's alphabet, as it stands in JSON.
static void print_byte(systole_bytes *out, int byte) {
  if (byte == '"' || byte == '\\') print(out, "\\");
  systole_utf8_add(out, systole_byte_to_code((unsigned char)byte));
}

// The k-th merge joins two lower-case letters or spaces: 27 * 27 of them, in an
// order that is mixed but fixed. Beyond those the vocabulary has names that no
// text makes.
static void merge_letters(int k, int *left, int *right) {
  static const char letters[] = " etaoinshrdlucmfwypvbgkqjxz";
  int at = k * 40 % 729;
  *left = letters[at / 27];
  *right = letters[at % 27];
}

static void print_piece(systole_bytes *out, int id) {
  if (id < 256) print_byte(out, id);
  if (id == 256) print(out, "<|end|>");
  if (id > 256 && id - 257 < 729) {
    int left, right;
    merge_letters(id - 257, &left, &right);
    print_byte(out, left);
    print_byte(out, right);
  }
  if (id - 257 >= 729) print_number(out, "<|unused-", (uint64_t)id);
  if (id - 257 >= 729) print(out, "|>");
}

static systole_status write_tokenizer(const systole_maker *m, const char *dir, systole_error *err) {
  systole_bytes out = {0};
  print(&out,
        "{\"version\":\"1.0\",\"added_tokens\":[{\"id\":256,\"content\":\"<|end|>\","
        "\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,"
        "\"special\":true}],\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"ByteLevel\","
        "\"add_prefix_space\":false,\"trim_offsets\":false,\"use_regex\":true},\"post_processor\":{"
        "\"type\":"
        "\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<|end|>\","
        "\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[{\"Sequence\":{"
        "\"id\":\"A\",\"type_id\":0}},{\"Sequence\":{\"id\":\"B\",\"type_id\":0}}],"
        "\"special_tokens\":{\"<|end|>\":{\"id\":\"<|end|>\",\"ids\":[256],\"tokens\":[\"<|end|>\"]"
        "}}},"
        "\"decoder\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":false,"
        "\"use_regex\":true},\"model\":{\"type\":\"BPE\",\"vocab\":{");
  for (int id = 0; id < m->vocab; id++) {
    print(&out, id ? ",\"" : "\"");
    print_piece(&out, id);
    print_number(&out, "\":", (uint64_t)id);
  }
  print(&out, "},\"merges\":[");
  for (int k = 0; k < 729 && 257 + k < m->vocab; k++) {
    int left, right;
    merge_letters(k, &left, &right);
    print(&out, k ? ",\"" : "\"");
    print_byte(&out, left);
    print(&out, " ");
    print_byte(&out, right);
    print(&out, "\"");
  }
  print(&out, "]}}\n");
  return write_file(dir, "tokenizer.json", &out, err);
}

systole_status systole_maker_write(const systole_maker *maker, const char *dir,
                                   systole_error *err) {
  if (!maker->no_tokenizer && maker->vocab < 257)
    return systole_fail(err, SYSTOLE_E_USAGE, "a tokenizer needs a vocabulary of at least 257");
  systole_status status = write_config(maker, dir, err);
  if (status == SYSTOLE_OK) status = write_weights(maker, dir, err);
  if (status == SYSTOLE_OK && !maker->no_tokenizer) status = write_tokenizer(maker, dir, err);
  return status;
}
