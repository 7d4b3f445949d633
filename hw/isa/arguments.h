// The arguments of the kernel `systole` as an OpenCL host sets them, in order.
// Each stands for control registers (hw/isa/registers.def), so that hosts, the
// RTL kernel's packaging and the portable kernel agree on one list.
#ifndef SYSTOLE_ISA_ARGUMENTS_H
#define SYSTOLE_ISA_ARGUMENTS_H

#include <stdbool.h>

#define SYSTOLE_KERNEL_NAME "systole"

enum {
  // Segment s: argument 2s is its buffer (SEG_BASE, 64 bits; absent: NULL),
  // argument 2s + 1 its length in bytes (SEG_LIMIT, 64 bits).
  SYSTOLE_ARGUMENT_SEGMENTS = 0,
  SYSTOLE_ARGUMENT_SCALARS = 32,   // 16 of 32 bits: SCALAR
  SYSTOLE_ARGUMENT_LINES = 48,     // 32 bits: PROGRAM_LINES
  SYSTOLE_ARGUMENT_WATCHDOG = 49,  // 32 bits: WATCHDOG
  SYSTOLE_ARGUMENTS = 50,
  // Only of a kernel that says it has one more (hw/opencl/systole.cl): a buffer
  // for what the RTL has on the chip, the SRAMs first.
  SYSTOLE_ARGUMENT_SCRATCH = 50,
};

typedef struct {
  char name[16];     // "segment3", "limit3", "scalar0", "lines", "watchdog"
  const char *type;  // in OpenCL C
  bool is_buffer;    // a pointer to global memory
  unsigned bytes;    // of the registers it is written to
  unsigned offset;   // of the first of them
} systole_argument;

// index < SYSTOLE_ARGUMENTS
void systole_argument_describe(unsigned index, systole_argument *argument);

#endif
