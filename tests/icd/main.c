// Tests of the OpenCL driver through the ICD loader, as a host program sees it.
//   icd_tests [PART]    only suites whose name contains PART
//   icd_tests --leave   ends while a program that never ends runs
//   icd_tests --abandon gives such a program up and goes on
//   icd_tests --list    the devices, a line each: what a wrong setting does
// OCL_ICD_VENDORS says which platforms the loader finds.
#define _XOPEN_SOURCE 700  // setenv
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/icd/abandon.h"
#include "tests/icd/card.h"

#define SUITE(name) void name(void);
#include SYSTOLE_SUITES
#undef SUITE

static int list_devices(void) {
  cl_device_id all[32];
  cl_uint count = 0;
  char text[512];
  cl_platform_id platform = find_platform("Systole");
  cl_int status = platform ? clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 32, all, &count) : CL_INVALID_PLATFORM;
  for (cl_uint i = 0; i < count; i++)
    if (!clGetDeviceInfo(all[i], CL_DEVICE_VERSION, sizeof text, text, NULL)) printf("%s\n", text);
  return status ? 2 : 0;
}

static int leave(void) {
  static card c;
  card_open(&c, 0);
  set_program(&c, endless);
  start(&c, NULL);
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "--list")) return list_devices();
  if (argc > 1 && !strcmp(argv[1], "--leave")) return leave();
  if (argc > 1 && !strcmp(argv[1], "--abandon")) return abandon();
  // Small enough that limits are met soon.
  setenv("SYSTOLE_ICD_MAX_CYCLES", "50000", 1);
  setenv("SYSTOLE_ICD_BANKS", "2", 1);
  setenv("SYSTOLE_ICD_BANK_MIB", "4", 1);
#define SUITE(name) name();
#include SYSTOLE_SUITES
#undef SUITE
  return systole_test_run(argc > 1 ? argv[1] : NULL);
}
