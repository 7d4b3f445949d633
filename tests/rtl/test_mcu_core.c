// systole_mcu_core against sim/model/mcu.h: random memories (sim/fuzz/mcu.h), with
// interrupts at random cycles and a bus that answers late, wrongly or with an
// error. Every retired instruction, trap, access and fence is compared, in its
// cycle, and the TCM at the end. Argument: how many memories.
#include <stdlib.h>
#include <string.h>

#include "sim/fuzz/dice.h"
#include "sim/fuzz/mcu.h"
#include "sim/model/mcu.h"
#include "tests/rtl/shim_mcu_core.h"
#include "tests/rtl/tally.h"

enum { RETIRED, ACCESSES, FENCES, PROGRAM_COUNTER, SLEEPS, MEMORY, TRAPS_SEEN, KINDS_SEEN };
static const char *const names[] = {"retired instructions: pc, register, value, cycle", "accesses of the bus",
                                    "fences", "pc_o", "sleep_o", "memory at the end", "every trap comes up",
                                    "every instruction comes up", NULL};

enum { INSTRUCTIONS = 3000, CYCLES = 100000, TOGGLES = 8192, CAUSES = 32, WFI = 0x10500073, KINDS = 64 };

typedef struct {
  uint64_t at;
  bool write;
  uint32_t address, data;
  unsigned strobes;
  systole_mcu_answer answer;
} request;

typedef struct {
  uint64_t dice, toggle[SYSTOLE_MCU_LINES][TOGGLES];  // cycles in which a line changes, the first time to high
  unsigned toggled[SYSTOLE_MCU_LINES];
  // The model's story
  systole_mcu mcu;
  uint8_t model_tcm[SYSTOLE_FUZZ_MCU_BYTES], rtl_tcm[SYSTOLE_FUZZ_MCU_BYTES];
  systole_mcu_retired retired[INSTRUCTIONS];
  request requests[INSTRUCTIONS];
  uint64_t fences[INSTRUCTIONS];
  unsigned retired_count, request_count, fence_count;
  // The RTL, and how much of the story it has told
  void *block;
  mcu_in in;
  mcu_out out;
  uint64_t cycle;
  unsigned retired_at, request_at, fence_at;
  bool requested;
  unsigned broken;  // a bit for each property, of the present stream
  uint64_t seen[CAUSES], kinds[KINDS], cycles, instructions;
  tally tally;
} bench;

static void fail(bench *b, unsigned property, const char *what, uint64_t got, uint64_t want) {
  if (!b->broken && tally_wrong(&b->tally) < 10)
    printf("FAIL %s, cycle %" PRIu64 ", after %u instructions: got %" PRIx64 ", expected %" PRIx64 "\n", what,
           b->cycle, b->retired_at, got, want);
  b->broken |= 1u << property;
}

static void expect(bench *b, unsigned property, const char *what, uint64_t got, uint64_t want) {
  if (got != want) fail(b, property, what, got, want);
}

// ---- the model tells ---------------------------------------------------------------

static systole_mcu_answer answer(void *user, uint64_t at, bool write, uint32_t address, uint32_t data, unsigned strobes) {
  bench *b = user;
  systole_mcu_answer a = {(uint32_t)systole_dice(&b->dice), systole_chance(&b->dice, 10), at};
  a.done += systole_chance(&b->dice, 50) ? 0 : systole_roll(&b->dice, 30);
  b->requests[b->request_count++] = (request){at, write, address, data, strobes, a};
  return a;
}

static void fenced(void *user, uint64_t at) {
  bench *b = user;
  b->fences[b->fence_count++] = at;
}

// A number for each instruction, as far as its opcode and funct3 tell.
static unsigned kind_of(uint32_t word) {
  const unsigned funct3 = word >> 12 & 7;
  switch (word & 0x7F) {
    case 0x33: return (word >> 25 & 1 ? 8 : 0) + funct3;
    case 0x13: return 16 + funct3;
    case 0x03: return 24 + funct3;
    case 0x23: return 32 + funct3;
    case 0x63: return 40 + funct3;
    case 0x73: return 48 + funct3;
    case 0x0F: return 56 + (funct3 & 1);
    case 0x37: return 58;
    case 0x17: return 59;
    case 0x6F: return 60;
    case 0x67: return 61;
    default: return 62;
  }
}

static void took(void *user, const systole_mcu_retired *r) {
  bench *b = user;
  b->retired[b->retired_count++] = *r;
  if (r->trap) b->seen[r->cause % CAUSES]++;
  else b->kinds[kind_of(r->instr)]++;
}

static void draw_toggles(bench *b) {
  const uint64_t calm = UINT64_C(1) << systole_roll(&b->dice, 11);
  for (unsigned line = 0; line < SYSTOLE_MCU_LINES; line++) {
    uint64_t cycle = 0;
    b->toggled[line] = 0;
    for (unsigned i = 0; i < TOGGLES; i++) {
      cycle += 1 + systole_roll(&b->dice, i % 2 ? 40 : 30 + calm);
      b->toggle[line][i] = cycle;
    }
  }
}

// The lines as they are from `cycle` on.
static void set_lines(bench *b, uint64_t cycle) {
  for (unsigned line = 0; line < SYSTOLE_MCU_LINES; line++)
    while (b->toggled[line] < TOGGLES && b->toggle[line][b->toggled[line]] <= cycle) {
      b->mcu.line[line] = b->toggled[line] % 2 ? SYSTOLE_MCU_NEVER : b->toggle[line][b->toggled[line]];
      b->toggled[line]++;
    }
}

static uint64_t next_toggle(const bench *b) {
  uint64_t next = CYCLES;
  for (unsigned line = 0; line < SYSTOLE_MCU_LINES; line++)
    if (b->toggled[line] < TOGGLES && b->toggle[line][b->toggled[line]] < next) next = b->toggle[line][b->toggled[line]];
  return next;
}

static void run_model(bench *b) {
  b->retired_count = b->request_count = b->fence_count = 0;
  memcpy(b->model_tcm, b->rtl_tcm, sizeof b->model_tcm);
  systole_mcu_reset(&b->mcu);
  while (b->retired_count < INSTRUCTIONS && b->mcu.cycle < CYCLES) {
    const uint64_t next = next_toggle(b);
    const systole_mcu_event event = systole_mcu_step(&b->mcu, next - 1);
    if (event == SYSTOLE_MCU_STEPPED) continue;
    if (next == CYCLES) break;
    set_lines(b, next);
  }
}

// ---- the RTL is heard --------------------------------------------------------------

static void hear_retired(bench *b) {
  const systole_mcu_retired *want = &b->retired[b->retired_at];
  if (!b->out.retire_valid) return;
  expect(b, RETIRED, "cycle of a retired instruction", b->cycle - 1, want->cycle);
  expect(b, RETIRED, "retired pc", b->out.retire_pc, want->pc);
  expect(b, RETIRED, "retired instruction", b->out.retire_instr, want->instr);
  expect(b, RETIRED, "retired register", b->out.retire_rd, want->rd);
  expect(b, RETIRED, "retired value", b->out.retire_value, want->value);
  expect(b, RETIRED, "trap", b->out.retire_trap, want->trap);
  expect(b, RETIRED, "cause", b->out.retire_cause, want->cause);
  b->retired_at++;
}

static void hear_fence(bench *b) {
  if (!b->out.fence) return;
  if (b->fence_at == b->fence_count) fail(b, FENCES, "a fence", 1, 0);
  else expect(b, FENCES, "cycle of a fence", b->cycle, b->fences[b->fence_at++]);
}

static uint32_t lanes(unsigned strobes) {
  uint32_t mask = 0;
  for (unsigned i = 0; i < 4; i++) mask |= strobes >> i & 1 ? 0xFFu << 8 * i : 0;
  return mask;
}

// The answer comes in the cycle in which the model had it.
static void serve_bus(bench *b) {
  b->in.d_done = b->in.d_err = 0;
  b->in.d_rdata = 0xDEADBEEF;
  if (!b->out.d_req) return;
  if (b->request_at == b->request_count) {
    fail(b, ACCESSES, "an access", b->out.d_addr, 0);
    return;
  }
  const request *want = &b->requests[b->request_at];
  if (!b->requested) expect(b, ACCESSES, "cycle of an access", b->cycle, want->at);
  expect(b, ACCESSES, "address", b->out.d_addr, want->address);
  expect(b, ACCESSES, "write", b->out.d_we, want->write);
  expect(b, ACCESSES, "strobes", b->out.d_be, want->strobes);
  if (want->write) expect(b, ACCESSES, "data", b->out.d_wdata & lanes(want->strobes), want->data & lanes(want->strobes));
  b->requested = b->cycle != want->answer.done;
  if (b->requested) return;
  b->in.d_done = 1;
  b->in.d_err = want->answer.error;
  b->in.d_rdata = want->answer.data;
  b->request_at++;
}

static void hear_state(bench *b) {
  if (b->retired_at == b->retired_count) return;
  const systole_mcu_retired *next = &b->retired[b->retired_at];
  const systole_mcu_retired *last = b->retired_at ? next - 1 : NULL;
  if (b->cycle) expect(b, PROGRAM_COUNTER, "pc_o", b->out.pc, next->pc);
  const bool waits = next->instr == WFI && !next->trap && last && b->cycle > last->cycle + 1 &&
                     (b->cycle > last->cycle + 2 || b->out.sleep);
  expect(b, SLEEPS, "sleep_o", b->out.sleep, waits);
}

// TCM: what is asked for in this cycle is there in the next.
static void serve_tcm(bench *b) {
  uint32_t fetched = b->in.i_rdata, loaded = b->in.t_rdata;
  if (b->out.i_req) memcpy(&fetched, b->rtl_tcm + (b->out.i_addr & (SYSTOLE_FUZZ_MCU_BYTES - 4)), 4);
  if (b->out.t_req) {
    uint8_t *word = b->rtl_tcm + (b->out.t_addr & (SYSTOLE_FUZZ_MCU_BYTES - 4));
    if (!b->out.t_we) memcpy(&loaded, word, 4);
    for (unsigned i = 0; b->out.t_we && i < 4; i++)
      if (b->out.t_be >> i & 1) word[i] = (uint8_t)(b->out.t_wdata >> 8 * i);
  }
  b->in.i_rdata = fetched;
  b->in.t_rdata = loaded;
}

static bool line_at(bench *b, unsigned line) {
  while (b->toggled[line] < TOGGLES && b->toggle[line][b->toggled[line]] <= b->cycle) b->toggled[line]++;
  return b->toggled[line] % 2;
}

static void reset_rtl(bench *b) {
  b->in = (mcu_in){0};
  for (unsigned i = 0; i < 2; i++) {
    mcu_eval(b->block, &b->in, &b->out);
    mcu_clock(b->block);
  }
  b->in.rst_n = 1;
  b->retired_at = b->request_at = b->fence_at = 0;
  b->requested = false;
  memset(b->toggled, 0, sizeof b->toggled);
}

static void run_rtl(bench *b) {
  reset_rtl(b);
  for (b->cycle = 0; b->retired_at < b->retired_count && !b->broken; b->cycle++) {
    b->in.irq_timer = line_at(b, SYSTOLE_MCU_TIMER);
    b->in.irq_external = line_at(b, SYSTOLE_MCU_EXTERNAL);
    b->in.d_done = 0;
    mcu_eval(b->block, &b->in, &b->out);
    serve_bus(b);
    if (b->in.d_done) mcu_eval(b->block, &b->in, &b->out);
    hear_retired(b);
    hear_fence(b);
    hear_state(b);
    if (b->retired_at < b->retired_count && b->cycle > b->retired[b->retired_at].cycle + 1)
      fail(b, RETIRED, "retired by now", 0, b->retired[b->retired_at].pc);
    if (b->retired_at == b->retired_count) return;  // before the next instruction acts
    serve_tcm(b);
    mcu_clock(b->block);
  }
}

// ---- a stream ----------------------------------------------------------------------

static void stream(bench *b, uint64_t seed) {
  b->dice = seed;
  b->broken = 0;
  systole_fuzz_mcu(systole_dice(&b->dice), b->rtl_tcm);
  draw_toggles(b);
  run_model(b);
  run_rtl(b);
  if (!b->broken && memcmp(b->model_tcm, b->rtl_tcm, sizeof b->model_tcm)) fail(b, MEMORY, "TCM", 1, 0);
  if (b->broken) printf("  stream of seed %" PRIu64 "\n", seed);
  for (unsigned p = RETIRED; p <= MEMORY; p++) tally_vector(&b->tally, p, !(b->broken >> p & 1));
  b->cycles += b->cycle;
  b->instructions += b->retired_count;
}

static void check_seen(bench *b) {
  static const unsigned char causes[] = {0, 1, 2, 3, 4, 5, 6, 7, 11, 16 + 7, 16 + 11};
  // Those whose funct3 means nothing.
  static const uint64_t nothing = UINT64_C(0xC8) << 24 | UINT64_C(0xF8) << 32 | UINT64_C(0x0C) << 40 | UINT64_C(0x10) << 48 |
                                  UINT64_C(3) << 62;
  for (unsigned i = 0; i < sizeof causes; i++) {
    tally_vector(&b->tally, TRAPS_SEEN, b->seen[causes[i]] >= 20);
    if (b->seen[causes[i]] < 20) printf("cause %u: only %" PRIu64 " times\n", causes[i], b->seen[causes[i]]);
  }
  for (unsigned i = 0; i < KINDS; i++)
    if (!(nothing >> i & 1)) {
      tally_vector(&b->tally, KINDS_SEEN, b->kinds[i] >= 20);
      if (b->kinds[i] < 20) printf("kind %u: only %" PRIu64 " times\n", i, b->kinds[i]);
    }
}

int main(int argc, char **argv) {
  static bench b;
  const char *text = getenv("SYSTOLE_SEED");
  const uint64_t seed = text ? strtoull(text, NULL, 0) : 1;
  const unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 400;
  b.tally.names = names;
  b.mcu = (systole_mcu){.tcm = b.model_tcm, .tcm_bytes = SYSTOLE_FUZZ_MCU_BYTES, .bus = {&b, answer, fenced},
                        .retired = took, .retired_user = &b};
  b.block = mcu_open();
  for (unsigned i = 0; i < count && tally_wrong(&b.tally) < 10; i++) stream(&b, systole_dice_mix(seed + i));
  check_seen(&b);
  mcu_close(b.block);
  printf("%" PRIu64 " instructions in %" PRIu64 " cycles, seed %" PRIu64 "\n", b.instructions, b.cycles, seed);
  return tally_end(&b.tally);
}
