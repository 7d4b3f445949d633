// The cycles of a language model from its shape: the program that the compiler
// makes without weights, run as `systole run` would run it.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cli/estimate.h"
#include "cli/estimate_parts.h"
#include "cli/generate_report.h"
#include "cli/setup.h"
#include "compiler/compile.h"

typedef struct {
  const systole_estimate *estimate;
  systole_config config;
  systole_checkpoint checkpoint;  // its shape only
  systole_program *program;
  systole_session *session;
  systole_generated made;
  systole_parts *parts;           // NULL unless asked for
  systole_progress progress;
  double compile_seconds;
  uint32_t runs;                  // of prefill
} run;

// ---- opening -----------------------------------------------------------------

static systole_status read_shape(run *r, systole_error *err) {
  char path[4096];
  struct stat info;
  const char *config = r->estimate->config;
  bool folder = !stat(config, &info) && S_ISDIR(info.st_mode);
  if ((size_t)snprintf(path, sizeof path, "%s%s", config, folder ? "/config.json" : "") >= sizeof path)
    return systole_fail(err, SYSTOLE_E_IO, "--config: expected a path of less than 4096 bytes");
  return systole_model_read(path, &r->checkpoint.model, err);
}

static systole_status compile(run *r, systole_error *err) {
  const systole_estimate *e = r->estimate;
  const systole_model *model = &r->checkpoint.model;
  double start = systole_seconds();
  if (e->context > model->context)
    return systole_fail(err, SYSTOLE_E_RANGE, "--context %ld: expected at most the model's %ld (max_position_embeddings)",
                        (long)e->context, (long)model->context);
  systole_compile_options options = {.context = (uint32_t)e->context, .chunk = (uint32_t)e->chunk,
                                     .activation_bits = (uint32_t)e->activations};
  systole_status status = systole_compile_shape(model, &r->config, &options, &r->program, err);
  r->compile_seconds = systole_seconds() - start;
  return status;
}

static systole_status open_session(run *r, systole_error *err) {
  const systole_cli_options *common = &r->estimate->common;
  systole_options options = systole_estimate_device(r->estimate);
  systole_session_params params = {
      .backend = common->backend, .checkpoint = &r->checkpoint, .config = &r->config,
      .program = r->program, .options = &options, .limit = common->limit};
  systole_status status = systole_session_open(&params, &r->session, err);
  if (status) return status;
  uint64_t asked = (uint64_t)(r->estimate->prefill + r->estimate->decode);
  uint32_t context = systole_session_context(r->session);
  if (asked <= context) return SYSTOLE_OK;
  bool fewer = !r->estimate->context && context < (uint32_t)r->checkpoint.model.context;
  return systole_fail(err, SYSTOLE_E_RANGE, "--prefill and --decode: %" PRIu64 " tokens: expected at most the context of %" PRIu32 "%s%s",
                      asked, context, fewer ? ", more does not fit the SRAMs of " : "",
                      fewer ? r->config.name : "");
}

static systole_status open(run *r, systole_error *err) {
  systole_status status = systole_cli_config(&r->estimate->common, NULL, &r->config, err);
  if (!status) status = read_shape(r, err);
  if (!status) status = compile(r, err);
  if (!status) status = open_session(r, err);
  r->made.prefill = r->made.decode =
      (systole_figures){.config = r->config, .backend = r->estimate->common.backend};
  if (!status && r->estimate->layers)
    status = systole_parts_create(r->program, systole_session_device(r->session), &r->parts, err);
  return status;
}

static void close(run *r) {
  systole_session_close(r->session);
  systole_parts_destroy(r->parts);
  systole_program_destroy(r->program);
  systole_generated_free(&r->made);
}

// ---- running -----------------------------------------------------------------

// Feeds as `run` does: full chunks, and the logits of the last token only.
static systole_status prefill(run *r, systole_error *err) {
  uint32_t all = (uint32_t)r->estimate->prefill;
  uint32_t most = (uint32_t)strtoul(systole_program_metadata(r->program, "prefill_rows"), NULL, 10);
  int32_t *tokens = calloc(most, sizeof *tokens);
  if (!tokens) return systole_fail(err, SYSTOLE_E_MEMORY, "estimate: out of memory");
  systole_status status = SYSTOLE_OK;
  if (r->parts) systole_parts_begin(r->parts, "prefill");
  for (uint32_t done = 0, rows; done < all && !status; done += rows, r->runs++) {
    rows = all - done < most ? all - done : most;
    systole_progress_show(&r->progress, "prefill", done, all, "tokens");
    status = systole_session_feed(r->session, tokens, rows,
                                  done + rows == all ? SYSTOLE_LOGITS_LAST : SYSTOLE_LOGITS_NONE, NULL,
                                  &r->made.prefill, err);
  }
  free(tokens);
  return status;
}

static systole_status decode(run *r, systole_error *err) {
  systole_generated *g = &r->made;
  uint32_t all = (uint32_t)r->estimate->decode;
  g->decode_cycles = calloc(all + 1, sizeof *g->decode_cycles);
  if (!g->decode_cycles) return systole_fail(err, SYSTOLE_E_MEMORY, "estimate: out of memory");
  systole_status status = SYSTOLE_OK;
  if (r->parts) systole_parts_begin(r->parts, "decode");
  while (!status && g->steps < all) {
    uint64_t before = g->decode.cycles;
    systole_progress_show(&r->progress, "decode", g->steps, all, "tokens");
    status = systole_session_step(r->session, 0, &g->decode, err);
    g->decode_cycles[g->steps++] = g->decode.cycles - before;
  }
  return status;
}

// ---- the report ----------------------------------------------------------------

static uint64_t device_bytes(const systole_program *p) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < p->segment_count; i++) bytes += p->segments[i].bytes;
  return bytes;
}

static uint64_t peak_bytes(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) ? 0 : 1024 * (uint64_t)usage.ru_maxrss;
}

static double per_second(const run *r, uint64_t tokens, uint64_t cycles) {
  return cycles ? 1e6 * r->config.clock_mhz * (double)tokens / (double)cycles : 0;
}

static void print(const run *r, FILE *out) {
  const systole_generated *g = &r->made;
  const systole_llama *m = &r->checkpoint.model.llama;
  fprintf(out, "%s, %ld layers of %ld, on %s (%s): %ld tokens of prompt in %lu %s, %lu decoded; context %lu\n",
          systole_arch_name(r->checkpoint.model.arch), (long)m->layers, (long)m->hidden, r->config.name,
          g->prefill.backend, (long)r->estimate->prefill, (unsigned long)r->runs,
          r->runs == 1 ? "run" : "runs", (unsigned long)g->steps,
          (unsigned long)systole_session_context(r->session));
  systole_generated_table(g, out);
  fprintf(out, "  %-22s %14.1f   of the prompt, at %u MHz\n", "tokens per second",
          per_second(r, (uint64_t)r->estimate->prefill, g->prefill.cycles), r->config.clock_mhz);
  if (g->steps)
    fprintf(out, "  %-22s %14s %14" PRIu64 "   the first token's; the last one's: %" PRIu64 "\n", "cycles", "",
            g->decode_cycles[0], g->decode_cycles[g->steps - 1]);
  fprintf(out, "  %-22s %14.3f   not in the wall seconds above\n", "compiling, seconds", r->compile_seconds);
  fprintf(out, "  %-22s %14" PRIu64 "   bytes: weights, cache and the rest\n", "device memory", device_bytes(r->program));
  fprintf(out, "  %-22s %14" PRIu64 "   bytes, the most that this process had\n", "host memory", peak_bytes());
  if (r->parts) systole_parts_print(r->parts, out);
}

static systole_status write_json(const run *r, systole_error *err) {
  const systole_generated *g = &r->made;
  if (!r->estimate->common.json) return SYSTOLE_OK;
  cJSON *o = cJSON_CreateObject();
  cJSON_AddNumberToObject(o, "prefill_tokens", (double)r->estimate->prefill);
  cJSON_AddNumberToObject(o, "decode_tokens", g->steps);
  cJSON_AddNumberToObject(o, "context", systole_session_context(r->session));
  systole_generated_put(o, g);
  if (g->steps) {
    cJSON_AddNumberToObject(o, "decode_first", (double)g->decode_cycles[0]);
    cJSON_AddNumberToObject(o, "decode_mean", (double)g->decode.cycles / g->steps);
    cJSON_AddNumberToObject(o, "decode_last", (double)g->decode_cycles[g->steps - 1]);
  }
  cJSON_AddNumberToObject(o, "tokens_per_second_prefill",
                          per_second(r, (uint64_t)r->estimate->prefill, g->prefill.cycles));
  cJSON_AddNumberToObject(o, "tokens_per_second_decode", per_second(r, g->steps, g->decode.cycles));
  cJSON_AddNumberToObject(o, "clock_mhz", r->config.clock_mhz);
  cJSON_AddNumberToObject(o, "compile_seconds", r->compile_seconds);
  cJSON_AddNumberToObject(o, "device_bytes", (double)device_bytes(r->program));
  cJSON_AddNumberToObject(o, "host_peak_bytes", (double)peak_bytes());
  if (r->parts) systole_parts_json(r->parts, o);
  return systole_json_write(r->estimate->common.json, o, err);
}

systole_status systole_estimate_model(const systole_estimate *e, systole_error *err) {
  run r = {.estimate = e, .progress = systole_progress_begin()};
  systole_status status = open(&r, err);
  if (!status) status = prefill(&r, err);
  if (!status) status = decode(&r, err);
  systole_progress_end(&r.progress);
  if (!status) print(&r, systole_cli_out(&e->common));
  if (!status) status = write_json(&r, err);
  close(&r);
  return status;
}
