// The table through which the ICD loader calls us.
#include "sim/icd/icd.h"

// Their types are Windows'; see entries.def.
#define UNTYPED(name) extern void systole_##name(void);
#include "sim/icd/entries.def"

#pragma GCC diagnostic ignored "-Wpedantic"  // a function's address in a void pointer
const cl_icd_dispatch icd_dispatch = {
#define ENTRY(name) .name = systole_##name,
#define UNTYPED(name) .name = (void *)systole_##name,
#include "sim/icd/entries.def"
};
