// Programs from text, line by line.
#include "compiler/asm/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "compiler/asm/scan.h"
#include "hw/isa/table.h"

enum { NAME_MAX_BYTES = 4096, SEGMENT_CONTENT_MAX = 1 << 30, SOURCE_MAX = 1 << 28 };

typedef struct {
  uint32_t line;      // of the loop
  uint32_t body;      // first line after it
  unsigned row;       // in the text
  bool given;         // lines= was written
} open_loop;

typedef struct {
  const char *label, *folder, *hw;
  unsigned row;
  systole_program *program;
  bool has_entry;
  uint32_t entry;
  char *symbol;             // the open one, or NULL
  uint32_t symbol_first;
  open_loop loops[SYSTOLE_LOOP_DEPTH];
  unsigned depth;
  systole_error *err;
} state;

// ---- messages --------------------------------------------------------------

static systole_status refuse(state *s, systole_status status, systole_token token, const char *expected) {
  return systole_fail(s->err, status, "%.400s:%u: `%.*s`: expected %s", s->label, s->row,
                      systole_token_shown(token), token.text, expected);
}

// Puts LABEL:LINE: before a message that came from elsewhere.
static systole_status locate(state *s, systole_status status, const systole_error *inner) {
  if (!status) return status;
  return systole_fail(s->err, status, "%.400s:%u: %.600s", s->label, s->row, inner->text);
}

// A copy with a NUL of a token; NULL if too long.
static char *copy_token(systole_token token, char buffer[NAME_MAX_BYTES]) {
  if (token.length >= NAME_MAX_BYTES) return NULL;
  memcpy(buffer, token.text, token.length);
  buffer[token.length] = 0;
  return buffer;
}

static systole_token trimmed(systole_token rest) {
  while (rest.length && strchr(" \t\r", *rest.text)) rest.text++, rest.length--;
  while (rest.length && strchr(" \t\r", rest.text[rest.length - 1])) rest.length--;
  return rest;
}

// ---- program, entries, symbols ----------------------------------------------

static systole_status open_program(state *s, const char *hw) {
  systole_config config;
  systole_error inner = {{0}};
  systole_status status = systole_config_load(hw, &config, &inner);
  if (!status) status = systole_program_create(&config, &s->program, &inner);
  return locate(s, status, &inner);
}

static systole_status need_program(state *s) {
  if (s->program) return SYSTOLE_OK;
  if (s->hw) return open_program(s, s->hw);
  return refuse(s, SYSTOLE_E_FORMAT, (systole_token){"", 0}, "`.hw NAME` before anything else");
}

static systole_status close_symbol(state *s) {
  systole_error inner = {{0}};
  systole_status status = SYSTOLE_OK;
  if (s->symbol)
    status = systole_program_add_symbol(s->program, s->entry, s->symbol_first,
                                        s->program->entries[s->entry].line_count - s->symbol_first,
                                        s->symbol, &inner);
  free(s->symbol);
  s->symbol = NULL;
  return locate(s, status, &inner);
}

static systole_status close_entry(state *s) {
  if (s->depth) {
    s->row = s->loops[s->depth - 1].row;
    return refuse(s, SYSTOLE_E_FORMAT, (systole_token){"loop", 4}, "an endloop before the entry ends");
  }
  if (s->has_entry && !s->program->entries[s->entry].line_count)
    return refuse(s, SYSTOLE_E_FORMAT, (systole_token){"", 0}, "instructions in the entry");
  return close_symbol(s);
}

static systole_status open_entry(state *s, const char *name) {
  systole_error inner = {{0}};
  systole_status status = need_program(s);
  if (!status) status = close_entry(s);
  if (status) return status;
  status = systole_program_add_entry(s->program, name, &s->entry, &inner);
  s->has_entry = !status;
  return locate(s, status, &inner);
}

static systole_status add_lines(state *s, const systole_line *lines, unsigned count) {
  systole_error inner = {{0}};
  systole_status status = s->has_entry ? SYSTOLE_OK : open_entry(s, "main");
  if (status) return status;
  status = systole_program_add_lines(s->program, s->entry, lines, count, &inner);
  return locate(s, status, &inner);
}

// ---- loops -----------------------------------------------------------------

static systole_status begin_loop(state *s, bool given, unsigned count) {
  if (s->depth == SYSTOLE_LOOP_DEPTH)
    return refuse(s, SYSTOLE_E_FORMAT, (systole_token){"loop", 4}, "loops nested at most 4 deep");
  uint32_t end = s->program->entries[s->entry].line_count;
  s->loops[s->depth++] = (open_loop){end - count, end, s->row, given};
  return SYSTOLE_OK;
}

static systole_status end_loop(state *s) {
  if (!s->depth) return refuse(s, SYSTOLE_E_FORMAT, (systole_token){"endloop", 7}, "a loop before it");
  open_loop loop = s->loops[--s->depth];
  systole_entry *entry = &s->program->entries[s->entry];
  if (!loop.given)
    SYSTOLE_SET((systole_line *)(uintptr_t)&entry->lines[loop.line], LOOP, lines,
                entry->line_count - loop.body);
  return SYSTOLE_OK;
}

static bool mentions_lines(systole_token rest) {
  for (systole_token word = systole_scan_word(&rest); word.length; word = systole_scan_word(&rest))
    if (systole_scan_skip(&word, "lines=")) return true;
  return false;
}

static systole_status take_instruction(state *s, systole_token text) {
  systole_line lines[SYSTOLE_ASM_LINES];
  unsigned count;
  systole_error inner = {{0}};
  systole_status status = systole_asm(text.text, text.length, lines, &count, &inner);
  if (status) return locate(s, status, &inner);
  status = add_lines(s, lines, count);
  if (status) return status;
  unsigned opcode = (unsigned)systole_line_get(lines, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode);
  if (opcode == SYSTOLE_OP_LOOP) return begin_loop(s, mentions_lines(text), count);
  return opcode == SYSTOLE_OP_ENDLOOP ? end_loop(s) : SYSTOLE_OK;
}

// ---- directives ------------------------------------------------------------

static systole_status take_hw(state *s, systole_token rest) {
  char name[NAME_MAX_BYTES];
  rest = trimmed(rest);
  if (s->program) return refuse(s, SYSTOLE_E_FORMAT, rest, ".hw once, before anything else");
  if (!rest.length || !copy_token(rest, name)) return refuse(s, SYSTOLE_E_FORMAT, rest, "a configuration");
  return open_program(s, name);
}

static systole_status take_entry(state *s, systole_token rest) {
  char name[NAME_MAX_BYTES];
  rest = trimmed(rest);
  if (!rest.length || !copy_token(rest, name)) return refuse(s, SYSTOLE_E_FORMAT, rest, "an entry's name");
  return open_entry(s, name);
}

static systole_status take_symbol(state *s, systole_token rest) {
  char name[NAME_MAX_BYTES];
  rest = trimmed(rest);
  if (!rest.length || !copy_token(rest, name)) return refuse(s, SYSTOLE_E_FORMAT, rest, "a symbol's name");
  systole_status status = s->has_entry ? SYSTOLE_OK : open_entry(s, "main");
  if (!status) status = close_symbol(s);
  if (status) return status;
  s->symbol = strdup(name);
  s->symbol_first = s->program->entries[s->entry].line_count;
  return s->symbol ? SYSTOLE_OK : refuse(s, SYSTOLE_E_MEMORY, rest, "memory");
}

static systole_status take_index(state *s, systole_token *rest, unsigned *index) {
  systole_token word = systole_scan_word(rest), number = word;
  int64_t value;
  if (!systole_scan_integer(&number, &value) || number.length || value < 0 || value > 15)
    return refuse(s, SYSTOLE_E_FORMAT, word, "an index from 0 to 15");
  *index = (unsigned)value;
  return SYSTOLE_OK;
}

static systole_status take_scalar(state *s, systole_token rest) {
  char name[NAME_MAX_BYTES], text[NAME_MAX_BYTES];
  systole_error inner = {{0}};
  unsigned index;
  systole_status status = need_program(s);
  if (!status) status = take_index(s, &rest, &index);
  if (status) return status;
  systole_token word = systole_scan_word(&rest), value = word;
  if (!systole_scan_skip(&value, "name=") || !copy_token(value, name))
    return refuse(s, SYSTOLE_E_FORMAT, word, "name=NAME");
  rest = trimmed(rest);
  if (!rest.length) rest = value;
  if (!copy_token(rest, text)) return refuse(s, SYSTOLE_E_FORMAT, rest, "a shorter text");
  return locate(s, systole_program_add_scalar(s->program, index, name, text, &inner), &inner);
}

// NAME=NUMBER, the names as in hw/isa/formula.h.
static systole_status take_formula_word(state *s, systole_formula *f, systole_token word) {
  const struct {
    const char *name;
    int32_t *value;
  } terms[] = {{"position=", &f->position}, {"rows=", &f->rows}, {"last=", &f->last}, {"add=", &f->add},
               {"low=", &f->low},           {"cap=", &f->cap},   {"shift=", (int32_t *)&f->shift}};
  for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
    systole_token value = word;
    int64_t number;
    if (!systole_scan_skip(&value, terms[i].name)) continue;
    if (!systole_scan_integer(&value, &number) || value.length || number < INT32_MIN || number > INT32_MAX)
      return refuse(s, SYSTOLE_E_FORMAT, word, "a signed number of 32 bits");
    *terms[i].value = (int32_t)number;
    return SYSTOLE_OK;
  }
  return refuse(s, SYSTOLE_E_FORMAT, word, "position=, rows=, last=, add=, shift=, low= or cap=");
}

static systole_status take_formula(state *s, systole_token rest) {
  systole_formula f = {.cap = INT32_MAX};
  systole_error inner = {{0}};
  unsigned index;
  systole_status status = need_program(s);
  if (!status) status = take_index(s, &rest, &index);
  systole_token word = systole_scan_word(&rest);
  for (; !status && word.length; word = systole_scan_word(&rest)) status = take_formula_word(s, &f, word);
  if (status) return status;
  f.scalar = index;
  return locate(s, systole_program_add_formula(s->program, &f, &inner), &inner);
}

static systole_status take_meta(state *s, systole_token rest) {
  char key[NAME_MAX_BYTES], value[NAME_MAX_BYTES];
  systole_error inner = {{0}};
  systole_status status = need_program(s);
  if (status) return status;
  systole_token word = systole_scan_word(&rest);
  rest = trimmed(rest);
  if (!word.length || !rest.length || !copy_token(word, key) || !copy_token(rest, value))
    return refuse(s, SYSTOLE_E_FORMAT, word, "a key and a text");
  return locate(s, systole_program_add_metadata(s->program, key, value, &inner), &inner);
}

static systole_status take_line(state *s, systole_token rest) {
  systole_line line;
  for (int i = 0; i < 16; i++) {
    systole_token word = systole_scan_word(&rest), number = word;
    int64_t value;
    if (!systole_scan_integer(&number, &value) || number.length || value < 0 || value > UINT32_MAX)
      return refuse(s, SYSTOLE_E_FORMAT, word, "16 words of 32 bits");
    line.word[i] = (uint32_t)value;
  }
  rest = trimmed(rest);
  if (rest.length) return refuse(s, SYSTOLE_E_FORMAT, rest, "16 words and no more");
  return add_lines(s, &line, 1);
}

// ---- segments --------------------------------------------------------------

typedef struct {
  char name[NAME_MAX_BYTES], file[NAME_MAX_BYTES];
  bool has_name, has_file, has_fill;
  systole_segment_kind kind;
  int64_t bytes, fill;
} segment_text;

static bool take_kind(systole_token value, systole_segment_kind *kind) {
  for (*kind = SYSTOLE_SEGMENT_CONST; *kind <= SYSTOLE_SEGMENT_IO; ++*kind)
    if (systole_isa_same(systole_segment_kind_text(*kind), value.text, value.length)) return true;
  return false;
}

static systole_status take_segment_word(state *s, segment_text *t, systole_token word) {
  systole_token value = word;
  if (systole_scan_skip(&value, "name=")) {
    t->has_name = copy_token(value, t->name) != NULL;
    return t->has_name ? SYSTOLE_OK : refuse(s, SYSTOLE_E_FORMAT, word, "a shorter name");
  }
  if (systole_scan_skip(&value, "file=")) {
    t->has_file = copy_token(value, t->file) != NULL;
    return t->has_file ? SYSTOLE_OK : refuse(s, SYSTOLE_E_FORMAT, word, "a shorter path");
  }
  if (systole_scan_skip(&value, "kind="))
    return take_kind(value, &t->kind) ? SYSTOLE_OK : refuse(s, SYSTOLE_E_FORMAT, word, "kind=const, state or io");
  bool fill = systole_scan_skip(&value, "fill=");
  if (!fill && !systole_scan_skip(&value, "bytes="))
    return refuse(s, SYSTOLE_E_FORMAT, word, "name=, kind=, bytes=, file= or fill=");
  int64_t number;
  if (!systole_scan_integer(&value, &number) || value.length || number < !fill || (fill && number > 255))
    return refuse(s, SYSTOLE_E_FORMAT, word, fill ? "a byte from 0 to 255" : "a number of bytes");
  t->has_fill |= fill;
  *(fill ? &t->fill : &t->bytes) = number;
  return SYSTOLE_OK;
}

static systole_status read_content(state *s, const segment_text *t, uint8_t **content, uint64_t *size) {
  char path[2 * NAME_MAX_BYTES];
  bool absolute = t->file[0] == '/';
  snprintf(path, sizeof path, "%s%s%s", absolute ? "" : s->folder, absolute ? "" : "/", t->file);
  systole_token name = {t->file, strlen(t->file)};
  FILE *file = fopen(path, "rb");
  if (!file) return refuse(s, SYSTOLE_E_IO, name, "a file that can be read");
  uint64_t room = (uint64_t)t->bytes < SEGMENT_CONTENT_MAX ? (uint64_t)t->bytes : SEGMENT_CONTENT_MAX;
  *content = malloc(room + 1);
  *size = *content ? fread(*content, 1, room + 1, file) : 0;
  bool failed = !*content || ferror(file);
  fclose(file);
  if (!failed && *size <= room) return SYSTOLE_OK;
  free(*content);
  *content = NULL;
  return refuse(s, SYSTOLE_E_IO, name, "a readable file of at most `bytes` bytes (and 1 GiB)");
}

static systole_status make_content(state *s, const segment_text *t, uint8_t **content, uint64_t *size) {
  if (t->has_file) return read_content(s, t, content, size);
  if (!t->has_fill || !t->fill) return SYSTOLE_OK;  // zero without any content
  if (t->bytes > SEGMENT_CONTENT_MAX)
    return refuse(s, SYSTOLE_E_RANGE, (systole_token){"fill", 4}, "at most 1 GiB to fill");
  *content = malloc((size_t)t->bytes);
  if (!*content) return refuse(s, SYSTOLE_E_MEMORY, (systole_token){"fill", 4}, "memory");
  memset(*content, (int)t->fill, (size_t)t->bytes);
  *size = (uint64_t)t->bytes;
  return SYSTOLE_OK;
}

static systole_status take_segment(state *s, systole_token rest) {
  segment_text t = {.kind = SYSTOLE_SEGMENT_IO};
  systole_error inner = {{0}};
  unsigned index;
  systole_status status = need_program(s);
  if (!status) status = take_index(s, &rest, &index);
  systole_token word = systole_scan_word(&rest);
  for (; !status && word.length; word = systole_scan_word(&rest)) status = take_segment_word(s, &t, word);
  if (status) return status;
  if (!t.has_name || !t.bytes || (t.has_file && t.has_fill))
    return refuse(s, SYSTOLE_E_FORMAT, (systole_token){".segment", 8}, "name=, bytes= and at most one of file= and fill=");
  uint8_t *content = NULL;
  uint64_t size = 0;
  status = make_content(s, &t, &content, &size);
  if (status) return status;
  return locate(s, systole_program_add_segment(s->program, index, t.name, t.kind, (uint64_t)t.bytes,
                                               content, size, &inner), &inner);
}

// ---- lines of text ---------------------------------------------------------

typedef systole_status (*take_fn)(state *s, systole_token rest);

static systole_status take_directive(state *s, systole_token text) {
  static const struct {
    const char *name;
    take_fn take;
  } table[] = {{".hw", take_hw},         {".entry", take_entry},   {".segment", take_segment},
               {".scalar", take_scalar}, {".symbol", take_symbol}, {".meta", take_meta},
               {".line", take_line},     {".formula", take_formula}};
  systole_token rest = text, word = systole_scan_word(&rest);
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (systole_isa_same(table[i].name, word.text, word.length)) return table[i].take(s, rest);
  return refuse(s, SYSTOLE_E_FORMAT, word, ".hw, .entry, .segment, .scalar, .formula, .symbol, .meta or .line");
}

static systole_status take_row(state *s, systole_token row) {
  const char *comment = memchr(row.text, ';', row.length);
  if (comment) row.length = (size_t)(comment - row.text);
  row = trimmed(row);
  if (!row.length) return SYSTOLE_OK;
  return *row.text == '.' ? take_directive(s, row) : take_instruction(s, row);
}

static systole_status take_text(state *s, const char *text, size_t size) {
  const char *end = text + size;
  while (text < end) {
    const char *newline = memchr(text, '\n', (size_t)(end - text));
    systole_token row = {text, (size_t)((newline ? newline : end) - text)};
    s->row++;
    systole_status status = take_row(s, row);
    if (status) return status;
    text += row.length + 1;
  }
  if (!s->has_entry)
    return systole_fail(s->err, SYSTOLE_E_FORMAT, "%.400s: no instructions: expected at least one", s->label);
  return close_entry(s);
}

systole_status systole_source_assemble(const char *text, size_t size, const char *label,
                                       const char *folder, const char *hw,
                                       systole_program **program, systole_error *err) {
  state s = {.label = label, .folder = folder, .hw = hw, .err = err};
  systole_status status = take_text(&s, text, size);
  free(s.symbol);
  if (status) systole_program_destroy(s.program);
  else *program = s.program;
  return status;
}

// ---- files -----------------------------------------------------------------

static systole_status slurp(const char *path, char **text, size_t *size, systole_error *err) {
  FILE *file = fopen(path, "rb");
  if (!file) return systole_fail(err, SYSTOLE_E_IO, "%s: cannot be opened: %s", path, strerror(errno));
  *text = NULL;
  *size = 0;
  for (size_t room = 1 << 16, got = 1; got && *size < SOURCE_MAX; room *= 2) {
    char *grown = realloc(*text, room);
    if (!grown) break;
    *text = grown;
    got = fread(*text + *size, 1, room - *size, file);
    *size += got;
  }
  bool failed = ferror(file) || !feof(file);
  fclose(file);
  if (!failed) return SYSTOLE_OK;
  free(*text);
  return systole_fail(err, SYSTOLE_E_IO, "%s: cannot be read: expected a text of at most 256 MiB", path);
}

systole_status systole_source_read(const char *path, const char *hw, systole_program **program,
                                   systole_error *err) {
  char *text = NULL;
  size_t size = 0;
  systole_status status = slurp(path, &text, &size, err);
  if (status) return status;
  const char *slash = strrchr(path, '/');
  char *folder = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
  status = folder ? systole_source_assemble(text, size, path, folder, hw, program, err)
                  : systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", path);
  free(folder);
  free(text);
  return status;
}
