// The platform: one, called Systole.
#include <string.h>

#include "hw/isa/isa.h"
#include "sim/icd/icd.h"

// What the loader calls first; exported (exports.map).
cl_int CL_API_CALL clIcdGetPlatformIDsKHR(cl_uint entries, cl_platform_id *platforms, cl_uint *count);

cl_int systole_clGetPlatformIDs(cl_uint entries, cl_platform_id *platforms, cl_uint *count) {
  if ((!platforms && !count) || (platforms && !entries)) return CL_INVALID_VALUE;
  if (platforms) *platforms = &icd.platform;
  if (count) *count = 1;
  return CL_SUCCESS;
}

cl_int CL_API_CALL clIcdGetPlatformIDsKHR(cl_uint entries, cl_platform_id *platforms, cl_uint *count) {
  return systole_clGetPlatformIDs(entries, platforms, count);
}

cl_int systole_clGetPlatformInfo(cl_platform_id platform, cl_platform_info name, size_t room, void *to, size_t *size) {
  icd_asked asked = {room, to, size};
  if (platform != &icd.platform) return CL_INVALID_PLATFORM;
  switch (name) {
    case CL_PLATFORM_PROFILE: return icd_answer_text(asked, "EMBEDDED_PROFILE");
    case CL_PLATFORM_VERSION: return icd_answer_text(asked, "OpenCL 1.2 Systole RTL in Verilator");
    case CL_PLATFORM_NAME: return icd_answer_text(asked, "Systole");
    case CL_PLATFORM_VENDOR: return icd_answer_text(asked, "Systole");
    case CL_PLATFORM_EXTENSIONS: return icd_answer_text(asked, "cl_khr_icd");
    case CL_PLATFORM_ICD_SUFFIX_KHR: return icd_answer_text(asked, "systole");
    default: return CL_INVALID_VALUE;
  }
}

// ISO C has no cast between functions and objects; a union's bytes are the same.
static void *address_of(void (*function)(void)) {
  void *address;
  memcpy(&address, &function, sizeof address);
  return address;
}

void *systole_clGetExtensionFunctionAddress(const char *name) {
  if (name && !strcmp(name, "clIcdGetPlatformIDsKHR")) return address_of((void (*)(void))clIcdGetPlatformIDsKHR);
  if (name && !strcmp(name, "clGetPlatformInfo")) return address_of((void (*)(void))systole_clGetPlatformInfo);
  return NULL;
}

void *systole_clGetExtensionFunctionAddressForPlatform(cl_platform_id platform, const char *name) {
  return platform == &icd.platform ? systole_clGetExtensionFunctionAddress(name) : NULL;
}

// The second function that the loader looks for by name.
void *CL_API_CALL clGetExtensionFunctionAddress(const char *name) { return systole_clGetExtensionFunctionAddress(name); }

// There is no compiler that could be unloaded.
cl_int systole_clUnloadCompiler(void) { return CL_SUCCESS; }
cl_int systole_clUnloadPlatformCompiler(cl_platform_id platform) {
  return platform == &icd.platform ? CL_SUCCESS : CL_INVALID_PLATFORM;
}
