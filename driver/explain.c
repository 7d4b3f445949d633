// A fault in words: what, who, where, and after the watchdog or an abort what
// everyone was waiting for.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "driver/device.h"
#include "hw/isa/table.h"

typedef struct {
  char text[sizeof(((systole_error *)0)->text)];
  size_t used;
} line;

__attribute__((format(printf, 2, 3))) static void put(line *l, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  int length = vsnprintf(l->text + l->used, sizeof l->text - l->used, fmt, args);
  va_end(args);
  if (length > 0) l->used += (size_t)length;
  if (l->used >= sizeof l->text) l->used = sizeof l->text - 1;
}

static void put_place(line *l, const systole_entry *entry, uint32_t index) {
  const char *symbol = systole_entry_symbol(entry, index);
  put(l, "line %lu", (unsigned long)index);
  if (symbol) put(l, " (%.120s)", symbol);
}

static void put_instruction(line *l, const systole_entry *entry, uint32_t index) {
  char text[SYSTOLE_ASM_TEXT];
  if (index >= entry->line_count) return;
  systole_disasm(&entry->lines[index], entry->line_count - index, text);
  put(l, ": `%.400s`", text);
}

static void put_semaphores(line *l, unsigned engines) {
  const char *before = " waits for a semaphore from ";
  for (unsigned e = 0; e < SYSTOLE_ENGINE_SEQ; e++)
    if (engines >> e & 1) put(l, "%s%s", before, systole_isa_engines[e].name), before = ", ";
}

// Registers ENGINE_STATE and ENGINE_INDEX in words.
static void put_engine(line *l, const systole_entry *entry, const systole_report *r, unsigned e) {
  uint32_t state = r->engines[e].state;
  put(l, "; %s", systole_isa_engines[e].name);
  switch (state & 3) {
    case 0: put(l, " is idle"); return;
    case 1: put_semaphores(l, state >> 4 & 15); break;
    case 2: put(l, " waits for memory"); break;
    default: put(l, " is busy"); break;
  }
  put(l, " at ");
  put_place(l, entry, r->engines[e].index);
}

static void put_detail(line *l, const systole_report *r) {
  if (r->cause == SYSTOLE_CAUSE_INDEX) put(l, "; the index is %lu", (unsigned long)r->detail);
  if (r->cause == SYSTOLE_CAUSE_AXI_READ || r->cause == SYSTOLE_CAUSE_AXI_WRITE)
    put(l, "; the low address is 0x%08lX", (unsigned long)r->detail);
}

static const char *cause_text(uint32_t cause) {
  for (const systole_isa_name *c = systole_isa_causes; c->name; c++)
    if (c->code == cause) return c->text;
  return "an unknown cause";
}

void systole_explain(const systole_entry *entry, const systole_report *report, systole_error *err) {
  line l = {.used = 0};
  put(&l, "%s: %s: %s at ", systole_isa_name_of(systole_isa_causes, report->cause),
      cause_text(report->cause), systole_isa_name_of(systole_isa_engines, report->engine));
  put_place(&l, entry, report->index);
  put(&l, " of entry %.80s", entry->name);
  put_instruction(&l, entry, report->index);
  put_detail(&l, report);
  bool stuck = report->cause == SYSTOLE_CAUSE_WATCHDOG || report->cause == SYSTOLE_CAUSE_ABORT;
  for (unsigned e = 0; stuck && e < SYSTOLE_ENGINE_SEQ; e++) put_engine(&l, entry, report, e);
  if (err) memcpy(err->text, l.text, l.used + 1);
}
