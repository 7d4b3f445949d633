#include "tests/unit/storm.h"

#include <stdio.h>

#include "tests/unit/firmware_mock.h"
#include "tests/unit/random_lines.h"

// Lines that the firmware takes as one packet.
static uint32_t taken(const uint32_t *w, uint32_t left) {
  const uint32_t lines = SYSTOLE_FIELD_GET(w, ANY, lines);
  return lines >= 1 && lines <= SYSTOLE_LIMIT_PACKET_LINES && lines <= left ? lines : 1;
}

static bool answered(mock *m, unsigned q, const uint32_t *w, uint32_t lines) {
  uint32_t words[2];
  for (uint32_t at = 0; at < lines; at += taken(w + 16 * at, lines - at)) {
    do {
      if (!mock_completion(m, q, words)) return false;
    } while (SYSTOLE_FIELD_GET(words, COMPLETION, kind) == SYSTOLE_KIND_OF_TOKEN);
    if (SYSTOLE_FIELD_GET(words, COMPLETION, tag) != SYSTOLE_FIELD_GET(w + 16 * at, ANY, tag)) return false;
  }
  return !mock_completion(m, q, words);
}

// Ends well, with a fault, or not by itself.
static int wild_run(mock *m, void *user, uint64_t *cycles) {
  const uint64_t r = systole_random(user);
  (void)m;
  *cycles = r >> 8 & 0xFFF;
  return r % 8 ? SYSTOLE_CAUSE_NONE : r % 64 ? (int)(r >> 32 & 15) : MOCK_FOREVER;
}

// Ids and logits, most of them in the vocabulary.
static void store_wild(mock *m, uint64_t *dice) {
  for (uint32_t i = 0; i < PACKETS_IO_BYTES; i += 4)
    mock_store(m, 1, PACKETS_IO + i, (uint32_t)(systole_random(dice) % (PACKETS_VOCAB + 4)));
}

static bool is_zero(const mock_region *r) {
  for (uint64_t b = 0; b < r->bytes; b++)
    if (r->data[b]) return false;
  return true;
}

static const char *one_round(mock *m, uint32_t number, uint64_t *dice) {
  uint32_t w[4 * SYSTOLE_PACKET_WORDS], lines = 0;
  uint32_t nop[16] = {SYSTOLE_COMMAND_NOP | 1u << 8 | number << 16};
  if (number % 64 == 0) store_wild(m, dice);
  for (uint32_t n = 1 + systole_random(dice) % 3; n; n--) lines += packets_random(w + 16 * lines, dice);
  mock_submit(m, 0, w, lines);
  mock_submit(m, 1, nop, 1);
  mock_go(m);
  if (m->wrong) return m->wrong;
  if (!answered(m, 0, w, lines)) return "a packet was not answered as it should be";
  if (!answered(m, 1, nop, 1)) return "the other queue was not answered";
  return NULL;
}

bool storm(uint64_t seed, uint32_t rounds, char *text, size_t size) {
  uint64_t dice = seed;
  mock m;
  mock_open(&m, packets_regions, wild_run, &dice);
  m.mailbox[SYSTOLE_MAILBOX_RUN_LIMIT / 4] = 5000;
  const char *wrong = NULL;
  uint32_t number = 0;
  for (; number < rounds && !wrong; number++) wrong = one_round(&m, number, &dice);
  for (unsigned r = SYSTOLE_LIMIT_REGIONS + 1; r < PACKETS_REGIONS && !wrong; r++)
    if (!is_zero(&m.regions[r])) wrong = "the other queue's memory was written";
  if (wrong) snprintf(text, size, "round %u: %s", (unsigned)number, wrong);
  mock_close(&m);
  return !wrong;
}
