// systole_wgt_ram: random single-word writes and group reads against an array.
// Arguments: width in bits, depth, load rows.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rtl/shim_wgt_ram.h"
#include "tests/rtl/tally.h"

enum { ZERO, GROUPS };
static const char *const names[] = {"zero at first", "groups read what was written", NULL};

enum { MAX_WORDS = 4096, MAX_BYTES = 128, CYCLES = 20000 };

static uint8_t memory[MAX_WORDS * MAX_BYTES], expected[2048];
static uint64_t state = 1;

static uint32_t draw(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 33);
}

int main(int argc, char **argv) {
  unsigned numbers[3] = {128, 256, 4}, found = 0;
  tally t = {.names = names};
  for (int i = 1; i < argc && found < 3; i++)
    if (argv[i][0] != '-') numbers[found++] = (unsigned)strtoul(argv[i], NULL, 10);
  const unsigned bytes = numbers[0] / 8, depth = numbers[1], rows = numbers[2];
  const char *seed = getenv("SYSTOLE_SEED");
  if (seed) state = strtoull(seed, NULL, 0);
  const uint64_t first = state;
  systole_shim_wgt_ram *shim = systole_shim_wgt_ram_create();
  for (unsigned i = 0; i < CYCLES; i++) {
    systole_shim_wgt_ram_pins pins = {0};
    pins.we = i >= CYCLES / 5 && draw() % 4 != 0;
    pins.re = draw() % 2;
    pins.waddr = (uint16_t)(draw() % depth);
    pins.raddr = (uint16_t)(draw() % (depth / rows) * rows);
    for (unsigned b = 0; b < bytes; b++) pins.wdata[b] = (uint8_t)draw();
    if (pins.re) memcpy(expected, memory + pins.raddr * bytes, rows * bytes);
    systole_shim_wgt_ram_clock(shim, &pins);
    if (pins.we) memcpy(memory + pins.waddr * bytes, pins.wdata, bytes);
    const bool good = memcmp(pins.rdata, expected, rows * bytes) == 0;
    if (!good && tally_wrong(&t) < 5) printf("cycle %u: wrong group\n", i);
    tally_vector(&t, i < CYCLES / 5 ? ZERO : GROUPS, good);
  }
  systole_shim_wgt_ram_destroy(shim);
  printf("wgt_ram: width %u, depth %u, load rows %u, seed %" PRIu64 "\n", numbers[0], depth, rows, first);
  return tally_end(&t);
}
