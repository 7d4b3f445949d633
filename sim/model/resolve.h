// From a line of the program to an instruction: binding and every check that
// the sequencer makes, in the order of docs/machine.md. Nothing is executed.
#ifndef SYSTOLE_MODEL_RESOLVE_H
#define SYSTOLE_MODEL_RESOLVE_H

#include "hw/configs/config.h"
#include "hw/isa/isa.h"
#include "sim/machine.h"
#include "sim/model/instruction.h"

// Resolves the line at `index` of the program. `binding` is the line after it;
// it is read only if the line's flag `bound` is set. The job gives segments and
// the number of program lines; scalars are the sixteen current ones. Returns
// the cause, CAUSE_NONE if the instruction may be dispatched. On a fault
// out->index, out->opcode and, for a known opcode, out->engine are valid.
systole_cause systole_resolve(const systole_config *config, const systole_job *job,
                              const int32_t scalars[SYSTOLE_SCALARS], const systole_line *line,
                              const systole_line *binding, uint32_t index,
                              systole_instruction *out);

// The same for a line, and its binding line if it is bound, known to be legal.
systole_cause systole_resolve_rest(const systole_config *config, const systole_job *job,
                                   const int32_t scalars[SYSTOLE_SCALARS], const systole_line *line,
                                   const systole_line *binding, uint32_t index,
                                   systole_instruction *out);

// Its steps, in the order in which systole_resolve takes them.

// ILLEGAL: opcode, reserved bits, enumerations, semaphore nibbles, port rules,
// and the form of the binding line (NULL if there is none).
systole_cause systole_resolve_legal(const systole_line *line, const systole_line *binding);
systole_cause systole_resolve_legal_binding(const systole_line *binding, unsigned opcode);

// Slots of a binding line up to the last that is not zero; bits beyond the last
// slot do not count.
unsigned systole_resolve_slots(const systole_line *binding);

// RANGE: writes the bound values into the line.
systole_cause systole_resolve_bind(const systole_line *binding,
                                   const int32_t scalars[SYSTOLE_SCALARS], systole_line *line);

// RANGE: the rules on counts.
systole_cause systole_resolve_counts(const systole_config *config, const systole_line *line);

// Whether some count is zero.
bool systole_resolve_noop(const systole_line *line);

// ALIGN, SRAM, SEGMENT: alignment and bounding boxes.
systole_cause systole_resolve_align(const systole_config *config, const systole_line *line);
systole_cause systole_resolve_sram(const systole_config *config, const systole_line *line);
systole_cause systole_resolve_segment(const systole_config *config, const systole_job *job,
                                      const systole_line *line);

// The engine of an opcode, -1 if there is no such opcode.
int systole_opcode_engine(unsigned opcode);

#endif
