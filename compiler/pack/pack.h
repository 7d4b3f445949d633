// A model's constants as the machine wants them: matrices in int8 tiles with
// one scale per output column, vectors of fp32 in whole words. Both grow in
// blobs that become segments of the program. A value that is not finite is
// SYSTOLE_E_FORMAT, naming file, tensor and row.
#ifndef SYSTOLE_COMPILER_PACK_H
#define SYSTOLE_COMPILER_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/load/safetensors.h"
#include "hw/base/status.h"

typedef struct {
  uint8_t *bytes;  // malloc'd
  uint64_t size, room;
  bool layout_only;  // offsets are given out, but there is no content: bytes stays NULL
} systole_blob;

// Appends `size` zeroed bytes at a multiple of 128 and gives their offset.
systole_status systole_blob_take(systole_blob *blob, uint64_t size, uint64_t *offset,
                                 systole_error *err);

// One output column of a matrix: row `row` of a tensor [outputs, inputs], or a
// column of zeros where tensor is NULL. `factor` multiplies its scale, so that
// constants of the formula around the product cost nothing.
typedef struct {
  const systole_tensor *tensor;
  int64_t row;
  float factor;
} systole_column;

typedef struct {
  uint32_t dim;
  uint32_t columns;            // padded to whole tiles by the caller: a multiple of dim
  const systole_column *column;
  uint32_t inputs;             // columns of the tensors
  uint32_t rows;               // rows of the packed matrix, a multiple of dim, >= inputs
  const int32_t *input_of;     // packed row -> input, -1 for a row of zeros; NULL: the first
                               // `inputs` rows in order
} systole_matrix_source;

typedef struct {
  uint32_t n_tiles, k_tiles;
  uint64_t weights;  // offset of tile (0, 0); tile (k, n) is number n * k_tiles + k
  uint64_t scales;   // offset of n_tiles words of fp32
} systole_matrix;

// Quantises: scale = largest magnitude of the column / 127, weight = round to
// nearest of value / scale. The stored scale is scale * factor. A column whose
// scale would be subnormal, which the machine takes for zero, is all zeros.
systole_status systole_pack_matrix(const systole_matrix_source *source, systole_blob *weights,
                                   systole_blob *parameters, systole_matrix *matrix,
                                   systole_error *err);

// A tensor of one dimension as fp32, padded with zeros to whole words of dim.
systole_status systole_pack_vector(const systole_tensor *tensor, uint32_t dim, systole_blob *blob,
                                   uint64_t *offset, systole_error *err);

// A tensor of two dimensions as fp32 rows, each padded to `pitch` bytes.
systole_status systole_pack_rows(const systole_tensor *tensor, uint32_t pitch, systole_blob *blob,
                                 systole_error *err);

#endif
