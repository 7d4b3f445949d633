// The machine as one kernel in OpenCL C 1.2: the same programs, the same bits,
// the same faults as the RTL and the C model; only time is not kept. For GPUs,
// CPUs and boards whose flow takes OpenCL C. docs/opencl.md tells how to run it,
// docs/decisions/008-portable-kernel.md why it is as it is.
//
// What it is built for comes from -D options, all of them needed:
//
//   SYSTOLE_DIM, SYSTOLE_LOAD_ROWS, SYSTOLE_BUS_BYTES, SYSTOLE_WGT_WORDS ...
//   SYSTOLE_RS_WORDS, SYSTOLE_QUEUE_DEPTH   as in hw/configs/*.ini
//   SYSTOLE_HASH                            the configuration's hash
//   SYSTOLE_ITEMS                           work-items: 1, or a power of two from 64 on
//   SYSTOLE_INTEGER                         1 if the device's own fp32 is not IEEE's
//
// One work-group of SYSTOLE_ITEMS. Item 0 is the sequencer; all items together
// are the engines, over rows and lanes. With one item, barriers vanish and loops
// run in the order of docs/machine.md.
#pragma OPENCL FP_CONTRACT OFF

#include "isa.cl"
#include "tables.cl"
#include "items.cl"
#include "fp32.cl"
#include "machine.cl"
#include "legal.cl"
#include "bind.cl"
#include "bounds.cl"
#include "copy.cl"
#include "mx.cl"
#include "vx.cl"
#include "record.cl"
#include "sequencer.cl"

#define SEGMENT(n) __global uchar *segment##n, ulong limit##n
#define TAKE(n) segments[n] = (segment){segment##n, limit##n};

__kernel __attribute__((reqd_work_group_size(SYSTOLE_ITEMS, 1, 1))) void systole(
    SEGMENT(0), SEGMENT(1), SEGMENT(2), SEGMENT(3), SEGMENT(4), SEGMENT(5), SEGMENT(6), SEGMENT(7),
    SEGMENT(8), SEGMENT(9), SEGMENT(10), SEGMENT(11), SEGMENT(12), SEGMENT(13), SEGMENT(14),
    SEGMENT(15), int scalar0, int scalar1, int scalar2, int scalar3, int scalar4, int scalar5,
    int scalar6, int scalar7, int scalar8, int scalar9, int scalar10, int scalar11, int scalar12,
    int scalar13, int scalar14, int scalar15, uint lines, uint watchdog, __global uchar *scratch) {
  const int scalars[SYS_SCALARS] = {scalar0,  scalar1,  scalar2,  scalar3, scalar4,  scalar5,
                                    scalar6,  scalar7,  scalar8,  scalar9, scalar10, scalar11,
                                    scalar12, scalar13, scalar14, scalar15};
  __local machine m;
  __local parts room;
  segment segments[SYS_SEGMENTS];
  TAKE(0) TAKE(1) TAKE(2) TAKE(3) TAKE(4) TAKE(5) TAKE(6) TAKE(7)
  TAKE(8) TAKE(9) TAKE(10) TAKE(11) TAKE(12) TAKE(13) TAKE(14) TAKE(15)
  if (ITEM == 0) begin(&m, scratch, scalars);
  for (;;) {
    BARRIER();
    if (ITEM == 0) next(&m, segments, lines, scratch);
    BARRIER();
    if (m.todo >= STOP) break;
    switch (m.todo) {
      case SYS_OP_LD:
      case SYS_OP_LDG: load(&m, segments, scratch); break;
      case SYS_OP_ST: store(&m, segments, scratch); break;
      case SYS_OP_MX: multiply(&m, scratch); break;
      case SYS_OP_VX: stream(&m, scratch, &room); break;
      default: break;  // some count is zero
    }
  }
  if (ITEM == 0) end(&m, segments, scratch);
}
