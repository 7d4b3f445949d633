// What a compiler makes of ordinary C: sorting, strings, 64-bit products and
// quotients. Returns 0, or the number of the first thing that is wrong.
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

enum { COUNT = 200 };
static u32 numbers[COUNT];
static const char text[] = "a systolic array";

static u32 crc(const char *bytes, u32 count) {
  u32 value = 0xFFFFFFFFu;
  for (u32 i = 0; i < count; i++) {
    value ^= (unsigned char)bytes[i];
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0);
  }
  return ~value;
}

static void sort(void) {
  for (int i = 1; i < COUNT; i++)
    for (int j = i; j && numbers[j - 1] > numbers[j]; j--) {
      u32 keep = numbers[j];
      numbers[j] = numbers[j - 1];
      numbers[j - 1] = keep;
    }
}

static int sorted(void) {
  u32 state = 1;
  for (int i = 0; i < COUNT; i++) numbers[i] = state = state * 1664525u + 1013904223u;
  sort();
  for (int i = 1; i < COUNT; i++)
    if (numbers[i - 1] > numbers[i]) return 0;
  return 1;
}

// Volatile, so that the compiler cannot know.
static volatile u64 a = 0x123456789ABCDEF0ull, b = 0x0FEDCBA987654321ull;
static volatile i64 c = -1234567890123456789ll, d = 987654321;

int main(void) {
  if (crc("123456789", 9) != 0xCBF43926u) return 1;
  if (!sorted()) return 2;
  if (sizeof text != 17 || text[2] != 's') return 3;
  if (a * b != 0x2236D88FE5618CF0ull) return 4;
  if (a / (b >> 20) != 0x124924u) return 5;
  if (c / d != -1249999988ll || c % d != -725308641ll) return 6;
  return 0;
}
