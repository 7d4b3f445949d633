// Text from programs. Loops are matched first, as the assembler would match
// them, so that only what it could not rebuild is printed raw.
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "compiler/asm/source.h"

typedef enum { FORM_FULL, FORM_STRUCTURED, FORM_RAW } form;

static unsigned opcode_of(const systole_line *line) {
  return (unsigned)systole_line_get(line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode);
}

// Lines that the instruction at `line` takes in text form; 1 if it has none.
static uint32_t lines_of(const systole_entry *e, uint32_t line, char *text) {
  return systole_disasm(&e->lines[line], e->line_count - line, text);
}

static bool is_text(const char *text) { return text[0] != '.'; }

// Decides the form of every LOOP and ENDLOOP: those that do not pair are raw.
static void match_loops(const systole_entry *e, uint8_t *forms) {
  char text[SYSTOLE_ASM_TEXT];
  uint32_t at[SYSTOLE_LOOP_DEPTH], body[SYSTOLE_LOOP_DEPTH], step;
  unsigned depth = 0;
  for (uint32_t line = 0; line < e->line_count; line += step) {
    step = lines_of(e, line, text);
    unsigned opcode = opcode_of(&e->lines[line]);
    if (!is_text(text)) continue;
    if (opcode == SYSTOLE_OP_LOOP) {
      forms[line] = FORM_RAW;
      if (depth < SYSTOLE_LOOP_DEPTH) at[depth] = line, body[depth] = line + step, depth++;
    } else if (opcode == SYSTOLE_OP_ENDLOOP) {
      forms[line] = FORM_RAW;
      if (!depth) continue;
      depth--;
      forms[line] = FORM_FULL;
      bool counted = SYSTOLE_GET(&e->lines[at[depth]], LOOP, lines) == line + step - body[depth];
      forms[at[depth]] = counted ? FORM_STRUCTURED : FORM_FULL;
    }
  }
}

// Prints the instruction at `line`, without the end of its last row of text,
// and returns how many lines it took.
static uint32_t print_line(const systole_entry *e, uint32_t line, uint8_t how, char *text, FILE *out) {
  uint32_t step = lines_of(e, line, text);
  bool loop = is_text(text) && opcode_of(&e->lines[line]) == SYSTOLE_OP_LOOP;
  // Zeros are left out, but here that would mean: count them.
  if (how == FORM_FULL && loop && !SYSTOLE_GET(&e->lines[line], LOOP, lines)) strcat(text, " lines=0");
  if (how == FORM_STRUCTURED) systole_disasm_structured(&e->lines[line], e->line_count - line, text);
  for (uint32_t i = 0; how == FORM_RAW && i < step; i++) {
    systole_disasm_raw(&e->lines[line + i], text);
    if (i + 1 < step) fprintf(out, "  %s\n", text);
  }
  return step;
}

systole_status systole_source_print_lines(const systole_entry *entry, bool numbers, FILE *out,
                                          systole_error *err) {
  char text[SYSTOLE_ASM_TEXT];
  uint8_t *forms = calloc(entry->line_count + 1, 1);
  if (!forms) return systole_fail(err, SYSTOLE_E_MEMORY, "disassembly: out of memory");
  match_loops(entry, forms);
  const char *symbol = NULL;
  unsigned indent = 0;
  for (uint32_t line = 0, step; line < entry->line_count; line += step) {
    const char *here = systole_entry_symbol(entry, line);
    if (here && (!symbol || strcmp(here, symbol))) fprintf(out, ".symbol %s\n", here);
    symbol = here ? here : symbol;
    step = print_line(entry, line, forms[line], text, out);
    if (!strncmp(text, "endloop", 7) && indent) indent--;
    fprintf(out, "%*s%s", (int)(2 + 2 * indent), "", text);
    if (numbers) fprintf(out, "  ; %u", (unsigned)line);
    fputc('\n', out);
    if (!strncmp(text, "loop", 4)) indent++;
  }
  free(forms);
  return SYSTOLE_OK;
}

// What is 0, or the cap's largest value, is left out.
static void print_formula(const systole_formula *f, FILE *out) {
  const struct {
    const char *name;
    long value, usual;
  } terms[] = {{"position", f->position, 0}, {"rows", f->rows, 0},        {"last", f->last, 0},
               {"add", f->add, 0},           {"shift", (long)f->shift, 0}, {"low", f->low, 0},
               {"cap", f->cap, INT32_MAX}};
  fprintf(out, ".formula %u", f->scalar);
  for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
    if (terms[i].value != terms[i].usual) fprintf(out, " %s=%ld", terms[i].name, terms[i].value);
  fputc('\n', out);
}

static void print_head(const systole_program *p, FILE *out) {
  fprintf(out, ".hw %s\n", p->config_name);
  for (uint32_t i = 0; i < p->metadata_count; i++)
    fprintf(out, ".meta %s %s\n", p->metadata[i].key, p->metadata[i].value);
  for (uint32_t i = 0; i < p->scalar_count; i++)
    fprintf(out, ".scalar %u name=%s %s\n", p->scalars[i].index, p->scalars[i].name, p->scalars[i].text);
  for (uint32_t i = 0; i < p->formula_count; i++) print_formula(&p->formulas[i], out);
  for (uint32_t i = 0; i < p->segment_count; i++) {
    const systole_segment *s = &p->segments[i];
    fprintf(out, ".segment %u name=%s kind=%s bytes=%llu", s->index, s->name,
            systole_segment_kind_text(s->kind), (unsigned long long)s->bytes);
    if (s->content_bytes) fprintf(out, "  ; with %llu bytes of content", (unsigned long long)s->content_bytes);
    fputc('\n', out);
  }
}

systole_status systole_source_print(const systole_program *program, FILE *out, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  print_head(program, out);
  for (uint32_t i = 0; !status && i < program->entry_count; i++) {
    fprintf(out, ".entry %s\n", program->entries[i].name);
    status = systole_source_print_lines(&program->entries[i], false, out, err);
  }
  return status;
}
