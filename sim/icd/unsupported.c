// What this platform does not do: images, samplers, sharing with graphics,
// parts of devices, and what came after OpenCL 1.2. Each function looks at its
// first handle, so that a wrong one is called wrong, and then refuses.
#include "sim/icd/icd.h"

// All of them ignore what they would do something with.
#pragma GCC diagnostic ignored "-Wunused-parameter"

static cl_int refuse(icd_kind kind, const void *handle, cl_int refusal) {
  icd_lock();
  return icd_unlock(icd_is(kind, handle) ? refusal : icd_wrong(kind));
}

static cl_int on_queue(cl_command_queue queue) { return refuse(ICD_QUEUE, queue, CL_INVALID_OPERATION); }
static cl_int on_kernel(cl_kernel kernel) { return refuse(ICD_KERNEL, kernel, CL_INVALID_OPERATION); }
static cl_int on_program(cl_program program) { return refuse(ICD_PROGRAM, program, CL_INVALID_OPERATION); }
static cl_int on_context(cl_context context) { return refuse(ICD_CONTEXT, context, CL_INVALID_OPERATION); }

static cl_int on_device(cl_device_id device, cl_int refusal) {
  icd_lock();
  return icd_unlock(icd_is_device(device) ? refusal : CL_INVALID_DEVICE);
}

static void *nothing(cl_int status, cl_int *errcode_ret) {
  if (errcode_ret) *errcode_ret = status;
  return NULL;
}

// ---- images and samplers -------------------------------------------------------------

cl_mem systole_clCreateImage(cl_context context, cl_mem_flags flags, const cl_image_format *format,
                             const cl_image_desc *desc, void *host, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_mem systole_clCreateImage2D(cl_context context, cl_mem_flags flags, const cl_image_format *format, size_t width,
                               size_t height, size_t row, void *host, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_mem systole_clCreateImage3D(cl_context context, cl_mem_flags flags, const cl_image_format *format, size_t width,
                               size_t height, size_t depth, size_t row, size_t slice, void *host, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_mem systole_clCreateImageWithProperties(cl_context context, const cl_mem_properties *properties, cl_mem_flags flags,
                                           const cl_image_format *format, const cl_image_desc *desc, void *host,
                                           cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

// No memory object here is an image.
cl_int systole_clGetImageInfo(cl_mem image, cl_image_info name, size_t room, void *to, size_t *size) {
  return CL_INVALID_MEM_OBJECT;
}

cl_int systole_clEnqueueReadImage(cl_command_queue queue, cl_mem image, cl_bool blocking, const size_t *origin,
                                  const size_t *region, size_t row, size_t slice, void *host, cl_uint count,
                                  const cl_event *waits, cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueWriteImage(cl_command_queue queue, cl_mem image, cl_bool blocking, const size_t *origin,
                                   const size_t *region, size_t row, size_t slice, const void *host, cl_uint count,
                                   const cl_event *waits, cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueFillImage(cl_command_queue queue, cl_mem image, const void *colour, const size_t *origin,
                                  const size_t *region, cl_uint count, const cl_event *waits, cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueCopyImage(cl_command_queue queue, cl_mem from, cl_mem to, const size_t *from_origin,
                                  const size_t *to_origin, const size_t *region, cl_uint count, const cl_event *waits,
                                  cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueCopyImageToBuffer(cl_command_queue queue, cl_mem from, cl_mem to, const size_t *origin,
                                          const size_t *region, size_t offset, cl_uint count, const cl_event *waits,
                                          cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueCopyBufferToImage(cl_command_queue queue, cl_mem from, cl_mem to, size_t offset,
                                          const size_t *origin, const size_t *region, cl_uint count,
                                          const cl_event *waits, cl_event *event) {
  return on_queue(queue);
}

void *systole_clEnqueueMapImage(cl_command_queue queue, cl_mem image, cl_bool blocking, cl_map_flags flags,
                                const size_t *origin, const size_t *region, size_t *row, size_t *slice, cl_uint count,
                                const cl_event *waits, cl_event *event, cl_int *errcode_ret) {
  return nothing(on_queue(queue), errcode_ret);
}

cl_sampler systole_clCreateSampler(cl_context context, cl_bool normalized, cl_addressing_mode addressing,
                                   cl_filter_mode filter, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_sampler systole_clCreateSamplerWithProperties(cl_context context, const cl_sampler_properties *properties,
                                                 cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_int systole_clRetainSampler(cl_sampler sampler) { return CL_INVALID_SAMPLER; }
cl_int systole_clReleaseSampler(cl_sampler sampler) { return CL_INVALID_SAMPLER; }
cl_int systole_clGetSamplerInfo(cl_sampler sampler, cl_sampler_info name, size_t room, void *to, size_t *size) {
  return CL_INVALID_SAMPLER;
}

// ---- devices, queues, kernels of the host ------------------------------------------------

cl_int systole_clCreateSubDevices(cl_device_id device, const cl_device_partition_property *properties, cl_uint entries,
                                  cl_device_id *parts, cl_uint *count) {
  return on_device(device, CL_INVALID_VALUE);  // no way of partition is supported
}

cl_int systole_clCreateSubDevicesEXT(cl_device_id device, const cl_device_partition_property_ext *properties,
                                     cl_uint entries, cl_device_id *parts, cl_uint *count) {
  return on_device(device, CL_INVALID_VALUE);
}

cl_int systole_clRetainDeviceEXT(cl_device_id device) { return on_device(device, CL_SUCCESS); }
cl_int systole_clReleaseDeviceEXT(cl_device_id device) { return on_device(device, CL_SUCCESS); }

cl_int systole_clSetCommandQueueProperty(cl_command_queue queue, cl_command_queue_properties properties, cl_bool enable,
                                         cl_command_queue_properties *old) {
  return on_queue(queue);
}

cl_int systole_clEnqueueNativeKernel(cl_command_queue queue, void(CL_CALLBACK *function)(void *), void *arguments,
                                     size_t bytes, cl_uint memory_count, const cl_mem *memories, const void **places,
                                     cl_uint count, const cl_event *waits, cl_event *event) {
  return on_queue(queue);
}

// ---- sharing with graphics ---------------------------------------------------------------

cl_mem systole_clCreateFromGLBuffer(cl_context context, cl_mem_flags flags, cl_GLuint buffer, int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_mem systole_clCreateFromGLTexture(cl_context context, cl_mem_flags flags, cl_GLenum target, cl_GLint level,
                                     cl_GLuint texture, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_mem systole_clCreateFromGLTexture2D(cl_context context, cl_mem_flags flags, cl_GLenum target, cl_GLint level,
                                       cl_GLuint texture, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_mem systole_clCreateFromGLTexture3D(cl_context context, cl_mem_flags flags, cl_GLenum target, cl_GLint level,
                                       cl_GLuint texture, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_mem systole_clCreateFromGLRenderbuffer(cl_context context, cl_mem_flags flags, cl_GLuint buffer, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_mem systole_clCreateFromEGLImageKHR(cl_context context, CLeglDisplayKHR display, CLeglImageKHR image,
                                       cl_mem_flags flags, const cl_egl_image_properties_khr *properties,
                                       cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_event systole_clCreateEventFromGLsyncKHR(cl_context context, cl_GLsync sync, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_event systole_clCreateEventFromEGLSyncKHR(cl_context context, CLeglSyncKHR sync, CLeglDisplayKHR display,
                                             cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_int systole_clGetGLObjectInfo(cl_mem memory, cl_gl_object_type *type, cl_GLuint *name) {
  return refuse(ICD_MEMORY, memory, CL_INVALID_GL_OBJECT);
}

cl_int systole_clGetGLTextureInfo(cl_mem memory, cl_gl_texture_info name, size_t room, void *to, size_t *size) {
  return refuse(ICD_MEMORY, memory, CL_INVALID_GL_OBJECT);
}

cl_int systole_clGetGLContextInfoKHR(const cl_context_properties *properties, cl_gl_context_info name, size_t room,
                                     void *to, size_t *size) {
  return CL_INVALID_OPERATION;
}

#define SHARE(name)                                                                                         \
  cl_int systole_##name(cl_command_queue queue, cl_uint number, const cl_mem *memories, cl_uint wait_count, \
                        const cl_event *waits, cl_event *event) {                                           \
    return on_queue(queue);                                                                                 \
  }
SHARE(clEnqueueAcquireGLObjects)
SHARE(clEnqueueReleaseGLObjects)
SHARE(clEnqueueAcquireEGLObjectsKHR)
SHARE(clEnqueueReleaseEGLObjectsKHR)
SHARE(clEnqueueAcquireD3D10ObjectsKHR)
SHARE(clEnqueueReleaseD3D10ObjectsKHR)
SHARE(clEnqueueAcquireD3D11ObjectsKHR)
SHARE(clEnqueueReleaseD3D11ObjectsKHR)
SHARE(clEnqueueAcquireDX9MediaSurfacesKHR)
SHARE(clEnqueueReleaseDX9MediaSurfacesKHR)

// With pointers in place of Windows' types.
#define FROM_BUFFER(name)                                                                              \
  cl_mem systole_##name(cl_context context, cl_mem_flags flags, void *resource, cl_int *errcode_ret) { \
    return nothing(on_context(context), errcode_ret);                                                  \
  }
FROM_BUFFER(clCreateFromD3D10BufferKHR)
FROM_BUFFER(clCreateFromD3D11BufferKHR)

#define FROM_TEXTURE(name)                                                                             \
  cl_mem systole_##name(cl_context context, cl_mem_flags flags, void *resource, unsigned subresource, \
                        cl_int *errcode_ret) {                                                         \
    return nothing(on_context(context), errcode_ret);                                                  \
  }
FROM_TEXTURE(clCreateFromD3D10Texture2DKHR)
FROM_TEXTURE(clCreateFromD3D10Texture3DKHR)
FROM_TEXTURE(clCreateFromD3D11Texture2DKHR)
FROM_TEXTURE(clCreateFromD3D11Texture3DKHR)

cl_mem systole_clCreateFromDX9MediaSurfaceKHR(cl_context context, cl_mem_flags flags, cl_uint adapter, void *surface,
                                              cl_uint plane, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

#define FROM_PLATFORM(name) \
  cl_int systole_##name(cl_platform_id platform) { return platform == &icd.platform ? CL_INVALID_OPERATION : CL_INVALID_PLATFORM; }
FROM_PLATFORM(clGetDeviceIDsFromD3D10KHR)
FROM_PLATFORM(clGetDeviceIDsFromD3D11KHR)
FROM_PLATFORM(clGetDeviceIDsFromDX9MediaAdapterKHR)

// ---- OpenCL 2.0 and later ------------------------------------------------------------------

cl_mem systole_clCreateBufferWithProperties(cl_context context, const cl_mem_properties *properties, cl_mem_flags flags,
                                            size_t bytes, void *host, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_int systole_clSetContextDestructorCallback(cl_context context, void(CL_CALLBACK *notify)(cl_context, void *),
                                              void *user) {
  return on_context(context);
}

cl_mem systole_clCreatePipe(cl_context context, cl_mem_flags flags, cl_uint packet_bytes, cl_uint packets,
                            const cl_pipe_properties *properties, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_int systole_clGetPipeInfo(cl_mem pipe, cl_pipe_info name, size_t room, void *to, size_t *size) {
  return CL_INVALID_MEM_OBJECT;
}

void *systole_clSVMAlloc(cl_context context, cl_svm_mem_flags flags, size_t bytes, cl_uint alignment) { return NULL; }

void systole_clSVMFree(cl_context context, void *pointer) {}

cl_int systole_clEnqueueSVMFree(cl_command_queue queue, cl_uint number, void **pointers,
                                void(CL_CALLBACK *function)(cl_command_queue, cl_uint, void **, void *), void *user,
                                cl_uint count, const cl_event *waits, cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueSVMMemcpy(cl_command_queue queue, cl_bool blocking, void *to, const void *from, size_t bytes,
                                  cl_uint count, const cl_event *waits, cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueSVMMemFill(cl_command_queue queue, void *to, const void *pattern, size_t pattern_bytes,
                                   size_t bytes, cl_uint count, const cl_event *waits, cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueSVMMap(cl_command_queue queue, cl_bool blocking, cl_map_flags flags, void *at, size_t bytes,
                               cl_uint count, const cl_event *waits, cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueSVMUnmap(cl_command_queue queue, void *at, cl_uint count, const cl_event *waits,
                                 cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clEnqueueSVMMigrateMem(cl_command_queue queue, cl_uint number, const void **pointers, const size_t *sizes,
                                      cl_mem_migration_flags flags, cl_uint count, const cl_event *waits,
                                      cl_event *event) {
  return on_queue(queue);
}

cl_int systole_clSetKernelArgSVMPointer(cl_kernel kernel, cl_uint index, const void *value) { return on_kernel(kernel); }

cl_int systole_clSetKernelExecInfo(cl_kernel kernel, cl_kernel_exec_info name, size_t bytes, const void *value) {
  return on_kernel(kernel);
}

cl_int systole_clGetKernelSubGroupInfo(cl_kernel kernel, cl_device_id device, cl_kernel_sub_group_info name,
                                       size_t input_bytes, const void *input, size_t room, void *to, size_t *size) {
  return on_kernel(kernel);
}

cl_int systole_clGetKernelSubGroupInfoKHR(cl_kernel kernel, cl_device_id device, cl_kernel_sub_group_info name,
                                          size_t input_bytes, const void *input, size_t room, void *to, size_t *size) {
  return on_kernel(kernel);
}

cl_kernel systole_clCloneKernel(cl_kernel kernel, cl_int *errcode_ret) { return nothing(on_kernel(kernel), errcode_ret); }

cl_program systole_clCreateProgramWithIL(cl_context context, const void *il, size_t bytes, cl_int *errcode_ret) {
  return nothing(on_context(context), errcode_ret);
}

cl_int systole_clSetProgramReleaseCallback(cl_program program, void(CL_CALLBACK *notify)(cl_program, void *),
                                           void *user) {
  return on_program(program);
}

cl_int systole_clSetProgramSpecializationConstant(cl_program program, cl_uint id, size_t bytes, const void *value) {
  return on_program(program);
}

cl_int systole_clSetDefaultDeviceCommandQueue(cl_context context, cl_device_id device, cl_command_queue queue) {
  return on_context(context);
}

cl_int systole_clGetDeviceAndHostTimer(cl_device_id device, cl_ulong *device_time, cl_ulong *host_time) {
  return on_device(device, CL_INVALID_OPERATION);
}

cl_int systole_clGetHostTimer(cl_device_id device, cl_ulong *host_time) { return on_device(device, CL_INVALID_OPERATION); }
