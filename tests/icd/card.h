// What every test of the OpenCL driver begins with: the platform, a device, a
// context, a queue, the kernel, and small programs for it.
#ifndef SYSTOLE_TESTS_ICD_CARD_H
#define SYSTOLE_TESTS_ICD_CARD_H

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_0_APIS
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl_ext.h>
#include <stdint.h>

#include "hw/isa/arguments.h"
#include "hw/isa/isa.h"
#include <CUnit/TestRun.h>

#include "tests/unit/harness.h"

// Outside of a test, whoever sets things up has to believe it.
#define SUCCEEDS(call)                                                \
  do {                                                                \
    cl_int ended_with = (call);                                       \
    if (CU_get_current_suite()) CU_ASSERT_EQUAL(ended_with, CL_SUCCESS); \
  } while (0)
#define CONFIG "tiny8"
enum { DIM = 8, LANES = DIM };

cl_platform_id find_platform(const char *name);  // NULL if the loader has none of that name
cl_device_id find_device(const char *name);      // of Systole

// The binary that build/icd has for a configuration.
typedef struct {
  unsigned char bytes[512];
  size_t size;
} binary;
binary read_binary(const char *config);

typedef struct {
  cl_platform_id platform;
  cl_device_id device;
  cl_context context;
  cl_command_queue queue;
  cl_program program;
  cl_kernel kernel;
  char told[1024];  // what the context's callback was told last
} card;

void card_open(card *c, cl_command_queue_properties properties);
void card_close(card *c);

cl_mem new_buffer(const card *c, size_t bytes);  // CL_MEM_READ_WRITE
void set_absent(cl_kernel kernel);               // every argument: no segment, 0
void set_segment(cl_kernel kernel, unsigned segment, cl_mem memory, uint64_t limit);
void set_word(cl_kernel kernel, unsigned argument, uint32_t value);

// A program from assembler lines (ended by NULL) in a buffer, as segment 0.
cl_mem set_program(const card *c, const char *const *lines);
void start(const card *c, cl_event *event);

// Segment 1 -> twice as much -> segment 2; LANES floats.
extern const char *const doubling[];
extern const char *const endless[];  // lines that never end by themselves
void read_floats(const card *c, cl_mem memory, float *values, unsigned count);

#endif
