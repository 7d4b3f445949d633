// fp32 as the vector engine does it (docs/machine.md, Numbers), on WIDTH lanes at
// a time: values are bits in uints. Operands that may be subnormal are flushed
// by the caller; results are canonical.
//
// SYSTOLE_INTEGER 0 uses the device's own fp32, which must round to nearest even
// and know subnormals; 1 uses integers alone.

#define FP32_NAN 0x7FC00000u
#define FP32_INFINITY 0x7F800000u
#define FP32_SIGN 0x80000000u
#define FP32_MAGNITUDE 0x7FFFFFFFu
#define FP32_NORMAL 0x00800000u

// Relations of vectors are -1 or 0 in each lane; `select` takes b where it is -1.
uints either(ints condition, uints then, uints otherwise) { return select(otherwise, then, condition); }

uints fp32_flush(uints x) {
  return either((x & FP32_MAGNITUDE) < FP32_NORMAL, x & FP32_SIGN, x);
}

uints fp32_canon(uints x) {
  return either((x & FP32_MAGNITUDE) > FP32_INFINITY, (uints)(FP32_NAN), fp32_flush(x));
}

// sign, biased exponent and a significand with its leading one at bit 27 and a
// sticky bit 0: rounds to nearest even, then judges the exponent.
uints fp32_pack(uints sign, ints exponent, uints sum) {
  const uints up = either((sum & 7u) != 0u, (uints)(1), sum >> 4) & sum >> 3 & 1u;
  const uints rounded = (sum >> 4) + up;
  const ints e = exponent + AS_INTS(rounded >> 24);
  const uints finite = sign | AS_UINTS(e) << 23 | (rounded & 0x7FFFFFu);
  return either(e <= 0, sign, either(e >= 255, sign | FP32_INFINITY, finite));
}

#if SYSTOLE_INTEGER

uints fp32_add(uints a, uints b) {
  const ints swap = (a & FP32_MAGNITUDE) < (b & FP32_MAGNITUDE);
  const uints x = either(swap, b, a), y = either(swap, a, b);  // |x| >= |y|
  const uints ex = x >> 23 & 255u, ey = y >> 23 & 255u;
  const ints differ = (x ^ y) >> 31 != 0u;
  const uints mx = ((x & 0x7FFFFFu) | FP32_NORMAL) << 3, my = ((y & 0x7FFFFFu) | FP32_NORMAL) << 3;
  const uints distance = min(ex - ey, (uints)(31));
  uints shifted = my >> distance;
  shifted = either(shifted << distance != my, shifted | 1u, shifted);
  const uints sum = either(differ, mx - shifted, mx + shifted);
  const uints left = clz(sum | 1u) - 4u;
  const uints number = fp32_pack(x & FP32_SIGN, AS_INTS(ex + 1u - left), sum << left);
  const uints zeros = either(differ, (uints)(0), x & FP32_SIGN);
  const uints alone = either(ex != 0u, x, zeros);  // y counts as a zero
  const uints finite = either(ey == 0u, alone, either(sum == 0u, (uints)(0), number));
  const ints bad = ((x & FP32_MAGNITUDE) > FP32_INFINITY) | ((ey == 255u) & differ);
  return either(ex == 255u, either(bad, (uints)(FP32_NAN), x), finite);
}

uints fp32_mul(uints a, uints b) {
  const uints sign = (a ^ b) & FP32_SIGN, ea = a >> 23 & 255u, eb = b >> 23 & 255u;
  const uints ma = (a & 0x7FFFFFu) | FP32_NORMAL, mb = (b & 0x7FFFFFu) | FP32_NORMAL;
  const uints low = ma * mb;
  uints sum = mul_hi(ma, mb) << 12 | low >> 20;
  sum = either((low & 0xFFFFFu) != 0u, sum | 1u, sum);
  const uints high = sum >> 27;
  const uints number =
      fp32_pack(sign, AS_INTS(ea + eb - 127u + high), either(high != 0u, sum, sum << 1));
  const ints zero = (ea == 0u) | (eb == 0u), large = (ea == 255u) | (eb == 255u);
  const ints bad = ((a & FP32_MAGNITUDE) > FP32_INFINITY) | ((b & FP32_MAGNITUDE) > FP32_INFINITY) |
                   (large & zero);
  const uints infinite = either(bad, (uints)(FP32_NAN), sign | FP32_INFINITY);
  return either(large, infinite, either(zero, sign, number));
}

uints fp32_from_int(ints x) {
  const uints magnitude = abs(x), left = clz(magnitude | 1u), normal = magnitude << left;
  const uints sum = either((normal & 15u) != 0u, normal >> 4 | 1u, normal >> 4);
  return either(x == 0, (uints)(0), fp32_pack(AS_UINTS(x) & FP32_SIGN, 158 - AS_INTS(left), sum));
}

#else

// A tiny sum is exact, so flushing it is all.
uints fp32_add(uints a, uints b) { return fp32_canon(AS_UINTS(AS_FLOATS(a) + AS_FLOATS(b))); }

// A product is tiny after rounding if the same product 2^64 times as large,
// which rounds as a normal number does, is below 2^-62.
uints fp32_mul(uints a, uints b) {
  const floats x = AS_FLOATS(a), y = AS_FLOATS(b);
  const uints exact = AS_UINTS(x * y), large = AS_UINTS(x * 0x1p64f * y) & FP32_MAGNITUDE;
  const uints kept = either(large < 0x20800000u, exact & FP32_SIGN, exact);
  return either((exact & FP32_MAGNITUDE) > FP32_INFINITY, (uints)(FP32_NAN), kept);
}

uints fp32_from_int(ints x) { return AS_UINTS(TO_FLOATS(x)); }

#endif

// To -127..127, NaN to 0.
ints fp32_quantise(uints x) {
  const uints magnitude = x & FP32_MAGNITUDE, within = min(magnitude, (uints)(0x42FE0000u));  // 127
  const uints shift = min(150u - (within >> 23), (uints)(31));  // 18 to 24, more below 1/2
  const uints m = (within & 0x7FFFFFu) | FP32_NORMAL, half_unit = (uints)(1) << (shift - 1u);
  const uints rounded = (m + half_unit - 1u + (m >> shift & 1u)) >> shift;
  const ints none = (magnitude > FP32_INFINITY) | (magnitude < 0x3F000000u);
  const ints value = AS_INTS(either(none, (uints)(0), rounded));
  return select(value, -value, x >= FP32_SIGN);
}

// The order of MAX, ABSMAX and ARGMAX; its own inverse.
ints fp32_key(uints x) { return AS_INTS(either(x >= FP32_SIGN, x ^ FP32_MAGNITUDE, x)); }

uints fp32_relu(uints x) { return either(x >= FP32_SIGN, (uints)(0), x); }

// ---- table functions -----------------------------------------------------------

// Significand of a result: floors of floors, so that no product needs 64 bits.
uints fp32_interpolate(uint function, uints entry, ints dx) {
  uint at[WIDTH];
  int base[WIDTH], slope[WIDTH];
  STORE(entry, at);
  for (uint l = 0; l < WIDTH; l++) {
    base[l] = sys_function[(function - SYS_VXFUNC_EXP2) * 128 + at[l]][0];
    slope[l] = sys_function[(function - SYS_VXFUNC_EXP2) * 128 + at[l]][1];
  }
  const ints s = LOAD(slope), line = (s * (dx >> 8) + (s * (dx & 255) >> 8)) >> 6;
  const uints m = AS_UINTS(LOAD(base) + line) >> 2;
  return either(m < FP32_NORMAL, (uints)(0), m & 0x7FFFFFu);
}

uints fp32_exp2(uints x) {
  const uints e = x >> 23 & 255u;
  const uints m = either(e == 0u, (uints)(0), (x & 0x7FFFFFu) | FP32_NORMAL);
  const ints whole_bits = e >= 127u;
  const uints left = either(whole_bits, (e - 127u) & 7u, (uints)(0));
  const uints right = either(whole_bits, (uints)(0), min(127u - e, (uints)(31)));
  const uints magnitude = m << left >> right;  // in units of 2^-23
  const uints fixed = either(x >= FP32_SIGN, 0u - magnitude, magnitude);
  const ints exponent = (AS_INTS(fixed) >> 23) + 127;
  const uints y = AS_UINTS(exponent) << 23 |
                  fp32_interpolate(SYS_VXFUNC_EXP2, fixed >> 16 & 127u,
                                   AS_INTS(fixed & 0xFFFFu) - 0x8000);
  const uints finite =
      either(exponent <= 0, (uints)(0), either(exponent >= 255, (uints)(FP32_INFINITY), y));
  const uints large = either(x >= FP32_SIGN, (uints)(0), (uints)(FP32_INFINITY));
  const uints number = either(e >= 135u, large, finite);  // 256 and more
  return either((x & FP32_MAGNITUDE) > FP32_INFINITY, (uints)(FP32_NAN), number);
}

uints fp32_recip(uints x) {
  const uints sign = x & FP32_SIGN, e = x >> 23 & 255u, f = x & 0x7FFFFFu;
  const uints power = either(f == 0u, (uints)(1), (uints)(0));  // which is exact
  const ints exponent = AS_INTS(253u - e + power);
  const uints line = fp32_interpolate(SYS_VXFUNC_RECIP, f >> 16, AS_INTS(f & 0xFFFFu) - 0x8000);
  const uints y = sign | AS_UINTS(exponent) << 23 | either(f == 0u, (uints)(0), line);
  const uints finite = either(exponent <= 0, sign, y);
  const uints number = either(e == 0u, sign | FP32_INFINITY, either(e == 255u, sign, finite));
  return either((x & FP32_MAGNITUDE) > FP32_INFINITY, (uints)(FP32_NAN), number);
}

uints fp32_rsqrt(uints x) {
  const uints e = x >> 23 & 255u, f = x & 0x7FFFFFu, odd = ~e & 1u;  // of the unbiased exponent
  const ints exact = (f == 0u) & (odd == 0u);
  const uints exponent = ((380u - e) >> 1) + either(exact, (uints)(1), (uints)(0));
  const uints line = fp32_interpolate(SYS_VXFUNC_RSQRT, odd << 6 | f >> 17,
                                      AS_INTS(f & 0x1FFFFu) - 0x10000);
  const uints finite = exponent << 23 | either(exact, (uints)(0), line);
  const uints positive = either(x == FP32_INFINITY, (uints)(0), finite);
  const uints number = either(x > FP32_INFINITY, (uints)(FP32_NAN), positive);  // or below zero
  return either(e == 0u, (uints)(FP32_INFINITY), number);
}

uints fp32_function(uint function, uints x) {
  switch (function) {
    case SYS_VXFUNC_RELU: return fp32_relu(x);
    case SYS_VXFUNC_EXP2: return fp32_exp2(x);
    case SYS_VXFUNC_RECIP: return fp32_recip(x);
    case SYS_VXFUNC_RSQRT: return fp32_rsqrt(x);
    default: return x;
  }
}
