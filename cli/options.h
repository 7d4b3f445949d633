// What subcommands share of their command lines: the common options, and
// errors that are one line on standard error.
#ifndef SYSTOLE_CLI_OPTIONS_H
#define SYSTOLE_CLI_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "driver/include/systole.h"

typedef struct {
  const char *hw;       // NULL if not given
  const char *backend;  // "rtl" if not given
  const char *json;     // NULL, a path, or "-"
  const char *waves;    // NULL or a path
  systole_control control;  // AUTO if not given
  systole_dram_params dram;  // preset "" for the configuration's own
  uint64_t limit;       // cycles, 0 for none
  systole_opencl_options opencl;
  systole_error error;  // what a parser found wrong
} systole_cli_options;

// --hw --backend --control --json --waves --memory --mem-seed --mem-delay --mem-stall
// --limit --opencl-platform --opencl-device --opencl-binary. Use as a child of a command's
// argp; in ARGP_KEY_INIT set
// state->child_inputs[0] to the systole_cli_options.
extern const struct argp systole_cli_common;

// argp_parse with one-line errors. A parser reports an error with
// systole_cli_refuse. Returns SYSTOLE_E_USAGE after an error that has been
// printed, and exits after --help.
systole_status systole_cli_parse(const struct argp *argp, int argc, char **argv, void *input,
                                 systole_cli_options *options);

// For parsers: keeps the message and returns the value that a parser returns.
error_t systole_cli_refuse(systole_cli_options *options, const char *option, const char *value,
                           const char *expected);

// A whole decimal or 0x number within limits. False if it is not one.
bool systole_cli_number(const char *text, int64_t low, int64_t high, int64_t *value);

// Opens the configuration (default: `fallback`, then edge16) and the device.
systole_status systole_cli_config(const systole_cli_options *options, const char *fallback,
                                  systole_config *config, systole_error *err);
systole_status systole_cli_open(const systole_cli_options *options, const systole_config *config,
                                const systole_options *extra, systole_device **device,
                                systole_error *err);

// Prints "NAME: message" unless status is SYSTOLE_OK, and gives the exit code.
int systole_cli_exit(const char *name, systole_status status, const systole_error *err);

#endif
