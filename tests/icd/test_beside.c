// What else may be in the process. A machine of the driver's own, out of the same
// Verilated object. And another platform: PoCL compiles and runs, the machine runs, and
// neither takes the other's objects. scripts/icd.sh says by ICD_BESIDE that the
// loader was given both; the test is skipped where there is no PoCL to give.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine.h"
#include "tests/icd/card.h"

static const char *const source = "kernel void twice(global float *x) { x[get_global_id(0)] *= 2; }";

typedef struct {
  cl_context context;
  cl_command_queue queue;
  cl_kernel kernel;
  cl_mem memory;
} neighbour;

static bool neighbour_open(neighbour *n) {
  cl_device_id device;
  cl_platform_id platform = find_platform("Portable Computing Language");
  if (!platform || clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL)) return false;
  n->context = clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
  n->queue = clCreateCommandQueue(n->context, device, 0, NULL);
  cl_program program = clCreateProgramWithSource(n->context, 1, (const char **)(uintptr_t)&source, NULL, NULL);
  SUCCEEDS(clBuildProgram(program, 0, NULL, "", NULL, NULL));
  n->kernel = clCreateKernel(program, "twice", NULL);
  SUCCEEDS(clReleaseProgram(program));
  n->memory = clCreateBuffer(n->context, CL_MEM_READ_WRITE, LANES * sizeof(float), NULL, NULL);
  SUCCEEDS(clSetKernelArg(n->kernel, 0, sizeof n->memory, &n->memory));
  return true;
}

static void neighbour_close(neighbour *n) {
  SUCCEEDS(clReleaseMemObject(n->memory));
  SUCCEEDS(clReleaseKernel(n->kernel));
  SUCCEEDS(clReleaseCommandQueue(n->queue));
  SUCCEEDS(clReleaseContext(n->context));
}

// x 2 on the one, x 2 on the other, through the host.
static void both_compute(void) {
  neighbour n;
  card c;
  const size_t lanes = LANES;
  float values[LANES];
  if (!neighbour_open(&n)) {
    systole_test_skip("the loader finds no PoCL");
    return;
  }
  card_open(&c, 0);
  cl_mem code = set_program(&c, doubling), in = new_buffer(&c, sizeof values), out = new_buffer(&c, sizeof values);
  set_segment(c.kernel, 1, in, sizeof values);
  set_segment(c.kernel, 2, out, sizeof values);
  for (int i = 0; i < LANES; i++) values[i] = (float)i;
  SUCCEEDS(clEnqueueWriteBuffer(n.queue, n.memory, CL_TRUE, 0, sizeof values, values, 0, NULL, NULL));
  SUCCEEDS(clEnqueueNDRangeKernel(n.queue, n.kernel, 1, NULL, &lanes, NULL, 0, NULL, NULL));
  SUCCEEDS(clEnqueueReadBuffer(n.queue, n.memory, CL_TRUE, 0, sizeof values, values, 0, NULL, NULL));
  SUCCEEDS(clEnqueueWriteBuffer(c.queue, in, CL_TRUE, 0, sizeof values, values, 0, NULL, NULL));
  start(&c, NULL);
  read_floats(&c, out, values, LANES);
  for (int i = 0; i < LANES; i++) CU_ASSERT_EQUAL(values[i], 4 * (float)i);
  CU_ASSERT_EQUAL(clSetKernelArg(c.kernel, 2, sizeof n.memory, &n.memory), CL_INVALID_MEM_OBJECT);
  CU_ASSERT_EQUAL(clEnqueueCopyBuffer(c.queue, n.memory, out, 0, 0, 4, 0, NULL, NULL), CL_INVALID_MEM_OBJECT);
  SUCCEEDS(clReleaseMemObject(code));
  SUCCEEDS(clReleaseMemObject(in));
  SUCCEEDS(clReleaseMemObject(out));
  card_close(&c);
  neighbour_close(&n);
}

// ---- the same object, opened by somebody else ----------------------------------------------

static const systole_machine_api *open_object(void **object) {
  const systole_machine_api *(*get)(void);
  const char *folder = getenv("SYSTOLE_RTL_PATH");
  char path[4096];
  snprintf(path, sizeof path, "%s/" CONFIG ".so", folder ? folder : "build/rtl");
  *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void *symbol = *object ? dlsym(*object, "systole_rtl_api") : NULL;
  memcpy(&get, &symbol, sizeof get);
  return get ? get() : NULL;
}

// The card's machine comes and goes between this one's beginning and end.
static void other_machine_lives_on(void) {
  void *object;
  systole_error err;
  systole_config config;
  systole_memory *memory;
  systole_machine *machine;
  const systole_dram_params dram = {.preset = "ideal"};
  const systole_job job = {.max_cycles = 1000};
  systole_report report;
  card c;
  const systole_machine_api *api = open_object(&object);
  CU_ASSERT_PTR_NOT_NULL_FATAL(api);
  CU_ASSERT_EQUAL_FATAL(systole_config_load(CONFIG, &config, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_memory_create(&memory, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(api->create(&config, memory, &dram, &machine, &err), SYSTOLE_OK);
  card_open(&c, 0);
  start(&c, NULL);
  clFinish(c.queue);
  card_close(&c);
  CU_ASSERT_EQUAL(api->run(machine, &job, &report, NULL, NULL, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(report.cause, SYSTOLE_CAUSE_SEGMENT);  // there is no program
  api->destroy(machine);
  systole_memory_destroy(memory);
  dlclose(object);
}

void suite_beside(void) {
  static const systole_test own[] = {{"the same object", other_machine_lives_on}, {0}};
  systole_test_suite("icd_object", own);
  static const systole_test tests[] = {{"both compute", both_compute}, {0}};
  if (getenv("ICD_BESIDE")) systole_test_suite("icd_beside", tests);
}
