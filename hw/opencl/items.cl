// Work-items, and the vectors that each works with.

#if SYSTOLE_ITEMS == 1
#define ITEM 0u
#define BARRIER()
#else
#if SYSTOLE_ITEMS < 64 || (SYSTOLE_ITEMS & (SYSTOLE_ITEMS - 1))
#error "SYSTOLE_ITEMS: expected 1, or a power of two from 64 on"
#endif
#define ITEM ((uint)get_local_id(0))
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
#endif

// Lanes of a vector: one item alone takes as many as a CPU has, of many items
// each takes two, the least with which neighbours are in one hand.
#if SYSTOLE_ITEMS > 1
#define WIDTH 2
#elif SYSTOLE_DIM < 16
#define WIDTH SYSTOLE_DIM
#else
#define WIDTH 16
#endif

#define JOIN_AS_IS(a, b) a##b
#define JOIN(a, b) JOIN_AS_IS(a, b)

typedef JOIN(uint, WIDTH) uints;
typedef JOIN(int, WIDTH) ints;
typedef JOIN(float, WIDTH) floats;

#define LOAD(from) JOIN(vload, WIDTH)(0, from)
#define STORE(value, to) JOIN(vstore, WIDTH)(value, 0, to)
#define AS_UINTS(x) JOIN(as_uint, WIDTH)(x)
#define AS_INTS(x) JOIN(as_int, WIDTH)(x)
#define AS_FLOATS(x) JOIN(as_float, WIDTH)(x)
#define TO_INTS(x) JOIN(convert_int, WIDTH)(x)
#define TO_CHARS(x) JOIN(convert_char, WIDTH)(x)
#define TO_FLOATS(x) JOIN(convert_float, WIDTH)(x)

// Lane l of FLIPn(x) is lane l ^ n of x.
#if WIDTH == 16
#define LANES (uints)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define FLIP1(x) (x).s1032547698badcfe
#define FLIP2(x) (x).s23016745ab89efcd
#define FLIP4(x) (x).s45670123cdef89ab
#define FLIP8(x) (x).s89abcdef01234567
#elif WIDTH == 8
#define LANES (uints)(0, 1, 2, 3, 4, 5, 6, 7)
#define FLIP1(x) (x).s10325476
#define FLIP2(x) (x).s23016745
#define FLIP4(x) (x).s45670123
#elif WIDTH == 4
#define LANES (uints)(0, 1, 2, 3)
#define FLIP1(x) (x).s1032
#define FLIP2(x) (x).s2301
#else
#define LANES (uints)(0, 1)
#define FLIP1(x) (x).s10
#endif

// x := take(x, x) over all lanes, as a balanced tree of neighbours. `take` does
// not mind the order of its operands.
#if WIDTH == 16
#define FOLD(x, take) \
  x = take(x, FLIP1(x)), x = take(x, FLIP2(x)), x = take(x, FLIP4(x)), x = take(x, FLIP8(x))
#elif WIDTH == 8
#define FOLD(x, take) x = take(x, FLIP1(x)), x = take(x, FLIP2(x)), x = take(x, FLIP4(x))
#elif WIDTH == 4
#define FOLD(x, take) x = take(x, FLIP1(x)), x = take(x, FLIP2(x))
#else
#define FOLD(x, take) x = take(x, FLIP1(x))
#endif

// How items share `columns` things in each of many rows: `across` neighbours to
// a row, as many rows at a time as there are items left.
typedef struct {
  uint across, column, down, row;
} share;

share share_out(ulong columns) {
  uint across = 1, shift = 0;
  while (across < columns && across < SYSTOLE_ITEMS) across *= 2, shift++;
  return (share){across, ITEM & (across - 1), SYSTOLE_ITEMS >> shift, ITEM >> shift};
}

// Item 0 does all, in order: where two write the same.
share share_not(void) { return (share){1, 0, 1, ITEM == 0 ? 0 : UINT_MAX}; }
