#include "compiler/load/config.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/load/file.h"
#include "compiler/load/json.h"

// Every width below stays under this, so that a product of two of them and a
// count of layers fits an int64.
#define WIDTH_MAX (1 << 20)

// What the readers below carry along.
typedef struct {
  const cJSON *root;
  const char *label;
  systole_error *err;
} reader;

static systole_status width(const reader *r, const char *field, int32_t *out) {
  int64_t value = 0;
  systole_status status = systole_json_int(r->root, r->label, field, 1, WIDTH_MAX, &value, r->err);
  *out = (int32_t)value;
  return status;
}

static systole_status optional_width(const reader *r, const char *field, int32_t absent,
                                     int32_t *out) {
  *out = absent;
  return systole_json_get(r->root, field) ? width(r, field, out) : SYSTOLE_OK;
}

// A feature that Systole has only in its "off" form.
static systole_status refuse_true(const reader *r, const char *field) {
  bool on = false;
  systole_status status = systole_json_bool(r->root, r->label, field, &on, r->err);
  if (status == SYSTOLE_OK && on)
    return systole_fail(r->err, SYSTOLE_E_UNSUPPORTED,
                        "%s: %s: true is not supported, expected false", r->label, field);
  return status;
}

static systole_status read_token(const reader *r, const char *field, const cJSON *item,
                                 int32_t vocab, int32_t *out) {
  int64_t value = 0;
  if (!systole_json_whole(item, 0, vocab - 1, &value))
    return systole_fail(r->err, SYSTOLE_E_FORMAT,
                        "%s: %s: expected a token id from 0 to %d, found %s", r->label, field,
                        (int)vocab - 1, systole_json_kind(item));
  *out = (int32_t)value;
  return SYSTOLE_OK;
}

// eos_token_id is one id, a list of ids, or absent.
static systole_status read_eos(const reader *r, systole_model *out) {
  const cJSON *eos = systole_json_get(r->root, "eos_token_id");
  if (!eos) return SYSTOLE_OK;
  const cJSON *item = cJSON_IsArray(eos) ? eos->child : eos;
  for (; item; item = cJSON_IsArray(eos) ? item->next : NULL) {
    if (out->eos_count == SYSTOLE_EOS_MAX)
      return systole_fail(r->err, SYSTOLE_E_UNSUPPORTED,
                          "%s: eos_token_id: expected at most %d ids", r->label, SYSTOLE_EOS_MAX);
    systole_status status =
        read_token(r, "eos_token_id", item, out->vocab, &out->eos[out->eos_count]);
    if (status) return status;
    out->eos_count++;
  }
  return SYSTOLE_OK;
}

static systole_status read_common(const reader *r, systole_model *out) {
  int64_t value = 0;
  systole_status status = width(r, "vocab_size", &out->vocab);
  if (status) return status;
  status =
      systole_json_int(r->root, r->label, "max_position_embeddings", 1, 1 << 24, &value, r->err);
  if (status) return status;
  out->context = (int32_t)value;
  status = systole_json_bool(r->root, r->label, "tie_word_embeddings", &out->tied, r->err);
  if (status) return status;
  const cJSON *bos = systole_json_get(r->root, "bos_token_id");
  out->bos = -1;
  if (bos) status = read_token(r, "bos_token_id", bos, out->vocab, &out->bos);
  if (status) return status;
  if (systole_json_get(r->root, "quantization_config"))
    return systole_fail(r->err, SYSTOLE_E_UNSUPPORTED,
                        "%s: quantization_config: expected an unquantised checkpoint", r->label);
  return read_eos(r, out);
}

// The object that says how positions are scaled: rope_scaling, or (since
// transformers 5) rope_parameters, which holds rope_theta as well.
static systole_status check_rope(const reader *r, const char *field) {
  const cJSON *rope = systole_json_get(r->root, field);
  if (!rope) return SYSTOLE_OK;
  if (!cJSON_IsObject(rope))
    return systole_fail(r->err, SYSTOLE_E_FORMAT, "%s: %s: expected an object or null, found %s",
                        r->label, field, systole_json_kind(rope));
  const char *kind = systole_json_text(rope, "rope_type", systole_json_text(rope, "type", NULL));
  if (!kind)
    return systole_fail(r->err, SYSTOLE_E_FORMAT, "%s: %s: expected a rope_type", r->label, field);
  const cJSON *part = systole_json_get(rope, "partial_rotary_factor");
  if (part && !(cJSON_IsNumber(part) && part->valuedouble == 1))
    return systole_fail(r->err, SYSTOLE_E_UNSUPPORTED,
                        "%s: %s: partial_rotary_factor: expected 1 or nothing", r->label, field);
  if (strcmp(kind, "default") != 0)
    return systole_fail(r->err, SYSTOLE_E_UNSUPPORTED,
                        "%s: %s: \"%s\" is not supported, expected null or \"default\"", r->label,
                        field, kind);
  return SYSTOLE_OK;
}

static systole_status read_rope(const reader *r, systole_llama *out) {
  systole_status status = check_rope(r, "rope_scaling");
  if (status == SYSTOLE_OK) status = check_rope(r, "rope_parameters");
  if (status) return status;
  const cJSON *inner = systole_json_get(r->root, "rope_parameters");
  const cJSON *holder = systole_json_get(inner, "rope_theta") ? inner : r->root;
  double theta = 10000.0;
  if (systole_json_get(holder, "rope_theta"))
    status = systole_json_positive(holder, r->label, "rope_theta", 1e12, &theta, r->err);
  out->rope_theta = (float)theta;
  return status;
}

static systole_status read_heads(const reader *r, systole_llama *out) {
  systole_status status = width(r, "num_attention_heads", &out->heads);
  if (status) return status;
  status = optional_width(r, "num_key_value_heads", out->heads, &out->kv_heads);
  if (status) return status;
  if (out->heads % out->kv_heads)
    return systole_fail(r->err, SYSTOLE_E_FORMAT,
                        "%s: num_key_value_heads: expected a divisor of the %d heads, found %d",
                        r->label, (int)out->heads, (int)out->kv_heads);
  if (!systole_json_get(r->root, "head_dim") && out->hidden % out->heads)
    return systole_fail(r->err, SYSTOLE_E_FORMAT,
                        "%s: hidden_size: expected a multiple of the %d heads, found %d", r->label,
                        (int)out->heads, (int)out->hidden);
  status = optional_width(r, "head_dim", out->hidden / out->heads, &out->head_size);
  if (status) return status;
  if (out->head_size < 2 || out->head_size % 2)
    return systole_fail(r->err, SYSTOLE_E_FORMAT,
                        "%s: head_dim: expected an even number (rotary positions turn pairs), "
                        "found %d",
                        r->label, (int)out->head_size);
  if ((int64_t)out->heads * out->head_size > WIDTH_MAX)
    return systole_fail(r->err, SYSTOLE_E_RANGE, "%s: head_dim: %d heads of %d exceed %d", r->label,
                        (int)out->heads, (int)out->head_size, WIDTH_MAX);
  return SYSTOLE_OK;
}

static systole_status read_llama(const reader *r, systole_model *out) {
  systole_llama *llama = &out->llama;
  systole_status status = width(r, "hidden_size", &llama->hidden);
  if (status == SYSTOLE_OK) status = width(r, "intermediate_size", &llama->ffn);
  if (status == SYSTOLE_OK) status = width(r, "num_hidden_layers", &llama->layers);
  if (status == SYSTOLE_OK && llama->layers > 4096)
    status = systole_fail(r->err, SYSTOLE_E_RANGE,
                          "%s: num_hidden_layers: expected at most 4096, found %d", r->label,
                          (int)llama->layers);
  if (status == SYSTOLE_OK) status = read_heads(r, llama);
  if (status == SYSTOLE_OK) status = read_rope(r, llama);
  if (status == SYSTOLE_OK) status = refuse_true(r, "attention_bias");
  if (status == SYSTOLE_OK) status = refuse_true(r, "mlp_bias");
  if (status) return status;
  double eps = 0;
  status = systole_json_positive(r->root, r->label, "rms_norm_eps", 1.0, &eps, r->err);
  if (status) return status;
  llama->norm_eps = (float)eps;
  const char *act = systole_json_text(r->root, "hidden_act", NULL);
  if (!act)
    return systole_fail(r->err, SYSTOLE_E_FORMAT, "%s: hidden_act: expected a string, found %s",
                        r->label, systole_json_kind(systole_json_get(r->root, "hidden_act")));
  if (strcmp(act, "silu") != 0)
    return systole_fail(r->err, SYSTOLE_E_UNSUPPORTED,
                        "%s: hidden_act: \"%s\" is not supported, expected \"silu\"", r->label,
                        act);
  return SYSTOLE_OK;
}

// The architectures, by the names config.json uses for them.
typedef struct {
  systole_arch arch;
  const char *name;        // in "architectures"
  const char *model_type;  // serves where "architectures" is absent
  systole_status (*read)(const reader *r, systole_model *out);
} architecture;

static const architecture architectures[] = {
    {SYSTOLE_ARCH_LLAMA, "LlamaForCausalLM", "llama", read_llama},
};
enum { ARCHITECTURES = sizeof architectures / sizeof architectures[0] };

static systole_status find_architecture(const reader *r, const architecture **out) {
  const cJSON *list = systole_json_get(r->root, "architectures");
  const cJSON *first = cJSON_IsArray(list) ? list->child : NULL;
  const char *name = cJSON_IsString(first) ? first->valuestring : NULL;
  const char *type = systole_json_text(r->root, "model_type", NULL);
  if (list && !name)
    return systole_fail(r->err, SYSTOLE_E_FORMAT, "%s: architectures: expected a list of names",
                        r->label);
  if (!name && !type)
    return systole_fail(r->err, SYSTOLE_E_FORMAT,
                        "%s: architectures: expected a list of names, "
                        "found neither it nor model_type",
                        r->label);
  for (int i = 0; i < ARCHITECTURES; i++)
    if (strcmp(name ? name : type, name ? architectures[i].name : architectures[i].model_type) ==
        0) {
      *out = &architectures[i];
      return SYSTOLE_OK;
    }
  return systole_fail(r->err, SYSTOLE_E_UNSUPPORTED,
                      "%s: %s: \"%s\" is not supported, expected \"%s\"", r->label,
                      name ? "architectures" : "model_type", name ? name : type,
                      name ? architectures[0].name : architectures[0].model_type);
}

static systole_status read_root(const reader *r, systole_model *out) {
  if (!cJSON_IsObject(r->root))
    return systole_fail(r->err, SYSTOLE_E_FORMAT, "%s: expected an object, found %s", r->label,
                        systole_json_kind(r->root));
  const architecture *found = NULL;
  systole_status status = find_architecture(r, &found);
  if (status) return status;
  out->arch = found->arch;
  status = read_common(r, out);
  return status ? status : found->read(r, out);
}

systole_status systole_model_parse(const char *json, size_t size, const char *label,
                                   systole_model *out, systole_error *err) {
  memset(out, 0, sizeof *out);
  cJSON *root = NULL;
  systole_status status = systole_json_parse(json, size, label, &root, err);
  if (status) return status;
  status = read_root(&(reader){root, label, err}, out);
  cJSON_Delete(root);
  return status;
}

systole_status systole_model_read(const char *path, systole_model *out, systole_error *err) {
  memset(out, 0, sizeof *out);
  char *json = NULL;
  size_t size = 0;
  systole_status status = systole_file_read(path, &json, &size, err);
  if (status) return status;
  status = systole_model_parse(json, size, path, out, err);
  free(json);
  return status;
}

const char *systole_arch_name(systole_arch arch) {
  for (int i = 0; i < ARCHITECTURES; i++)
    if (architectures[i].arch == arch) return architectures[i].name;
  return "unknown";
}

bool systole_model_is_eos(const systole_model *model, int32_t token) {
  for (int32_t i = 0; i < model->eos_count; i++)
    if (model->eos[i] == token) return true;
  return false;
}
