#include "compiler/load/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/load/file.h"

// One row per tensor that an architecture needs: its name, %d being the layer,
// and its shape in terms of the model's widths.
typedef enum { NONE, HIDDEN, FFN, VOCAB, QUERY, KEY } dimension;

typedef struct {
  systole_weight weight;
  const char *name;
  dimension rows, columns;
} layout;

static const layout llama_layout[] = {
    {SYSTOLE_W_EMBED, "model.embed_tokens.weight", VOCAB, HIDDEN},
    {SYSTOLE_W_FINAL_NORM, "model.norm.weight", HIDDEN, NONE},
    {SYSTOLE_W_HEAD, "lm_head.weight", VOCAB, HIDDEN},
    {SYSTOLE_W_ATTENTION_NORM, "model.layers.%d.input_layernorm.weight", HIDDEN, NONE},
    {SYSTOLE_W_QUERY, "model.layers.%d.self_attn.q_proj.weight", QUERY, HIDDEN},
    {SYSTOLE_W_KEY, "model.layers.%d.self_attn.k_proj.weight", KEY, HIDDEN},
    {SYSTOLE_W_VALUE, "model.layers.%d.self_attn.v_proj.weight", KEY, HIDDEN},
    {SYSTOLE_W_OUTPUT, "model.layers.%d.self_attn.o_proj.weight", HIDDEN, QUERY},
    {SYSTOLE_W_FFN_NORM, "model.layers.%d.post_attention_layernorm.weight", HIDDEN, NONE},
    {SYSTOLE_W_GATE, "model.layers.%d.mlp.gate_proj.weight", FFN, HIDDEN},
    {SYSTOLE_W_UP, "model.layers.%d.mlp.up_proj.weight", FFN, HIDDEN},
    {SYSTOLE_W_DOWN, "model.layers.%d.mlp.down_proj.weight", HIDDEN, FFN},
};
enum { LLAMA_LAYOUT = sizeof llama_layout / sizeof llama_layout[0] };

static int64_t size_of(const systole_model *model, dimension d) {
  const systole_llama *l = &model->llama;
  switch (d) {
    case HIDDEN: return l->hidden;
    case FFN: return l->ffn;
    case VOCAB: return model->vocab;
    case QUERY: return (int64_t)l->heads * l->head_size;
    case KEY: return (int64_t)l->kv_heads * l->head_size;
    case NONE: break;
  }
  return 0;
}

// The stored name, or where embedding and head are tied the other one's.
static const systole_tensor *find_tied(const systole_checkpoint *c, systole_weight weight,
                                       const char *name) {
  const systole_tensor *found = systole_weights_find(c->weights, name);
  if (!c->model.tied || (weight != SYSTOLE_W_EMBED && weight != SYSTOLE_W_HEAD)) return found;
  // A tied checkpoint that stores both means the embedding, as PyTorch does.
  const systole_tensor *embed = systole_weights_find(c->weights, "model.embed_tokens.weight");
  return embed ? embed : systole_weights_find(c->weights, "lm_head.weight");
}

static systole_status find_tensor(systole_checkpoint *c, const char *dir, const layout *l,
                                  int layer, systole_error *err) {
  char name[128] = "";
  const char *mark = strstr(l->name, "%d");
  if (mark)
    snprintf(name, sizeof name, "%.*s%d%s", (int)(mark - l->name), l->name, layer, mark + 2);
  else
    snprintf(name, sizeof name, "%s", l->name);
  const systole_tensor *tensor = find_tied(c, l->weight, name);
  if (!tensor) return systole_fail(err, SYSTOLE_E_FORMAT, "%s: tensor %s is missing", dir, name);
  int64_t shape[2] = {size_of(&c->model, l->rows), size_of(&c->model, l->columns)};
  c->tensor[(size_t)(mark ? layer + 1 : 0) * SYSTOLE_W_COUNT + (size_t)l->weight] = tensor;
  return systole_tensor_expect(tensor, l->columns == NONE ? 1 : 2, shape, err);
}

static systole_status find_tensors(systole_checkpoint *c, const char *dir, systole_error *err) {
  int layers = c->model.llama.layers;
  c->tensor = calloc((size_t)(layers + 1) * SYSTOLE_W_COUNT, sizeof *c->tensor);
  if (!c->tensor) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", dir);
  systole_status status = SYSTOLE_OK;
  for (int i = 0; i < LLAMA_LAYOUT && status == SYSTOLE_OK; i++) {
    bool per_layer = llama_layout[i].weight >= SYSTOLE_W_ATTENTION_NORM;
    for (int layer = 0; layer < (per_layer ? layers : 1) && status == SYSTOLE_OK; layer++)
      status = find_tensor(c, dir, &llama_layout[i], layer, err);
  }
  return status;
}

static systole_status open_config(const char *dir, systole_checkpoint *c, systole_error *err) {
  char *path = systole_path_join(dir, "config.json");
  if (!path) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", dir);
  systole_status status = systole_model_read(path, &c->model, err);
  free(path);
  return status;
}

static systole_status open_tokenizer(const char *dir, systole_checkpoint *c, systole_error *err) {
  char *path = systole_path_join(dir, "tokenizer.json");
  if (!path) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", dir);
  systole_status status = SYSTOLE_OK;
  if (systole_file_exists(path)) status = systole_tokenizer_read(path, &c->tokenizer, err);
  free(path);
  return status;
}

systole_status systole_checkpoint_open(const char *dir, systole_checkpoint *out,
                                       systole_error *err) {
  memset(out, 0, sizeof *out);
  systole_status status = open_config(dir, out, err);
  if (status == SYSTOLE_OK) status = systole_weights_open(dir, &out->weights, err);
  if (status == SYSTOLE_OK) status = find_tensors(out, dir, err);
  if (status == SYSTOLE_OK) status = open_tokenizer(dir, out, err);
  if (status) systole_checkpoint_close(out);
  return status;
}

void systole_checkpoint_close(systole_checkpoint *checkpoint) {
  systole_weights_close(checkpoint->weights);
  systole_tokenizer_close(checkpoint->tokenizer);
  free(checkpoint->tensor);
  memset(checkpoint, 0, sizeof *checkpoint);
}

const systole_tensor *systole_checkpoint_tensor(const systole_checkpoint *checkpoint,
                                                systole_weight weight, int layer) {
  size_t row = weight >= SYSTOLE_W_ATTENTION_NORM ? (size_t)layer + 1 : 0;
  return checkpoint->tensor[row * SYSTOLE_W_COUNT + (size_t)weight];
}
