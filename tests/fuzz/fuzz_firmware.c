// Random packets against the firmware as a program of this host.
//
//   fuzz_firmware [rounds [seed]]
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/storm.h"

int main(int argc, char **argv) {
  const uint32_t rounds = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 2000;
  const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  char text[128];
  const bool good = storm(seed, rounds, text, sizeof text);
  if (good) printf("fuzz_firmware: %lu rounds\n", (unsigned long)rounds);
  else printf("fuzz_firmware: seed %llu, %s\n", (unsigned long long)seed, text);
  return !good;
}
