// The assembler and the disassembler against each other, and against wrong text.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "compiler/asm/source.h"
#include "hw/isa/table.h"
#include "tests/unit/harness.h"
#include "tests/unit/random_lines.h"

static void test_round_trip(void) {
  uint64_t state = 1;
  unsigned raw = 0, wrong = 0;
  for (int i = 0; i < 20000; i++) {
    systole_line lines[2], back[2];
    char text[SYSTOLE_ASM_TEXT];
    systole_error err = {{0}};
    unsigned count = systole_random_lines(&state, lines), again = 0;
    unsigned taken = systole_disasm(lines, count, text);
    raw += text[0] == '.';
    if (taken == count && systole_asm(text, strlen(text), back, &again, &err) == SYSTOLE_OK && again == count &&
        !memcmp(lines, back, count * sizeof *lines))
      continue;
    if (!wrong++) printf("  %s\n  %s\n", text, err.text);
  }
  CU_ASSERT_EQUAL(wrong, 0);
  CU_ASSERT_EQUAL(raw, 0);
}

// Any bits at all become text, and the text the same bits.
static void test_any_bits(void) {
  uint64_t state = 2;
  systole_line lines[64];
  for (int round = 0; round < 300; round++) {
    for (int i = 0; i < 64;) {
      if (systole_random(&state) % 4 == 0)
        for (int w = 0; w < 16; w++) lines[i].word[w] = (uint32_t)systole_random(&state);
      else i += (int)systole_random_lines(&state, &lines[i < 63 ? i : 62]) - 1;
      i++;
    }
    systole_config config;
    systole_program *program, *back;
    uint32_t entry;
    systole_error err = {{0}};
    CU_ASSERT_EQUAL_FATAL(systole_config_load("edge16", &config, &err), SYSTOLE_OK);
    CU_ASSERT_EQUAL_FATAL(systole_program_create(&config, &program, &err), SYSTOLE_OK);
    CU_ASSERT_EQUAL_FATAL(systole_program_add_entry(program, "main", &entry, &err), SYSTOLE_OK);
    CU_ASSERT_EQUAL_FATAL(systole_program_add_lines(program, entry, lines, 64, &err), SYSTOLE_OK);
    const systole_formula formula = {.scalar = 7, .shift = (uint32_t)round % 32, .rows = -round, .low = INT32_MIN, .cap = round};
    CU_ASSERT_EQUAL(systole_program_add_formula(program, &formula, &err), SYSTOLE_OK);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    CU_ASSERT_EQUAL(systole_source_print(program, out, &err), SYSTOLE_OK);
    fclose(out);
    systole_status status = systole_source_assemble(text, size, "again", ".", NULL, &back, &err);
    if (status) printf("  %s\n", err.text);
    CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
    CU_ASSERT_EQUAL(back->entries[0].line_count, 64);
    CU_ASSERT(back->formula_count == 1 && !memcmp(back->formulas, &formula, sizeof formula));
    CU_ASSERT(!memcmp(back->entries[0].lines, lines, sizeof lines));
    free(text);
    systole_program_destroy(program);
    systole_program_destroy(back);
  }
}

static systole_status assemble(const char *text, systole_program **program, systole_error *err) {
  return systole_source_assemble(text, strlen(text), "test.s", ".", "edge16", program, err);
}

static void test_loops(void) {
  systole_program *p;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL_FATAL(assemble("loop count=s0 counter=1\n loop count=2\n end\n endloop\nendloop", &p, &err), SYSTOLE_OK);
  const systole_line *lines = p->entries[0].lines;
  CU_ASSERT_EQUAL(SYSTOLE_GET(&lines[0], LOOP, lines), 4);  // after its binding line: loop, end, endloop, endloop
  CU_ASSERT_EQUAL(SYSTOLE_GET(&lines[2], LOOP, lines), 2);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&lines[0], LOOP, counter), 1);
  systole_program_destroy(p);
}

static void test_values(void) {
  systole_program *p;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL_FATAL(assemble("VX a_space=acc mul=IMM mul_imm=-0.5 add=IMM add_imm=0x7FC00000 low=-7 n=0x10 "
                                 "m=3+s2*-4<=64+s5 limits wait=MX:2,LD:1 raise=ST:15 ; all of it\nend", &p, &err), SYSTOLE_OK);
  const systole_line *l = p->entries[0].lines;
  CU_ASSERT_EQUAL(SYSTOLE_GET(l, VX, mul_imm), 0xBF000000);
  CU_ASSERT_EQUAL(SYSTOLE_GET(l, VX, add_imm), 0x7FC00000);
  CU_ASSERT_EQUAL(SYSTOLE_GET(l, VX, low), 0xFFFFFFF9);
  CU_ASSERT_EQUAL(SYSTOLE_GET(l, VX, n), 16);
  CU_ASSERT_EQUAL(SYSTOLE_GET(l, VX, m), 3);
  CU_ASSERT_EQUAL(systole_line_get(l, SYSTOLE_LSB_wait, 16), 0x21);
  CU_ASSERT_EQUAL(systole_line_get(l, SYSTOLE_LSB_raise, 16), 0xF000);
  CU_ASSERT_EQUAL(systole_line_get(&l[1], 0, 8), SYSTOLE_BIND_VX_m);
  CU_ASSERT_EQUAL(systole_line_get(&l[1], 8, 4), 2);
  CU_ASSERT_EQUAL((int32_t)systole_line_get(&l[1], 16, 32), -4);
  CU_ASSERT_EQUAL(systole_line_get(&l[1], 48, 32), 64);
  CU_ASSERT_EQUAL(systole_line_get(&l[1], 80 + 48, 32), UINT32_MAX);
  systole_program_destroy(p);
}

static void test_refusals(void) {
  static const struct {
    const char *text, *said;
  } cases[] = {
      {"frob a=1", "test.s:1: `frob`: expected an instruction"},
      {"end\n\nmx a_space=ACT q=1", "test.s:3: MX: `q=1`: expected a field"},
      {"mx a_space=VM", "expected one of ACT QNT"},
      {"mx m=1", "a_space is missing"},
      {"mx a_space=ACT m=65536", "expected 0 to 65535"},
      {"vx low=2147483648 a_space=VM", "expected -2147483648 to 2147483647"},
      {"mx a_space=ACT m=1 m=2", "only once"},
      {"mx a_space=ACT m", "field=value"},
      {"mx a_space=ACT accumulate=1", "bare name"},
      {"mx a_space=ACT m=1x", "expected a number"},
      {"mx a_space=ACT m=s16", "from 0 to 15"},
      {"mx a_space=ACT m=s1*", "multiplier"},
      {"mx a_space=ACT m=s1<=x", "cap"},
      {"mx a_space=ACT m=s1+", "terms"},
      {"mx a_space=ACT m=s1+s1+s1+s1+s1+s1+s1", "at most 6"},
      {"mx a_space=ACT a_row=s1", "cannot be bound"},
      {"mx a_space=ACT wait=MX", "MX:1,LD:2"},
      {"mx a_space=ACT wait=MX:16", "MX:1,LD:2"},
      {"mx a_space=ACT wait=MX:1,MX:1", "MX:1,LD:2"},
      {"vx a_space=VM mul_imm=inf", "decimal number"},
      {"vx a_space=VM mul_imm=", "decimal number"},
      {"endloop", "a loop before it"},
      {"loop count=1", "test.s:1: `loop`: expected an endloop"},
      {"loop\nloop\nloop\nloop\nloop", "test.s:5: `loop`: expected loops nested at most 4"},
      {".frob", "expected .hw"},
      {"end\n.hw tiny8", ".hw once"},
      {".hw nosuch", "test.s:1: configuration nosuch"},
      {".entry", "an entry's name"},
      {".entry a\n.entry b\nend", "instructions in the entry"},
      {".entry a\nend\n.entry a\nend", "each name once"},
      {".segment 16 name=a bytes=1", "index from 0 to 15"},
      {".segment 0 name=a bytes=1\nend", "from 1 to 14"},
      {".segment 1 bytes=1", "name="},
      {".segment 1 name=a bytes=0", "number of bytes"},
      {".segment 1 name=a bytes=4 fill=256", "0 to 255"},
      {".segment 1 name=a bytes=4 file=/nowhere/x", "can be read"},
      {".segment 1 name=a bytes=4 kind=big", "kind=const, state or io"},
      {".segment 1 name=a bytes=4\n.segment 1 name=b bytes=4", "each index and name once"},
      {".scalar 3 text", "name=NAME"},
      {".formula 3 position=1 limit=2", "position=, rows="},
      {".formula 3 add=4294967296", "32 bits"},
      {".formula 3 shift=32", "shift of 0 to 31"},
      {".formula 3 low=1 cap=0", "low to be at most cap"},
      {".meta key", "a key and a text"},
      {".line 1 2 3", "16 words"},
      {"", "no instructions"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    systole_program *p = NULL;
    systole_error err = {{0}};
    systole_status status = assemble(cases[i].text, &p, &err);
    if (status == SYSTOLE_OK || !strstr(err.text, cases[i].said)) printf("  `%s`: %s\n", cases[i].text, err.text);
    CU_ASSERT_NOT_EQUAL(status, SYSTOLE_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].said));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "test.s"));
    if (status == SYSTOLE_OK) systole_program_destroy(p);
  }
}

// A token of any length stays within the error.
static void test_long_tokens(void) {
  char *text = malloc(100001);
  systole_program *p;
  systole_error err = {{0}};
  memset(text, 'x', 100000);
  text[100000] = 0;
  CU_ASSERT_NOT_EQUAL(assemble(text, &p, &err), SYSTOLE_OK);
  memcpy(text, ".symbol ", 8);
  CU_ASSERT_NOT_EQUAL(assemble(text, &p, &err), SYSTOLE_OK);
  memcpy(text, "mx m=111", 8);
  CU_ASSERT_NOT_EQUAL(assemble(text, &p, &err), SYSTOLE_OK);
  free(text);
}

// ---- the examples of docs/isa.md ---------------------------------------------------

// The text between ```asm and ``` of one file, or NULL.
static char *example_of(const char *name) {
  char path[128], *text = calloc(1, 65536), *start, *end, *example = NULL;
  snprintf(path, sizeof path, "hw/isa/text/%s.md", name);
  FILE *file = fopen(path, "r");
  if (file && fread(text, 1, 65535, file) && (start = strstr(text, "```asm\n")) && (end = strstr(start + 7, "```"))) {
    *end = 0;
    example = strdup(start + 7);
  }
  if (file) fclose(file);
  free(text);
  return example;
}

static void test_examples(void) {
  for (const systole_isa_instruction *in = systole_isa_instructions; in->name; in++) {
    systole_program *p = NULL;
    systole_error err = {{0}};
    char *example = example_of(in->name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(example);
    systole_status status = assemble(example, &p, &err);
    if (status) printf("  %s: %s\n", in->name, err.text);
    CU_ASSERT_EQUAL(status, SYSTOLE_OK);
    bool shown = false;
    for (uint32_t i = 0; !status && i < p->entries[0].line_count; i++)
      shown |= (p->entries[0].lines[i].word[0] & 0xFF) == in->opcode;
    CU_ASSERT(shown);
    if (!status) systole_program_destroy(p);
    free(example);
  }
}

void suite_asm(void) {
  static const systole_test tests[] = {{"disassembly assembles to the same bytes", test_round_trip},
                                       {"any bits survive as text", test_any_bits},
                                       {"loops count their lines", test_loops},
                                       {"values, bindings, semaphores", test_values},
                                       {"refusals name line, token and expectation", test_refusals},
                                       {"long tokens", test_long_tokens},
                                       {"the examples of docs/isa.md assemble", test_examples},
                                       {0}};
  systole_test_suite("asm", tests);
}
