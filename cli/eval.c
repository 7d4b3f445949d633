// systole eval: how well a back end predicts a text, beside the fp32 reference.
//
// Each document is encoded by itself, with the begin token that the tokenizer
// adds; every token that has one before it is predicted once. A document longer
// than the context is seen through windows: each starts --stride tokens after
// the last and counts only tokens that no window before it has counted.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/accuracy.h"
#include "cli/command.h"
#include "cli/documents.h"
#include "cli/session.h"
#include "cli/setup.h"
#include "compiler/load/file.h"

enum { KEY_TEXT = 0x3000, KEY_STRIDE, KEY_TOKENS, KEY_SPLIT };

typedef struct {
  systole_model_command command;
  const char *text;
  int64_t stride, tokens;  // 0: half the context; all
  systole_split split;
} arguments;

typedef struct {
  const arguments *arguments;
  systole_session *device, *reference;
  uint32_t context, stride;
  int32_t vocab;
  float *got, *expected;  // [context, vocab]
  systole_figures figures;
  systole_accuracy accuracy;
  uint64_t documents, windows;
} evaluation;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The text:", 1},
    {"text", KEY_TEXT, "FILE", 0, "UTF-8 text to predict (required)", 1},
    {"split", KEY_SPLIT, "HOW", 0, "what a document is: lines, blank (separated by blank lines), whole, or "
     "auto (default): blank if the file has blank lines, else lines", 1},
    {"stride", KEY_STRIDE, "N", 0, "tokens from window to window of a long document (default: half the context)", 1},
    {"tokens", KEY_TOKENS, "N", 0, "stop after so many predicted tokens (default: all)", 1},
    {0}};

static error_t take_count(arguments *a, const char *option, const char *text, int64_t *out) {
  if (systole_cli_number(text, 1, INT32_MAX, out)) return 0;
  return systole_cli_refuse(&a->command.common, option, text, "a number of tokens from 1 on");
}

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->command; return 0;
    case KEY_TEXT: a->text = text; return 0;
    case KEY_STRIDE: return take_count(a, "--stride", text, &a->stride);
    case KEY_TOKENS: return take_count(a, "--tokens", text, &a->tokens);
    case KEY_SPLIT:
      if (systole_split_parse(text, &a->split)) return 0;
      return systole_cli_refuse(&a->command.common, "--split", text, "auto, lines, blank or whole");
    case ARGP_KEY_ARG: return systole_cli_refuse(&a->command.common, "argument", text, "only options; the file goes after --text");
    case ARGP_KEY_END:
      return a->text ? 0 : systole_cli_refuse(&a->command.common, "--text", "is missing", "a file of text");
    default: return ARGP_ERR_UNKNOWN;
  }
}

// ---- windows -----------------------------------------------------------------

static bool enough(const evaluation *e) {
  return e->arguments->tokens && e->accuracy.tokens >= (uint64_t)e->arguments->tokens;
}

static systole_status feed(systole_session *session, const int32_t *ids, uint32_t count,
                           float *logits, systole_figures *figures, systole_error *err) {
  systole_session_rewind(session, 0);
  return systole_session_feed(session, ids, count, SYSTOLE_LOGITS_ALL, logits, figures, err);
}

// Feeds ids[begin, end) to both and counts the predictions of tokens from
// `fresh` up to `limit` (at most end + 1).
static systole_status window(evaluation *e, const int32_t *ids, size_t begin, size_t end,
                             size_t fresh, size_t limit, systole_error *err) {
  uint32_t count = (uint32_t)(end - begin);
  systole_status status = feed(e->device, ids + begin, count, e->got, &e->figures, err);
  if (!status) status = feed(e->reference, ids + begin, count, e->expected, NULL, err);
  if (status) return status;
  e->windows++;
  for (size_t t = fresh; t < limit && !enough(e); t++) {
    size_t row = (t - 1 - begin) * (size_t)e->vocab;
    systole_accuracy_add(&e->accuracy, e->got + row, e->expected + row, e->vocab, ids[t]);
  }
  return SYSTOLE_OK;
}

// The last token of a document predicts nothing and is not fed.
static systole_status predict(evaluation *e, const int32_t *ids, size_t count, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  size_t fresh = 1;  // the first token not yet predicted
  for (size_t begin = 0; fresh < count && !status && !enough(e); begin += e->stride) {
    size_t end = begin + e->context < count - 1 ? begin + e->context : count - 1;
    status = window(e, ids, begin, end, fresh, end + 1, err);
    fresh = end + 1;
  }
  return status;
}

static systole_status document(evaluation *e, const systole_setup *setup,
                               const systole_document *d, systole_error *err) {
  char what[300];
  int32_t *ids = NULL;
  size_t count = 0;
  snprintf(what, sizeof what, "%.200s: line %zu", e->arguments->text, d->line);
  systole_status status = systole_setup_encode(setup, what, d->text, d->size, &ids, &count, err);
  if (!status) status = predict(e, ids, count, err);
  if (!status) e->documents++;
  free(ids);
  return status;
}

static systole_status documents(evaluation *e, const systole_setup *setup, const char *text,
                                size_t size, systole_error *err) {
  systole_document *list = NULL;
  size_t count = 0;
  systole_status status = systole_documents_find(text, size, e->arguments->split, &list, &count, err);
  for (size_t i = 0; i < count && !status && !enough(e); i++) status = document(e, setup, &list[i], err);
  free(list);
  if (!status && !e->accuracy.tokens)
    status = systole_fail(err, SYSTOLE_E_FORMAT, "%.700s: expected a text of at least two tokens", e->arguments->text);
  return status;
}

// ---- the report --------------------------------------------------------------

static void print(const evaluation *e, FILE *out) {
  const systole_accuracy *a = &e->accuracy;
  double got = systole_perplexity(a->loss, a->tokens);
  double expected = systole_perplexity(a->loss_reference, a->tokens), n = (double)a->tokens;
  fprintf(out, "%s beside the fp32 reference: %llu documents, windows of at most %lu tokens\n",
          e->figures.backend, (unsigned long long)e->documents, (unsigned long)e->context);
  fprintf(out, "  %-22s %12llu   predicted, each once, all that precedes it in its window seen\n", "tokens", (unsigned long long)a->tokens);
  fprintf(out, "  %-22s %12.4f   exp(mean of -ln probability)\n", "perplexity", got);
  fprintf(out, "  %-22s %12.4f\n", "  of the reference", expected);
  fprintf(out, "  %-22s %+11.3f %%\n", "  above the reference", 100 * (got / expected - 1));
  fprintf(out, "  %-22s %11.3f %%   both find the same token most likely\n", "top-1 agreement", 100 * (double)a->agree / n);
  fprintf(out, "  %-22s %12.6f   of the logits; least %.6f\n", "mean cosine", a->cosine_sum / n, a->cosine_min);
  fprintf(out, "  %-22s %12.5f   of two logits\n", "largest difference", a->largest);
  fputc('\n', out);
  if (e->figures.retired) systole_figures_print(&e->figures, out);
}

static systole_status write_json(const evaluation *e, systole_error *err) {
  const systole_accuracy *a = &e->accuracy;
  double got = systole_perplexity(a->loss, a->tokens), n = (double)a->tokens;
  double expected = systole_perplexity(a->loss_reference, a->tokens);
  if (!e->arguments->command.common.json) return SYSTOLE_OK;
  cJSON *o = cJSON_CreateObject();
  systole_figures_json(&e->figures, o);
  cJSON_AddNumberToObject(o, "tokens", n);
  cJSON_AddNumberToObject(o, "documents", (double)e->documents);
  cJSON_AddNumberToObject(o, "windows", (double)e->windows);
  cJSON_AddNumberToObject(o, "context", e->context);
  cJSON_AddNumberToObject(o, "perplexity", got);
  cJSON_AddNumberToObject(o, "perplexity_reference", expected);
  cJSON_AddNumberToObject(o, "perplexity_ratio", got / expected);
  cJSON_AddNumberToObject(o, "top1_agreement", (double)a->agree / n);
  cJSON_AddNumberToObject(o, "cosine_mean", a->cosine_sum / n);
  cJSON_AddNumberToObject(o, "cosine_min", a->cosine_min);
  cJSON_AddNumberToObject(o, "largest_difference", a->largest);
  return systole_json_write(e->arguments->command.common.json, o, err);
}

// ---- setting up --------------------------------------------------------------

static systole_status open_sessions(evaluation *e, const systole_setup *setup,
                                    const systole_options *device, systole_error *err) {
  const arguments *a = e->arguments;
  systole_session_params params = {
      .backend = a->command.common.backend, .checkpoint = &setup->checkpoint, .config = &setup->config,
      .program = setup->program, .options = device, .context = e->context, .limit = a->command.common.limit};
  systole_status status = systole_session_open(&params, &e->device, err);
  params.backend = "reference";
  if (!status) status = systole_session_open(&params, &e->reference, err);
  e->vocab = setup->checkpoint.model.vocab;
  size_t bytes = (size_t)e->context * (size_t)e->vocab * sizeof *e->got;
  if (!status) e->got = malloc(bytes), e->expected = malloc(bytes);
  if (!status && (!e->got || !e->expected))
    status = systole_fail(err, SYSTOLE_E_MEMORY, "logits: out of memory");
  return status;
}

static systole_status evaluate(evaluation *e, const systole_setup *setup, const char *text,
                               size_t size, systole_error *err) {
  const arguments *a = e->arguments;
  systole_options device = systole_cli_device(&a->command);
  e->context = systole_setup_context(setup, &a->command);
  e->stride = a->stride ? (uint32_t)a->stride : (e->context + 1) / 2;
  e->figures.config = setup->config;
  e->figures.backend = a->command.common.backend;
  if (e->stride > e->context)
    return systole_fail(err, SYSTOLE_E_RANGE, "--stride %lu: expected at most the context of %lu",
                        (unsigned long)e->stride, (unsigned long)e->context);
  systole_status status = open_sessions(e, setup, &device, err);
  if (!status) status = documents(e, setup, text, size, err);
  if (!status) print(e, systole_cli_out(&a->command.common));
  return status ? status : write_json(e, err);
}

static systole_status run(void *opaque, systole_setup *setup, systole_error *err) {
  const arguments *a = opaque;
  bool reference;
  char *text = NULL;
  size_t size = 0;
  evaluation e = {.arguments = a};
  systole_status status = systole_backend_check(a->command.common.backend, &reference, err);
  if (!status) status = systole_writable(a->command.common.json, err);
  if (!status) status = systole_file_read(a->text, &text, &size, err);
  if (!status) status = systole_setup_open(&a->command, !reference, setup, err);
  if (!status) status = evaluate(&e, setup, text, size, err);
  systole_session_close(e.device);
  systole_session_close(e.reference);
  free(e.got);
  free(e.expected);
  free(text);
  return status;
}

int systole_command_eval(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .children = systole_cli_model,
                                   .doc = "Predicts a text token by token on a back end and on the fp32 reference, and compares. Back ends: rtl (default), model, opencl, reference."};
  arguments a = {0};
  return systole_model_main(&argp, argc, argv, &a, &a.command, run);
}
