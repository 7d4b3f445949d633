#include "cli/accuracy.h"

#include <math.h>

static int32_t largest_of(const float *logits, int32_t vocab) {
  int32_t best = 0;
  for (int32_t i = 1; i < vocab; i++)
    if (logits[i] > logits[best]) best = i;
  return best;
}

// ln(sum(exp(logits))) - logits[token], with the largest taken out first so
// that nothing overflows.
static double loss_of(const float *logits, int32_t vocab, int32_t most, int32_t token) {
  double sum = 0;
  for (int32_t i = 0; i < vocab; i++) sum += exp((double)logits[i] - logits[most]);
  return log(sum) + logits[most] - logits[token];
}

double systole_cosine(const float *a, const float *b, int32_t count) {
  double product = 0, aa = 0, bb = 0;
  for (int32_t i = 0; i < count; i++) {
    product += (double)a[i] * b[i];
    aa += (double)a[i] * a[i];
    bb += (double)b[i] * b[i];
  }
  if (aa == 0 && bb == 0) return 1;
  return aa == 0 || bb == 0 ? 0 : product / sqrt(aa * bb);
}

static double difference(const float *a, const float *b, int32_t count) {
  double most = 0;
  for (int32_t i = 0; i < count; i++) {
    double d = fabs((double)a[i] - b[i]);
    if (!(d <= most)) most = d;  // a NaN stays
  }
  return most;
}

void systole_accuracy_add(systole_accuracy *accuracy, const float *logits, const float *reference,
                          int32_t vocab, int32_t token) {
  int32_t best = largest_of(logits, vocab), expected = largest_of(reference, vocab);
  double cosine = systole_cosine(logits, reference, vocab);
  double far = difference(logits, reference, vocab);
  accuracy->agree += best == expected;
  accuracy->loss += loss_of(logits, vocab, best, token);
  accuracy->loss_reference += loss_of(reference, vocab, expected, token);
  accuracy->cosine_sum += cosine;
  if (!accuracy->tokens++ || !(cosine >= accuracy->cosine_min)) accuracy->cosine_min = cosine;
  if (!(far <= accuracy->largest)) accuracy->largest = far;
}

double systole_perplexity(double loss, uint64_t tokens) {
  return tokens ? exp(loss / (double)tokens) : 0;
}
