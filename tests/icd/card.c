#include "tests/icd/card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"

static void die(const char *what) {
  fprintf(stderr, "icd_tests: %s\n", what);
  exit(2);
}

const char *const doubling[] = {
    "ld segment=1 space=PAR rows=1 words=1 raise=VX:1",
    "vx a_space=PAR m=1 n=8 mul=IMM mul_imm=2 d_space=VM wait=LD:1 raise=ST:1",
    "st segment=2 space=VM rows=1 elements=8 wait=VX:1",
    "end", NULL};

const char *const endless[] = {"loop count=2000000000 counter=0 lines=1", "ld space=PAR", "endloop", "end", NULL};

cl_platform_id find_platform(const char *name) {
  cl_platform_id all[16];
  cl_uint count = 0;
  char text[256];
  if (clGetPlatformIDs(16, all, &count)) return NULL;
  for (cl_uint i = 0; i < count && i < 16; i++)
    if (!clGetPlatformInfo(all[i], CL_PLATFORM_NAME, sizeof text, text, NULL) && !strcmp(text, name)) return all[i];
  return NULL;
}

cl_device_id find_device(const char *name) {
  cl_device_id all[32];
  cl_uint count = 0;
  char text[256];
  cl_platform_id platform = find_platform("Systole");
  if (!platform) die("no platform Systole: expected OCL_ICD_VENDORS to name build/icd");
  clGetDeviceIDs(platform, CL_DEVICE_TYPE_ACCELERATOR, 32, all, &count);
  for (cl_uint i = 0; i < count && i < 32; i++)
    if (!clGetDeviceInfo(all[i], CL_DEVICE_NAME, sizeof text, text, NULL) && !strcmp(text, name)) return all[i];
  die("no device " CONFIG ": expected `make rtl HW=" CONFIG "` to have been run");
  return NULL;
}

binary read_binary(const char *config) {
  const char *folder = getenv("ICD_BINARIES");
  char path[4096];
  binary b = {.size = 0};
  snprintf(path, sizeof path, "%s/%s.bin", folder ? folder : "build/icd", config);
  FILE *file = fopen(path, "rb");
  if (!file) die("no binary: expected `make icd` to have been run for tiny8 and edge16");
  b.size = fread(b.bytes, 1, sizeof b.bytes, file);
  fclose(file);
  return b;
}

static void CL_CALLBACK take_text(const char *text, const void *data, size_t bytes, void *user) {
  card *c = user;
  (void)data, (void)bytes;
  snprintf(c->told, sizeof c->told, "%s", text);
}

void card_open(card *c, cl_command_queue_properties properties) {
  cl_int status;
  binary b = read_binary(CONFIG);
  const unsigned char *bytes = b.bytes;
  memset(c, 0, sizeof *c);
  c->platform = find_platform("Systole");
  c->device = find_device(CONFIG);
  const cl_context_properties with[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)c->platform, 0};
  c->context = clCreateContext(with, 1, &c->device, take_text, c, &status);
  if (status) die("clCreateContext");
  c->queue = clCreateCommandQueue(c->context, c->device, properties, &status);
  if (status) die("clCreateCommandQueue");
  c->program = clCreateProgramWithBinary(c->context, 1, &c->device, &b.size, &bytes, NULL, &status);
  if (status || clBuildProgram(c->program, 0, NULL, "", NULL, NULL)) die("clCreateProgramWithBinary");
  c->kernel = clCreateKernel(c->program, SYSTOLE_KERNEL_NAME, &status);
  if (status) die("clCreateKernel");
  set_absent(c->kernel);
}

void card_close(card *c) {
  SUCCEEDS(clReleaseKernel(c->kernel));
  SUCCEEDS(clReleaseProgram(c->program));
  SUCCEEDS(clReleaseCommandQueue(c->queue));
  SUCCEEDS(clReleaseContext(c->context));
}

cl_mem new_buffer(const card *c, size_t bytes) {
  cl_int status;
  cl_mem memory = clCreateBuffer(c->context, CL_MEM_READ_WRITE, bytes, NULL, &status);
  if (status) die("clCreateBuffer");
  return memory;
}

void set_word(cl_kernel kernel, unsigned argument, uint32_t value) {
  SUCCEEDS(clSetKernelArg(kernel, argument, sizeof value, &value));
}

void set_segment(cl_kernel kernel, unsigned segment, cl_mem memory, uint64_t limit) {
  SUCCEEDS(clSetKernelArg(kernel, 2 * segment, sizeof memory, memory ? &memory : NULL));
  SUCCEEDS(clSetKernelArg(kernel, 2 * segment + 1, sizeof limit, &limit));
}

void set_absent(cl_kernel kernel) {
  for (unsigned s = 0; s < 16; s++) set_segment(kernel, s, NULL, 0);
  for (unsigned a = SYSTOLE_ARGUMENT_SCALARS; a < SYSTOLE_ARGUMENTS; a++) set_word(kernel, a, 0);
}

cl_mem set_program(const card *c, const char *const *lines) {
  systole_line code[64];
  systole_error err;
  unsigned count = 0, made;
  for (; *lines; lines++) {
    if (systole_asm(*lines, strlen(*lines), code + count, &made, &err)) die(err.text);
    count += made;
  }
  cl_mem memory = new_buffer(c, count * sizeof code[0]);
  SUCCEEDS(clEnqueueWriteBuffer(c->queue, memory, CL_TRUE, 0, count * sizeof code[0], code, 0, NULL, NULL));
  set_segment(c->kernel, 0, memory, count * sizeof code[0]);
  set_word(c->kernel, SYSTOLE_ARGUMENT_LINES, count);
  return memory;
}

void start(const card *c, cl_event *event) {
  const size_t one = 1;
  SUCCEEDS(clEnqueueNDRangeKernel(c->queue, c->kernel, 1, NULL, &one, &one, 0, NULL, event));
}

void read_floats(const card *c, cl_mem memory, float *values, unsigned count) {
  SUCCEEDS(clEnqueueReadBuffer(c->queue, memory, CL_TRUE, 0, count * sizeof *values, values, 0, NULL, NULL));
}
