// Feeds broken bytes to what reads programs: .syp files and assembler text.
// Each input is a valid one with a few random changes; the same seed gives the
// same run. Meant to run under AddressSanitizer and UBSan.
//
//   fuzz_programs [iterations [seed]]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/source.h"
#include "compiler/gemm.h"
#include "compiler/program/program.h"
#include "tests/unit/harness.h"
#include "tests/unit/random_lines.h"

static void change(uint8_t *bytes, size_t size, uint64_t *state) {
  for (uint64_t n = 1 + systole_random(state) % 4; n; n--) {
    size_t at = systole_random(state) % size;
    if (systole_random(state) % 2) bytes[at] = (uint8_t)systole_random(state);
    else bytes[at] = (uint8_t)(bytes[at] + (systole_random(state) % 2 ? 1 : -1));
  }
}

// Parses a changed copy, in a block of its own size, and walks what opens.
static void try_file(const uint8_t *bytes, size_t size, uint64_t *state) {
  size_t part = systole_random(state) % 8 ? size : systole_random(state) % size + 1;
  uint8_t *copy = aligned_alloc(64, (part + 63) / 64 * 64);
  systole_program *p;
  memcpy(copy, bytes, part);
  change(copy, part < 1024 || systole_random(state) % 2 == 0 ? part : 1024, state);
  if (!systole_program_parse(copy, part, "fuzz", &p, NULL)) {
    FILE *null = fopen("/dev/null", "w");
    systole_source_print(p, null, NULL);
    fclose(null);
    systole_program_destroy(p);
  }
  free(copy);
}

static void try_text(const char *text, size_t size, uint64_t *state) {
  uint8_t *copy = malloc(size);
  systole_program *p;
  systole_error err;
  memcpy(copy, text, size);
  change(copy, size, state);
  if (!systole_source_assemble((const char *)copy, size, "fuzz", "/nowhere", "tiny8", &p, &err))
    systole_program_destroy(p);
  free(copy);
}

static systole_program *make_program(void) {
  systole_config config;
  systole_program *p;
  systole_error err;
  if (systole_config_load("tiny8", &config, &err) || systole_gemm_build(&config, 9, 20, 17, &p, &err)) {
    fprintf(stderr, "fuzz_programs: %s\n", err.text);
    exit(2);
  }
  return p;
}

static uint8_t *file_of(const systole_program *p, size_t *size) {
  char dir[256], path[300];
  uint8_t *bytes = malloc(1 << 20);
  systole_test_make_dir(dir, sizeof dir);
  snprintf(path, sizeof path, "%s/p.syp", dir);
  if (systole_program_write(p, path, NULL)) exit(2);
  FILE *file = fopen(path, "rb");
  *size = file ? fread(bytes, 1, 1 << 20, file) : 0;
  if (!*size) exit(2);
  fclose(file);
  systole_test_remove_dir(dir);
  return bytes;
}

int main(int argc, char **argv) {
  long iterations = argc > 1 ? strtol(argv[1], NULL, 10) : 2000;
  uint64_t state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  systole_program *p = make_program();
  size_t size, text_size;
  uint8_t *bytes = file_of(p, &size);
  char *text = NULL;
  FILE *out = open_memstream(&text, &text_size);
  systole_source_print(p, out, NULL);
  fclose(out);
  for (long i = 0; i < iterations; i++) {
    try_file(bytes, size, &state);
    try_text(text, text_size, &state);
  }
  systole_program_destroy(p);
  free(bytes);
  free(text);
  printf("fuzz_programs: %ld inputs\n", 2 * iterations);
  return 0;
}
