// Devices: one for each hardware configuration that was built.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hw/isa/isa.h"
#include "sim/icd/icd.h"

bool icd_is_device(cl_device_id device) {
  for (cl_uint i = 0; i < icd.device_count; i++)
    if (device == &icd.devices[i]) return true;
  return false;
}

cl_int icd_check_devices(cl_uint count, const cl_device_id *devices) {
  if (!count || !devices) return CL_INVALID_VALUE;
  for (cl_uint i = 0; i < count; i++)
    if (!icd_is_device(devices[i])) return CL_INVALID_DEVICE;
  return CL_SUCCESS;
}

// ---- the machine -----------------------------------------------------------------

cl_int icd_device_power(cl_device_id device, systole_error *err) {
  if (device->machine) return CL_SUCCESS;
  return device->api->create(&device->config, icd.memory, &device->dram, &device->machine, err) ? CL_OUT_OF_RESOURCES
                                                                                              : CL_SUCCESS;
}

void icd_device_off(cl_device_id device) {
  if (device->machine) device->api->destroy(device->machine);
  device->machine = NULL;
}

// ---- which there are ---------------------------------------------------------------

static cl_int device_ids(cl_platform_id platform, cl_device_type type, cl_uint entries, cl_device_id *devices,
                         cl_uint *count) {
  const cl_device_type known =
      CL_DEVICE_TYPE_DEFAULT | CL_DEVICE_TYPE_CPU | CL_DEVICE_TYPE_GPU | CL_DEVICE_TYPE_ACCELERATOR | CL_DEVICE_TYPE_CUSTOM;
  if (platform != &icd.platform) return CL_INVALID_PLATFORM;
  if (!type || (type != CL_DEVICE_TYPE_ALL && type & ~known)) return CL_INVALID_DEVICE_TYPE;
  if ((devices && !entries) || (!devices && !count)) return CL_INVALID_VALUE;
  cl_uint found = 0;
  if (type & CL_DEVICE_TYPE_ACCELERATOR) found = icd.device_count;
  else if (type & CL_DEVICE_TYPE_DEFAULT && icd.device_count) found = 1;
  if (count) *count = found;
  for (cl_uint i = 0; devices && i < found && i < entries; i++) devices[i] = &icd.devices[i];
  return found ? CL_SUCCESS : CL_DEVICE_NOT_FOUND;
}

cl_int systole_clGetDeviceIDs(cl_platform_id platform, cl_device_type type, cl_uint entries, cl_device_id *devices,
                              cl_uint *count) {
  icd_lock();
  return icd_unlock(device_ids(platform, type, entries, devices, count));
}

static cl_int check_device(cl_device_id device) {
  icd_lock();
  return icd_unlock(icd_is_device(device) ? CL_SUCCESS : CL_INVALID_DEVICE);
}

// A device that is not a part of another one is not counted.
cl_int systole_clRetainDevice(cl_device_id device) { return check_device(device); }
cl_int systole_clReleaseDevice(cl_device_id device) { return check_device(device); }

// ---- what they are -----------------------------------------------------------------

static uint64_t sram_bytes(const systole_config *c) {
  uint64_t bytes = 0;
  for (unsigned space = SYSTOLE_SPACE_WGT; space <= SYSTOLE_SPACE_RS; space++)
    bytes += (uint64_t)systole_config_words(c, space) * c->dim * (space < SYSTOLE_SPACE_ACC ? 1 : 4);
  return bytes;
}

static cl_int answer_version(const struct _cl_device_id *device, icd_asked asked) {
  char text[256];
  const systole_config *c = &device->config;
  snprintf(text, sizeof text,
           "OpenCL 1.2 Systole %s (hash %016" PRIx64 "): array %u x %u, bus %u bytes, %u MHz, memory %s", c->name,
           c->hash, c->dim, c->dim, c->bus_bytes, c->clock_mhz, device->dram.preset);
  return icd_answer_text(asked, text);
}

static cl_int answer_isa(icd_asked asked) {
  char text[32];
  snprintf(text, sizeof text, "%u.%u", (unsigned)SYSTOLE_ISA_VERSION >> 16, (unsigned)SYSTOLE_ISA_VERSION & 0xFFFF);
  return icd_answer_text(asked, text);
}

static cl_int text_info(cl_device_id device, cl_device_info name, icd_asked asked) {
  switch (name) {
    case CL_DEVICE_NAME: return icd_answer_text(asked, device->config.name);
    case CL_DEVICE_VENDOR: return icd_answer_text(asked, "Systole");
    case CL_DEVICE_VERSION: return answer_version(device, asked);
    case CL_DRIVER_VERSION: return answer_isa(asked);
    case CL_DEVICE_PROFILE: return icd_answer_text(asked, "EMBEDDED_PROFILE");
    case CL_DEVICE_OPENCL_C_VERSION: return icd_answer_text(asked, "OpenCL C 1.2 none: kernels come as binaries");
    case CL_DEVICE_EXTENSIONS:
    case CL_DEVICE_BUILT_IN_KERNELS: return icd_answer_text(asked, "");
    case CL_DEVICE_PLATFORM: return ICD_ANSWER(asked, cl_platform_id, &icd.platform);
    case CL_DEVICE_MAX_WORK_ITEM_SIZES: return icd_answer(asked, (size_t[3]){1, 1, 1}, 3 * sizeof(size_t));
    case CL_DEVICE_PARENT_DEVICE: return ICD_ANSWER(asked, cl_device_id, NULL);
    case CL_DEVICE_PARTITION_PROPERTIES: return ICD_ANSWER(asked, cl_device_partition_property, 0);
    case CL_DEVICE_PARTITION_TYPE: return icd_answer(asked, NULL, 0);
    default: return CL_INVALID_VALUE;
  }
}

static cl_int size_info(cl_device_info name, icd_asked asked) {
  switch (name) {
    case CL_DEVICE_MAX_WORK_GROUP_SIZE: return ICD_ANSWER(asked, size_t, 1);
    case CL_DEVICE_MAX_PARAMETER_SIZE: return ICD_ANSWER(asked, size_t, 1024);
    case CL_DEVICE_PROFILING_TIMER_RESOLUTION: return ICD_ANSWER(asked, size_t, 1);
    case CL_DEVICE_IMAGE2D_MAX_WIDTH:
    case CL_DEVICE_IMAGE2D_MAX_HEIGHT:
    case CL_DEVICE_IMAGE3D_MAX_WIDTH:
    case CL_DEVICE_IMAGE3D_MAX_HEIGHT:
    case CL_DEVICE_IMAGE3D_MAX_DEPTH:
    case CL_DEVICE_IMAGE_MAX_BUFFER_SIZE:
    case CL_DEVICE_IMAGE_MAX_ARRAY_SIZE:
    case CL_DEVICE_PRINTF_BUFFER_SIZE: return ICD_ANSWER(asked, size_t, 0);
    default: return CL_INVALID_VALUE;
  }
}

static cl_int ulong_info(cl_device_id device, cl_device_info name, icd_asked asked) {
  const icd_settings *s = &icd.settings;
  switch (name) {
    case CL_DEVICE_TYPE: return ICD_ANSWER(asked, cl_device_type, CL_DEVICE_TYPE_ACCELERATOR);
    case CL_DEVICE_MAX_MEM_ALLOC_SIZE:
    case CL_DEVICE_MAX_CONSTANT_BUFFER_SIZE: return ICD_ANSWER(asked, cl_ulong, s->bank_bytes);
    case CL_DEVICE_GLOBAL_MEM_SIZE: return ICD_ANSWER(asked, cl_ulong, s->banks * s->bank_bytes);
    case CL_DEVICE_GLOBAL_MEM_CACHE_SIZE: return ICD_ANSWER(asked, cl_ulong, 0);
    case CL_DEVICE_LOCAL_MEM_SIZE: return ICD_ANSWER(asked, cl_ulong, sram_bytes(&device->config));
    case CL_DEVICE_SINGLE_FP_CONFIG:
      return ICD_ANSWER(asked, cl_device_fp_config, CL_FP_ROUND_TO_NEAREST | CL_FP_INF_NAN);
    case CL_DEVICE_DOUBLE_FP_CONFIG: return ICD_ANSWER(asked, cl_device_fp_config, 0);
    case CL_DEVICE_EXECUTION_CAPABILITIES: return ICD_ANSWER(asked, cl_device_exec_capabilities, CL_EXEC_KERNEL);
    case CL_DEVICE_QUEUE_PROPERTIES:
      return ICD_ANSWER(asked, cl_command_queue_properties,
                        CL_QUEUE_PROFILING_ENABLE | CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
    case CL_DEVICE_PARTITION_AFFINITY_DOMAIN: return ICD_ANSWER(asked, cl_device_affinity_domain, 0);
    default: return CL_INVALID_VALUE;
  }
}

static cl_int uint_info(cl_device_id device, cl_device_info name, icd_asked asked) {
  switch (name) {
    case CL_DEVICE_VENDOR_ID: return ICD_ANSWER(asked, cl_uint, 0x53595354);
    case CL_DEVICE_MAX_COMPUTE_UNITS:
    case CL_DEVICE_REFERENCE_COUNT: return ICD_ANSWER(asked, cl_uint, 1);
    case CL_DEVICE_MAX_WORK_ITEM_DIMENSIONS: return ICD_ANSWER(asked, cl_uint, 3);
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_CHAR:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_SHORT:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_INT:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_LONG:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_CHAR:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_SHORT:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_INT:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_LONG:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT: return ICD_ANSWER(asked, cl_uint, 1);
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_DOUBLE:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_HALF:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_DOUBLE:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_HALF:
    case CL_DEVICE_MAX_READ_IMAGE_ARGS:
    case CL_DEVICE_MAX_WRITE_IMAGE_ARGS:
    case CL_DEVICE_MAX_SAMPLERS:
    case CL_DEVICE_GLOBAL_MEM_CACHELINE_SIZE:
    case CL_DEVICE_PARTITION_MAX_SUB_DEVICES: return ICD_ANSWER(asked, cl_uint, 0);
    case CL_DEVICE_MAX_CLOCK_FREQUENCY: return ICD_ANSWER(asked, cl_uint, device->config.clock_mhz);
    case CL_DEVICE_ADDRESS_BITS: return ICD_ANSWER(asked, cl_uint, 64);
    case CL_DEVICE_MEM_BASE_ADDR_ALIGN: return ICD_ANSWER(asked, cl_uint, 8 * ICD_ALIGN);
    case CL_DEVICE_MIN_DATA_TYPE_ALIGN_SIZE: return ICD_ANSWER(asked, cl_uint, ICD_ALIGN);
    case CL_DEVICE_MAX_CONSTANT_ARGS: return ICD_ANSWER(asked, cl_uint, SYSTOLE_ARGUMENTS);
    case CL_DEVICE_GLOBAL_MEM_CACHE_TYPE: return ICD_ANSWER(asked, cl_device_mem_cache_type, CL_NONE);
    case CL_DEVICE_LOCAL_MEM_TYPE: return ICD_ANSWER(asked, cl_device_local_mem_type, CL_LOCAL);
    default: return CL_INVALID_VALUE;
  }
}

static cl_int bool_info(cl_device_info name, icd_asked asked) {
  switch (name) {
    case CL_DEVICE_AVAILABLE:
    case CL_DEVICE_ENDIAN_LITTLE:
    case CL_DEVICE_PREFERRED_INTEROP_USER_SYNC: return ICD_ANSWER(asked, cl_bool, CL_TRUE);
    case CL_DEVICE_IMAGE_SUPPORT:
    case CL_DEVICE_ERROR_CORRECTION_SUPPORT:
    case CL_DEVICE_COMPILER_AVAILABLE:
    case CL_DEVICE_LINKER_AVAILABLE:
    case CL_DEVICE_HOST_UNIFIED_MEMORY: return ICD_ANSWER(asked, cl_bool, CL_FALSE);
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetDeviceInfo(cl_device_id device, cl_device_info name, size_t room, void *to, size_t *size) {
  size_t bytes = 0;
  icd_asked asked = {room, to, size ? size : &bytes};
  if (check_device(device)) return CL_INVALID_DEVICE;
  cl_int status = text_info(device, name, asked);
  if (status) status = size_info(name, asked);
  if (status) status = ulong_info(device, name, asked);
  if (status) status = uint_info(device, name, asked);
  if (status) status = bool_info(name, asked);
  return status;
}
