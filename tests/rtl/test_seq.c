// systole_seq against the C model's resolve: random programs with loops,
// bindings and values on the edge of every rule, behind a memory that stalls at
// random and queues that are full at random. Also the cycles that the module's
// header promises. Arguments: Dim, BusBytes.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/resolve.h"
#include "tests/rtl/shim_seq.h"
#include "tests/rtl/tally.h"

enum { PUSHES, FAULTS, FETCH, ENDS, TIMES, CAUSES_SEEN };
static const char *const names[] = {"instructions are dispatched as resolved", "faults are those of the model",
                                    "bursts and lines taken", "every run ends, with nothing on the way",
                                    "cycles of an instruction", "every cause comes up", NULL};

enum { MAX_LINES = 64, MAX_PUSHES = 4096, PROGRAMS = 20000, CAUSES = 13 };

typedef struct {
  systole_line line;
  uint32_t index;
  unsigned engine;
  uint64_t address, index_address, macs;
} push;

typedef struct {
  void *block;
  seq_in in;
  seq_out out;
  systole_config config;
  systole_job job;
  systole_line lines[MAX_LINES];
  unsigned count;
  // What the C side expects
  push pushes[MAX_PUSHES];
  unsigned pushed, taken;  // instructions, lines
  uint32_t cause, index, detail;
  unsigned seen[CAUSES];
  unsigned bad_line;  // a line that memory refuses, or MAX_LINES
  uint64_t random;
  tally tally;
  unsigned broken;  // a bit for each property, of the present program
} bench;

static uint32_t draw(bench *b) {
  b->random = b->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(b->random >> 32);
}

static void fail(bench *b, unsigned property, const char *what, uint64_t got, uint64_t want) {
  if (!b->broken && tally_wrong(&b->tally) < 10)
    printf("FAIL %s: got %" PRIx64 ", expected %" PRIx64 "\n", what, got, want);
  b->broken |= 1u << property;
}

// ---- random programs -----------------------------------------------------------

typedef struct {
  unsigned opcode, lsb, width, bind;
  const char *name, *kind;
} field;
static const field fields[] = {
#define FIELD(op, name, lsb, width, kind, bind, text) {SYSTOLE_OP_##op, lsb, width, bind, #name, #kind},
#include "hw/isa/isa.def"
};
enum { FIELDS = sizeof fields / sizeof *fields };

typedef struct {
  const char *kind;
  unsigned code;
} value;
static const value values[] = {
#define ENUM(name, value, code, text) {#name, code},
#include "hw/isa/isa.def"
};

static uint64_t enumerated(bench *b, const char *kind) {
  unsigned codes[16], n = 0;
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++)
    if (strcmp(values[i].kind, kind) == 0) codes[n++] = values[i].code;
  return codes[draw(b) % n];
}

static uint64_t number(bench *b, const field *f) {
  const unsigned dim = b->config.dim;
  if (f->width == 1) return draw(b) & 1;
  switch (draw(b) % 16) {
    case 0: return f->width >= 64 ? UINT64_MAX : (UINT64_C(1) << f->width) - 1;
    case 1: return draw(b);
    case 2: return 0;
    case 3: return systole_config_words(&b->config, draw(b) % 7);
    case 4: return systole_config_words(&b->config, draw(b) % 7) - 1 - draw(b) % 3;
    default: return (uint64_t)(draw(b) % 4) * (draw(b) % 8 ? dim : 1) + (draw(b) % 3 == 0);
  }
}

static unsigned opcodes(bench *b) {
  static const unsigned all[] = {SYSTOLE_OP_LD, SYSTOLE_OP_LDG, SYSTOLE_OP_MX, SYSTOLE_OP_VX, SYSTOLE_OP_ST};
  return all[draw(b) % 5];
}

static systole_line *add(bench *b, unsigned opcode) {
  systole_line *line = &b->lines[b->count++];
  memset(line, 0, sizeof *line);
  line->word[0] = opcode;
  return line;
}

static void random_fields(bench *b, systole_line *line, unsigned opcode, bool wild) {
  for (unsigned i = 0; i < FIELDS; i++) {
    const field *f = &fields[i];
    if (f->opcode != opcode) continue;
    uint64_t v;
    if (strlen(f->kind) > 1) v = enumerated(b, f->kind);
    else if (wild) v = number(b, f);
    else v = f->width == 1 ? draw(b) & 1 : strcmp(f->name, "segment") == 0 ? draw(b) % 16
             : f->lsb >= 64 && f->width <= 16 ? draw(b) % 5
                                              : 128 * (draw(b) % 3);
    if (strcmp(f->name, "limit") == 0 && !wild) v = 1 + draw(b) % 8;
    systole_line_set(line, f->lsb, f->width, v);
  }
  if (opcode == SYSTOLE_OP_MX && !wild)
    for (unsigned i = 0; i < 3; i++) systole_line_set(line, 160 + 16 * i, 16, b->config.dim * (draw(b) % 2));
  if (opcode == SYSTOLE_OP_ST && !wild)
    for (unsigned i = 0; i < 2; i++) systole_line_set(line, 192 + 32 * i, 32, b->config.dim * (draw(b) % 2));
  // A VX that means to be legal: c_space goes with add, no port twice.
  if (opcode == SYSTOLE_OP_VX && draw(b) % 32) {
    if (SYSTOLE_GET(line, VX, add) == SYSTOLE_VXADD_C)
      SYSTOLE_SET(line, VX, c_space, draw(b) % 2 ? SYSTOLE_SPACE_PAR : SYSTOLE_SPACE_VM);
    else SYSTOLE_SET(line, VX, c_space, 0);
    SYSTOLE_SET(line, VX, carry, draw(b) % 8 == 0 && SYSTOLE_GET(line, VX, reduce) >= 3);
    if (SYSTOLE_GET(line, VX, carry)) SYSTOLE_SET(line, VX, add, 0), SYSTOLE_SET(line, VX, c_space, 0);
    if (SYSTOLE_GET(line, VX, a_space) == SYSTOLE_SPACE_RS && SYSTOLE_GET(line, VX, mul) == 2)
      SYSTOLE_SET(line, VX, mul, 0);
    if (SYSTOLE_GET(line, VX, b_space) == SYSTOLE_SPACE_RS) SYSTOLE_SET(line, VX, b_space, 0);
    if (SYSTOLE_GET(line, VX, d_space) == SYSTOLE_SPACE_RS) SYSTOLE_SET(line, VX, reduce, 0);
    if (SYSTOLE_GET(line, VX, d_space) == SYSTOLE_SPACE_RS) SYSTOLE_SET(line, VX, carry, 0);
  }
  const int engine = systole_opcode_engine(opcode);
  for (int e = 0; e < 4 && draw(b) % 2; e++)
    if (e != engine) systole_line_set(line, (unsigned)(draw(b) % 2 ? 16 + 4 * e : 32 + 4 * e), 4, draw(b) % 16);
}

static void random_binding(bench *b, systole_line *of, unsigned opcode) {
  systole_line_set(of, SYSTOLE_LSB_bound, 1, 1);
  systole_line *line = add(b, 0);
  const unsigned slots = draw(b) % 7;
  unsigned code = 0;
  for (unsigned i = 0; i < slots; i++) {
    if (code == 0 || draw(b) % 3) {  // the next field, mostly in order, so that few come again
      unsigned codes[16], n = 0;
      for (unsigned f = 0; f < FIELDS; f++)
        if (fields[f].opcode == opcode && fields[f].bind > (draw(b) % 64 ? code : 0)) codes[n++] = fields[f].bind;
      if (n == 0) break;
      code = codes[draw(b) % (n < 3 ? n : 3)];
    }
    if (draw(b) % 128 == 0) code = draw(b) % 40;
    systole_line_set(line, 80 * i, 8, code);
    systole_line_set(line, 80 * i + 8, 4, draw(b) % 16);
    const uint32_t mult = draw(b) % 8 == 0 ? draw(b) : draw(b) % 5 - 2;
    systole_line_set(line, 80 * i + 16, 32, mult);
    systole_line_set(line, 80 * i + 48, 32, draw(b) % 3 == 0 ? draw(b) % 64 : UINT32_MAX);
  }
  if (draw(b) % 200 == 0) systole_line_set(line, 480 + draw(b) % 32, 1, 1);
  if (draw(b) % 200 == 0) systole_line_set(line, 80 * (draw(b) % 6) + 12, 1, 1);
}

static void random_program(bench *b) {
  unsigned open = 0, starts[8];
  b->count = 0;
  const bool wild = draw(b) % 2;
  const unsigned length = 1 + draw(b) % 24;
  // Some begin with a fault of loops, which else comes too late to be the first.
  const unsigned odd = draw(b) % 200;
  if (odd == 0) add(b, SYSTOLE_OP_ENDLOOP);
  if (odd == 1) SYSTOLE_SET(add(b, SYSTOLE_OP_LOOP), LOOP, lines, 100);
  for (unsigned i = 0; i < 5 && odd == 2; i++) {
    systole_line *l = add(b, SYSTOLE_OP_LOOP);
    SYSTOLE_SET(l, LOOP, count, 1);
    SYSTOLE_SET(l, LOOP, counter, i);
  }
  for (unsigned i = 0; i < length; i++) {
    const unsigned what = draw(b) % 12;
    if (what == 0 && open < (draw(b) % 8 ? 4u : 5u)) {
      starts[open++] = b->count;
      systole_line *l = add(b, SYSTOLE_OP_LOOP);
      SYSTOLE_SET(l, LOOP, count, draw(b) % 4);
      SYSTOLE_SET(l, LOOP, counter, draw(b) % 16);
      if (draw(b) % 4 == 0) random_binding(b, l, SYSTOLE_OP_LOOP);
    } else if (what == 1 && open > 0) {
      systole_line *l = add(b, SYSTOLE_OP_ENDLOOP);
      const unsigned s = starts[--open];
      const unsigned body = s + 1 + (b->lines[s].word[0] >> 8 & 1);
      SYSTOLE_SET(&b->lines[s], LOOP, lines, b->count - body);
      if (draw(b) % 16 == 0) random_binding(b, l, SYSTOLE_OP_ENDLOOP);
    } else {
      const unsigned opcode = opcodes(b);
      systole_line *l = add(b, opcode);
      random_fields(b, l, opcode, wild && draw(b) % 4 == 0);
      if (draw(b) % 3 == 0) random_binding(b, l, opcode);
      if (draw(b) % 300 == 0) systole_line_set(l, draw(b) % 512, 1, draw(b) & 1);
    }
  }
  while (open > 0) {
    const unsigned s = starts[--open];
    add(b, SYSTOLE_OP_ENDLOOP);
    SYSTOLE_SET(&b->lines[s], LOOP, lines, b->count - s - 1 - (b->lines[s].word[0] >> 8 & 1));
  }
  if (draw(b) % 16) add(b, SYSTOLE_OP_END);
  if (draw(b) % 64 == 0) add(b, SYSTOLE_OP_ENDLOOP);
}

static void random_job(bench *b) {
  memset(&b->job, 0, sizeof b->job);
  for (unsigned s = 0; s < 16; s++) {
    b->job.segments[s].base = ((uint64_t)draw(b) << 20) & ~UINT64_C(127);
    b->job.segments[s].limit = draw(b) % 8 == 0 ? draw(b) % 100000 : UINT64_C(1) << 42;
    b->job.scalars[s] = draw(b) % 16 == 0 ? (int32_t)draw(b) : (int32_t)(draw(b) % 7) - 1;
  }
  b->job.segments[0].base = 0x10000 + 128 * (draw(b) % 64);
  b->job.segments[0].limit = 64 * b->count + (draw(b) % 64 ? 0 : -1);
  b->job.segments[15].limit = 0;
  b->job.lines = b->count;
  b->bad_line = draw(b) % 32 ? MAX_LINES : draw(b) % b->count;
}

// ---- what should happen ------------------------------------------------------------

static bool stop(bench *b, uint32_t cause, uint32_t index, uint32_t detail) {
  b->cause = cause;
  b->index = index;
  b->detail = detail;
  return false;
}

// A line that is needed: false if that is a fault.
static bool need(bench *b, uint32_t line, uint32_t index) {
  if (line >= b->job.lines) return stop(b, SYSTOLE_CAUSE_SEGMENT, index, 0);
  const unsigned beat = b->config.bus_bytes > 64 ? 2 : 1;  // lines of a beat
  if (line / beat == b->bad_line / beat && b->bad_line < MAX_LINES)
    return stop(b, SYSTOLE_CAUSE_AXI_READ, index, (uint32_t)b->job.segments[0].base + 64 * line);
  b->taken++;
  return true;
}

// False if the program is too long for a test: loops that share a counter may
// never end.
static bool simulate(bench *b) {
  int32_t scalars[16];
  uint32_t pc = 0, body[4], count[4], counter[4], depth = 0;
  memcpy(scalars, b->job.scalars, sizeof scalars);
  b->pushed = b->taken = 0;
  stop(b, 0, 0, 0);
  if (b->job.segments[0].limit < 64 * (uint64_t)b->job.lines) {
    stop(b, SYSTOLE_CAUSE_SEGMENT, 0, 0);
    return true;
  }
  for (unsigned steps = 0; steps < 2000; steps++) {
    systole_instruction in;
    memset(&in, 0, sizeof in);
    if (!need(b, pc, pc)) return true;
    const systole_line *line = &b->lines[pc];
    systole_line plain = *line;
    const bool bound = systole_line_get(line, SYSTOLE_LSB_bound, 1);
    systole_line_set(&plain, SYSTOLE_LSB_bound, 1, 0);
    if (systole_resolve_legal(&plain, NULL) != SYSTOLE_CAUSE_NONE) {
      stop(b, SYSTOLE_CAUSE_ILLEGAL, pc, 0);
      return true;
    }
    if (bound && !need(b, pc + 1, pc)) return true;
    const systole_cause cause = systole_resolve(&b->config, &b->job, scalars, line,
                                                bound ? &b->lines[pc + 1] : NULL, pc, &in);
    if (cause != SYSTOLE_CAUSE_NONE) {
      stop(b, cause, pc, 0);
      return true;
    }
    const uint32_t next = pc + 1 + bound;
    if (in.opcode == SYSTOLE_OP_END) {
      return true;
    } else if (in.opcode == SYSTOLE_OP_LOOP) {
      const uint64_t lines = SYSTOLE_GET(&in.line, LOOP, lines);
      if (depth == 4 || next + lines > b->job.lines) {
        stop(b, SYSTOLE_CAUSE_LOOP, pc, 0);
        return true;
      }
      const uint32_t c = (uint32_t)SYSTOLE_GET(&in.line, LOOP, counter);
      scalars[c] = 0;
      if (SYSTOLE_GET(&in.line, LOOP, count) == 0) {
        pc = next + (uint32_t)lines;
        continue;
      }
      body[depth] = next;
      count[depth] = (uint32_t)SYSTOLE_GET(&in.line, LOOP, count);
      counter[depth++] = c;
      pc = next;
    } else if (in.opcode == SYSTOLE_OP_ENDLOOP) {
      if (depth == 0) {
        stop(b, SYSTOLE_CAUSE_LOOP, pc, 0);
        return true;
      }
      const uint32_t passes = (uint32_t)scalars[counter[depth - 1]] + 1;
      scalars[counter[depth - 1]] = (int32_t)passes;
      if (passes < count[depth - 1]) pc = body[depth - 1];
      else {
        depth--;
        pc = next;
      }
    } else {
      push *p = &b->pushes[b->pushed++];
      *p = (push){in.line, pc, in.engine, in.address, in.index_address, 0};
      if (in.opcode == SYSTOLE_OP_MX)
        p->macs = SYSTOLE_GET(&in.line, MX, m) * SYSTOLE_GET(&in.line, MX, k) * SYSTOLE_GET(&in.line, MX, n);
      pc = next;
    }
  }
  return false;
}

// ---- what happens -------------------------------------------------------------------

typedef struct {
  uint64_t address;
  unsigned beats;
  uint64_t first;
} burst;

// Runs the program. `calm`: no stalls, and times[] receives each push's cycle.
static void run(bench *b, bool calm, uint64_t *times) {
  const unsigned bus = b->config.bus_bytes;
  const uint64_t base = b->job.segments[0].base, bytes = 64 * (uint64_t)b->job.lines;
  static burst bursts[256];
  unsigned head = 0, tail = 0, pushed = 0, faults = 0, taken = 0;
  bool running = false, ended = false, done = false, fault = false;
  seq_in *in = &b->in;
  in->lines = b->job.lines;
  in->program_base = base;
  memcpy(in->scalars, b->job.scalars, sizeof in->scalars);
  for (unsigned s = 0; s < 16; s++) {
    in->base[s] = b->job.segments[s].base;
    in->limit[s] = b->job.segments[s].limit;
  }
  in->empty = in->blocked = 15;
  in->start = 1;
  uint64_t cycle = 0;
  const uint64_t bound = 200000;
  for (; cycle < bound && !done; cycle++) {
    in->gnt = calm || draw(b) % 4 != 0;
    in->full = calm || draw(b) % 3 ? 0 : (uint8_t)(draw(b) % 16);
    in->rvalid = head != tail && cycle >= bursts[head].first && (calm || draw(b) % 4);
    in->rerr = 0;
    if (in->rvalid) {
      const uint64_t at = bursts[head].address - base;
      memset(in->rdata, 0xA5, sizeof in->rdata);
      if (at < bytes)
        memcpy(in->rdata, (const uint8_t *)b->lines + at, at + bus > bytes ? bytes - at : bus);
      const uint64_t bad = 64 * (uint64_t)b->bad_line;
      in->rerr = b->bad_line < MAX_LINES && at < bad + 64 && at + bus > bad;
    }
    seq_eval(b->block, in, &b->out);
    const seq_out *o = &b->out;
    in->start = in->start && !o->take;
    if (o->req && in->gnt) {
      const uint64_t end = o->addr + (uint64_t)o->beats * bus;
      if (o->addr < base || o->addr % bus || end > base + (bytes + bus - 1) / bus * bus ||
          o->addr / 256 != (end - 1) / 256 || o->beats == 0)
        fail(b, FETCH, "burst", o->addr, base);
      bursts[tail] = (burst){o->addr, o->beats, cycle + (calm ? 3 : 1 + draw(b) % 60)};
      tail = (tail + 1) % 256;
    }
    if (in->rvalid) {
      bursts[head].address += bus;
      if (--bursts[head].beats == 0) head = (head + 1) % 256;
    }
    if (o->push) {
      const push *p = &b->pushes[pushed];
      if (pushed >= b->pushed) fail(b, PUSHES, "pushes", pushed + 1, b->pushed);
      else {
        if (o->push != 1u << p->engine) fail(b, PUSHES, "engine", o->push, 1u << p->engine);
        if (o->push & in->full) fail(b, PUSHES, "push into a full queue", o->push, 0);
        if (o->desc_index != p->index) fail(b, PUSHES, "index", o->desc_index, p->index);
        for (unsigned w = 0; w < 16; w++)
          if (o->desc[w] != p->line.word[w]) fail(b, PUSHES, "descriptor", o->desc[w], p->line.word[w]);
        const bool dram = p->engine == SYSTOLE_ENGINE_LD || p->engine == SYSTOLE_ENGINE_ST;
        if (dram && o->desc_addr != p->address) fail(b, PUSHES, "address", o->desc_addr, p->address);
        if ((p->line.word[0] & 255) == SYSTOLE_OP_LDG && o->desc_index_addr != p->index_address)
          fail(b, PUSHES, "index address", o->desc_index_addr, p->index_address);
        if (p->engine == SYSTOLE_ENGINE_MX && o->macs != p->macs) fail(b, PUSHES, "macs", o->macs, p->macs);
        if (times) times[pushed] = cycle;
      }
      pushed++;
    }
    taken += o->line;
    if (o->fault && !fault) {  // it stays until it acts
      faults++;
      if (o->fault_cause != b->cause) fail(b, FAULTS, "cause", o->fault_cause, b->cause);
      if (o->fault_index != b->index) fail(b, FAULTS, "fault index", o->fault_index, b->index);
      if (o->fault_detail != b->detail) fail(b, FAULTS, "detail", o->fault_detail, b->detail);
    }
    fault = o->fault;
    if (running && !o->running && head != tail) fail(b, ENDS, "end with lines on the way", 1, 0);
    ended |= running && !o->running;
    running = o->running;
    done = o->done;
    seq_clock(b->block);
  }
  if (!done || !ended) fail(b, ENDS, "done", done, 1);
  if (pushed != b->pushed) fail(b, PUSHES, "number of pushes", pushed, b->pushed);
  if (taken != b->taken) fail(b, FETCH, "lines taken", taken, b->taken);
  if (faults != (b->cause != 0)) fail(b, FAULTS, "faults", faults, b->cause != 0);
}

static void verdict(bench *b) {
  for (unsigned p = PUSHES; p <= ENDS; p++) tally_vector(&b->tally, p, !(b->broken >> p & 1));
}

// Straight lines, everything at hand: the distance of pushes is what the header
// says. Only where the prefetch keeps up, so at the widest bus alone exact;
// elsewhere at least as long.
static void timing(bench *b) {
  static const struct {
    unsigned opcode, steps;
  } kinds[] = {{SYSTOLE_OP_LD, 3}, {SYSTOLE_OP_LDG, 4}, {SYSTOLE_OP_MX, 8}, {SYSTOLE_OP_VX, 4}, {SYSTOLE_OP_ST, 2}};
  static uint64_t times[MAX_PUSHES];
  unsigned wants[MAX_LINES], n = 0;
  b->count = 0;
  b->bad_line = MAX_LINES;
  for (unsigned i = 0; i < 15; i++) {
    const unsigned k = i % 5, slots = i / 5 * 2 % 5;
    systole_line *l = add(b, kinds[k].opcode);
    if (k == 1) SYSTOLE_SET(l, LDG, limit, 1);
    if (k == 2) SYSTOLE_SET(l, MX, a_space, SYSTOLE_SPACE_ACT);
    if (k == 3) SYSTOLE_SET(l, VX, a_space, SYSTOLE_SPACE_VM);
    if (k == 4) SYSTOLE_SET(l, ST, space, SYSTOLE_SPACE_VM);
    if (i >= 5) {
      systole_line_set(l, SYSTOLE_LSB_bound, 1, 1);
      systole_line *s = add(b, 0);
      for (unsigned j = 0; j < slots; j++) systole_line_set(s, 80 * j, 8, 1);
    }
    wants[n++] = i < 5 ? 7 + kinds[k].steps : 12 + slots + kinds[k].steps;
  }
  add(b, SYSTOLE_OP_END);
  random_job(b);
  b->bad_line = MAX_LINES;
  for (unsigned s = 0; s < 15; s++) b->job.segments[s].limit = UINT64_C(1) << 42;
  if (!simulate(b)) fail(b, TIMES, "straight lines end", 0, 1);
  run(b, true, times);
  for (unsigned i = 1; i < n && !b->broken; i++) {
    const uint64_t took = times[i] - times[i - 1];
    if (took < wants[i] || (took != wants[i] && b->config.bus_bytes >= 16 && i > 4))
      fail(b, TIMES, "cycles of an instruction", took, wants[i]);
    tally_vector(&b->tally, TIMES, !(b->broken >> TIMES & 1));
  }
  verdict(b);
}

int main(int argc, char **argv) {
  static bench b;
  const char *seed = getenv("SYSTOLE_SEED");
  b.random = seed ? strtoull(seed, NULL, 0) : 1;
  const uint64_t first = b.random;
  b.config = (systole_config){.dim = argc > 1 ? (unsigned)atoi(argv[1]) : 16,
                              .bus_bytes = argc > 2 ? (unsigned)atoi(argv[2]) : 16,
                              .load_rows = 4, .wgt_words = 8192, .act_words = 2048, .qnt_words = 4096,
                              .acc_words = 2048, .par_words = 2048, .vm_words = 4096, .rs_words = 256,
                              .queue_depth = 16};
  b.tally.names = names;
  b.block = seq_open();
  for (unsigned i = 0; i < 3; i++) {
    seq_eval(b.block, &b.in, &b.out);
    seq_clock(b.block);
  }
  b.in.rst_n = 1;
  timing(&b);
  for (unsigned i = 0; i < PROGRAMS && tally_wrong(&b.tally) < 50; i++) {
    random_program(&b);
    random_job(&b);
    if (!simulate(&b)) continue;
    b.seen[b.cause]++;
    b.broken = 0;
    run(&b, i % 8 == 0, NULL);
    if (b.broken && tally_wrong(&b.tally) < 10)
      printf("  program %u: cause %u at %u\n", i, b.cause, b.index);
    verdict(&b);
  }
  static const unsigned wanted[] = {SYSTOLE_CAUSE_NONE, SYSTOLE_CAUSE_ILLEGAL, SYSTOLE_CAUSE_RANGE,
                                    SYSTOLE_CAUSE_ALIGN, SYSTOLE_CAUSE_SRAM, SYSTOLE_CAUSE_SEGMENT,
                                    SYSTOLE_CAUSE_AXI_READ, SYSTOLE_CAUSE_LOOP};
  for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    printf("cause %u: %u programs\n", wanted[i], b.seen[wanted[i]]);
    tally_vector(&b.tally, CAUSES_SEEN, b.seen[wanted[i]] >= 5);
  }
  seq_close(b.block);
  printf("seed %" PRIu64 "\n", first);
  return tally_end(&b.tally);
}
