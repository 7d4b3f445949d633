#include "sim/model/execute.h"

#include "sim/model/ld.h"
#include "sim/model/mx.h"
#include "sim/model/st.h"
#include "sim/model/vx.h"

systole_outcome systole_execute(const systole_config *config, systole_memory *memory,
                                systole_srams *srams, const systole_instruction *in) {
  systole_outcome outcome = {SYSTOLE_CAUSE_NONE, 0, 0};
  if (in->noop) return outcome;
  switch (in->engine) {
    case SYSTOLE_ENGINE_LD:
      return systole_model_ld(&in->line, in->address, in->index_address, config->bus_bytes, memory,
                              srams);
    case SYSTOLE_ENGINE_MX: systole_model_mx(&in->line, srams); return outcome;
    case SYSTOLE_ENGINE_VX: systole_model_vx(&in->line, srams); return outcome;
    default:
      return systole_model_st(&in->line, in->address, config->bus_bytes, memory, srams);
  }
}
