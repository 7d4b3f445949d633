#include "sim/model/mcu.h"

// Arithmetic shift without relying on what C leaves open.
static uint32_t shift_right(uint32_t a, unsigned by) {
  return a & 0x80000000u ? ~(~a >> by) : a >> by;
}

static int64_t number(uint32_t a) { return (int64_t)(a ^ 0x80000000u) - 0x80000000ll; }

uint32_t systole_mcu_alu(unsigned funct3, bool other, uint32_t a, uint32_t b) {
  switch (funct3) {
    case 0: return other ? a - b : a + b;
    case 1: return a << (b & 31);
    case 2: return number(a) < number(b);
    case 3: return a < b;
    case 4: return a ^ b;
    case 5: return other ? shift_right(a, b & 31) : a >> (b & 31);
    case 6: return a | b;
    default: return a & b;
  }
}

// Division is on magnitudes; the remainder has the dividend's sign. By zero the
// quotient is all ones and the remainder the dividend.
static uint32_t divide(uint32_t a, uint32_t b, bool is_signed, bool remainder) {
  const bool a_negative = is_signed && a >> 31, b_negative = is_signed && b >> 31;
  const uint32_t x = a_negative ? -a : a, y = b_negative ? -b : b;
  if (!b) return remainder ? a : UINT32_MAX;
  if (remainder) return a_negative ? -(x % y) : x % y;
  return a_negative != b_negative ? -(x / y) : x / y;
}

uint32_t systole_mcu_muldiv(unsigned funct3, uint32_t a, uint32_t b) {
  switch (funct3) {
    case 0: return a * b;
    case 1: return (uint32_t)((uint64_t)(number(a) * number(b)) >> 32);
    case 2: return (uint32_t)((uint64_t)(number(a) * (int64_t)b) >> 32);
    case 3: return (uint32_t)((uint64_t)a * b >> 32);
    default: return divide(a, b, !(funct3 & 1), funct3 & 2);
  }
}
