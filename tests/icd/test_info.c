// Questions: sizes, room, names; and objects that are made from wrong arguments.
#include <stdio.h>
#include <string.h>

#include "tests/icd/card.h"

typedef cl_int (*question)(void *object, cl_uint name, size_t room, void *to, size_t *size);

static cl_int ask_platform(void *o, cl_uint n, size_t r, void *t, size_t *s) { return clGetPlatformInfo(o, n, r, t, s); }
static cl_int ask_device(void *o, cl_uint n, size_t r, void *t, size_t *s) { return clGetDeviceInfo(o, n, r, t, s); }
static cl_int ask_context(void *o, cl_uint n, size_t r, void *t, size_t *s) { return clGetContextInfo(o, n, r, t, s); }
static cl_int ask_queue(void *o, cl_uint n, size_t r, void *t, size_t *s) { return clGetCommandQueueInfo(o, n, r, t, s); }
static cl_int ask_memory(void *o, cl_uint n, size_t r, void *t, size_t *s) { return clGetMemObjectInfo(o, n, r, t, s); }
static cl_int ask_program(void *o, cl_uint n, size_t r, void *t, size_t *s) { return clGetProgramInfo(o, n, r, t, s); }
static cl_int ask_kernel(void *o, cl_uint n, size_t r, void *t, size_t *s) { return clGetKernelInfo(o, n, r, t, s); }
static cl_int ask_event(void *o, cl_uint n, size_t r, void *t, size_t *s) { return clGetEventInfo(o, n, r, t, s); }
static cl_int ask_build(void *o, cl_uint n, size_t r, void *t, size_t *s) {
  return clGetProgramBuildInfo(o, find_device(CONFIG), n, r, t, s);
}
static cl_int ask_group(void *o, cl_uint n, size_t r, void *t, size_t *s) {
  return clGetKernelWorkGroupInfo(o, find_device(CONFIG), n, r, t, s);
}
static cl_int ask_argument(void *o, cl_uint n, size_t r, void *t, size_t *s) { return clGetKernelArgInfo(o, 3, n, r, t, s); }

// Each answer fits its size exactly; a byte less is refused, more is left alone.
static void check_room(question ask, void *object, cl_uint name) {
  unsigned char to[1024];
  size_t size = 0, again = 0;
  SUCCEEDS(ask(object, name, 0, NULL, &size));
  CU_ASSERT(size < sizeof to);
  memset(to, 0x5A, sizeof to);
  SUCCEEDS(ask(object, name, size, to, &again));
  CU_ASSERT_EQUAL(size, again);
  CU_ASSERT_EQUAL(to[size], 0x5A);
  SUCCEEDS(ask(object, name, sizeof to, to, NULL));
  if (size) CU_ASSERT_EQUAL(ask(object, name, size - 1, to, NULL), CL_INVALID_VALUE);
  SUCCEEDS(ask(object, name, 0, NULL, NULL));
}

static void ask_range(question ask, void *object, cl_uint from, cl_uint to) {
  for (cl_uint name = from; name <= to; name++) check_room(ask, object, name);
  CU_ASSERT_EQUAL(ask(object, 0xFFFF, 0, NULL, NULL), CL_INVALID_VALUE);
}

static void answers_have_their_size(void) {
  card c;
  cl_event event;
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, 64);
  SUCCEEDS(clEnqueueMarker(c.queue, &event));
  ask_range(ask_platform, c.platform, CL_PLATFORM_PROFILE, CL_PLATFORM_EXTENSIONS);
  check_room(ask_platform, c.platform, CL_PLATFORM_ICD_SUFFIX_KHR);
  // 0x1034 is OpenCL 1.0's host unified memory's neighbour: the numbers have gaps.
  for (cl_uint name = CL_DEVICE_TYPE; name <= CL_DEVICE_PRINTF_BUFFER_SIZE; name++)
    if (!clGetDeviceInfo(c.device, name, 0, NULL, NULL)) check_room(ask_device, c.device, name);
  CU_ASSERT_EQUAL(clGetDeviceInfo(c.device, 0xFFFF, 0, NULL, NULL), CL_INVALID_VALUE);
  ask_range(ask_context, c.context, CL_CONTEXT_REFERENCE_COUNT, CL_CONTEXT_NUM_DEVICES);
  ask_range(ask_queue, c.queue, CL_QUEUE_CONTEXT, CL_QUEUE_PROPERTIES);
  ask_range(ask_memory, memory, CL_MEM_TYPE, CL_MEM_OFFSET);
  ask_range(ask_program, c.program, CL_PROGRAM_REFERENCE_COUNT, CL_PROGRAM_BINARY_SIZES);
  ask_range(ask_program, c.program, CL_PROGRAM_NUM_KERNELS, CL_PROGRAM_KERNEL_NAMES);
  ask_range(ask_build, c.program, CL_PROGRAM_BUILD_STATUS, CL_PROGRAM_BINARY_TYPE);
  ask_range(ask_kernel, c.kernel, CL_KERNEL_FUNCTION_NAME, CL_KERNEL_ATTRIBUTES);
  ask_range(ask_group, c.kernel, CL_KERNEL_WORK_GROUP_SIZE, CL_KERNEL_PRIVATE_MEM_SIZE);
  ask_range(ask_argument, c.kernel, CL_KERNEL_ARG_ADDRESS_QUALIFIER, CL_KERNEL_ARG_NAME);
  ask_range(ask_event, event, CL_EVENT_COMMAND_QUEUE, CL_EVENT_CONTEXT);
  SUCCEEDS(clReleaseEvent(event));
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

static void device_tells_its_configuration(void) {
  char text[512];
  cl_device_type type = 0;
  cl_device_id device = find_device(CONFIG);
  SUCCEEDS(clGetDeviceInfo(device, CL_DEVICE_VERSION, sizeof text, text, NULL));
  CU_ASSERT_EQUAL(strncmp(text, "OpenCL 1.2 Systole " CONFIG " (hash ", strlen("OpenCL 1.2 Systole " CONFIG " (hash ")), 0);
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "array 8 x 8"));
  SUCCEEDS(clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof type, &type, NULL));
  CU_ASSERT_EQUAL(type, CL_DEVICE_TYPE_ACCELERATOR);
  SUCCEEDS(clGetPlatformInfo(find_platform("Systole"), CL_PLATFORM_EXTENSIONS, sizeof text, text, NULL));
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "cl_khr_icd"));
}

static void arguments_have_names(void) {
  static const struct {
    cl_uint index;
    const char *name, *type;
  } some[] = {{0, "segment0", "uchar*"}, {1, "limit0", "ulong"}, {31, "limit15", "ulong"}, {32, "scalar0", "int"},
              {47, "scalar15", "int"},   {48, "lines", "uint"},  {49, "watchdog", "uint"}};
  card c;
  char text[64];
  card_open(&c, 0);
  for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
    SUCCEEDS(clGetKernelArgInfo(c.kernel, some[i].index, CL_KERNEL_ARG_NAME, sizeof text, text, NULL));
    CU_ASSERT_STRING_EQUAL(text, some[i].name);
    SUCCEEDS(clGetKernelArgInfo(c.kernel, some[i].index, CL_KERNEL_ARG_TYPE_NAME, sizeof text, text, NULL));
    CU_ASSERT_STRING_EQUAL(text, some[i].type);
  }
  CU_ASSERT_EQUAL(clGetKernelArgInfo(c.kernel, 50, CL_KERNEL_ARG_NAME, 0, NULL, NULL), CL_INVALID_ARG_INDEX);
  card_close(&c);
}

static cl_uint references(cl_context context) {
  cl_uint count = 0;
  SUCCEEDS(clGetContextInfo(context, CL_CONTEXT_REFERENCE_COUNT, sizeof count, &count, NULL));
  return count;
}

static void references_are_counted(void) {
  card c;
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, 64);
  CU_ASSERT_EQUAL(references(c.context), 1);
  SUCCEEDS(clRetainContext(c.context));
  CU_ASSERT_EQUAL(references(c.context), 2);
  SUCCEEDS(clReleaseContext(c.context));
  SUCCEEDS(clReleaseMemObject(memory));
  SUCCEEDS(clReleaseKernel(c.kernel));
  SUCCEEDS(clReleaseProgram(c.program));
  // The queue keeps its context, and tells which it is.
  cl_context same = NULL;
  SUCCEEDS(clReleaseContext(c.context));
  CU_ASSERT_EQUAL(clReleaseContext(c.context), CL_INVALID_CONTEXT);
  SUCCEEDS(clGetCommandQueueInfo(c.queue, CL_QUEUE_CONTEXT, sizeof same, &same, NULL));
  CU_ASSERT_PTR_EQUAL(same, c.context);
  cl_mem after = new_buffer(&c, 64);
  SUCCEEDS(clRetainContext(same));
  SUCCEEDS(clFinish(c.queue));
  SUCCEEDS(clReleaseCommandQueue(c.queue));
  SUCCEEDS(clReleaseMemObject(after));
  SUCCEEDS(clReleaseContext(same));
  CU_ASSERT_EQUAL(clRetainContext(same), CL_INVALID_CONTEXT);
}

// So does a kernel its program, and an event its queue.
static void what_is_needed_stays(void) {
  card c;
  cl_event event;
  cl_program program = NULL;
  cl_command_queue queue = NULL;
  card_open(&c, 0);
  SUCCEEDS(clEnqueueMarker(c.queue, &event));
  SUCCEEDS(clFinish(c.queue));
  SUCCEEDS(clReleaseProgram(c.program));
  SUCCEEDS(clReleaseCommandQueue(c.queue));
  SUCCEEDS(clReleaseContext(c.context));
  SUCCEEDS(clGetKernelInfo(c.kernel, CL_KERNEL_PROGRAM, sizeof program, &program, NULL));
  SUCCEEDS(clRetainProgram(program));
  SUCCEEDS(clReleaseKernel(c.kernel));
  cl_kernel again = clCreateKernel(program, SYSTOLE_KERNEL_NAME, NULL);
  CU_ASSERT_PTR_NOT_NULL(again);
  SUCCEEDS(clReleaseKernel(again));
  SUCCEEDS(clReleaseProgram(program));
  CU_ASSERT_EQUAL(clReleaseProgram(program), CL_INVALID_PROGRAM);
  SUCCEEDS(clGetEventInfo(event, CL_EVENT_COMMAND_QUEUE, sizeof queue, &queue, NULL));
  SUCCEEDS(clFinish(queue));
  CU_ASSERT_EQUAL(clReleaseCommandQueue(queue), CL_INVALID_COMMAND_QUEUE);
  SUCCEEDS(clReleaseEvent(event));
  CU_ASSERT_EQUAL(clFinish(queue), CL_INVALID_COMMAND_QUEUE);
}

static cl_int context_with(const cl_context_properties *properties) {
  cl_int status;
  cl_device_id device = find_device(CONFIG);
  cl_context context = clCreateContext(properties, 1, &device, NULL, NULL, &status);
  if (context) SUCCEEDS(clReleaseContext(context));
  return status;
}

static void contexts_are_checked(void) {
  cl_context_properties platform = (cl_context_properties)find_platform("Systole");
  SUCCEEDS(context_with(NULL));
  SUCCEEDS(context_with((cl_context_properties[]){0}));
  SUCCEEDS(context_with((cl_context_properties[]){CL_CONTEXT_PLATFORM, platform, CL_CONTEXT_INTEROP_USER_SYNC, CL_TRUE, 0}));
  CU_ASSERT_EQUAL(context_with((cl_context_properties[]){0x7777, 0, 0}), CL_INVALID_PROPERTY);
  CU_ASSERT_EQUAL(context_with((cl_context_properties[]){CL_CONTEXT_PLATFORM, platform, CL_CONTEXT_PLATFORM, platform, 0}),
                  CL_INVALID_PROPERTY);
  CU_ASSERT_EQUAL(context_with((cl_context_properties[]){CL_CONTEXT_PLATFORM, 0x1230, 0}), CL_INVALID_PLATFORM);
  cl_int status;
  cl_device_id device = find_device(CONFIG);
  CU_ASSERT_PTR_NULL(clCreateContext(NULL, 1, &device, NULL, &device, &status));  // user data for nobody
  CU_ASSERT_EQUAL(status, CL_INVALID_VALUE);
  cl_context all = clCreateContextFromType((cl_context_properties[]){CL_CONTEXT_PLATFORM, platform, 0},
                                           CL_DEVICE_TYPE_ACCELERATOR, NULL, NULL, &status);
  CU_ASSERT_EQUAL(status, CL_SUCCESS);
  if (all) SUCCEEDS(clReleaseContext(all));
}

// ---- programs ------------------------------------------------------------------------------

static cl_int load(const card *c, const void *bytes, size_t size, cl_int *verdict) {
  cl_int status;
  const unsigned char *from = bytes;
  cl_program program = clCreateProgramWithBinary(c->context, 1, &c->device, &size, &from, verdict, &status);
  CU_ASSERT_EQUAL(program == NULL, status != CL_SUCCESS);
  if (program) SUCCEEDS(clReleaseProgram(program));
  return status;
}

static void bad_binaries_are_refused(void) {
  card c;
  cl_int verdict = 0;
  binary good = read_binary(CONFIG), other = read_binary("edge16");
  card_open(&c, 0);
  SUCCEEDS(load(&c, good.bytes, good.size, &verdict));
  for (size_t size = 1; size < good.size; size++) {  // truncated anywhere
    CU_ASSERT_EQUAL(load(&c, good.bytes, size, &verdict), CL_INVALID_BINARY);
    CU_ASSERT_EQUAL(verdict, CL_INVALID_BINARY);
  }
  CU_ASSERT_PTR_NOT_NULL(strstr(c.told, "truncated"));
  CU_ASSERT_EQUAL(load(&c, other.bytes, other.size, &verdict), CL_INVALID_BINARY);
  CU_ASSERT_PTR_NOT_NULL(strstr(c.told, "made for configuration edge16"));
  CU_ASSERT_PTR_NOT_NULL(strstr(c.told, "expected " CONFIG));
  CU_ASSERT_EQUAL(load(&c, "\x7f" "ELF or anything else", 22, NULL), CL_INVALID_BINARY);
  CU_ASSERT_EQUAL(load(&c, good.bytes, 0, &verdict), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(load(&c, NULL, 10, &verdict), CL_INVALID_VALUE);
  binary longer = good;
  memcpy(longer.bytes + longer.size, "junk\nend\n", 9);  // its last line is right
  CU_ASSERT_EQUAL(load(&c, longer.bytes, longer.size + 9, &verdict), CL_INVALID_BINARY);
  for (size_t at = 0; at < good.size; at++) {  // one byte wrong: never a crash
    binary bad = good;
    bad.bytes[at] ^= 0x15;
    load(&c, bad.bytes, bad.size, &verdict);
  }
  card_close(&c);
}

static void binary_comes_back(void) {
  card c;
  unsigned char bytes[512] = {0}, *to = bytes;
  size_t size = 0;
  binary b = read_binary(CONFIG);
  card_open(&c, 0);
  SUCCEEDS(clGetProgramInfo(c.program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL));
  CU_ASSERT_EQUAL(size, b.size);
  SUCCEEDS(clGetProgramInfo(c.program, CL_PROGRAM_BINARIES, sizeof to, &to, NULL));
  CU_ASSERT_EQUAL(memcmp(bytes, b.bytes, b.size), 0);
  card_close(&c);
}

static void source_needs_a_compiler(void) {
  card c;
  cl_int status;
  char log[512] = "";
  const char *text = "kernel void systole() {}";
  card_open(&c, 0);
  cl_program program = clCreateProgramWithSource(c.context, 1, &text, NULL, &status);
  CU_ASSERT_EQUAL(status, CL_SUCCESS);
  CU_ASSERT_EQUAL(clBuildProgram(program, 0, NULL, "", NULL, NULL), CL_COMPILER_NOT_AVAILABLE);
  SUCCEEDS(clGetProgramBuildInfo(program, c.device, CL_PROGRAM_BUILD_LOG, sizeof log, log, NULL));
  CU_ASSERT_PTR_NOT_NULL(strstr(log, CONFIG ".bin"));
  CU_ASSERT_PTR_NULL(clCreateKernel(program, "systole", &status));
  CU_ASSERT_EQUAL(status, CL_INVALID_PROGRAM_EXECUTABLE);
  CU_ASSERT_EQUAL(clCompileProgram(program, 0, NULL, "", 0, NULL, NULL, NULL, NULL), CL_COMPILER_NOT_AVAILABLE);
  SUCCEEDS(clReleaseProgram(program));
  CU_ASSERT_PTR_NULL(clCreateKernel(c.program, "other", &status));
  CU_ASSERT_EQUAL(status, CL_INVALID_KERNEL_NAME);
  CU_ASSERT_EQUAL(clBuildProgram(c.program, 0, NULL, "", NULL, NULL), CL_INVALID_OPERATION);  // it has a kernel
  card_close(&c);
}

// Options are what a device was built with; one that was not has none.
static void options_are_a_devices(void) {
  card c;
  cl_device_id both[] = {find_device(CONFIG), find_device("edge16")};
  binary b[] = {read_binary(CONFIG), read_binary("edge16")};
  const unsigned char *bytes[] = {b[0].bytes, b[1].bytes};
  const size_t sizes[] = {b[0].size, b[1].size};
  char text[2][32] = {"", ""};
  card_open(&c, 0);
  cl_context context = clCreateContext(NULL, 2, both, NULL, NULL, NULL);
  cl_program program = clCreateProgramWithBinary(context, 2, both, sizes, bytes, NULL, NULL);
  CU_ASSERT_PTR_NOT_NULL(program);
  SUCCEEDS(clBuildProgram(program, 1, &both[1], "-second", NULL, NULL));
  for (int i = 0; i < 2; i++)
    SUCCEEDS(clGetProgramBuildInfo(program, both[i], CL_PROGRAM_BUILD_OPTIONS, sizeof text[i], text[i], NULL));
  CU_ASSERT(!strcmp(text[0], "") && !strcmp(text[1], "-second"));
  SUCCEEDS(clBuildProgram(program, 1, &both[0], "-first", NULL, NULL));
  for (int i = 0; i < 2; i++)
    SUCCEEDS(clGetProgramBuildInfo(program, both[i], CL_PROGRAM_BUILD_OPTIONS, sizeof text[i], text[i], NULL));
  CU_ASSERT(!strcmp(text[0], "-first") && !strcmp(text[1], "-second"));
  SUCCEEDS(clReleaseProgram(program));
  SUCCEEDS(clReleaseContext(context));
  card_close(&c);
}

static void image_formats_are_none(void) {
  card c;
  cl_uint count = 9;
  card_open(&c, 0);
  SUCCEEDS(clGetSupportedImageFormats(c.context, CL_MEM_READ_ONLY, CL_MEM_OBJECT_IMAGE2D, 0, NULL, &count));
  CU_ASSERT_EQUAL(count, 0);
  CU_ASSERT_EQUAL(clGetSupportedImageFormats(c.context, 0, CL_MEM_OBJECT_BUFFER, 0, NULL, &count), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clGetSupportedImageFormats(c.context, (cl_mem_flags)1 << 50, CL_MEM_OBJECT_IMAGE2D, 0, NULL, &count),
                  CL_INVALID_VALUE);
  card_close(&c);
}

void suite_info(void) {
  static const systole_test tests[] = {{"sizes", answers_have_their_size},
                                       {"configuration", device_tells_its_configuration},
                                       {"argument names", arguments_have_names},
                                       {"references", references_are_counted},
                                       {"what is needed stays", what_is_needed_stays},
                                       {"contexts", contexts_are_checked},
                                       {"bad binaries", bad_binaries_are_refused},
                                       {"binary comes back", binary_comes_back},
                                       {"source", source_needs_a_compiler},
                                       {"build options", options_are_a_devices},
                                       {"image formats", image_formats_are_none},
                                       {0}};
  systole_test_suite("icd_info", tests);
}
