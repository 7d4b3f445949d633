// Every slot of the dispatch table, called with handles that are no handles:
// NULL, a wild pointer, an object of another kind, one that was released, one
// of another platform. Called past the loader, which follows what it is given.
#include <CL/cl_icd.h>
#include <stdio.h>
#include <string.h>

#include "tests/icd/card.h"

// ---- which slots have been called ----------------------------------------------------

static struct {
  const char *name;
  bool called;
} slots[] = {
#define ENTRY(name) {#name, false},
#define UNTYPED(name) {#name, false},
#include "sim/icd/entries.def"
};
enum { SLOTS = sizeof slots / sizeof slots[0] };

// A call reads `d->clName(...`.
static void note(const char *call) {
  const char *name = strstr(call, "cl");
  for (unsigned i = 0; name && i < SLOTS; i++)
    if (!strncmp(name, slots[i].name, strlen(slots[i].name)) && strchr("( ,", name[strlen(slots[i].name)])) slots[i].called = true;
}

static void refused(const char *call, cl_int status, cl_int expected) {
  note(call);
  if (status == expected) return;
  printf("  %s: %d, expected %d\n", call, status, expected);
  CU_FAIL("a call did not end as it should");
}

#define REFUSES(call, expected) refused(#call, call, expected)
#define MAKES_NOTHING(call, expected)     \
  do {                                    \
    cl_int err = 12345;                   \
    CU_ASSERT_PTR_NULL(call);             \
    refused(#call, err, expected);        \
  } while (0)

// ---- handles that are none -------------------------------------------------------------

enum { BAD = 5 };
static card good;
static const cl_icd_dispatch *d;
static void *bad[6][BAD];  // CONTEXT, QUEUE, MEMORY, PROGRAM, KERNEL, EVENT
static cl_context elsewhere;
enum { CONTEXTS, QUEUES, MEMORIES, PROGRAMS, KERNELS, EVENTS };

static cl_context context_of_another_platform(void) {
  cl_device_id device;
  cl_platform_id other = find_platform("Portable Computing Language");
  if (!other || clGetDeviceIDs(other, CL_DEVICE_TYPE_ALL, 1, &device, NULL)) return NULL;
  return clCreateContext(NULL, 1, &device, NULL, NULL, NULL);
}

static void make_bad_handles(void) {
  card gone;
  card_open(&good, 0);
  card_open(&gone, 0);
  elsewhere = context_of_another_platform();
  cl_mem memory = new_buffer(&gone, 64);
  cl_event event = clCreateUserEvent(gone.context, NULL);
  void *const released[] = {gone.context, gone.queue, memory, gone.program, gone.kernel, event};
  void *const others[] = {good.queue, good.context, good.kernel, good.kernel, good.program, good.queue};
  SUCCEEDS(clReleaseMemObject(memory));
  SUCCEEDS(clReleaseEvent(event));
  card_close(&gone);
  for (int kind = 0; kind < 6; kind++) {
    void *all[BAD] = {NULL, (void *)(uintptr_t)0x1230, released[kind], others[kind], elsewhere};
    memcpy(bad[kind], all, sizeof all);
  }
  memcpy(&d, good.platform, sizeof d);  // the first word of a handle is the table
}

// ---- the calls -------------------------------------------------------------------------

static void on_platforms_and_devices(void) {
  void *const wrong[] = {NULL, (void *)(uintptr_t)0x1230, good.context};
  size_t size;
  cl_uint count;
  cl_device_id device;
  cl_int (*share)(void *);
  for (int i = 0; i < 3; i++) {
    cl_platform_id p = wrong[i];
    cl_device_id v = wrong[i];
    REFUSES(d->clGetPlatformInfo(p, CL_PLATFORM_NAME, 0, NULL, &size), CL_INVALID_PLATFORM);
    REFUSES(d->clGetDeviceIDs(p, CL_DEVICE_TYPE_ALL, 1, &device, &count), CL_INVALID_PLATFORM);
    REFUSES(d->clUnloadPlatformCompiler(p), CL_INVALID_PLATFORM);
    CU_ASSERT_PTR_NULL(d->clGetExtensionFunctionAddressForPlatform(p, "clGetPlatformInfo"));
    REFUSES(d->clGetDeviceInfo(v, CL_DEVICE_NAME, 0, NULL, &size), CL_INVALID_DEVICE);
    REFUSES(d->clRetainDevice(v), CL_INVALID_DEVICE);
    REFUSES(d->clReleaseDevice(v), CL_INVALID_DEVICE);
    REFUSES(d->clRetainDeviceEXT(v), CL_INVALID_DEVICE);
    REFUSES(d->clReleaseDeviceEXT(v), CL_INVALID_DEVICE);
    REFUSES(d->clCreateSubDevices(v, NULL, 0, NULL, &count), CL_INVALID_DEVICE);
    REFUSES(d->clCreateSubDevicesEXT(v, NULL, 0, NULL, &count), CL_INVALID_DEVICE);
    REFUSES(d->clGetHostTimer(v, NULL), CL_INVALID_DEVICE);
    REFUSES(d->clGetDeviceAndHostTimer(v, NULL, NULL), CL_INVALID_DEVICE);
    MAKES_NOTHING(d->clCreateContext(NULL, 1, &v, NULL, NULL, &err), CL_INVALID_DEVICE);
    void *const windows[] = {d->clGetDeviceIDsFromD3D10KHR, d->clGetDeviceIDsFromD3D11KHR,
                             d->clGetDeviceIDsFromDX9MediaAdapterKHR};
    for (int w = 0; w < 3; w++) {
      memcpy(&share, &windows[w], sizeof share);
      CU_ASSERT_EQUAL(share(p), CL_INVALID_PLATFORM);
    }
  }
  note("clGetDeviceIDsFromD3D10KHR,"), note("clGetDeviceIDsFromD3D11KHR,"), note("clGetDeviceIDsFromDX9MediaAdapterKHR,");
  note("clGetExtensionFunctionAddressForPlatform,");
  REFUSES(d->clGetPlatformIDs(0, NULL, NULL), CL_INVALID_VALUE);
  REFUSES(d->clUnloadCompiler(), CL_SUCCESS);
  CU_ASSERT_PTR_NULL(d->clGetExtensionFunctionAddress("clNoSuchThing"));
  CU_ASSERT_PTR_NULL(d->clGetExtensionFunctionAddress(NULL));
  note("clGetExtensionFunctionAddress(");
  REFUSES(d->clGetGLContextInfoKHR(NULL, 0, 0, NULL, NULL), CL_INVALID_OPERATION);
  REFUSES(d->clCreateSubDevices(good.device, NULL, 0, NULL, NULL), CL_INVALID_VALUE);
  MAKES_NOTHING(d->clCreateContextFromType(NULL, 0, NULL, NULL, &err), CL_INVALID_DEVICE_TYPE);
  MAKES_NOTHING(d->clCreateContextFromType(NULL, CL_DEVICE_TYPE_GPU, NULL, NULL, &err), CL_DEVICE_NOT_FOUND);
}

static void make_in_context(cl_context c) {
  const char *text = "kernel void systole() {}";
  binary b = read_binary(CONFIG);
  const unsigned char *bytes = b.bytes;
  const int expected = CL_INVALID_CONTEXT;
  MAKES_NOTHING(d->clCreateCommandQueue(c, good.device, 0, &err), expected);
  MAKES_NOTHING(d->clCreateCommandQueueWithProperties(c, good.device, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateBuffer(c, 0, 64, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateBufferWithProperties(c, NULL, 0, 64, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateImage(c, 0, NULL, NULL, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateImage2D(c, 0, NULL, 1, 1, 0, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateImage3D(c, 0, NULL, 1, 1, 1, 0, 0, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateImageWithProperties(c, NULL, 0, NULL, NULL, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateSampler(c, 0, 0, 0, &err), expected);
  MAKES_NOTHING(d->clCreateSamplerWithProperties(c, NULL, &err), expected);
  MAKES_NOTHING(d->clCreatePipe(c, 0, 1, 1, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateProgramWithSource(c, 1, &text, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateProgramWithBinary(c, 1, &good.device, &b.size, &bytes, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateProgramWithBuiltInKernels(c, 1, &good.device, "x", &err), expected);
  MAKES_NOTHING(d->clCreateProgramWithIL(c, "x", 1, &err), expected);
  MAKES_NOTHING(d->clLinkProgram(c, 0, NULL, NULL, 1, &good.program, NULL, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateUserEvent(c, &err), expected);
  MAKES_NOTHING(d->clCreateFromGLBuffer(c, 0, 0, &err), expected);
  MAKES_NOTHING(d->clCreateFromGLTexture(c, 0, 0, 0, 0, &err), expected);
  MAKES_NOTHING(d->clCreateFromGLTexture2D(c, 0, 0, 0, 0, &err), expected);
  MAKES_NOTHING(d->clCreateFromGLTexture3D(c, 0, 0, 0, 0, &err), expected);
  MAKES_NOTHING(d->clCreateFromGLRenderbuffer(c, 0, 0, &err), expected);
  MAKES_NOTHING(d->clCreateFromEGLImageKHR(c, NULL, NULL, 0, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateEventFromGLsyncKHR(c, NULL, &err), expected);
  MAKES_NOTHING(d->clCreateEventFromEGLSyncKHR(c, NULL, NULL, &err), expected);
}

static void share_with_windows(cl_context c) {
  cl_mem (*from_buffer)(void *, cl_mem_flags, void *, cl_int *);
  cl_mem (*from_texture)(void *, cl_mem_flags, void *, unsigned, cl_int *);
  cl_mem (*from_surface)(void *, cl_mem_flags, cl_uint, void *, cl_uint, cl_int *);
  void *const buffers[] = {d->clCreateFromD3D10BufferKHR, d->clCreateFromD3D11BufferKHR};
  void *const textures[] = {d->clCreateFromD3D10Texture2DKHR, d->clCreateFromD3D10Texture3DKHR,
                            d->clCreateFromD3D11Texture2DKHR, d->clCreateFromD3D11Texture3DKHR};
  for (int i = 0; i < 2; i++) {
    memcpy(&from_buffer, &buffers[i], sizeof from_buffer);
    MAKES_NOTHING(from_buffer(c, 0, NULL, &err), CL_INVALID_CONTEXT);
  }
  for (int i = 0; i < 4; i++) {
    memcpy(&from_texture, &textures[i], sizeof from_texture);
    MAKES_NOTHING(from_texture(c, 0, NULL, 0, &err), CL_INVALID_CONTEXT);
  }
  memcpy(&from_surface, &d->clCreateFromDX9MediaSurfaceKHR, sizeof from_surface);
  MAKES_NOTHING(from_surface(c, 0, 0, NULL, 0, &err), CL_INVALID_CONTEXT);
  note("clCreateFromD3D10BufferKHR,"), note("clCreateFromD3D11BufferKHR,"), note("clCreateFromDX9MediaSurfaceKHR,");
  note("clCreateFromD3D10Texture2DKHR,"), note("clCreateFromD3D10Texture3DKHR,");
  note("clCreateFromD3D11Texture2DKHR,"), note("clCreateFromD3D11Texture3DKHR,");
}

static void on_contexts(void) {
  size_t size;
  cl_uint count;
  for (int i = 0; i < BAD; i++) {
    cl_context c = bad[CONTEXTS][i];
    REFUSES(d->clRetainContext(c), CL_INVALID_CONTEXT);
    REFUSES(d->clReleaseContext(c), CL_INVALID_CONTEXT);
    REFUSES(d->clGetContextInfo(c, CL_CONTEXT_NUM_DEVICES, 0, NULL, &size), CL_INVALID_CONTEXT);
    REFUSES(d->clGetSupportedImageFormats(c, 0, CL_MEM_OBJECT_IMAGE2D, 0, NULL, &count), CL_INVALID_CONTEXT);
    REFUSES(d->clSetContextDestructorCallback(c, NULL, NULL), CL_INVALID_CONTEXT);
    REFUSES(d->clSetDefaultDeviceCommandQueue(c, good.device, good.queue), CL_INVALID_CONTEXT);
    CU_ASSERT_PTR_NULL(d->clSVMAlloc(c, 0, 64, 0));
    d->clSVMFree(c, NULL);
    make_in_context(c);
    share_with_windows(c);
  }
  note("clSVMAlloc("), note("clSVMFree(");
}

static void move_on_queue(cl_command_queue q, cl_mem m, int expected) {
  const size_t zero[3] = {0}, one[3] = {1, 1, 1};
  char bytes[64] = "";
  REFUSES(d->clEnqueueReadBuffer(q, m, CL_TRUE, 0, 1, bytes, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueWriteBuffer(q, m, CL_TRUE, 0, 1, bytes, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueFillBuffer(q, m, bytes, 1, 0, 1, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueCopyBuffer(q, m, m, 0, 1, 1, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueReadBufferRect(q, m, CL_TRUE, zero, zero, one, 0, 0, 0, 0, bytes, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueWriteBufferRect(q, m, CL_TRUE, zero, zero, one, 0, 0, 0, 0, bytes, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueCopyBufferRect(q, m, m, zero, one, one, 0, 0, 0, 0, 0, NULL, NULL), expected);
  MAKES_NOTHING(d->clEnqueueMapBuffer(q, m, CL_TRUE, CL_MAP_READ, 0, 1, 0, NULL, NULL, &err), expected);
  REFUSES(d->clEnqueueUnmapMemObject(q, m, bytes, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueMigrateMemObjects(q, 1, &m, 0, 0, NULL, NULL), expected);
}

// What is not supported is so whatever else it is given.
static void refuse_on_queue(cl_command_queue q, int expected) {
  const size_t zero[3] = {0};
  REFUSES(d->clEnqueueReadImage(q, NULL, 1, zero, zero, 0, 0, NULL, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueWriteImage(q, NULL, 1, zero, zero, 0, 0, NULL, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueFillImage(q, NULL, NULL, zero, zero, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueCopyImage(q, NULL, NULL, zero, zero, zero, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueCopyImageToBuffer(q, NULL, NULL, zero, zero, 0, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueCopyBufferToImage(q, NULL, NULL, 0, zero, zero, 0, NULL, NULL), expected);
  MAKES_NOTHING(d->clEnqueueMapImage(q, NULL, 1, 0, zero, zero, NULL, NULL, 0, NULL, NULL, &err), expected);
  REFUSES(d->clEnqueueNativeKernel(q, NULL, NULL, 0, 0, NULL, NULL, 0, NULL, NULL), expected);
  REFUSES(d->clSetCommandQueueProperty(q, 0, CL_TRUE, NULL), expected);
  REFUSES(d->clEnqueueAcquireGLObjects(q, 0, NULL, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueReleaseGLObjects(q, 0, NULL, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueAcquireEGLObjectsKHR(q, 0, NULL, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueReleaseEGLObjectsKHR(q, 0, NULL, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueSVMFree(q, 0, NULL, NULL, NULL, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueSVMMemcpy(q, 0, NULL, NULL, 0, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueSVMMemFill(q, NULL, NULL, 0, 0, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueSVMMap(q, 0, 0, NULL, 0, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueSVMUnmap(q, NULL, 0, NULL, NULL), expected);
  REFUSES(d->clEnqueueSVMMigrateMem(q, 0, NULL, NULL, 0, 0, NULL, NULL), expected);
  void *const windows[] = {d->clEnqueueAcquireD3D10ObjectsKHR, d->clEnqueueReleaseD3D10ObjectsKHR,
                           d->clEnqueueAcquireD3D11ObjectsKHR, d->clEnqueueReleaseD3D11ObjectsKHR,
                           d->clEnqueueAcquireDX9MediaSurfacesKHR, d->clEnqueueReleaseDX9MediaSurfacesKHR};
  cl_api_clEnqueueAcquireGLObjects share;
  for (int i = 0; i < 6; i++) {
    memcpy(&share, &windows[i], sizeof share);
    REFUSES(share(q, 0, NULL, 0, NULL, NULL), expected);
  }
  note("clEnqueueAcquireD3D10ObjectsKHR,"), note("clEnqueueReleaseD3D10ObjectsKHR,");
  note("clEnqueueAcquireD3D11ObjectsKHR,"), note("clEnqueueReleaseD3D11ObjectsKHR,");
  note("clEnqueueAcquireDX9MediaSurfacesKHR,"), note("clEnqueueReleaseDX9MediaSurfacesKHR,");
}

static void on_queues(void) {
  size_t size;
  const size_t one = 1;
  cl_event event;
  cl_mem memory = new_buffer(&good, 64);
  for (int i = 0; i < BAD; i++) {
    cl_command_queue q = bad[QUEUES][i];
    REFUSES(d->clRetainCommandQueue(q), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clReleaseCommandQueue(q), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clGetCommandQueueInfo(q, CL_QUEUE_CONTEXT, 0, NULL, &size), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clFlush(q), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clFinish(q), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clEnqueueNDRangeKernel(q, good.kernel, 1, NULL, &one, NULL, 0, NULL, NULL), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clEnqueueTask(q, good.kernel, 0, NULL, NULL), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clEnqueueMarker(q, &event), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clEnqueueMarkerWithWaitList(q, 0, NULL, NULL), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clEnqueueBarrier(q), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clEnqueueBarrierWithWaitList(q, 0, NULL, NULL), CL_INVALID_COMMAND_QUEUE);
    REFUSES(d->clEnqueueWaitForEvents(q, 0, NULL), CL_INVALID_COMMAND_QUEUE);
    move_on_queue(q, memory, CL_INVALID_COMMAND_QUEUE);
    refuse_on_queue(q, CL_INVALID_COMMAND_QUEUE);
  }
  refuse_on_queue(good.queue, CL_INVALID_OPERATION);
  REFUSES(d->clEnqueueMarker(good.queue, NULL), CL_INVALID_VALUE);
  REFUSES(d->clEnqueueWaitForEvents(good.queue, 0, NULL), CL_INVALID_VALUE);
  SUCCEEDS(clReleaseMemObject(memory));
}

static void CL_CALLBACK ignore_memory(cl_mem memory, void *user) { (void)memory, (void)user; }

static void on_memories(void) {
  size_t size;
  const cl_buffer_region region = {0, 1};
  for (int i = 0; i < BAD; i++) {
    cl_mem m = bad[MEMORIES][i];
    REFUSES(d->clRetainMemObject(m), CL_INVALID_MEM_OBJECT);
    REFUSES(d->clReleaseMemObject(m), CL_INVALID_MEM_OBJECT);
    REFUSES(d->clGetMemObjectInfo(m, CL_MEM_SIZE, 0, NULL, &size), CL_INVALID_MEM_OBJECT);
    REFUSES(d->clGetImageInfo(m, CL_IMAGE_WIDTH, 0, NULL, &size), CL_INVALID_MEM_OBJECT);
    REFUSES(d->clGetPipeInfo(m, CL_PIPE_MAX_PACKETS, 0, NULL, &size), CL_INVALID_MEM_OBJECT);
    REFUSES(d->clGetGLObjectInfo(m, NULL, NULL), CL_INVALID_MEM_OBJECT);
    REFUSES(d->clGetGLTextureInfo(m, 0, 0, NULL, NULL), CL_INVALID_MEM_OBJECT);
    REFUSES(d->clSetMemObjectDestructorCallback(m, ignore_memory, NULL), CL_INVALID_MEM_OBJECT);
    MAKES_NOTHING(d->clCreateSubBuffer(m, 0, CL_BUFFER_CREATE_TYPE_REGION, &region, &err), CL_INVALID_MEM_OBJECT);
    move_on_queue(good.queue, m, CL_INVALID_MEM_OBJECT);
    if (m) REFUSES(d->clSetKernelArg(good.kernel, 0, sizeof m, &m), CL_INVALID_MEM_OBJECT);
    REFUSES(d->clRetainSampler((cl_sampler)m), CL_INVALID_SAMPLER);
    REFUSES(d->clReleaseSampler((cl_sampler)m), CL_INVALID_SAMPLER);
    REFUSES(d->clGetSamplerInfo((cl_sampler)m, 0, 0, NULL, NULL), CL_INVALID_SAMPLER);
  }
}

static void on_programs(void) {
  size_t size;
  cl_uint count;
  for (int i = 0; i < BAD; i++) {
    cl_program p = bad[PROGRAMS][i];
    REFUSES(d->clRetainProgram(p), CL_INVALID_PROGRAM);
    REFUSES(d->clReleaseProgram(p), CL_INVALID_PROGRAM);
    REFUSES(d->clBuildProgram(p, 0, NULL, NULL, NULL, NULL), CL_INVALID_PROGRAM);
    REFUSES(d->clCompileProgram(p, 0, NULL, NULL, 0, NULL, NULL, NULL, NULL), CL_INVALID_PROGRAM);
    REFUSES(d->clGetProgramInfo(p, CL_PROGRAM_CONTEXT, 0, NULL, &size), CL_INVALID_PROGRAM);
    REFUSES(d->clGetProgramBuildInfo(p, good.device, CL_PROGRAM_BUILD_LOG, 0, NULL, &size), CL_INVALID_PROGRAM);
    REFUSES(d->clCreateKernelsInProgram(p, 0, NULL, &count), CL_INVALID_PROGRAM);
    REFUSES(d->clSetProgramReleaseCallback(p, NULL, NULL), CL_INVALID_PROGRAM);
    REFUSES(d->clSetProgramSpecializationConstant(p, 0, 0, NULL), CL_INVALID_PROGRAM);
    MAKES_NOTHING(d->clCreateKernel(p, "systole", &err), CL_INVALID_PROGRAM);
    MAKES_NOTHING(d->clLinkProgram(good.context, 0, NULL, NULL, 1, &p, NULL, NULL, &err), CL_INVALID_PROGRAM);
  }
}

static void on_kernels(void) {
  size_t size;
  const size_t one = 1;
  for (int i = 0; i < BAD; i++) {
    cl_kernel k = bad[KERNELS][i];
    REFUSES(d->clRetainKernel(k), CL_INVALID_KERNEL);
    REFUSES(d->clReleaseKernel(k), CL_INVALID_KERNEL);
    REFUSES(d->clSetKernelArg(k, 0, sizeof(cl_mem), NULL), CL_INVALID_KERNEL);
    REFUSES(d->clGetKernelInfo(k, CL_KERNEL_NUM_ARGS, 0, NULL, &size), CL_INVALID_KERNEL);
    REFUSES(d->clGetKernelArgInfo(k, 0, CL_KERNEL_ARG_NAME, 0, NULL, &size), CL_INVALID_KERNEL);
    REFUSES(d->clGetKernelWorkGroupInfo(k, good.device, CL_KERNEL_WORK_GROUP_SIZE, 0, NULL, &size), CL_INVALID_KERNEL);
    REFUSES(d->clGetKernelSubGroupInfo(k, good.device, 0, 0, NULL, 0, NULL, &size), CL_INVALID_KERNEL);
    REFUSES(d->clGetKernelSubGroupInfoKHR(k, good.device, 0, 0, NULL, 0, NULL, &size), CL_INVALID_KERNEL);
    REFUSES(d->clSetKernelArgSVMPointer(k, 0, NULL), CL_INVALID_KERNEL);
    REFUSES(d->clSetKernelExecInfo(k, 0, 0, NULL), CL_INVALID_KERNEL);
    MAKES_NOTHING(d->clCloneKernel(k, &err), CL_INVALID_KERNEL);
    REFUSES(d->clEnqueueNDRangeKernel(good.queue, k, 1, NULL, &one, NULL, 0, NULL, NULL), CL_INVALID_KERNEL);
    REFUSES(d->clEnqueueTask(good.queue, k, 0, NULL, NULL), CL_INVALID_KERNEL);
  }
}

static void CL_CALLBACK ignore_event(cl_event event, cl_int status, void *user) { (void)event, (void)status, (void)user; }

static void on_events(void) {
  size_t size;
  for (int i = 0; i < BAD; i++) {
    cl_event e = bad[EVENTS][i];
    REFUSES(d->clRetainEvent(e), CL_INVALID_EVENT);
    REFUSES(d->clReleaseEvent(e), CL_INVALID_EVENT);
    REFUSES(d->clWaitForEvents(1, &e), CL_INVALID_EVENT);
    REFUSES(d->clGetEventInfo(e, CL_EVENT_CONTEXT, 0, NULL, &size), CL_INVALID_EVENT);
    REFUSES(d->clGetEventProfilingInfo(e, CL_PROFILING_COMMAND_END, 0, NULL, &size), CL_INVALID_EVENT);
    REFUSES(d->clSetEventCallback(e, CL_COMPLETE, ignore_event, NULL), CL_INVALID_EVENT);
    REFUSES(d->clSetUserEventStatus(e, CL_COMPLETE), CL_INVALID_EVENT);
    REFUSES(d->clEnqueueWaitForEvents(good.queue, 1, &e), CL_INVALID_EVENT);
    REFUSES(d->clEnqueueMarkerWithWaitList(good.queue, 1, &e, NULL), CL_INVALID_EVENT_WAIT_LIST);
    REFUSES(d->clEnqueueBarrierWithWaitList(good.queue, 1, &e, NULL), CL_INVALID_EVENT_WAIT_LIST);
    REFUSES(d->clEnqueueTask(good.queue, good.kernel, 1, &e, NULL), CL_INVALID_EVENT_WAIT_LIST);
  }
}

// ---- the test --------------------------------------------------------------------------

static void every_slot_refuses_wrong_handles(void) {
  make_bad_handles();
  on_platforms_and_devices();
  on_contexts();
  on_queues();
  on_memories();
  on_programs();
  on_kernels();
  on_events();
  for (unsigned i = 0; i < SLOTS; i++)
    if (!slots[i].called) {
      printf("  not called: %s\n", slots[i].name);
      CU_FAIL("a slot was not called");
    }
  card_close(&good);
  if (elsewhere) SUCCEEDS(clReleaseContext(elsewhere));
}

static void no_slot_is_null(void) {
  cl_platform_id platform = find_platform("Systole");
  void *const *table;
  CU_ASSERT_EQUAL(SLOTS, sizeof(cl_icd_dispatch) / sizeof(void *));
  memcpy(&table, platform, sizeof table);
  for (unsigned i = 0; i < SLOTS; i++) CU_ASSERT_PTR_NOT_NULL(table[i]);
}

void suite_wrong(void) {
  static const systole_test tests[] = {
      {"no slot is null", no_slot_is_null}, {"wrong handles", every_slot_refuses_wrong_handles}, {0}};
  systole_test_suite("icd_wrong", tests);
}
