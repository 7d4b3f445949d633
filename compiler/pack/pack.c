#include "compiler/pack/pack.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

systole_status systole_blob_take(systole_blob *blob, uint64_t size, uint64_t *offset,
                                 systole_error *err) {
  uint64_t start = (blob->size + 127) & ~UINT64_C(127), end = start + size;
  if (!blob->layout_only && end > blob->room) {
    uint64_t room = end + end / 2;
    uint8_t *bytes = realloc(blob->bytes, room);
    if (!bytes)
      return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for %llu bytes of packed weights",
                          (unsigned long long)room);
    blob->bytes = bytes;
    blob->room = room;
  }
  if (!blob->layout_only) memset(blob->bytes + blob->size, 0, end - blob->size);
  blob->size = end;
  *offset = start;
  return SYSTOLE_OK;
}

static systole_status fail_not_finite(const systole_tensor *tensor, int64_t row,
                                      systole_error *err) {
  return systole_fail(err, SYSTOLE_E_FORMAT,
                      "%s: tensor %s: row %lld holds a value that is not finite", tensor->file,
                      tensor->name, (long long)row);
}

// One column's inputs as the packed matrix orders them.
static systole_status gather_column(const systole_matrix_source *source, uint32_t column,
                                    float *input, float *packed, systole_error *err) {
  memset(packed, 0, source->rows * sizeof *packed);
  const systole_column *c = &source->column[column];
  if (!c->tensor) return SYSTOLE_OK;
  systole_status status = systole_tensor_rows(c->tensor, c->row, 1, input, err);
  if (status) return status;
  for (uint32_t k = 0; k < source->rows; k++) {
    int64_t from = source->input_of ? source->input_of[k] : (k < source->inputs ? (int64_t)k : -1);
    if (from >= 0) packed[k] = input[from];
    if (from >= 0 && !isfinite(packed[k])) return fail_not_finite(c->tensor, c->row, err);
  }
  return SYSTOLE_OK;
}

// Writes one column into its tiles and returns its scale.
static float quantise_column(const float *packed, const systole_matrix *matrix, uint32_t dim,
                             uint32_t column, uint8_t *tiles) {
  float most = 0;
  for (uint32_t k = 0; k < matrix->k_tiles * dim; k++) most = fmaxf(most, fabsf(packed[k]));
  float scale = most / 127;
  if (scale < FLT_MIN) return 0;  // subnormal: zero to the machine
  uint8_t *tile_column = tiles + (uint64_t)(column / dim) * matrix->k_tiles * dim * dim;
  for (uint32_t k = 0; k < matrix->k_tiles * dim; k++)
    tile_column[(uint64_t)k * dim + column % dim] = (uint8_t)(int8_t)lrintf(packed[k] / scale);
  return scale;
}

systole_status systole_pack_matrix(const systole_matrix_source *source, systole_blob *weights,
                                   systole_blob *parameters, systole_matrix *matrix,
                                   systole_error *err) {
  uint32_t dim = source->dim;
  *matrix = (systole_matrix){.n_tiles = source->columns / dim, .k_tiles = source->rows / dim};
  uint64_t tile_bytes = (uint64_t)source->columns * source->rows;
  systole_status status = systole_blob_take(weights, tile_bytes, &matrix->weights, err);
  if (!status)
    status = systole_blob_take(parameters, source->columns * sizeof(float), &matrix->scales, err);
  if (status || weights->layout_only) return status;
  float *input = malloc(((size_t)source->inputs + source->rows) * sizeof *input);
  if (!input) return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a column of weights");
  for (uint32_t n = 0; n < source->columns && !status; n++) {
    float *packed = input + source->inputs;
    status = gather_column(source, n, input, packed, err);
    if (status) break;
    float scale = quantise_column(packed, matrix, dim, n, weights->bytes + matrix->weights);
    scale *= source->column[n].factor;
    memcpy(parameters->bytes + matrix->scales + n * sizeof scale, &scale, sizeof scale);
  }
  free(input);
  return status;
}

// Rows [first, first + rows) as floats, all finite.
static systole_status copy_rows(const systole_tensor *tensor, int64_t first, int64_t rows,
                                float *out, systole_error *err) {
  int64_t width = systole_tensor_row_size(tensor);
  systole_status status = systole_tensor_rows(tensor, first, rows, out, err);
  for (int64_t i = 0; i < rows * width && !status; i++)
    if (!isfinite(out[i])) status = fail_not_finite(tensor, first + i / width, err);
  return status;
}

systole_status systole_pack_vector(const systole_tensor *tensor, uint32_t dim, systole_blob *blob,
                                   uint64_t *offset, systole_error *err) {
  uint64_t words = ((uint64_t)tensor->count + dim - 1) / dim;
  systole_status status = systole_blob_take(blob, words * dim * sizeof(float), offset, err);
  if (status) return status;
  // The blob's content is aligned well enough for floats: malloc'd, offset a multiple of 128.
  return copy_rows(tensor, 0, tensor->count, (float *)(void *)(blob->bytes + *offset), err);
}

systole_status systole_pack_rows(const systole_tensor *tensor, uint32_t pitch, systole_blob *blob,
                                 systole_error *err) {
  uint64_t offset;
  systole_status status =
      systole_blob_take(blob, (uint64_t)tensor->shape[0] * pitch, &offset, err);
  for (int64_t row = 0; row < tensor->shape[0] && !status; row++)
    status = copy_rows(tensor, row, 1,
                       (float *)(void *)(blob->bytes + offset + (uint64_t)row * pitch), err);
  return status;
}
