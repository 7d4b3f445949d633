// The chip under firmware control, RTL and model in step: random images
// (sim/fuzz/firmware.h) that start random programs while the host writes and
// reads the chip's registers at random cycles. Every retired instruction, every
// start and end of a run and of its instructions, every answer to the host and
// every report must be the same, cycles included, and memory at the end.
//
//   test_chip CONFIG MACHINE.so [SEED [COUNT]]
//   test_chip CONFIG MACHINE.so --image FILE
// The second runs one image of tests/firmware/chip, which tells its verdict.
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fuzz/dice.h"
#include "sim/fuzz/firmware.h"
#include "sim/fuzz/generate.h"
#include "sim/model/model.h"

enum { CALLS = 24, ACCESSES = 6, COUNT = 60 };

// What an observer was told, one kind of event after the other.
typedef enum { RETIRED, STARTED, ENDED, TRACED, KINDS } event_kind;
static const char *const kind_names[KINDS] = {"instruction of the core", "start of a run", "end of a run",
                                              "instruction of a run"};
typedef struct {
  uint64_t cycle, words[4];
} event;

typedef struct {
  event *events;
  size_t count, room;
} event_log;

typedef struct {
  const systole_machine_api *api;
  systole_machine *machine;
  systole_memory *memory;
  event_log logs[KINDS];
  systole_host_access accesses[ACCESSES];
  systole_chip_report report;
} side;

typedef struct {
  systole_config config;
  const systole_machine_api *apis[2];
  side sides[2];
  systole_fuzz_case c;
  systole_fuzz_places places;
  systole_fuzz_walk walk;
  uint64_t seed, dice;
  uint32_t image[SYSTOLE_FUZZ_FIRMWARE_WORDS];
  unsigned words;
  bool differs;
  uint64_t cycles, retired, runs, stops[3], faults;
} bench;

// ---- what is told --------------------------------------------------------------------

static void note(event_log *log, event e) {
  if (log->count == log->room) {
    log->room = log->room ? 2 * log->room : 4096;
    log->events = realloc(log->events, log->room * sizeof *log->events);
    if (log->events == NULL) abort();
  }
  log->events[log->count++] = e;
}

static void on_retire(void *user, const systole_retirement *r) {
  note(&((side *)user)->logs[RETIRED],
       (event){r->cycle, {r->pc, r->instruction, (uint64_t)r->rd << 32 | r->value, (uint64_t)r->trap << 32 | r->cause}});
}
static void on_start(void *user, uint64_t cycle) { note(&((side *)user)->logs[STARTED], (event){.cycle = cycle}); }
static void on_end(void *user, uint64_t cycle) { note(&((side *)user)->logs[ENDED], (event){.cycle = cycle}); }
static void on_trace(void *user, unsigned engine, uint32_t index, uint64_t start, uint64_t end) {
  note(&((side *)user)->logs[TRACED], (event){end, {engine, index, start, 0}});
}

// ---- comparing -----------------------------------------------------------------------

static void differ(bench *b, const char *what, uint64_t rtl, uint64_t model) {
  if (rtl == model || b->differs) return;
  printf("  seed %" PRIu64 ", %s, bus %u, %s delay %u stall %u: %s is %" PRIu64 " (0x%" PRIx64 ") on rtl, %" PRIu64
         " (0x%" PRIx64 ") on model\n", b->seed, b->config.name, b->config.bus_bytes, b->c.dram.preset,
         b->c.dram.max_delay, b->c.dram.max_stall, what, rtl, rtl, model, model);
  b->differs = true;
}

static void print_event(const char *name, const event *e) {
  printf("  %s: cycle %" PRIu64, name, e->cycle);
  for (unsigned i = 0; i < 4; i++) printf(" %" PRIx64, e->words[i]);
  printf("\n");
}

static void compare_logs(bench *b, unsigned kind) {
  const event_log *rtl = &b->sides[0].logs[kind], *model = &b->sides[1].logs[kind];
  for (size_t i = 0; i < rtl->count && i < model->count && !b->differs; i++) {
    const event *x = &rtl->events[i], *y = &model->events[i];
    if (memcmp(x, y, sizeof *x) == 0) continue;
    differ(b, kind_names[kind], i, SIZE_MAX);
    for (size_t k = i > 6 ? i - 6 : 0; k <= i; k++) print_event("rtl  ", &rtl->events[k]);
    print_event("model", y);
  }
  if (rtl->count == model->count) return;
  differ(b, kind_names[kind], rtl->count, model->count);
  const event_log *more = rtl->count > model->count ? rtl : model;
  print_event("the next", &more->events[rtl->count > model->count ? model->count : rtl->count]);
  printf("  up to cycle %" PRIu64 " and %" PRIu64 "\n", b->sides[0].report.cycle, b->sides[1].report.cycle);
}

static void compare_reports(bench *b) {
  const systole_chip_report *x = &b->sides[0].report, *y = &b->sides[1].report;
#define SAME(field) differ(b, "report " #field, x->field, y->field)
  SAME(stop);
  SAME(cycle);
  SAME(core_asleep);
  SAME(core_waits);
  SAME(machine_busy);
  SAME(core_pc);
  SAME(core_address);
  SAME(host_accesses);
  SAME(runs);
  SAME(gaps);
  SAME(gap_cycles);
  SAME(gap_most);
#undef SAME
}

static void compare_accesses(bench *b, unsigned count) {
  for (unsigned i = 0; i < count && !b->differs; i++) {
    const systole_host_access *x = &b->sides[0].accesses[i], *y = &b->sides[1].accesses[i];
    char name[60];
    snprintf(name, sizeof name, "cycle of the %s of 0x%x", x->read ? "read" : "write", x->offset);
    differ(b, name, x->cycle, y->cycle);
    snprintf(name, sizeof name, "what a read of 0x%x in cycle %" PRIu64 " tells", x->offset, x->cycle);
    differ(b, name, x->value, y->value);
  }
}

static void compare_block(bench *b, uint64_t address, uint64_t bytes) {
  const uint8_t *x = systole_memory_at(b->sides[0].memory, address, bytes);
  const uint8_t *y = systole_memory_at(b->sides[1].memory, address, bytes);
  for (uint64_t i = 0; x != NULL && y != NULL && i < bytes && !b->differs; i++)
    if (x[i] != y[i]) {
      printf("  memory at 0x%" PRIx64 "\n", address + i);
      differ(b, "a byte of memory", x[i], y[i]);
    }
}

static void compare_memory(bench *b) {
  compare_block(b, SYSTOLE_FUZZ_SCRATCH, SYSTOLE_FUZZ_SCRATCH_BYTES);
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++)
    for (uint64_t at = 0; b->c.segments[s].bytes && at < b->c.segments[s].size; at += 128)
      compare_block(b, b->c.segments[s].base + at, 128);
}

// ---- running -------------------------------------------------------------------------

static void open_side(bench *b, side *s, const systole_machine_api *api) {
  systole_error err;
  memset(s, 0, sizeof *s);
  s->api = api;
  if (systole_fuzz_memory(&b->c, &s->memory, &err) != SYSTOLE_OK ||
      systole_memory_map(s->memory, SYSTOLE_FUZZ_SCRATCH, SYSTOLE_FUZZ_SCRATCH_BYTES, &err) != SYSTOLE_OK ||
      api->create(&b->config, s->memory, &b->c.dram, &s->machine, &err) != SYSTOLE_OK) {
    printf("%s\n", err.text);
    exit(2);
  }
  uint64_t dice = b->seed;
  uint8_t *bytes = systole_memory_at(s->memory, SYSTOLE_FUZZ_SCRATCH, SYSTOLE_FUZZ_SCRATCH_BYTES);
  for (unsigned i = 0; i < SYSTOLE_FUZZ_SCRATCH_BYTES; i++) bytes[i] = (uint8_t)systole_dice(&dice);
}

static void close_side(side *s) {
  s->api->destroy(s->machine);
  systole_memory_destroy(s->memory);
  for (unsigned k = 0; k < KINDS; k++) free(s->logs[k].events);
}

static systole_host_access any_access(bench *b) {
  static const uint32_t offsets[] = {SYSTOLE_REG_CTRL, SYSTOLE_REG_GIE, SYSTOLE_REG_IER, SYSTOLE_REG_ISR,
                                     SYSTOLE_REG_CTRL, SYSTOLE_REG_DOORBELL, SYSTOLE_REG_DOORBELL,
                                     SYSTOLE_REG_CORE_PC, SYSTOLE_REG_CORE_ADDRESS, SYSTOLE_REG_TCM_ADDRESS,
                                     SYSTOLE_REG_TCM_DATA, SYSTOLE_REG_TCM_BYTES, SYSTOLE_REG_CONTROLLER,
                                     SYSTOLE_REG_CONTROLLER, SYSTOLE_REG_ISR};
  systole_host_access access = {.read = systole_chance(&b->dice, 50)};
  const uint64_t which = systole_roll(&b->dice, 18);
  access.offset = which < 15 ? offsets[which] : (uint32_t)(4 * systole_roll(&b->dice, 0x130));
  access.value = access.read ? 0 : (uint32_t)systole_roll(&b->dice, 16);
  if (access.offset == SYSTOLE_REG_CONTROLLER) access.read = true;
  if (systole_chance(&b->dice, 50))
    access.cycle = b->sides[0].report.cycle + systole_roll(&b->dice, 400);
  return access;
}

static void control(bench *b, unsigned count, uint64_t limit) {
  for (unsigned s = 0; s < 2; s++) {
    side *of = &b->sides[s];
    const systole_observer observer = {of, on_retire, on_start, on_end, on_trace};
    systole_error err;
    if (of->api->control(of->machine, of->accesses, count, limit, &observer, &of->report, &err) != SYSTOLE_OK) {
      printf("  %s\n", err.text);
      differ(b, "the status of control", s, !s);
      return;
    }
  }
  compare_accesses(b, count);
  for (unsigned k = 0; k < KINDS; k++) compare_logs(b, k);
  compare_reports(b);
  b->stops[b->sides[0].report.stop]++;
}

static void boot(bench *b) {
  for (unsigned s = 0; s < 2; s++) {
    side *of = &b->sides[s];
    systole_error err;
    for (unsigned k = 0; k < KINDS; k++) {
      if (s == 0 && k == RETIRED) b->retired += of->logs[k].count;
      of->logs[k].count = 0;
    }
    if (s == 0) b->cycles += of->report.cycle, b->runs += of->report.runs;
    memset(&of->report, 0, sizeof of->report);
    if (of->api->boot(of->machine, b->image, b->words, &err) != SYSTOLE_OK) {
      printf("  seed %" PRIu64 ", boot: %s\n", b->seed, err.text);
      b->differs = true;
    }
  }
}

// A run by the host between two boots.
static void run_directly(bench *b) {
  systole_job job = systole_fuzz_job(&b->c);
  systole_report reports[2];
  job.max_cycles = 20000;
  for (unsigned s = 0; s < 2; s++) {
    systole_error err;
    if (b->sides[s].api->run(b->sides[s].machine, &job, &reports[s], NULL, NULL, &err) == SYSTOLE_OK) continue;
    printf("  seed %" PRIu64 ", run: %s\n", b->seed, err.text);
    b->differs = true;
  }
  differ(b, "cycles of the host's run", reports[0].cycles, reports[1].cycles);
}

static void one_call(bench *b) {
  const systole_host_access gie = {.offset = SYSTOLE_REG_GIE, .value = 1}, ier = {.offset = SYSTOLE_REG_IER, .value = 15};
  const unsigned count = (unsigned)systole_roll(&b->dice, ACCESSES + 1);
  for (unsigned i = 0; i < count; i++) b->sides[0].accesses[i] = b->sides[1].accesses[i] = any_access(b);
  if (count >= 2 && systole_chance(&b->dice, 30))
    for (unsigned s = 0; s < 2; s++) b->sides[s].accesses[0] = gie, b->sides[s].accesses[1] = ier;
  const uint64_t now = b->sides[0].report.cycle;
  control(b, count, now + systole_dice_any(&b->dice, 14));
}

static bool make_case(bench *b) {
  systole_dram_params dram = {.preset = "ideal", .seed = b->seed};
  uint64_t dice = systole_dice_mix(b->seed);
  const char *preset = systole_dram_preset_name((unsigned)systole_roll(&dice, 3));
  strcpy(dram.preset, preset);
  if (systole_chance(&dice, 60)) dram.max_delay = (uint32_t)systole_dice_any(&dice, 6);
  if (systole_chance(&dice, 60)) dram.max_stall = (uint32_t)systole_dice_any(&dice, 4);
  memset(&b->c, 0, sizeof b->c);
  b->c.config = b->config;
  b->c.dram = dram;
  if (!systole_fuzz_generate(&b->c, &b->places, &b->walk, b->seed)) return false;
  if (systole_chance(&dice, 35)) systole_fuzz_spoil(&b->c, &b->places, &b->walk, b->seed);
  b->c.dram = dram;
  return true;
}

static void one_image(bench *b) {
  if (!make_case(b)) return;
  b->dice = b->seed * 77 + 1;
  open_side(b, &b->sides[0], b->apis[0]);
  open_side(b, &b->sides[1], b->apis[1]);
  if (systole_chance(&b->dice, 30)) run_directly(b);
  for (unsigned round = 0; round < 5 && !b->differs; round++) {
    b->words = systole_fuzz_firmware(&b->c, b->seed * 3 + round, b->image);
    boot(b);
    for (uint64_t i = systole_roll(&b->dice, CALLS); i > 0 && !b->differs; i--) one_call(b);
    if (systole_chance(&b->dice, 30)) run_directly(b);
  }
  boot(b);  // stops what runs
  if (b->c.lost_raise == 0) compare_memory(b);
  if (b->c.fault) b->faults++;
  close_side(&b->sides[0]);
  close_side(&b->sides[1]);
  systole_fuzz_case_free(&b->c);
}

// ---- images that know what should happen (tests/firmware/chip/chip.inc) ---------------

enum { MEMORY_BYTES = 0x2000, VERDICT = 0, SHORT = 0x400, LONG = 0x800, IMAGE_CYCLES = 300000 };
#define MEMORY UINT64_C(0x700000000)

static void put_line(uint8_t *memory, uint32_t at, const systole_line *line) {
  memcpy(memory + at, line->word, sizeof line->word);
}

static void fill_memory(uint8_t *memory) {
  systole_line line = {{SYSTOLE_OP_END}};
  put_line(memory, SHORT, &line);
  put_line(memory, LONG + 2 * SYSTOLE_LINE_BYTES, &line);
  line.word[0] = SYSTOLE_OP_ENDLOOP;
  put_line(memory, LONG + SYSTOLE_LINE_BYTES, &line);
  line.word[0] = SYSTOLE_OP_LOOP;
  SYSTOLE_SET(&line, LOOP, count, INT32_MAX);
  SYSTOLE_SET(&line, LOOP, lines, 1);
  put_line(memory, LONG, &line);
  memset(memory + VERDICT, 0xFF, 4);
}

static void open_image_side(bench *b, side *s, const systole_machine_api *api) {
  systole_error err;
  memset(s, 0, sizeof *s);
  s->api = api;
  if (systole_memory_create(&s->memory, &err) != SYSTOLE_OK ||
      systole_memory_map(s->memory, MEMORY, MEMORY_BYTES, &err) != SYSTOLE_OK ||
      api->create(&b->config, s->memory, &b->c.dram, &s->machine, &err) != SYSTOLE_OK) {
    printf("%s\n", err.text);
    exit(2);
  }
  fill_memory(systole_memory_at(s->memory, MEMORY, MEMORY_BYTES));
}

// The host of all these images: rings, starts, and waits for DONE.
static void host_image(bench *b) {
  const systole_host_access script[] = {
      {.offset = SYSTOLE_REG_GIE, .value = 1},  {.offset = SYSTOLE_REG_IER, .value = 1},
      {.offset = 0x010, .value = 3000},         {.cycle = 3000, .offset = SYSTOLE_REG_CTRL, .value = 1},
      {.cycle = 3300, .offset = SYSTOLE_REG_DOORBELL, .value = 2}};
  enum { STEPS = sizeof script / sizeof *script };
  for (unsigned s = 0; s < 2; s++) memcpy(b->sides[s].accesses, script, sizeof script);
  control(b, STEPS, IMAGE_CYCLES);
  differ(b, "why the image stopped, and that", b->sides[0].report.stop, SYSTOLE_STOP_IRQ);
  const uint8_t *verdict = systole_memory_at(b->sides[0].memory, MEMORY + VERDICT, 4);
  differ(b, "the image's verdict, and what it should be: its", verdict[0] | verdict[1] << 8, 0);
  compare_block(b, MEMORY, MEMORY_BYTES);
}

static void one_memory(bench *b) {
  open_image_side(b, &b->sides[0], b->apis[0]);
  open_image_side(b, &b->sides[1], b->apis[1]);
  boot(b);
  host_image(b);
  close_side(&b->sides[0]);
  close_side(&b->sides[1]);
}

static int run_image(bench *b, const char *path) {
  static const systole_dram_params memories[] = {
      {.preset = "ideal"}, {.preset = "ddr4-2400"}, {.preset = "hbm2", .seed = 3, .max_delay = 30, .max_stall = 7}};
  unsigned wrong = 0;
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "%s: cannot be read\n", path);
    return 2;
  }
  b->words = (unsigned)(fread(b->image, 1, sizeof b->image, file) + 3) / 4;
  fclose(file);
  for (unsigned m = 0; m < 3; m++) {
    b->differs = false;
    b->c.dram = memories[m];
    one_memory(b);
    wrong += b->differs;
  }
  return wrong != 0;
}

// ---- the test ------------------------------------------------------------------------

static int refuses(bench *b) {
  unsigned refused = 0;
  systole_memory *memory;
  systole_error err;
  if (systole_memory_create(&memory, &err) != SYSTOLE_OK) return 2;
  const systole_dram_params dram = {.preset = "ideal"};
  for (unsigned s = 0; s < 2; s++) {
    systole_machine *machine;
    const uint32_t image = 0x6F;
    if (b->apis[s]->create(&b->config, memory, &dram, &machine, &err) != SYSTOLE_OK) return 2;
    refused += b->apis[s]->boot(machine, &image, 1, &err) == SYSTOLE_E_UNSUPPORTED &&
               strstr(err.text, "has no controller") != NULL;
    b->apis[s]->destroy(machine);
  }
  systole_memory_destroy(memory);
  printf("%s without a controller is told by name\n", refused == 2 ? "ok    " : "FAILED");
  printf("%d passed, %d failed, 0 skipped\n", refused == 2, refused != 2);
  return refused != 2;
}

int main(int argc, char **argv) {
  static bench b;
  systole_error err;
  if (argc < 3) {
    fprintf(stderr, "usage: test_chip CONFIG MACHINE.so [SEED [COUNT] | --image FILE]\n");
    return 2;
  }
  if (systole_config_load(argv[1], &b.config, &err) != SYSTOLE_OK) {
    fprintf(stderr, "%s\n", err.text);
    return 2;
  }
  void *handle = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
  const systole_machine_api *(*open_api)(void) = NULL;
  if (handle) *(void **)&open_api = dlsym(handle, "systole_rtl_api");
  if (!open_api) {
    fprintf(stderr, "%s: %s\n", argv[2], dlerror());
    return 2;
  }
  b.apis[0] = open_api();
  b.apis[1] = systole_model_api();
  if (!b.config.controller) return refuses(&b);
  if (argc == 5 && strcmp(argv[3], "--image") == 0) return run_image(&b, argv[4]);
  const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
  const unsigned count = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 0) : COUNT;
  printf("seed %" PRIu64 ", %u images\n", seed, count);
  if (systole_fuzz_places_create(&b.config, &b.places, &err) != SYSTOLE_OK) return 2;
  unsigned wrong = 0;
  for (unsigned i = 0; i < count && wrong < 3; i++) {
    b.seed = seed + i;
    b.differs = false;
    one_image(&b);
    wrong += b.differs;
  }
  systole_fuzz_places_destroy(&b.places);
  printf("  %" PRIu64 " cycles, %" PRIu64 " instructions of the core, %" PRIu64 " runs, %" PRIu64
         " spoiled programs; stopped by irq %" PRIu64 ", quiet %" PRIu64 ", limit %" PRIu64 "\n",
         b.cycles, b.retired, b.runs, b.faults, b.stops[0], b.stops[1], b.stops[2]);
  printf("%u passed, %u failed, 0 skipped\n", wrong == 0, wrong != 0);
  return wrong != 0;
}
