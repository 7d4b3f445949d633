// An accelerator behind OpenCL: what the parts of the transport share.
//
//   choose.h   platform and device         source.h   the portable kernel's text
//   memory.h   buffers                     kernel.h   from text or binary to a kernel
//   launch.h   a run, its end, its report  error.h    OpenCL's errors in our words
//   record.h   status records              wait.h     waiting with an end
//   notice.h   what the platform says of an error in words
#ifndef SYSTOLE_DRIVER_OPENCL_OPENCL_H
#define SYSTOLE_DRIVER_OPENCL_OPENCL_H

#include "driver/opencl/choose.h"
#include "driver/transport.h"

typedef struct {
  systole_config config;
  const char *binary;  // as the user named it, NULL: the portable kernel from source
  systole_opencl_choice chosen;
  cl_context context;
  cl_command_queue queue;
  cl_program program;
  cl_kernel kernel;
  cl_uint arguments;   // how many the kernel takes
  size_t items;        // of its work-group
  uint64_t allocated;  // bytes in buffers
  void *scratch;       // of a kernel that wants it: SRAMs and what else the RTL has on the chip
  void *status;        // of runs that bring no status segment; stands in for absent segments
  // The run that was started last
  systole_transport_job job;
  cl_event running;
  double started;      // on the host's clock
  double kernel_seconds;
  bool lost;           // it never ended
  uint8_t *srams;      // copy of the scratch's SRAMs after it, NULL: not made yet
} systole_opencl;

// Bytes of the SRAMs, which lie at the start of the scratch.
uint64_t systole_opencl_sram_bytes(const systole_config *config);

#endif
