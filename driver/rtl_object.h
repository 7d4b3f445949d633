// Finding and opening the shared object of a Verilated machine.
#ifndef SYSTOLE_DRIVER_RTL_OBJECT_H
#define SYSTOLE_DRIVER_RTL_OBJECT_H

#include "driver/include/systole.h"
#include "sim/mcu/alone.h"

// *handle is for systole_rtl_object_close. The object is options->rtl_object if
// given, else NAME.so (NAME.trace.so if waves are wanted) in a folder of SYSTOLE_RTL_PATH (a list with colons), in
// rtl/ beside the program, or in build/rtl. If it is missing, the message says
// which make command builds it.
systole_status systole_rtl_object_open(const systole_config *config, const systole_options *options,
                                       void **handle, const systole_machine_api **api,
                                       systole_error *err);
void systole_rtl_object_close(void *handle);

// The controller's core alone, core/mcu.so in the same folders.
systole_status systole_mcu_object_open(void **handle, const systole_mcu_alone_api **api, systole_error *err);

#endif
