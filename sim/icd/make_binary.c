// Prints the binary of a configuration (binary.c), for build/icd/NAME.bin.
#include <stdio.h>

#include "sim/icd/icd.h"

int main(int argc, char **argv) {
  char text[ICD_BINARY_BYTES];
  systole_config config;
  systole_error err;
  if (argc != 2) {
    fprintf(stderr, "usage: %s CONFIG\n", argv[0]);
    return 2;
  }
  if (systole_config_load(argv[1], &config, &err)) {
    fprintf(stderr, "%s: %s\n", argv[0], err.text);
    return 2;
  }
  icd_binary_write(&config, text);
  return fputs(text, stdout) == EOF;
}
