#include "compiler/asm/scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

systole_token systole_scan_word(systole_token *rest) {
  while (rest->length && is_space(*rest->text)) rest->text++, rest->length--;
  systole_token word = {rest->text, 0};
  while (rest->length && !is_space(*rest->text)) rest->text++, rest->length--, word.length++;
  return word;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

bool systole_scan_skip(systole_token *rest, const char *text) {
  size_t length = strlen(text);
  if (rest->length < length) return false;
  for (size_t i = 0; i < length; i++)
    if (lower(rest->text[i]) != lower(text[i])) return false;
  rest->text += length;
  rest->length -= length;
  return true;
}

static int digit_of(char c, int base) {
  int digit = c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : 99;
  return digit < base ? digit : -1;
}

static bool scan_digits(systole_token *rest, int base, int64_t *value) {
  size_t taken = 0;
  int64_t sum = 0;
  for (; taken < rest->length && digit_of(rest->text[taken], base) >= 0; taken++) {
    sum = sum * base + digit_of(rest->text[taken], base);
    if (sum >= (int64_t)1 << 58) return false;
  }
  if (!taken) return false;
  rest->text += taken;
  rest->length -= taken;
  *value = sum;
  return true;
}

bool systole_scan_integer(systole_token *rest, int64_t *value) {
  systole_token at = *rest;
  bool negative = systole_scan_skip(&at, "-");
  if (!scan_digits(&at, systole_scan_skip(&at, "0x") ? 16 : 10, value)) return false;
  if (negative) *value = -*value;
  *rest = at;
  return true;
}

bool systole_scan_float(systole_token token, uint32_t *bits) {
  systole_token rest = token;
  int64_t value;
  if (systole_scan_skip(&rest, "0x")) {
    if (!scan_digits(&rest, 16, &value) || rest.length || value > UINT32_MAX) return false;
    *bits = (uint32_t)value;
    return true;
  }
  char text[64], *end;
  if (!token.length || token.length >= sizeof text || is_space(*token.text)) return false;
  memcpy(text, token.text, token.length);
  text[token.length] = 0;
  // Only what a decimal number is made of: no "inf", "nan" or hexadecimal floats.
  if (strspn(text, "+-.0123456789eE") != token.length) return false;
  float number = strtof(text, &end);
  if (*end || !isfinite(number)) return false;
  memcpy(bits, &number, sizeof *bits);
  return true;
}

int systole_token_shown(systole_token token) { return token.length < 60 ? (int)token.length : 60; }
