#include "sim/rtl/waves.h"

void rtl_close_waves(systole_machine *machine) {
#ifdef SYSTOLE_TRACE
  if (machine->fst == nullptr) return;
  machine->fst->close();
  delete machine->fst;
  machine->fst = nullptr;
#else
  (void)machine;
#endif
}

systole_status rtl_waves(systole_machine *machine, const char *path, systole_error *err) {
#ifdef SYSTOLE_TRACE
  rtl_close_waves(machine);
  machine->fst = new VerilatedFstC;
  machine->top->trace(machine->fst, 99);
  machine->fst->open(path);
  if (!machine->fst->isOpen()) {
    delete machine->fst;
    machine->fst = nullptr;
    return systole_fail(err, SYSTOLE_E_IO, "rtl: cannot write waves to %s", path);
  }
  return SYSTOLE_OK;
#else
  (void)machine;
  (void)path;
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                      "rtl: built without waves; build %s.trace.so (sim/rtl/build.sh %s trace)",
                      SYSTOLE_CONFIG_NAME, SYSTOLE_CONFIG_NAME);
#endif
}
