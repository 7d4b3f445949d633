// What the parts of `systole estimate` share.
#ifndef SYSTOLE_CLI_ESTIMATE_H
#define SYSTOLE_CLI_ESTIMATE_H

#include "cli/options.h"

typedef struct {
  systole_cli_options common;
  const char *config;    // config.json, or the folder that holds it
  const char *topology;  // a list of layers; exactly one of the two is given
  int64_t prefill, decode, context, chunk, activations;  // 0: not given
  bool layers;           // a table of what every part of the model takes
} systole_estimate;

// The device that keeps time and computes nothing, or the Verilated RTL over
// memory that is all zeros.
systole_options systole_estimate_device(const systole_estimate *estimate);

systole_status systole_estimate_model(const systole_estimate *estimate, systole_error *err);
systole_status systole_estimate_topology(const systole_estimate *estimate, systole_error *err);

// A line on standard error, renewed once a second where work takes long.
typedef struct {
  double begun, shown;
} systole_progress;
systole_progress systole_progress_begin(void);
void systole_progress_show(systole_progress *progress, const char *what, uint64_t done,
                           uint64_t all, const char *units);
void systole_progress_end(const systole_progress *progress);

#endif
