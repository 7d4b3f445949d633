// Tensors once they are found: their shapes, and their values as floats.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "compiler/load/half.h"
#include "compiler/load/safetensors.h"

enum { SHAPE_TEXT = SYSTOLE_TENSOR_RANK_MAX * 22 + 3 };

static const char *shape_text(char *text, int rank, const int64_t *shape) {
  size_t at = 1;
  strcpy(text, "[");
  for (int i = 0; i < rank && i < SYSTOLE_TENSOR_RANK_MAX; i++)
    at +=
        (size_t)snprintf(text + at, SHAPE_TEXT - at, "%s%lld", i ? ", " : "", (long long)shape[i]);
  strcpy(text + at, "]");
  return text;
}

systole_status systole_tensor_expect(const systole_tensor *tensor, int rank, const int64_t *shape,
                                     systole_error *err) {
  bool same = tensor->rank == rank;
  for (int i = 0; same && i < rank; i++) same = tensor->shape[i] == shape[i];
  char want[SHAPE_TEXT], found[SHAPE_TEXT];
  if (!same)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: tensor %s: expected shape %s, found %s",
                        tensor->file, tensor->name, shape_text(want, rank, shape),
                        shape_text(found, tensor->rank, tensor->shape));
  if (tensor->dtype == SYSTOLE_DTYPE_OTHER)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "%s: tensor %s: dtype %s is not supported here, expected F32, F16 or BF16",
                        tensor->file, tensor->name, tensor->dtype_name);
  return SYSTOLE_OK;
}

int64_t systole_tensor_row_size(const systole_tensor *tensor) {
  int64_t size = 1;
  for (int i = 1; i < tensor->rank; i++) size *= tensor->shape[i];
  return size;
}

static void convert_16(const unsigned char *bytes, int64_t count, float (*convert)(uint16_t),
                       float *out) {
  for (int64_t i = 0; i < count; i++) {
    uint16_t bits;
    memcpy(&bits, bytes + 2 * i, sizeof bits);
    out[i] = convert(bits);
  }
}

systole_status systole_tensor_rows(const systole_tensor *tensor, int64_t first, int64_t rows,
                                   float *out, systole_error *err) {
  int64_t all = tensor->rank ? tensor->shape[0] : 1;
  int64_t size = systole_tensor_row_size(tensor);
  if (first < 0 || rows < 0 || first > all || rows > all - first)
    return systole_fail(err, SYSTOLE_E_RANGE,
                        "%s: tensor %s: %lld rows from %lld asked, it has %lld", tensor->file,
                        tensor->name, (long long)rows, (long long)first, (long long)all);
  int64_t count = rows * size;
  switch (tensor->dtype) {
    case SYSTOLE_DTYPE_F32:
      memcpy(out, tensor->data + first * size * 4, (size_t)count * 4);
      return SYSTOLE_OK;
    case SYSTOLE_DTYPE_F16:
      convert_16(tensor->data + first * size * 2, count, systole_from_f16, out);
      return SYSTOLE_OK;
    case SYSTOLE_DTYPE_BF16:
      convert_16(tensor->data + first * size * 2, count, systole_from_bf16, out);
      return SYSTOLE_OK;
    case SYSTOLE_DTYPE_OTHER: break;
  }
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "%s: tensor %s: dtype %s does not convert",
                      tensor->file, tensor->name, tensor->dtype_name);
}

systole_status systole_tensor_floats(const systole_tensor *tensor, float *out, systole_error *err) {
  return systole_tensor_rows(tensor, 0, tensor->rank ? tensor->shape[0] : 1, out, err);
}
