// Where buffers lie. The card's memory is `banks` banks; bank b begins at
// (b + 1) << 34, so that no address is 0 and every one needs its high half.
// Buffers are dealt to the banks in turn, begin at a page and are followed by
// at least one page that nobody owns: an access there is answered with an error.
//
// What a machine sees of them must not change under it. A buffer is shown to the
// machines before the next run, and one that is released while a machine runs keeps
// its place until the run has ended. So the host never waits for a run here.
#include <stdlib.h>
#include <string.h>

#include "sim/icd/icd.h"

enum { BANKS = 32, PAGE = 4096, BANK_SHIFT = 34 };

struct icd_place {
  icd_place *above;         // the next of its bank
  uint64_t address, bytes;  // whole beats: one may end beyond a buffer whose size is odd
  uint8_t *data;
  bool shown, given;  // to the machines; back by its buffer
};

static icd_place *lowest[BANKS];  // place of each bank
static unsigned turn;

static uint64_t bank_base(unsigned bank) { return (uint64_t)(bank + 1) << BANK_SHIFT; }

static uint64_t span(uint64_t bytes) { return (bytes + PAGE - 1) / PAGE * PAGE; }

// The first gap that is wide enough; links the place into the bank.
static bool put(unsigned bank, icd_place *place) {
  uint64_t at = bank_base(bank) + PAGE, end = bank_base(bank) + PAGE + icd.settings.bank_bytes;
  icd_place **link = &lowest[bank];
  for (; *link; link = &(*link)->above) {
    if (at + span(place->bytes) + PAGE <= (*link)->address) break;
    at = (*link)->address + span((*link)->bytes) + PAGE;
  }
  if (at > end || span(place->bytes) > end - at) return false;
  place->address = at;
  place->above = *link;
  *link = place;
  return true;
}

static bool put_somewhere(icd_place *place) {
  const unsigned banks = icd.settings.banks, first = turn;
  turn = (turn + 1) % banks;
  for (unsigned i = 0; i < banks; i++)
    if (put((first + i) % banks, place)) return true;
  return false;
}

cl_int icd_space_take(cl_mem memory) {
  icd_place *place = calloc(1, sizeof *place);
  if (!place) return CL_OUT_OF_HOST_MEMORY;
  place->bytes = (memory->bytes + ICD_ALIGN - 1) / ICD_ALIGN * ICD_ALIGN;
  place->data = calloc(1, place->bytes);
  if (!place->data || !put_somewhere(place)) {
    free(place->data);
    free(place);
    return CL_MEM_OBJECT_ALLOCATION_FAILURE;
  }
  // A card's memory holds anything; who counts on zeros finds out here.
  memset(place->data, 0xA5, memory->bytes < PAGE ? memory->bytes : PAGE);
  memory->place = place;
  memory->address = place->address;
  memory->data = place->data;
  return CL_SUCCESS;
}

static void forget(icd_place **link) {
  icd_place *place = *link;
  *link = place->above;
  if (place->shown) systole_memory_unmap(icd.memory, place->address, NULL);
  free(place->data);
  free(place);
}

void icd_space_give(cl_mem memory) {
  icd_place *place = memory->place, **link = &lowest[(place->address >> BANK_SHIFT) - 1];
  place->given = true;
  if (place->shown && icd.running) return;
  while (*link != place) link = &(*link)->above;
  forget(link);
}

static cl_int show(icd_place *place) {
  if (!place->shown && systole_memory_lend(icd.memory, place->address, place->bytes, place->data, NULL))
    return CL_MEM_OBJECT_ALLOCATION_FAILURE;
  place->shown = true;
  return CL_SUCCESS;
}

cl_int icd_space_settle(void) {
  cl_int status = CL_SUCCESS;
  for (unsigned bank = 0; bank < icd.settings.banks; bank++)
    for (icd_place **link = &lowest[bank]; *link;) {
      if ((*link)->given) {
        forget(link);
        continue;
      }
      if (!status) status = show(*link);
      link = &(*link)->above;
    }
  return status;
}
