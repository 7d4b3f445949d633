// The assembler's scanner: words and numbers out of text that need not end in
// a NUL. Nothing here allocates or depends on the locale.
#ifndef SYSTOLE_COMPILER_ASM_SCAN_H
#define SYSTOLE_COMPILER_ASM_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *text;
  size_t length;
} systole_token;

// Takes the next word (up to white space) off the front; length 0 at the end.
systole_token systole_scan_word(systole_token *rest);

// Takes the text off the front if it stands there, without regard to case.
bool systole_scan_skip(systole_token *rest, const char *text);

// Takes a decimal or 0x number, with a sign if any, off the front. False (and
// nothing taken) if there is none or its magnitude reaches 2^58.
bool systole_scan_integer(systole_token *rest, int64_t *value);

// The whole token as fp32: 0x and up to 8 hexadecimal digits are the bits,
// anything else must be a finite decimal number.
bool systole_scan_float(systole_token token, uint32_t *bits);

// The length for %.*s in a message, bounded.
int systole_token_shown(systole_token token);

#endif
