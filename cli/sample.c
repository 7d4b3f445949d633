#include "cli/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "driver/include/systole.h"
#include "firmware/draw.h"

typedef struct {
  double weight;  // the logit, then its share before normalising
  int32_t token;
} choice;

struct systole_sampler {
  systole_sampling sampling;
  int32_t vocab;
  uint64_t random[4];
  uint64_t seed;  // state of the firmware's draws
  choice *choices;
};

// xoshiro256** (Blackman and Vigna), its state filled by splitmix64.
static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static void seed_random(uint64_t random[4], uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    random[i] = z ^ (z >> 31);
  }
}

static uint64_t next_random(uint64_t s[4]) {
  uint64_t result = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
  s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3];
  s[2] ^= shifted, s[3] = rotate(s[3], 45);
  return result;
}

systole_status systole_sampler_create(const systole_sampling *sampling, int32_t vocab,
                                      systole_sampler **sampler, systole_error *err) {
  systole_sampler *s = calloc(1, sizeof *s);
  if (s) s->choices = malloc((size_t)vocab * sizeof *s->choices);
  if (!s || !s->choices) {
    free(s);
    return systole_fail(err, SYSTOLE_E_MEMORY, "sampling: out of memory");
  }
  s->sampling = *sampling;
  s->seed = sampling->seed;
  s->vocab = vocab;
  seed_random(s->random, sampling->seed);
  *sampler = s;
  return SYSTOLE_OK;
}

void systole_sampler_destroy(systole_sampler *sampler) {
  if (!sampler) return;
  free(sampler->choices);
  free(sampler);
}

// Most likely first, ties by the lower token, so that the order is one.
static int compare(const void *left, const void *right) {
  const choice *a = left, *b = right;
  if (a->weight != b->weight) return a->weight < b->weight ? 1 : -1;
  return a->token < b->token ? -1 : 1;
}

static int32_t take_logits(systole_sampler *s, const float *logits) {
  int32_t count = 0;
  for (int32_t i = 0; i < s->vocab; i++)
    if (!isnan(logits[i]) && logits[i] > -INFINITY)
      s->choices[count++] = (choice){fmin(logits[i], 3e38), i};
  qsort(s->choices, (size_t)count, sizeof *s->choices, compare);
  return s->sampling.top_k && s->sampling.top_k < count ? s->sampling.top_k : count;
}

// Turns logits into shares and returns their sum.
static double weigh(systole_sampler *s, int32_t count) {
  double most = s->choices[0].weight, sum = 0;
  for (int32_t i = 0; i < count; i++) {
    s->choices[i].weight = exp((s->choices[i].weight - most) / s->sampling.temperature);
    sum += s->choices[i].weight;
  }
  return sum;
}

// The sum of the first choices that together reach top_p of `sum`.
static double cut(const systole_sampler *s, int32_t *count, double sum) {
  double kept = 0;
  for (int32_t i = 0; i < *count; i++) {
    kept += s->choices[i].weight;
    if (kept >= s->sampling.top_p * sum) *count = i + 1;
  }
  return kept;
}

// As the firmware draws, where it can.
static systole_status draw_as_firmware(systole_sampler *s, const float *logits, int32_t *token, systole_error *err) {
  fw_draw draw;
  fw_draw_start(&draw, (uint32_t)s->sampling.top_k);
  for (int32_t i = 0; i < s->vocab; i++) {
    uint32_t bits;
    memcpy(&bits, &logits[i], sizeof bits);
    fw_draw_offer(&draw, (uint32_t)i, bits);
  }
  *token = (int32_t)fw_draw_choose(&draw, systole_sharpness(s->sampling.temperature), &s->seed);
  return *token >= 0 ? SYSTOLE_OK : systole_fail(err, SYSTOLE_E_RANGE, "logits: expected one that is a number");
}

bool systole_sampling_by_firmware(const systole_sampling *sampling) {
  return sampling->top_p >= 1 && sampling->top_k >= 1 && sampling->top_k <= SYSTOLE_LIMIT_TOP_K;
}

systole_status systole_sampler_draw(systole_sampler *s, const float *logits, int32_t *token,
                                    systole_error *err) {
  if (systole_sampling_by_firmware(&s->sampling)) return draw_as_firmware(s, logits, token, err);
  int32_t count = take_logits(s, logits), at = 0;
  if (!count) return systole_fail(err, SYSTOLE_E_RANGE, "logits: expected one that is a number");
  double sum = cut(s, &count, weigh(s, count));
  double point = (double)(next_random(s->random) >> 11) * 0x1p-53 * sum;
  while (at < count - 1 && (point -= s->choices[at].weight) >= 0) at++;
  *token = s->choices[at].token;
  return SYSTOLE_OK;
}
