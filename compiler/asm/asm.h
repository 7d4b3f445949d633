// Assembler and disassembler of single instructions, driven by the tables of
// hw/isa/table.h alone: there is no code per instruction. Programs with
// directives are in compiler/asm/source.h.
//
//   vx a_space=VM a=0 a_row=4 mul=ROW s=3 d_space=QNT m=s0+s1*-4<=64 n=32 wait=MX:1 raise=ST:1
//
// A mnemonic, then `field=value` in any order; what is not named is zero. A flag
// is set by its bare name, an enumeration takes a name, fp32 a decimal number
// or its bits (0x3F800000), wait and raise a list ENGINE:COUNT. A value may be
// bound to scalars: IMM+sN*MULT+sM*MULT<=CAP, where IMM, *MULT and <=CAP may be
// left out; the slots of the binding line follow the order of the text.
#ifndef SYSTOLE_COMPILER_ASM_H
#define SYSTOLE_COMPILER_ASM_H

#include <stdbool.h>
#include <stddef.h>

#include "hw/base/status.h"
#include "hw/isa/isa.h"

enum { SYSTOLE_ASM_LINES = 2, SYSTOLE_ASM_TEXT = 2048 };

// Assembles one instruction from `size` characters without a comment. *count
// becomes 1, or 2 with a binding line. The message names the token and what was
// expected; LOOP's `lines` is left as given.
systole_status systole_asm(const char *text, size_t size, systole_line lines[SYSTOLE_ASM_LINES],
                           unsigned *count, systole_error *err);

// Writes the instruction at lines[0] (of `available` lines) as one line of text
// that assembles to the same bytes, and returns how many lines it takes (1 or
// 2). What has no text in the assembler becomes `.line` and 16 words.
unsigned systole_disasm(const systole_line *lines, size_t available, char text[SYSTOLE_ASM_TEXT]);

// The same for LOOP without its `lines`, which the assembler finds itself.
unsigned systole_disasm_structured(const systole_line *lines, size_t available,
                                   char text[SYSTOLE_ASM_TEXT]);

// `.line` and the 16 words, whatever they are.
void systole_disasm_raw(const systole_line *line, char text[SYSTOLE_ASM_TEXT]);

#endif
