// Reading and checking hardware configurations. One table of keys serves the
// reader, the check for missing keys and the messages.
#include "hw/configs/config.h"

#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/isa/isa.h"

#ifndef SYSTOLE_ROOT
#define SYSTOLE_ROOT "."
#endif

typedef struct {
  const char *section, *name;
  size_t at;          // offset of the member in systole_config
  unsigned low, high; // limits; powers of two unless `any`
  bool any, optional; // optional: its default is that of systole_config_load
} key;

#define KEY(section, name, low, high, any) \
  { #section, #name, offsetof(systole_config, name), low, high, any, false }
#define OPTIONAL(section, name, low, high, any) \
  { #section, #name, offsetof(systole_config, name), low, high, any, true }
static const key keys[] = {
    KEY(array, dim, 4, 128, false),          KEY(array, load_rows, 2, 128, false),
    KEY(memory, bus_bytes, 4, 128, false),   KEY(sram, wgt_words, 4, 65536, false),
    KEY(sram, act_words, 4, 65536, false),   KEY(sram, qnt_words, 4, 65536, false),
    KEY(sram, acc_words, 4, 65536, false),   KEY(sram, par_words, 4, 65536, false),
    KEY(sram, vm_words, 4, 65536, false),    KEY(sram, rs_words, 4, 65536, false),
    KEY(sequencer, queue_depth, 2, 64, false), KEY(system, clock_mhz, 1, 10000, true),
    OPTIONAL(system, controller, 0, 1, true), OPTIONAL(system, tcm_bytes, 4096, 1048576, false),
};
enum { KEYS = sizeof keys / sizeof keys[0] };

static unsigned *member(systole_config *config, const key *k) {
  return (unsigned *)(void *)((char *)config + k->at);
}

static bool is_power_of_two(unsigned value) { return value && (value & (value - 1)) == 0; }

// ---- the rules -----------------------------------------------------------

static systole_status check_key(const systole_config *config, const key *k, systole_error *err) {
  unsigned value = *member((systole_config *)(uintptr_t)config, k);
  if (value >= k->low && value <= k->high && (k->any || is_power_of_two(value))) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_RANGE, "configuration %s: [%s] %s = %u: expected %s from %u to %u",
                      config->name, k->section, k->name, value,
                      k->any ? "a number" : "a power of two", k->low, k->high);
}

static systole_status impossible(const systole_config *config, const char *what, unsigned value,
                                 const char *expected, unsigned bound, systole_error *err) {
  return systole_fail(err, SYSTOLE_E_RANGE, "configuration %s: %s = %u: expected %s %u", config->name,
                      what, value, expected, bound);
}

// Rules between keys.
static systole_status check_shape(const systole_config *c, systole_error *err) {
  if (c->load_rows > c->dim)
    return impossible(c, "[array] load_rows", c->load_rows, "at most dim, which is", c->dim, err);
  if (c->bus_bytes > c->dim)
    return impossible(c, "[memory] bus_bytes", c->bus_bytes, "at most dim, which is", c->dim, err);
  if (c->load_rows < c->dim && c->dim * c->load_rows < 2 * c->bus_bytes)
    return impossible(c, "[array] load_rows", c->load_rows,
                      "dim * load_rows to be at least 2 * bus_bytes, so load_rows at least",
                      2 * c->bus_bytes / c->dim, err);
  static const char *const tiles[] = {"wgt_words", "act_words", "qnt_words", "acc_words"};
  const unsigned words[] = {c->wgt_words, c->act_words, c->qnt_words, c->acc_words};
  for (unsigned i = 0; i < 4; i++)
    if (words[i] < c->dim)
      return impossible(c, tiles[i], words[i], "room for one tile, at least dim =", c->dim, err);
  return SYSTOLE_OK;
}

static void hash_word(uint64_t *hash, uint32_t word) {
  for (int byte = 0; byte < 4; byte++)
    *hash = (*hash ^ (word >> (8 * byte) & 0xFF)) * 0x100000001B3u;
}

// The clock and the memory preset change when things happen, never whether a
// program is right, so they stay out of the hash.
static uint64_t hash_of(systole_config *config) {
  uint64_t hash = 0xCBF29CE484222325u;
  hash_word(&hash, SYSTOLE_ISA_VERSION);
  for (unsigned i = 0; i < KEYS; i++)
    if (keys[i].at != offsetof(systole_config, clock_mhz)) hash_word(&hash, *member(config, &keys[i]));
  return hash;
}

systole_status systole_config_check(systole_config *config, systole_error *err) {
  for (unsigned i = 0; i < KEYS; i++) {
    systole_status status = check_key(config, &keys[i], err);
    if (status) return status;
  }
  systole_status status = check_shape(config, err);
  if (status) return status;
  config->hash = hash_of(config);
  return SYSTOLE_OK;
}

unsigned systole_config_words(const systole_config *config, unsigned space) {
  switch (space) {
    case SYSTOLE_SPACE_WGT: return config->wgt_words;
    case SYSTOLE_SPACE_ACT: return config->act_words;
    case SYSTOLE_SPACE_QNT: return config->qnt_words;
    case SYSTOLE_SPACE_ACC: return config->acc_words;
    case SYSTOLE_SPACE_PAR: return config->par_words;
    case SYSTOLE_SPACE_VM: return config->vm_words;
    case SYSTOLE_SPACE_RS: return config->rs_words;
    default: return 0;
  }
}

// ---- the reader ----------------------------------------------------------

typedef struct {
  const char *path;
  systole_config *config;
  systole_error *err;
  systole_status status;
  bool seen[KEYS], seen_preset;
} reader;

static int refuse(reader *r, const char *section, const char *name, const char *text,
                  const char *expected) {
  r->status = systole_fail(r->err, SYSTOLE_E_FORMAT, "%s: [%.40s] %.40s = %.40s: expected %s", r->path,
                           section, name, text, expected);
  return 0;
}

static int read_number(reader *r, unsigned i, const char *text) {
  const key *k = &keys[i];
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (r->seen[i]) return refuse(r, k->section, k->name, text, "the key only once");
  if (text[0] < '0' || text[0] > '9' || *end || value > 1000000000)
    return refuse(r, k->section, k->name, text, "a decimal number");
  r->seen[i] = true;
  *member(r->config, k) = (unsigned)value;
  return 1;
}

static int read_preset(reader *r, const char *text) {
  if (r->seen_preset) return refuse(r, "memory", "preset", text, "the key only once");
  if (!*text || strlen(text) >= sizeof r->config->memory)
    return refuse(r, "memory", "preset", text, "the name of a memory preset, such as ideal");
  r->seen_preset = true;
  strcpy(r->config->memory, text);
  return 1;
}

static int on_key(void *user, const char *section, const char *name, const char *text) {
  reader *r = user;
  bool known_section = false;
  if (!strcmp(section, "memory") && !strcmp(name, "preset")) return read_preset(r, text);
  for (unsigned i = 0; i < KEYS; i++) {
    if (strcmp(section, keys[i].section)) continue;
    known_section = true;
    if (!strcmp(name, keys[i].name)) return read_number(r, i, text);
  }
  return refuse(r, section, name, text,
                known_section ? "a key of that section (see hw/configs/config.h)"
                              : "a section among array, memory, sram, sequencer, system");
}

static systole_status check_complete(const reader *r) {
  for (unsigned i = 0; i < KEYS; i++)
    if (!r->seen[i] && !keys[i].optional)
      return systole_fail(r->err, SYSTOLE_E_FORMAT, "%s: [%s] %s is missing: expected a number from %u to %u",
                          r->path, keys[i].section, keys[i].name, keys[i].low, keys[i].high);
  if (!r->seen_preset)
    return systole_fail(r->err, SYSTOLE_E_FORMAT,
                        "%s: [memory] preset is missing: expected a memory preset, such as ideal", r->path);
  return SYSTOLE_OK;
}

static systole_status read_file(const char *path, systole_config *config, systole_error *err) {
  reader r = {.path = path, .config = config, .err = err};
  FILE *file = fopen(path, "r");
  if (!file) return systole_fail(err, SYSTOLE_E_IO, "%s: cannot be read", path);
  int line = ini_parse_file(file, on_key, &r);
  bool broken = ferror(file);
  fclose(file);
  if (r.status) return r.status;
  if (broken) return systole_fail(err, SYSTOLE_E_IO, "%s: cannot be read", path);
  if (line)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s:%d: expected [section] or key = value", path, line);
  return check_complete(&r);
}

// ---- where it lies -------------------------------------------------------

static bool ends_with_ini(const char *name) {
  size_t length = strlen(name);
  return length > 4 && !strcmp(name + length - 4, ".ini");
}

// Tries FOLDER/NAME.ini, the folder being the first `length` bytes.
static bool try_folder(const char *folder, size_t length, const char *name, char *path, size_t size) {
  int need = snprintf(path, size, "%.*s/%s.ini", (int)length, folder, name);
  return length && need > 0 && (size_t)need < size && access(path, R_OK) == 0;
}

static systole_status find(const char *name, char *path, size_t size, systole_error *err) {
  const char *list = getenv("SYSTOLE_CONFIG_PATH");
  while (list && *list) {
    size_t length = strcspn(list, ":");
    if (try_folder(list, length, name, path, size)) return SYSTOLE_OK;
    list += length + (list[length] == ':');
  }
  static const char *const defaults[] = {SYSTOLE_ROOT "/hw/configs", "./hw/configs"};
  for (int i = 0; i < 2; i++)
    if (try_folder(defaults[i], strlen(defaults[i]), name, path, size)) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_IO,
                      "configuration %.100s: no %.100s.ini in SYSTOLE_CONFIG_PATH or " SYSTOLE_ROOT
                      "/hw/configs: expected a name such as edge16, or a path to an .ini file",
                      name, name);
}

// The name is used for files and in messages, so it must be plain.
static systole_status take_name(const char *path, systole_config *config, systole_error *err) {
  const char *base = strrchr(path, '/');
  base = base ? base + 1 : path;
  size_t length = strlen(base) - (ends_with_ini(base) ? 4 : 0);
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  if (!length || length >= sizeof config->name || strspn(base, plain) < length || base[0] == '.' ||
      base[0] == '-')
    return systole_fail(err, SYSTOLE_E_USAGE,
                        "%s: expected a file name of 1 to 63 letters, digits, _ - . before .ini", path);
  memcpy(config->name, base, length);
  return SYSTOLE_OK;
}

systole_status systole_config_load(const char *name_or_path, systole_config *config, systole_error *err) {
  char found[4096];
  const char *path = name_or_path;
  *config = (systole_config){.tcm_bytes = SYSTOLE_TCM_BYTES};
  if (!strchr(path, '/') && !ends_with_ini(path)) {
    systole_status status = find(path, found, sizeof found, err);
    if (status) return status;
    path = found;
  }
  systole_status status = take_name(path, config, err);
  if (!status) status = read_file(path, config, err);
  if (!status) status = systole_config_check(config, err);
  return status;
}
