// SCALE-Sim's lists of layers (github.com/scalesim-project), as the matrix
// products they stand for. Two forms, told apart by the header line, whose
// columns may come in any order:
//
//   Layer, M, N, K,
//   Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width,
//     Channels, Num Filter, Strides,
//
// A convolution is the product of im2col: M pixels of the output, K values
// under the filter, N filters. The output's height is ceil((ifmap - filter) /
// stride) + 1, as in topology_utils.py of SCALE-Sim v2; so is its width.
// "Strides" may be two columns, Stride Height and Stride Width; Batch Size
// multiplies M. A convolution with DP in its name is depthwise: one product for
// each channel. Commas at the end of a line, blank lines, spaces around cells
// and, after the last column, a cell that begins with # mean nothing.
#ifndef SYSTOLE_COMPILER_LOAD_TOPOLOGY_H
#define SYSTOLE_COMPILER_LOAD_TOPOLOGY_H

#include <stdint.h>

#include "hw/base/status.h"

enum { SYSTOLE_TOPOLOGY_MAX = 1 << 20 };  // largest number in a list

typedef struct {
  char name[80];      // cut if longer
  uint64_t m, k, n;   // C[M,N] = A[M,K] x W[K,N]; below 2^61
  uint64_t times;     // how often; 1 but for depthwise convolutions
  uint32_t line;      // of the file, from 1
} systole_layer;

typedef struct {
  systole_layer *layers;
  uint32_t count;     // at least 1
} systole_topology;

// SYSTOLE_E_FORMAT naming file, line, column and what was expected;
// SYSTOLE_E_UNSUPPORTED for columns that mean something else (sparsity).
systole_status systole_topology_read(const char *path, systole_topology *out, systole_error *err);

// The same from `size` bytes in memory; `label` stands for the file's name.
systole_status systole_topology_parse(const char *text, size_t size, const char *label,
                                      systole_topology *out, systole_error *err);
void systole_topology_free(systole_topology *topology);

#endif
