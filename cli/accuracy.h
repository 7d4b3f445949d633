// How far logits are from the reference's, and how well both predict a text.
#ifndef SYSTOLE_CLI_ACCURACY_H
#define SYSTOLE_CLI_ACCURACY_H

#include <stdint.h>

// Sums over predicted tokens. Zero before the first, `cosine_min` included.
typedef struct {
  uint64_t tokens, agree;      // agree: both find the same token most likely
  double loss, loss_reference; // sums of -ln(probability of the text's token)
  double cosine_sum, cosine_min;
  double largest;              // absolute difference of two logits
} systole_accuracy;

// Adds one prediction: logits [vocab] of both, and the token that came.
void systole_accuracy_add(systole_accuracy *accuracy, const float *logits, const float *reference,
                          int32_t vocab, int32_t token);

// Cosine of two vectors; 1 if both are zero, NaN if one is not finite.
double systole_cosine(const float *a, const float *b, int32_t count);

double systole_perplexity(double loss, uint64_t tokens);  // exp(loss / tokens)

#endif
