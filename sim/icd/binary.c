// A binary: a few lines of text that stand for a configuration's bit stream.
//
//   systole-binary 1
//   configuration edge16
//   hash 0123456789abcdef
//   kernel systole
//   end
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/icd/icd.h"

static const char magic[] = "systole-binary 1\n", last[] = "\nend\n";

size_t icd_binary_write(const systole_config *config, char text[ICD_BINARY_BYTES]) {
  return (size_t)snprintf(text, ICD_BINARY_BYTES, "%sconfiguration %s\nhash %016" PRIx64 "\nkernel " SYSTOLE_KERNEL_NAME "%s",
                          magic, config->name, config->hash, last);
}

static systole_status refuse(systole_error *err, const char *expected) {
  return systole_fail(err, SYSTOLE_E_FORMAT, "binary: expected %s", expected);
}

static systole_status read_names(const char *text, const systole_config *config, systole_error *err) {
  char name[64], kernel[64];
  uint64_t hash;
  int end = 0;
  if (sscanf(text, "configuration %63s hash %16" SCNx64 " kernel %63s end%n", name, &hash, kernel, &end) != 3 || !end ||
      strcmp(text + end, "\n"))
    return refuse(err, "the lines configuration, hash, kernel and end");
  if (strcmp(kernel, SYSTOLE_KERNEL_NAME)) return refuse(err, "the kernel " SYSTOLE_KERNEL_NAME);
  if (hash == config->hash) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_CONFIG,
                      "binary: made for configuration %s (hash %016" PRIx64 "): expected %s (%016" PRIx64 "), which the device is",
                      name, hash, config->name, config->hash);
}

systole_status icd_binary_check(const systole_config *config, const unsigned char *bytes, size_t size,
                                systole_error *err) {
  char text[ICD_BINARY_BYTES];
  const size_t head = sizeof magic - 1, tail = sizeof last - 1;
  if (size < head || memcmp(bytes, magic, head)) return refuse(err, "the first line `systole-binary 1`");
  if (size >= sizeof text) return refuse(err, "fewer than 512 bytes");
  if (size < head + tail || memcmp(bytes + size - tail, last, tail))
    return refuse(err, "the last line `end`: the file is truncated");
  memcpy(text, bytes, size);
  text[size] = 0;
  return read_names(text + head, config, err);
}
