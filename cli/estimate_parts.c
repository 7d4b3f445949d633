#include "cli/estimate_parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ENGINES = 4, NAME = 96 };

typedef struct {
  char name[NAME];
  const systole_entry *entry;
  uint64_t instructions, cycles[ENGINES];
} part;

struct systole_parts {
  const systole_program *program;
  part *parts;
  uint32_t count, room;
  uint32_t *of_line;             // of all entries, one after the other
  const uint32_t *running;       // the entry that runs: its part of of_line
};

static const char *const engines[ENGINES] = {"LD", "MX", "VX", "ST"};  // by ENGINE code

// Numbers between dots become a star.
static void join_layers(const char *symbol, char name[NAME]) {
  size_t used = 0;
  for (const char *at = symbol; *at && used + 1 < NAME;) {
    size_t digits = at == symbol || at[-1] == '.' ? strspn(at, "0123456789") : 0;
    bool number = digits && (!at[digits] || at[digits] == '.');
    name[used++] = number ? '*' : *at;
    at += number ? digits : 1;
  }
  name[used] = 0;
}

static uint32_t find(systole_parts *p, const systole_entry *entry, const char *name) {
  for (uint32_t i = p->count; i-- > 0 && p->parts[i].entry == entry;)
    if (!strcmp(p->parts[i].name, name)) return i;
  if (p->count == p->room) {
    part *grown = realloc(p->parts, (2 * p->room + 16) * sizeof *grown);
    if (!grown) return UINT32_MAX;
    p->parts = grown;
    p->room = 2 * p->room + 16;
  }
  part *fresh = &p->parts[p->count];
  *fresh = (part){.entry = entry};
  strcpy(fresh->name, name);
  return p->count++;
}

// The compiler's symbols follow each other and do not nest.
static bool name_lines(systole_parts *p, const systole_entry *entry, uint32_t *of_line) {
  char name[NAME];
  for (uint32_t i = 0; i < entry->line_count; i++) of_line[i] = UINT32_MAX;
  for (uint32_t s = 0; s < entry->symbol_count; s++) {
    join_layers(entry->symbols[s].name, name);
    uint32_t at = find(p, entry, name);
    if (at == UINT32_MAX) return false;
    for (uint32_t i = 0; i < entry->symbols[s].count; i++) of_line[entry->symbols[s].first + i] = at;
  }
  return true;
}

static bool name_all(systole_parts *p) {
  uint64_t lines = 0;
  for (uint32_t e = 0; e < p->program->entry_count; e++) lines += p->program->entries[e].line_count;
  p->running = p->of_line = malloc((lines + 1) * sizeof *p->of_line);
  bool good = p->of_line != NULL;
  uint32_t *at = p->of_line;
  for (uint32_t e = 0; good && e < p->program->entry_count; e++) {
    good = name_lines(p, &p->program->entries[e], at);
    at += p->program->entries[e].line_count;
  }
  return good;
}

static void count(void *user, unsigned engine, uint32_t index, uint64_t start, uint64_t end) {
  systole_parts *p = user;
  uint32_t at = p->running[index];
  if (at == UINT32_MAX || engine >= ENGINES) return;
  p->parts[at].instructions++;
  p->parts[at].cycles[engine] += end - start;
}

systole_status systole_parts_create(const systole_program *program, systole_device *device,
                                    systole_parts **parts, systole_error *err) {
  systole_parts *p = calloc(1, sizeof *p);
  if (p) p->program = program;
  if (!p || !name_all(p)) {
    systole_parts_destroy(p);
    return systole_fail(err, SYSTOLE_E_MEMORY, "estimate: out of memory");
  }
  systole_trace(device, count, p);
  *parts = p;
  return SYSTOLE_OK;
}

void systole_parts_destroy(systole_parts *p) {
  if (!p) return;
  free(p->parts);
  free(p->of_line);
  free(p);
}

void systole_parts_begin(systole_parts *p, const char *entry) {
  const systole_entry *e = systole_program_entry(p->program, entry);
  p->running = p->of_line;
  for (const systole_entry *before = p->program->entries; before < e; before++)
    p->running += before->line_count;
}

void systole_parts_print(const systole_parts *p, FILE *out) {
  fprintf(out, "\nCycles from start to end of a part's instructions, by engine; engines work at once, and LD's instructions overlap.\n"
          "  %-8s %-36s %12s", "entry", "part", "instructions");
  for (int e = 0; e < ENGINES; e++) fprintf(out, " %13s", engines[e]);
  fputc('\n', out);
  for (uint32_t i = 0; i < p->count; i++) {
    const part *at = &p->parts[i];
    if (!at->instructions) continue;
    fprintf(out, "  %-8s %-36s %12" PRIu64, at->entry->name, at->name, at->instructions);
    for (int e = 0; e < ENGINES; e++) fprintf(out, " %13" PRIu64, at->cycles[e]);
    fputc('\n', out);
  }
}

void systole_parts_json(const systole_parts *p, cJSON *object) {
  cJSON *list = cJSON_AddArrayToObject(object, "parts");
  for (uint32_t i = 0; i < p->count; i++) {
    const part *at = &p->parts[i];
    if (!at->instructions) continue;
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "entry", at->entry->name);
    cJSON_AddStringToObject(o, "part", at->name);
    cJSON_AddNumberToObject(o, "instructions", (double)at->instructions);
    for (int e = 0; e < ENGINES; e++) cJSON_AddNumberToObject(o, engines[e], (double)at->cycles[e]);
    cJSON_AddItemToArray(list, o);
  }
}
