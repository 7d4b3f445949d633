// What copy.c, rect.c and map.c share.
#ifndef SYSTOLE_ICD_COPY_H
#define SYSTOLE_ICD_COPY_H

#include "sim/icd/icd.h"

cl_int icd_copy_run(icd_command *command);
void icd_copy_line(icd_command *command, void *to, const void *from, size_t bytes);

cl_int icd_check_range(const struct _cl_mem *buffer, size_t offset, size_t bytes);
bool icd_host_may_read(const struct _cl_mem *buffer);
bool icd_host_may_write(const struct _cl_mem *buffer);

// Pushes the command if all is well, or drops it and passes the status on.
cl_int icd_command_end(icd_command *command, cl_int status, bool blocking, cl_event *event);

#endif
