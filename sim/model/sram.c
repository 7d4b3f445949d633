#include "sim/model/sram.h"

#include <stdbool.h>
#include <stdlib.h>

#include "hw/isa/isa.h"

static const unsigned element_bytes[SYSTOLE_SPACES] = {
#define BYTES_I8 1
#define BYTES_I32 4
#define BYTES_F32 4
#define SPACE(name, code, element, writer, readers, text) [code] = BYTES_##element,
#include "hw/isa/isa.def"
};

unsigned systole_sram_element_bytes(unsigned space) { return element_bytes[space]; }

systole_status systole_srams_create(const systole_config *config, systole_srams *srams,
                                    systole_error *err) {
  *srams = (systole_srams){.dim = config->dim};
  void *space[SYSTOLE_SPACES];
  bool complete = true;
  for (unsigned s = 0; s < SYSTOLE_SPACES; s++) {
    srams->words[s] = systole_config_words(config, s);
    space[s] = calloc((size_t)srams->words[s] * config->dim, element_bytes[s]);
    complete = complete && space[s] != NULL;
  }
  srams->wgt = space[SYSTOLE_SPACE_WGT];
  srams->act = space[SYSTOLE_SPACE_ACT];
  srams->qnt = space[SYSTOLE_SPACE_QNT];
  srams->acc = space[SYSTOLE_SPACE_ACC];
  srams->par = space[SYSTOLE_SPACE_PAR];
  srams->vm = space[SYSTOLE_SPACE_VM];
  srams->rs = space[SYSTOLE_SPACE_RS];
  if (complete) return SYSTOLE_OK;
  systole_srams_destroy(srams);
  return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for the SRAMs of %s", config->name);
}

void systole_srams_destroy(systole_srams *srams) {
  free(srams->wgt);
  free(srams->act);
  free(srams->qnt);
  free(srams->acc);
  free(srams->par);
  free(srams->vm);
  free(srams->rs);
  *srams = (systole_srams){0};
}

void *systole_sram_word(const systole_srams *srams, unsigned space, uint32_t word) {
  const size_t element = (size_t)word * srams->dim;
  switch (space) {
    case SYSTOLE_SPACE_WGT: return srams->wgt + element;
    case SYSTOLE_SPACE_ACT: return srams->act + element;
    case SYSTOLE_SPACE_QNT: return srams->qnt + element;
    case SYSTOLE_SPACE_ACC: return srams->acc + element;
    case SYSTOLE_SPACE_PAR: return srams->par + element;
    case SYSTOLE_SPACE_VM: return srams->vm + element;
    default: return srams->rs + element;
  }
}
