#include "driver/transport.h"

#include <stddef.h>

const systole_transport *const systole_transports[] = {&systole_transport_rtl,
                                                       &systole_transport_model,
                                                       &systole_transport_opencl, NULL};

static const systole_transport *at(unsigned number) {
  for (unsigned i = 0; systole_transports[i]; i++)
    if (i == number) return systole_transports[i];
  return NULL;
}

const char *systole_transport_name(unsigned number) {
  const systole_transport *t = at(number);
  return t ? t->name : NULL;
}

const char *systole_transport_text(unsigned number) {
  const systole_transport *t = at(number);
  return t ? t->text : NULL;
}
