// systole_ram: random writes and reads on every port against an array.
// Arguments: width in bits, depth, readers.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rtl/shim_ram.h"
#include "tests/rtl/tally.h"

enum { ZERO, PORTS, BACK_DOOR };
static const char *const names[] = {"zero at first", "every port reads what was written",
                                    "the back door reads what was written", NULL};

enum { MAX_DEPTH = 4096, MAX_BYTES = 128, MAX_READERS = 4, CYCLES = 20000 };

static uint8_t memory[MAX_DEPTH][MAX_BYTES], expected[MAX_READERS][MAX_BYTES];
static uint64_t state = 1;

static uint32_t draw(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 33);
}

static void put_bits(uint8_t *bytes, unsigned lsb, unsigned width, uint32_t value) {
  for (unsigned b = 0; b < width; b++)
    if (value >> b & 1) bytes[(lsb + b) / 8] |= (uint8_t)(1u << (lsb + b) % 8);
}

// One random cycle; false if a port shows another word than the array.
static bool cycle(systole_shim_ram *shim, unsigned bytes, unsigned depth, unsigned readers,
                  bool write) {
  systole_shim_ram_pins pins = {0};
  unsigned bits = 0;
  while (1u << bits < depth) bits++;
  const uint32_t to = draw() % depth;
  for (unsigned b = 0; b < bytes; b++) pins.wdata[b] = (uint8_t)draw();
  pins.we = write && draw() % 2;
  put_bits(pins.waddr, 0, bits, to);
  for (unsigned r = 0; r < readers; r++) {
    const uint32_t from = draw() % depth;
    put_bits(pins.raddr, r * bits, bits, from);
    if (draw() % 4 == 0) continue;
    put_bits(pins.re, r, 1, 1);
    memcpy(expected[r], memory[from], bytes);
  }
  systole_shim_ram_clock(shim, &pins);
  if (pins.we) memcpy(memory[to], pins.wdata, bytes);
  for (unsigned r = 0; r < readers; r++)
    if (memcmp(pins.rdata + r * bytes, expected[r], bytes) != 0) return false;
  return true;
}

int main(int argc, char **argv) {
  unsigned numbers[3] = {128, 64, 3}, found = 0;
  tally t = {.names = names};
  for (int i = 1; i < argc && found < 3; i++)
    if (argv[i][0] != '-') numbers[found++] = (unsigned)strtoul(argv[i], NULL, 10);
  const unsigned bytes = numbers[0] / 8, depth = numbers[1], readers = numbers[2];
  const char *seed = getenv("SYSTOLE_SEED");
  if (seed) state = strtoull(seed, NULL, 0);
  const uint64_t first = state;
  systole_shim_ram *shim = systole_shim_ram_create();
  // A fifth of the cycles only reads: everything must be zero.
  for (unsigned i = 0; i < CYCLES; i++) {
    const bool write = i >= CYCLES / 5, good = cycle(shim, bytes, depth, readers, write);
    if (!good && tally_wrong(&t) < 5) printf("cycle %u: wrong word on a read port\n", i);
    tally_vector(&t, write ? PORTS : ZERO, good);
  }
  for (unsigned w = 0; w < depth; w++) {
    uint8_t word[MAX_BYTES];
    systole_shim_ram_peek(shim, w, word, bytes);
    const bool good = memcmp(word, memory[w], bytes) == 0;
    if (!good && tally_wrong(&t) < 5) printf("word %u is wrong by the back door\n", w);
    tally_vector(&t, BACK_DOOR, good);
  }
  systole_shim_ram_destroy(shim);
  printf("ram: width %u, depth %u, readers %u, seed %" PRIu64 "\n", numbers[0], depth, readers, first);
  return tally_end(&t);
}
