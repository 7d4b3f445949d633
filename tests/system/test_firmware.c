// The firmware on the chip, model and RTL: texts in one command, limits, two
// clients, and random packets in the rings.
//
//   test_firmware CONFIG MACHINE.so [ROUNDS [SEED [TOKENS]]]
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/source.h"
#include "compiler/compile.h"
#include "compiler/llama/plan.h"
#include "driver/firmware_image.h"
#include "driver/include/systole.h"
#include "driver/rtl_object.h"
#include "sim/model/model.h"
#include "tests/unit/packets.h"
#include "tests/unit/random_lines.h"

enum { PROMPT = 4, LONG = 200, SHORT = 6, RTL_ROUNDS = 120 };

static unsigned passed, failed;
static const char *hardware;  // name or path of the configuration

static void report(const char *name, const char *on, bool good, const char *text) {
  *(good ? &passed : &failed) += 1;
  if (!good) printf("  FAILED %s, %s: %s\n", name, on, text);
}

// ---- programs ----------------------------------------------------------------

typedef struct {
  const char *transport, *object;
  systole_config config;
} place;

static systole_device *open_device(const place *p, systole_control control) {
  const systole_options options = {.rtl_object = p->object, .control = control};
  systole_device *device;
  systole_error err;
  if (!systole_open(p->transport, &p->config, &options, &device, &err)) return device;
  printf("%s\n", err.text);
  exit(1);
}

static systole_program *compile_model(const systole_config *config) {
  const systole_compile_options options = {.context = 256};
  systole_checkpoint checkpoint;
  systole_program *program;
  systole_error err;
  if (systole_checkpoint_open("models/define", &checkpoint, &err) ||
      systole_compile(&checkpoint, config, &options, &program, &err)) {
    printf("%s\n", err.text);
    exit(1);
  }
  systole_checkpoint_close(&checkpoint);
  return program;
}

static systole_program *assemble(const char *text) {
  systole_program *program;
  systole_error err;
  if (!systole_source_assemble(text, strlen(text), "test", ".", hardware, &program, &err)) return program;
  printf("%s\n", err.text);
  exit(1);
}

static uint32_t number(const systole_program *p, const char *key) {
  return (uint32_t)strtoul(systole_program_metadata(p, key), NULL, 10);
}

// ---- a text ------------------------------------------------------------------

typedef struct {
  int32_t tokens[LONG];
  uint32_t count, logits_bytes;
  uint8_t *logits;             // of the last run
  uint64_t cycles;             // of the chip, at the end
  uint64_t before, last;       // register accesses by the host before the command and at the last token
  systole_totals decode;
  systole_chip_report chip;
  systole_device *device;
} text;

static void take_token(void *user, int32_t token) {
  text *t = user;
  systole_chip_report now;
  systole_chip_state(t->device, &now);
  t->last = now.host_accesses;
  if (t->count < LONG) t->tokens[t->count] = token;
  t->count++;
}

static systole_text wish(const systole_program *p, const int32_t *prompt, uint32_t most) {
  return (systole_text){.prefill = "prefill", .decode = "decode", .prompt = prompt, .prompt_count = PROMPT,
                        .rows = number(p, "prefill_rows"), .most = most, .io = SYSTOLE_SEG_IO,
                        .tokens = number(p, "io_tokens"), .next = number(p, "io_next"),
                        .logits = number(p, "io_logits"), .vocab = number(p, "vocab")};
}

static void keep_logits(text *t, const systole_program *p, systole_loaded *loaded) {
  t->logits_bytes = 4 * number(p, "vocab");
  t->logits = malloc(t->logits_bytes);
  systole_buffer_read(systole_loaded_segment(loaded, SYSTOLE_SEG_IO), number(p, "io_logits"), t->logits, t->logits_bytes, NULL);
}

static systole_status by_command(systole_device *device, systole_loaded *loaded, const systole_program *p,
                                 const int32_t *prompt, uint32_t most, text *t, systole_error *err) {
  systole_text wanted = wish(p, prompt, most);
  systole_totals prefill;
  *t = (text){.device = device};
  wanted.token = take_token, wanted.user = t;
  systole_status status = systole_submit_limit(device, 0, err);  // after it all is set up
  if (!status) status = systole_wait(device, 0, NULL, err);
  systole_chip_state(device, &t->chip);
  t->before = t->chip.host_accesses;
  if (!status) status = systole_submit_generate(loaded, &wanted, err);
  if (!status) status = systole_wait(device, 0, NULL, err);
  systole_last_totals(device, &t->decode, &prefill);
  systole_chip_state(device, &t->chip);
  keep_logits(t, p, loaded);
  return status;
}

static systole_status run(systole_device *device, systole_loaded *loaded, const systole_program *p, const char *entry,
                          systole_standing at, systole_error *err) {
  int32_t scalars[16] = {0};
  systole_program_set_scalars(p, at, scalars);
  systole_status status = systole_submit(loaded, entry, scalars, err);
  return status ? status : systole_wait(device, 0, NULL, err);
}

// The same step by step.
static systole_status by_steps(systole_device *device, systole_loaded *loaded, const systole_program *p,
                               const int32_t *prompt, uint32_t most, text *t, systole_error *err) {
  systole_buffer *io = systole_loaded_segment(loaded, SYSTOLE_SEG_IO);
  *t = (text){.device = device};
  systole_status status = systole_buffer_write(io, number(p, "io_tokens"), prompt, 4 * PROMPT, err);
  if (!status) status = run(device, loaded, p, "prefill", (systole_standing){0, PROMPT, 1}, err);
  while (!status) {
    status = systole_buffer_read(io, number(p, "io_next"), &t->tokens[t->count++], 4, err);
    if (status || t->count == most) break;
    status = run(device, loaded, p, "decode", (systole_standing){PROMPT + (int32_t)t->count - 1, 1, 1}, err);
  }
  keep_logits(t, p, loaded);
  return status;
}

static void make_text(const place *p, systole_control control, const systole_program *program, uint32_t most, text *t) {
  static const int32_t prompt[PROMPT] = {17, 301, 5, 44};
  systole_device *device = open_device(p, control);
  systole_loaded *loaded;
  systole_error err;
  systole_status status = systole_load(device, program, &loaded, &err);
  if (!status) status = control == SYSTOLE_CONTROL_FIRMWARE ? by_command(device, loaded, program, prompt, most, t, &err)
                                                            : by_steps(device, loaded, program, prompt, most, t, &err);
  if (status) printf("%s\n", err.text), exit(1);
  systole_unload(loaded);
  systole_close(device);
}

static bool same_text(const text *a, const text *b) {
  return a->count == b->count && !memcmp(a->tokens, b->tokens, a->count * sizeof *a->tokens) &&
         !memcmp(a->logits, b->logits, a->logits_bytes);
}

// DECODE: the first token by GENERATE, the others by a command that is submitted
// before the first is waited for; the last is left where decode reads it.
static void test_decode(const place *p, const text *expected) {
  static const int32_t prompt[PROMPT] = {17, 301, 5, 44};
  systole_program *program = compile_model(&p->config);
  systole_device *device = open_device(p, SYSTOLE_CONTROL_FIRMWARE);
  systole_text first = wish(program, prompt, 1);
  systole_totals others, prefill;
  systole_loaded *loaded;
  systole_error err = {{0}};
  int32_t token = -1;
  bool good = !systole_load(device, program, &loaded, &err) && !systole_submit_generate(loaded, &first, &err) &&
              !systole_submit_decode(loaded, "decode", PROMPT, SHORT - 1, &err) && !systole_wait(device, 0, NULL, &err) &&
              !systole_wait(device, 0, NULL, &err) &&
              !systole_buffer_read(systole_loaded_segment(loaded, SYSTOLE_SEG_IO), number(program, "io_next"), &token, 4, &err);
  systole_last_totals(device, &others, &prefill);
  report("decode steps in one command", p->transport, good && token == expected->tokens[SHORT - 1] && others.runs == SHORT - 1, err.text);
  systole_unload(loaded);
  systole_close(device);
  systole_program_destroy(program);
}

// The doorbell; and ISR, which is cleared and read: after the last command, and when all
// has ended.
static void check_accesses(const text *t, const char *on) {
  char why[80];
  snprintf(why, sizeof why, "%" PRIu64 " were", t->last - t->before);
  report("no register but the doorbell is touched until the last token", on, t->last - t->before <= 3, why);
}

static bool same_time(const text *a, const text *b) {
  return a->chip.cycle == b->chip.cycle && a->decode.cycles == b->decode.cycles && a->chip.gap_cycles == b->chip.gap_cycles;
}

static void test_text(const place *model, const place *rtl, uint32_t most) {
  systole_program *program = compile_model(&model->config);
  text direct, command, beside;
  char why[160];
  // On a bus of a few bytes the firmware's lines of memory take longer.
  const uint64_t gap = model->config.bus_bytes < 16 ? 670 : 620;
  make_text(model, SYSTOLE_CONTROL_DIRECT, program, most, &direct);
  make_text(model, SYSTOLE_CONTROL_FIRMWARE, program, most, &command);
  report("a text in one command is that of direct control, and its logits", "model", same_text(&direct, &command), "they differ");
  check_accesses(&command, "model");
  snprintf(why, sizeof why, "most %" PRIu64 " cycles: expected fewer than %" PRIu64, command.chip.gap_most, gap);
  report("engines idle between runs", "model", command.chip.gap_most < gap && command.chip.gaps == most - 1, why);
  test_decode(model, &direct);
  make_text(rtl, SYSTOLE_CONTROL_FIRMWARE, program, most, &beside);
  check_accesses(&beside, "rtl");
  snprintf(why, sizeof why, "chip cycle %" PRIu64 " and %" PRIu64 ", decode %" PRIu64 " and %" PRIu64 ", gaps %" PRIu64 " and %" PRIu64,
           command.chip.cycle, beside.chip.cycle, command.decode.cycles, beside.decode.cycles, command.chip.gap_cycles, beside.chip.gap_cycles);
  report("a text takes the same cycles", "model and rtl", same_text(&command, &beside) && same_time(&command, &beside), why);
  printf("  %u tokens; idle between runs: %.0f cycles, most %" PRIu64 "\n", (unsigned)command.count,
         (double)command.chip.gap_cycles / (double)command.chip.gaps, command.chip.gap_most);
  free(direct.logits), free(command.logits), free(beside.logits);
  systole_program_destroy(program);
}

// ---- limits ------------------------------------------------------------------

static const char endless[] = "loop count=4000000000 counter=15\n loop count=4000000000 counter=14\n endloop\nendloop\nend\n"
                              ".entry good\nend\n";

static systole_status run_entry(systole_device *device, systole_loaded *loaded, const char *entry, uint64_t limit, systole_error *err) {
  systole_status status = systole_submit(loaded, entry, NULL, err);
  return status ? status : systole_wait(device, limit, NULL, err);
}

static void test_limits(const place *p) {
  systole_program *program = assemble(endless);
  systole_device *device = open_device(p, SYSTOLE_CONTROL_FIRMWARE);
  systole_loaded *loaded;
  systole_error err = {{0}};
  if (systole_load(device, program, &loaded, &err)) exit(1);
  bool good = run_entry(device, loaded, "main", 30000, &err) == SYSTOLE_E_TIMEOUT && strstr(err.text, "LD is idle");
  report("a run that never ends, a host that waits no longer", p->transport, good, err.text);
  good = !run_entry(device, loaded, "good", 0, &err);
  report("a run after it", p->transport, good, err.text);
  good = !systole_submit_limit(device, 20000, &err) && !systole_wait(device, 0, NULL, &err) &&
         run_entry(device, loaded, "main", 0, &err) == SYSTOLE_E_TIMEOUT && strstr(err.text, "ABORT");
  report("a limit of the queue", p->transport, good, err.text);
  good = !systole_submit(loaded, "main", NULL, &err) && !systole_submit(loaded, "good", NULL, &err) &&
         !systole_cancel(device, &err) && systole_wait(device, 0, NULL, &err) == SYSTOLE_E_TIMEOUT &&
         systole_wait(device, 0, NULL, &err) == SYSTOLE_E_TIMEOUT && strstr(err.text, "CANCELLED");
  report("cancel", p->transport, good, err.text);
  good = !systole_selftest(device, NULL, &err) && !systole_submit_selftest(device, &err) && !systole_wait(device, 0, NULL, &err);
  report("self-tests of driver and firmware", p->transport, good, err.text);
  systole_unload(loaded);
  systole_close(device);
  systole_program_destroy(program);
}

// ---- two clients -------------------------------------------------------------

static void test_clients(const place *p, uint32_t most) {
  static const int32_t prompt[PROMPT] = {17, 301, 5, 44};
  systole_program *program = compile_model(&p->config), *bad = assemble(endless);
  systole_loaded *loaded, *hostile;
  systole_error err = {{0}}, theirs = {{0}};
  text alone, beside;
  make_text(p, SYSTOLE_CONTROL_FIRMWARE, program, most, &alone);
  systole_device *device = open_device(p, SYSTOLE_CONTROL_FIRMWARE), *other;
  bool good = !systole_load(device, program, &loaded, &err) && !systole_open_beside(device, NULL, &other, &err) &&
              !systole_load(other, bad, &hostile, &err) && !systole_submit_limit(other, 50000, &err);
  for (int i = 0; i < 6 && good; i++) good = !systole_submit(hostile, "main", NULL, &err);
  good = good && !by_command(device, loaded, program, prompt, most, &beside, &err) && same_text(&alone, &beside);
  report("a text beside programs that never end", p->transport, good, err.text);
  good = !systole_wait(other, 0, NULL, &theirs);
  for (int i = 0; i < 6 && good; i++) good = systole_wait(other, 0, NULL, &theirs) == SYSTOLE_E_TIMEOUT;
  report("which end at their limit", p->transport, good, theirs.text);
  free(alone.logits), free(beside.logits);
  systole_unload(hostile);
  systole_unload(loaded);
  systole_close(other);
  systole_close(device);
  systole_program_destroy(program);
  systole_program_destroy(bad);
}

// ---- what a client leaves ----------------------------------------------------

// Words of an SRAM that are not zero.
static uint32_t words_left(const place *p, systole_device *device, unsigned space) {
  static const uint8_t zeros[4 * 128];
  uint32_t left = 0;
  for (uint32_t w = 0; w < systole_config_words(&p->config, space); w++) {
    uint8_t bytes[4 * 128] = {0};
    systole_peek(device, space, w, bytes, NULL);
    left += memcmp(bytes, zeros, sizeof zeros) != 0;
  }
  return left;
}

static void count_left(const place *p, systole_device *device, uint32_t left[7]) {
  for (unsigned space = 0; space < 7; space++) left[space] = words_left(p, device, space);
}

// Cycles that a run of nothing takes, with all that is done for it.
static uint64_t run_nothing(systole_device *device, systole_loaded *loaded, systole_error *err) {
  systole_chip_report before, after;
  systole_chip_state(device, &before);
  run_entry(device, loaded, "good", 0, err);
  systole_chip_state(device, &after);
  return after.cycle - before.cycle;
}

// A text fills every SRAM; the program of the next client, which does nothing, finds them
// empty: one of the other queue, or one that is given the first one's.
static void test_nothing_left(const place *p, bool after) {
  static const int32_t prompt[PROMPT] = {17, 301, 5, 44};
  systole_program *program = compile_model(&p->config), *idle = assemble(endless);
  systole_loaded *loaded, *theirs;
  systole_device *device = open_device(p, SYSTOLE_CONTROL_FIRMWARE), *other, *next;
  systole_error err = {{0}};
  uint32_t before[7], left[7], full = 0, words = 0;
  text mine;
  char why[80];
  bool good = !systole_load(device, program, &loaded, &err) && !systole_open_beside(device, NULL, &other, &err) &&
              !by_command(device, loaded, program, prompt, 2, &mine, &err);
  count_left(p, device, before);
  systole_unload(loaded);
  if (after) systole_close(device);
  good = good && !(after ? systole_open_beside(other, NULL, &next, &err) : (next = other, SYSTOLE_OK)) &&
         !systole_load(next, idle, &theirs, &err);
  const uint64_t first = run_nothing(next, theirs, &err);
  count_left(p, next, left);
  printf("  between two clients: %" PRIu64 " cycles\n", first - run_nothing(next, theirs, &err));
  for (unsigned space = 0; space < 7; space++) full += before[space] > 0, words += left[space];
  snprintf(why, sizeof why, "%u SRAMs of 7 were used, %u words are left; %.30s", (unsigned)full, (unsigned)words, err.text);
  report(after ? "nor a client that comes after" : "the other client finds nothing in the SRAMs", p->transport, good && full >= 6 && !words, why);
  free(mine.logits);
  systole_unload(theirs);
  systole_close(after ? next : device);
  systole_close(other);
  systole_program_destroy(program);
  systole_program_destroy(idle);
}

// ---- random packets ----------------------------------------------------------

enum { STORE_BYTES = 64, VICTIM = SYSTOLE_LIMIT_REGIONS + 1 };

// A host of both queues, below the driver.
typedef struct {
  const systole_machine_api *api;
  systole_machine *machine;
  systole_memory *memory;
  systole_host_access accesses[80];
  unsigned count;
  systole_chip_report now;
  uint32_t tail[SYSTOLE_QUEUES], consumed[SYSTOLE_QUEUES];
  uint64_t dice;
  systole_line code[3][8];   // ends, is illegal, never ends
  systole_line store[2];     // the other queue's: stores zeros
  systole_error err;
} host;

static uint32_t *word_at(host *h, unsigned region, uint64_t offset) {
  return (uint32_t *)(void *)systole_memory_at(h->memory, packets_regions[region].base + offset, 4);
}

static void put(host *h, uint32_t offset, uint32_t value) {
  h->accesses[h->count++] = (systole_host_access){.offset = offset, .value = value};
}

static bool go(host *h) {
  do {
    systole_host_access read = {.offset = SYSTOLE_REG_ISR, .read = true};
    systole_status status = h->api->control(h->machine, h->accesses, h->count, UINT64_MAX, NULL, &h->now, &h->err);
    h->count = 0;
    if (status) return false;
    if (h->now.stop != SYSTOLE_STOP_IRQ) continue;
    if (h->api->control(h->machine, &read, 1, UINT64_MAX, NULL, &h->now, &h->err)) return false;
    put(h, SYSTOLE_REG_ISR, read.value);
  } while (h->count);
  return true;
}

static void open_regions(host *h) {
  for (unsigned r = 0; r < PACKETS_REGIONS; r++) {
    const packets_region *p = &packets_regions[r];
    if (!p->bytes) continue;
    if (systole_memory_map(h->memory, p->base, (p->bytes + 127) / 128 * 128, &h->err)) exit(1);
    put(h, SYSTOLE_REG_SEG_BASE_LO + 16 * r, (uint32_t)p->base);
    put(h, SYSTOLE_REG_SEG_BASE_HI + 16 * r, (uint32_t)(p->base >> 32));
    put(h, SYSTOLE_REG_SEG_LIMIT_LO + 16 * r, (uint32_t)p->bytes);
  }
  for (unsigned q = 0; q < SYSTOLE_QUEUES; q++) *word_at(h, SYSTOLE_LIMIT_REGIONS * q, SYSTOLE_RING_EPOCH) = 1;
  put(h, SYSTOLE_MAILBOX_RUN_LIMIT, 700);
  put(h, SYSTOLE_REG_IER, 0xC);
  put(h, SYSTOLE_REG_GIE, 1);
}

// One that just ends, between the queues.
static void open_wipe(host *h) {
  static const uint64_t base = 0x400000080;
  if (systole_memory_map(h->memory, base, 128, &h->err)) exit(1);
  memcpy(systole_memory_at(h->memory, base, sizeof h->code[0][0]), h->code[0], sizeof h->code[0][0]);
  put(h, SYSTOLE_MAILBOX_WIPE_LO, (uint32_t)base);
  put(h, SYSTOLE_MAILBOX_WIPE_HI, (uint32_t)(base >> 32));
  put(h, SYSTOLE_MAILBOX_WIPE_BYTES, 128);
  put(h, SYSTOLE_MAILBOX_WIPE_LINES, 1);
}

static void take_lines(const char *source, systole_line *lines) {
  systole_program *p = assemble(source);
  memcpy(lines, p->entries[0].lines, p->entries[0].line_count * sizeof *lines);
  systole_program_destroy(p);
}

static void open_host(host *h, const systole_machine_api *api, const systole_config *config, uint64_t seed) {
  const systole_dram_params dram = {.preset = "ideal"};
  *h = (host){.api = api, .dice = seed};
  if (systole_memory_create(&h->memory, &h->err) || api->create(config, h->memory, &dram, &h->machine, &h->err) ||
      api->boot(h->machine, systole_firmware_image, systole_firmware_words, &h->err)) {
    printf("%s\n", h->err.text);
    exit(1);
  }
  open_regions(h);
  take_lines("end", h->code[0]);
  open_wipe(h);
  take_lines(endless, h->code[2]);
  take_lines("st segment=1 space=VM rows=1 elements=16\nend", h->store);
}

static void close_host(host *h) {
  h->api->destroy(h->machine);
  systole_memory_destroy(h->memory);
}

static void submit(host *h, unsigned q, const uint32_t *words, uint32_t lines) {
  for (uint32_t l = 0; l < lines; l++, h->tail[q]++)
    memcpy(word_at(h, SYSTOLE_LIMIT_REGIONS * q, SYSTOLE_RING_SUBMISSION + h->tail[q] % SYSTOLE_LIMIT_RING_LINES * 64),
           words + 16 * l, 64);
  *word_at(h, SYSTOLE_LIMIT_REGIONS * q, SYSTOLE_RING_TAIL) = h->tail[q];
  put(h, SYSTOLE_REG_DOORBELL, 1u << q);
}

// END completions that are new; tokens are passed over.
static uint32_t ends(host *h, unsigned q, uint32_t *last) {
  uint32_t count = 0;
  for (;;) {
    const uint32_t *w = word_at(h, SYSTOLE_LIMIT_REGIONS * q, SYSTOLE_RING_COMPLETION + 8 * (h->consumed[q] % SYSTOLE_LIMIT_COMPLETIONS));
    const uint32_t phase = ~(h->consumed[q] / SYSTOLE_LIMIT_COMPLETIONS) & 1;
    if (SYSTOLE_FIELD_GET(w, COMPLETION, phase) != phase) return count;
    if (SYSTOLE_FIELD_GET(w, COMPLETION, kind) == SYSTOLE_KIND_OF_END) count++, *last = w[1];
    *word_at(h, SYSTOLE_LIMIT_REGIONS * q, SYSTOLE_RING_CONSUMED) = ++h->consumed[q];
  }
}

static uint32_t packets_in(const uint32_t *w, uint32_t lines) {
  uint32_t count = 0;
  for (uint32_t at = 0; at < lines; count++) {
    const uint32_t n = SYSTOLE_FIELD_GET(w + 16 * at, ANY, lines);
    at += n >= 1 && n <= SYSTOLE_LIMIT_PACKET_LINES && n <= lines - at ? n : 1;
  }
  return count;
}

static void prepare(host *h) {
  memcpy(word_at(h, 1, PACKETS_CODE), h->code[systole_random(&h->dice) % 3], sizeof h->code[0]);
  memcpy(word_at(h, 1, PACKETS_PREFILL), h->code[systole_random(&h->dice) % 2], sizeof h->code[0]);
  memcpy(word_at(h, VICTIM, PACKETS_CODE), h->store, sizeof h->store);
  memset(word_at(h, VICTIM + 1, 0), 0xAA, 0x1000);
  *word_at(h, 1, PACKETS_NEXT) = (uint32_t)systole_random(&h->dice) % (PACKETS_VOCAB + 2);
}

static bool victim_is_well(host *h) {
  static const uint8_t zeros[STORE_BYTES];
  const uint8_t *bytes = (const uint8_t *)word_at(h, VICTIM + 1, 0);
  for (unsigned i = 0; i < 0x1000; i++)
    if (bytes[i] != (i - 0x100 < STORE_BYTES ? zeros[0] : 0xAA)) return false;
  return true;
}

static const char *one_round(host *h) {
  uint32_t w[4 * SYSTOLE_PACKET_WORDS], v[SYSTOLE_PACKET_WORDS], lines = 0, last = 0;
  prepare(h);
  for (uint32_t n = 1 + systole_random(&h->dice) % 3; n; n--) lines += packets_random(w + 16 * lines, &h->dice);
  const uint32_t theirs = packets_run(v, 7);
  v[SYSTOLE_WORD_RUN_program_lines] = 2;
  submit(h, 0, w, lines);
  submit(h, 1, v, theirs);
  if (!go(h)) return h->err.text;
  if (ends(h, 1, &last) != 1 || last >> SYSTOLE_LSB_COMPLETION_outcome & 0xFF) return "the other queue's run did not end well";
  if (!victim_is_well(h)) return "the other queue's memory is not as its program leaves it";
  return ends(h, 0, &last) == packets_in(w, lines) ? NULL : "not every packet was answered once";
}

// Rounds on one machine; the cycles at the end of each of the first go to `cycles`.
static void storm(const systole_machine_api *api, const systole_config *config, uint32_t rounds, uint64_t seed, uint64_t *cycles) {
  host h;
  char text[200] = "";
  const char *wrong = NULL;
  open_host(&h, api, config, seed);
  for (uint32_t i = 0; i < rounds && !wrong; i++) {
    wrong = one_round(&h);
    if (i < RTL_ROUNDS) cycles[i] = h.now.cycle;
    if (wrong) snprintf(text, sizeof text, "seed %" PRIu64 ", round %u: %.120s", seed, (unsigned)i, wrong);
  }
  report("random packets, another client beside them", api->name, !wrong, text);
  close_host(&h);
}

static void test_storm(const place *rtl, uint32_t rounds, uint64_t seed) {
  const systole_options options = {.rtl_object = rtl->object};
  const systole_machine_api *api;
  uint64_t cycles[2][RTL_ROUNDS] = {{0}};
  systole_error err;
  void *object;
  if (systole_rtl_object_open(&rtl->config, &options, &object, &api, &err)) printf("%s\n", err.text), exit(1);
  storm(systole_model_api(), &rtl->config, rounds > RTL_ROUNDS ? rounds : RTL_ROUNDS, seed, cycles[0]);
  storm(api, &rtl->config, RTL_ROUNDS, seed, cycles[1]);
  report("every round ends in the same cycle", "model and rtl", !memcmp(cycles[0], cycles[1], sizeof cycles[0]), "they differ");
  systole_rtl_object_close(object);
}

static int refuses(const systole_config *config) {
  const systole_options options = {.control = SYSTOLE_CONTROL_FIRMWARE};
  systole_device *device = NULL;
  systole_error err = {{0}};
  const systole_status status = systole_open("model", config, &options, &device, &err);
  report("firmware without a controller is refused by name", "model", status != SYSTOLE_OK && strstr(err.text, "no controller"), err.text);
  if (!status) systole_close(device);
  printf("%u passed, %u failed, 0 skipped\n", passed, failed);
  return failed > 0;
}

int main(int argc, char **argv) {
  systole_error err;
  place model = {.transport = "model"}, rtl = {.transport = "rtl"};
  if (argc < 3) {
    fprintf(stderr, "usage: %s CONFIG MACHINE.so [ROUNDS [SEED [TOKENS]]]\n", argv[0]);
    return 2;
  }
  hardware = argv[1];
  if (systole_config_load(hardware, &model.config, &err)) {
    printf("%s\n", err.text);
    return 1;
  }
  if (!model.config.controller) return refuses(&model.config);
  rtl.config = model.config;
  rtl.object = argv[2];
  const uint32_t rounds = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : 4000;
  const uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 0) : 1;
  const uint32_t most = argc > 5 ? (uint32_t)strtoul(argv[5], NULL, 0) : LONG;
  if (most < SHORT || most > LONG) {
    fprintf(stderr, "TOKENS %s: expected a number from %d to %d\n", argv[5], SHORT, LONG);
    return 2;
  }
  printf("seed %" PRIu64 "\n", seed);
  fflush(stdout);
  test_text(&model, &rtl, most);
  test_limits(&model);
  test_limits(&rtl);
  test_clients(&model, LONG / 4);
  test_clients(&rtl, 2);
  for (int after = 0; after < 2; after++) {
    test_nothing_left(&model, after);
    test_nothing_left(&rtl, after);
  }
  test_storm(&rtl, rounds, seed);
  printf("%u passed, %u failed, 0 skipped\n", passed, failed);
  return failed > 0;
}
