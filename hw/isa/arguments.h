// The arguments of the kernel `systole` as an OpenCL host sets them, in order.
// Each stands for control registers (hw/isa/registers.def), so that hosts, the
// RTL kernel's packaging and the portable kernel agree on one list.
#ifndef SYSTOLE_ISA_ARGUMENTS_H
#define SYSTOLE_ISA_ARGUMENTS_H

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

#endif
