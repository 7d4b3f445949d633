// From a checkpoint to a program: the weights packed and quantised, and three
// entries, each compiled once for the whole context and driven by scalars:
//
//   prefill  a chunk of tokens into the KV cache; logits and arg-max of the last
//   decode   one token, the one that the last arg-max found (or the host put
//            there), to the next
//   score    a chunk like prefill's, with the logits of every token
#ifndef SYSTOLE_COMPILER_COMPILE_H
#define SYSTOLE_COMPILER_COMPILE_H

#include "compiler/load/checkpoint.h"
#include "compiler/program/program.h"
#include "hw/configs/config.h"

typedef struct {
  uint32_t context;  // tokens of the KV cache; 0: as many as the model has and the SRAMs allow
  uint32_t chunk;    // most tokens of a prefill; 0: 64
  // What the inputs of weight matrices are quantised to: 16 (0 means that) is
  // two int8 rows against the same weights, which decode gets for nothing and
  // prefill pays for with array time; 8 suits models that were trained for it.
  uint32_t activation_bits;
} systole_compile_options;

// The same from a model's shape alone: instructions, addresses and segment sizes
// are those of the real program, but the constant segments have no content.
// For a machine that keeps time and computes nothing.
systole_status systole_compile_shape(const systole_model *model, const systole_config *config,
                                     const systole_compile_options *options,
                                     systole_program **program, systole_error *err);

systole_status systole_compile(const systole_checkpoint *checkpoint, const systole_config *config,
                               const systole_compile_options *options, systole_program **program,
                               systole_error *err);

#endif
