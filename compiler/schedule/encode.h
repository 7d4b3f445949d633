// One operation, with every address known, as a descriptor line and, where a
// value depends on scalars, a binding line.
#ifndef SYSTOLE_COMPILER_SCHEDULE_ENCODE_H
#define SYSTOLE_COMPILER_SCHEDULE_ENCODE_H

#include "compiler/schedule/hazard.h"
#include "compiler/schedule/op.h"

typedef struct {
  systole_line line[2];
  unsigned lines;  // 1 or 2
} systole_encoded;

// SYSTOLE_E_RANGE if a value does not fit its field.
systole_status systole_encode(const systole_op *op, systole_encoded *out, systole_error *err);

// Enters what the operation touches, as an instruction of its own, into the
// table of hazards.
systole_status systole_encode_hazards(const systole_op *op, const systole_config *config,
                                      systole_hazards *hazards, systole_error *err);

#endif
