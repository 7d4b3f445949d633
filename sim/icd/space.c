// Where buffers lie. The card's memory is `banks` banks; bank b begins at
// (b + 1) << 34, so that no address is 0 and every one needs its high half.
// Buffers are dealt to the banks in turn, begin at a page and are followed by
// at least one page that nobody owns: an access there is answered with an error.
#include <string.h>

#include "sim/icd/icd.h"

enum { BANKS = 32, PAGE = 4096, BANK_SHIFT = 34 };

static cl_mem lowest[BANKS];  // buffer of each bank; the others follow by `above`
static unsigned turn;

static uint64_t bank_base(unsigned bank) { return (uint64_t)(bank + 1) << BANK_SHIFT; }

static uint64_t span(uint64_t bytes) { return (bytes + PAGE - 1) / PAGE * PAGE; }

// The first gap that is wide enough; links the buffer into its bank.
static bool place(unsigned bank, cl_mem memory) {
  uint64_t at = bank_base(bank) + PAGE, end = bank_base(bank) + PAGE + icd.settings.bank_bytes;
  cl_mem *link = &lowest[bank];
  for (; *link; link = &(*link)->above) {
    if (at + span(memory->bytes) + PAGE <= (*link)->address) break;
    at = (*link)->address + span((*link)->bytes) + PAGE;
  }
  if (at > end || span(memory->bytes) > end - at) return false;
  memory->address = at;
  memory->above = *link;
  *link = memory;
  return true;
}

static void unlink_from_bank(cl_mem memory) {
  cl_mem *link = &lowest[(memory->address >> BANK_SHIFT) - 1];
  while (*link != memory) link = &(*link)->above;
  *link = memory->above;
}

cl_int icd_space_take(cl_mem memory) {
  icd_until_idle();
  bool placed = false;
  for (unsigned i = 0; !placed && i < icd.settings.banks; i++) placed = place((turn + i) % icd.settings.banks, memory);
  turn = (turn + 1) % icd.settings.banks;
  if (!placed) return CL_MEM_OBJECT_ALLOCATION_FAILURE;
  // A beat may end beyond a buffer whose size is odd.
  if (systole_memory_map(icd.memory, memory->address, (memory->bytes + ICD_ALIGN - 1) / ICD_ALIGN * ICD_ALIGN, NULL)) {
    unlink_from_bank(memory);
    return CL_MEM_OBJECT_ALLOCATION_FAILURE;
  }
  memory->data = systole_memory_at(icd.memory, memory->address, memory->bytes);
  // A card's memory holds anything; who counts on zeros finds out here.
  memset(memory->data, 0xA5, memory->bytes < PAGE ? memory->bytes : PAGE);
  return CL_SUCCESS;
}

void icd_space_give(cl_mem memory) {
  icd_until_idle();
  systole_memory_unmap(icd.memory, memory->address, NULL);
  unlink_from_bank(memory);
}
