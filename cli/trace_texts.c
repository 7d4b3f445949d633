#include "cli/trace_texts.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"

static systole_line_text find(const systole_entry *entry, uint32_t line) {
  char text[SYSTOLE_ASM_TEXT];
  const char *symbol = systole_entry_symbol(entry, line);
  systole_disasm(&entry->lines[line], entry->line_count - line, text);
  return (systole_line_text){strdup(text), symbol ? symbol : entry->name};
}

// Where a line's texts are kept, or NULL without memory.
static systole_line_text *place(systole_line_texts *t, const systole_program *program,
                                const systole_entry *entry, uint32_t line) {
  if (!t->entries) t->entries = calloc(program->entry_count, sizeof *t->entries);
  if (!t->entries) return NULL;
  t->program = program;
  systole_line_text **lines = &t->entries[entry - program->entries];
  if (!*lines) *lines = calloc(entry->line_count, sizeof **lines);
  return *lines ? &(*lines)[line] : NULL;
}

systole_line_text systole_line_texts_get(systole_line_texts *t, const systole_program *program,
                                         const systole_entry *entry, uint32_t line) {
  static char none[] = "";
  systole_line_text *kept = place(t, program, entry, line);
  if (kept && !kept->text) *kept = find(entry, line);
  return kept && kept->text ? *kept : (systole_line_text){none, entry->name};
}

static void free_lines(systole_line_text *lines, uint32_t count) {
  for (uint32_t i = 0; lines && i < count; i++) free(lines[i].text);
  free(lines);
}

void systole_line_texts_free(systole_line_texts *t) {
  for (uint32_t e = 0; t->entries && e < t->program->entry_count; e++)
    free_lines(t->entries[e], t->program->entries[e].line_count);
  free(t->entries);
  *t = (systole_line_texts){0};
}
