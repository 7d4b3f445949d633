// The weights of a Hugging Face folder: model.safetensors, or the shards that
// model.safetensors.index.json names. Files are mapped, not read: opening a
// 7B model costs its headers, and each tensor's pages when they are used.
//
// A header is untrusted input. Before a tensor can be seen, its dtype, the
// product of its shape, its offsets and its byte length have been checked
// against each other and against the file; tensors may not overlap or leave
// holes, and a shard's name may not leave the folder.
//
// Format: https://github.com/huggingface/safetensors#format
#ifndef SYSTOLE_COMPILER_LOAD_SAFETENSORS_H
#define SYSTOLE_COMPILER_LOAD_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "hw/base/status.h"

// Dtypes that a file may hold. Only the first three convert to float; others
// are allowed to be there (a mask, an index) but not to be asked for.
typedef enum {
  SYSTOLE_DTYPE_F32 = 1,
  SYSTOLE_DTYPE_F16,
  SYSTOLE_DTYPE_BF16,
  SYSTOLE_DTYPE_OTHER
} systole_dtype;

enum { SYSTOLE_TENSOR_RANK_MAX = 8 };

typedef struct {
  const char *name;
  const char *file;         // path of the file that holds it, for messages
  const char *dtype_name;   // as the file spells it: "BF16", "I64"
  systole_dtype dtype;
  int rank;                 // 0 is a scalar
  int64_t shape[SYSTOLE_TENSOR_RANK_MAX];
  int64_t count;            // product of shape
  const unsigned char *data;  // little endian, of any alignment
  uint64_t bytes;
} systole_tensor;

typedef struct systole_weights systole_weights;

// Opens the folder's weights. The caller closes them; tensors live until then.
systole_status systole_weights_open(const char *dir, systole_weights **out, systole_error *err);

// One safetensors image already in memory (it must outlive the weights).
systole_status systole_weights_parse(const unsigned char *image, size_t size, const char *label,
                                     systole_weights **out, systole_error *err);

void systole_weights_close(systole_weights *weights);  // NULL is allowed

size_t systole_weights_count(const systole_weights *weights);
const systole_tensor *systole_weights_at(const systole_weights *weights, size_t index);  // by name
const systole_tensor *systole_weights_find(const systole_weights *weights,
                                           const char *name);  // or NULL

// Checks that the tensor has this shape and a dtype that converts to float.
// The message names file, tensor, and both shapes.
systole_status systole_tensor_expect(const systole_tensor *tensor, int rank, const int64_t *shape,
                                     systole_error *err);

// Elements of one row: the product of all dimensions but the first. A vector
// is a matrix of one column, so its rows are single elements.
int64_t systole_tensor_row_size(const systole_tensor *tensor);

// Converts rows [first, first + rows) to float, row-major, into `out`
// (rows * row_size floats). F16 and BF16 convert exactly.
systole_status systole_tensor_rows(const systole_tensor *tensor, int64_t first, int64_t rows,
                                   float *out, systole_error *err);

// The whole tensor: count floats.
systole_status systole_tensor_floats(const systole_tensor *tensor, float *out, systole_error *err);

#endif
