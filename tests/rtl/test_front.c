// systole_front against sim/model/front.h, cycle by cycle: a host that reads and
// writes at its leisure, a core that takes, finishes, interrupts and reads the
// mailbox at random; and direct control, where accesses below 0x400 go through.
//   test_front [SEED]
#include <stdlib.h>

#include "hw/isa/isa.h"
#include "sim/model/front.h"
#include "tests/rtl/shim_front.h"
#include "tests/rtl/tally.h"

enum { READS, LEVELS, MAILBOX, TCM, DIRECT, RESET };
static const char *const names[] = {"reads tell what the model does", "START, doorbells and the interrupt",
                                    "the core's reader of the mailbox", "TCM is written while RUN is 0 alone",
                                    "direct control goes through in the same cycle", "RUN = 0 clears what it should", NULL};
enum { CYCLES = 300000, TCM_BYTES = 8192, QUEUE_MASK = (1 << SYSTOLE_QUEUES) - 1 };

typedef enum { IDLE, ADDRESS, DATA, ANSWER } phase;

typedef struct {
  void *block;
  front_in in;
  front_out out;
  systole_front model;
  bool run, fell;  // fell: in this cycle all is cleared
  uint64_t random, cycle;
  phase writing, reading;
  bool write_through, read_through;  // to the machine
  uint32_t read_value;               // what the answer should be
  bool mail_asked;
  uint32_t mail_value;
  tally tally;
} bench;

static uint32_t rnd(bench *b, uint32_t below) {
  b->random = b->random * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((b->random >> 32) % below);
}

static void check(bench *b, unsigned property, const char *what, uint64_t got, uint64_t want) {
  if (got != want && tally_wrong(&b->tally) < 10)
    printf("FAIL %s, cycle %" PRIu64 ", run %u: got %" PRIx64 ", expected %" PRIx64 "\n", what, b->cycle, b->run, got,
           want);
  tally_vector(&b->tally, property, got == want);
}

static uint16_t any_offset(bench *b) {
  static const uint16_t often[] = {SYSTOLE_REG_CTRL, SYSTOLE_REG_GIE, SYSTOLE_REG_IER, SYSTOLE_REG_ISR,
                                   SYSTOLE_REG_DOORBELL, SYSTOLE_REG_TCM_ADDRESS, SYSTOLE_REG_TCM_DATA};
  if (rnd(b, 3)) return often[rnd(b, 7)];
  if (rnd(b, 60) == 0) return SYSTOLE_REG_CONTROLLER;
  const uint16_t any = (uint16_t)(4 * rnd(b, 0x110));
  return any == SYSTOLE_REG_CONTROLLER ? SYSTOLE_REG_CORE_PC : any;
}

static void drive_host(bench *b) {
  front_in *in = &b->in;
  if (b->writing == IDLE && rnd(b, 3) == 0) {
    b->writing = ADDRESS;
    in->awaddr = any_offset(b);
    in->wdata = rnd(b, 4) ? rnd(b, 16) : rnd(b, UINT32_MAX);
    in->wstrb = 15;
  }
  if (b->reading == IDLE && rnd(b, 3) == 0) {
    b->reading = ADDRESS;
    in->araddr = any_offset(b);
  }
  in->awvalid = b->writing == ADDRESS && rnd(b, 3);
  in->wvalid = b->writing == DATA && rnd(b, 3);
  in->bready = (uint8_t)rnd(b, 2);
  in->arvalid = b->reading == ADDRESS && rnd(b, 3);
  in->rready = (uint8_t)rnd(b, 2);
}

static void drive_core(bench *b) {
  front_in *in = &b->in;
  const bool acts = b->run && rnd(b, 4) == 0;
  in->start_take = acts && rnd(b, 3) == 0;
  in->done = acts && rnd(b, 3) == 0;
  in->interrupt = acts ? (uint8_t)rnd(b, 4) : 0;
  in->doorbell_clear = acts ? (uint8_t)rnd(b, 4) : 0;
  in->mailbox_re = (uint8_t)rnd(b, 2);
  in->mailbox_word = (uint8_t)(4 + rnd(b, 124));
  in->sleeping = (uint8_t)rnd(b, 2);
  in->waiting = (uint8_t)rnd(b, 2);
  in->busy = (uint8_t)rnd(b, 2);
  in->pc = rnd(b, UINT32_MAX);
  in->address = rnd(b, UINT32_MAX);
  in->machine_ready = rnd(b, 3) != 0;
  in->machine_irq = (uint8_t)rnd(b, 2);
  in->machine_rdata = rnd(b, UINT32_MAX);
}

static bool through(const bench *b, uint16_t offset) { return !b->run && offset < 0x400; }

// The cycle's outputs, before anything changes.
static void look(bench *b) {
  const front_out *out = &b->out;
  if (!b->fell) {
    check(b, LEVELS, "start", out->start, b->run && b->model.start);
    check(b, LEVELS, "doorbells", out->doorbell, b->run ? b->model.doorbell : 0);
  }
  check(b, LEVELS, "irq", out->irq, b->run ? systole_front_irq(&b->model) : b->in.machine_irq);
  check(b, LEVELS, "run", out->run, b->run);
  if (b->mail_asked) check(b, MAILBOX, "a word", out->mailbox_data, b->mail_value);
  check(b, DIRECT, "AWVALID", out->machine_aw, b->in.awvalid && through(b, b->in.awaddr));
  check(b, DIRECT, "ARVALID", out->machine_ar, b->in.arvalid && through(b, b->in.araddr));
  check(b, DIRECT, "WVALID", out->machine_w, b->in.wvalid && b->write_through);
  const bool writes_tcm = b->in.wvalid && out->wready && b->in.awaddr == SYSTOLE_REG_TCM_DATA && !b->run;
  check(b, TCM, "a write", out->tcm_we, writes_tcm);
  if (writes_tcm) check(b, TCM, "its address", out->tcm_addr, b->model.tcm_address & ~3u);
}

static void end_read(bench *b) {
  if (b->reading != ANSWER || !b->out.rvalid || !b->in.rready) return;
  check(b, b->read_through ? DIRECT : READS, "read data", b->out.rdata,
        b->read_through ? b->in.machine_rdata : b->read_value);
  b->reading = IDLE;
}

static uint32_t direct_value(const bench *b, uint16_t offset, const systole_core_view *core) {
  if (offset == SYSTOLE_REG_CONTROLLER) return (uint32_t)core->busy << 3 | (uint32_t)core->waiting << 2 | (uint32_t)core->sleeping << 1;
  if (offset == SYSTOLE_REG_TCM_ADDRESS) return b->model.tcm_address & ~3u;
  if (offset == SYSTOLE_REG_CORE_PC) return core->pc;
  if (offset == SYSTOLE_REG_CORE_ADDRESS) return core->address;
  return offset == SYSTOLE_REG_TCM_BYTES ? TCM_BYTES : 0;
}

// Which of the two the model is told of in one call must not matter: it knows
// each by its cycle.
static void begin_read(bench *b) {
  if (b->reading != ADDRESS || !b->in.arvalid || !b->out.arready) return;
  const systole_core_view core = {b->in.sleeping, b->in.waiting, b->in.busy, b->in.pc, b->in.address};
  b->reading = ANSWER;
  b->read_through = through(b, b->in.araddr);
  if (b->read_through) return;
  b->read_value = b->run ? systole_front_read(&b->model, b->cycle, b->in.araddr, TCM_BYTES, &core)
                         : direct_value(b, b->in.araddr, &core);
}

static bool writes_now(const bench *b) { return b->writing == DATA && b->in.wvalid && b->out.wready; }

static void set_run(bench *b, bool run) {
  if (run && !b->run) systole_front_reset(&b->model);
  b->fell = b->run && !run;
  b->run = run;
}

static void write_once(bench *b) {
  const uint16_t at = b->in.awaddr;
  const uint32_t value = b->in.wdata;
  b->writing = ANSWER;
  if (b->write_through) return;
  if (at == SYSTOLE_REG_CONTROLLER) set_run(b, value & 1);
  else if (b->run) systole_front_write(&b->model, b->cycle, at, value);
  else if (at == SYSTOLE_REG_TCM_ADDRESS) b->model.tcm_address = value;
  else if (at == SYSTOLE_REG_TCM_DATA) b->model.tcm_address += 4;
}

static void step_write(bench *b) {
  if (b->writing == ADDRESS && b->in.awvalid && b->out.awready) {
    b->writing = DATA;
    b->write_through = through(b, b->in.awaddr);
  } else if (b->writing == DATA) {
    if (writes_now(b)) write_once(b);
  } else if (b->writing == ANSWER && b->out.bvalid && b->in.bready) {
    b->writing = IDLE;
    b->write_through = false;
  }
}

static void step(bench *b) {
  drive_host(b);
  drive_core(b);
  // Reading CTRL, the host's write and the core's act in one cycle are three that
  // clock the model, which knows two: the read waits.
  front_eval(b->block, &b->in, &b->out);
  if (b->in.arvalid && writes_now(b)) b->in.arvalid = 0;
  front_eval(b->block, &b->in, &b->out);
  look(b);
  b->fell = false;
  end_read(b);
  const systole_core_act act = {b->cycle, b->in.start_take, b->in.done, b->in.interrupt & QUEUE_MASK,
                                b->in.doorbell_clear & QUEUE_MASK};
  b->mail_asked = b->in.mailbox_re;
  b->mail_value = b->model.mailbox[b->in.mailbox_word];
  if (b->run && (act.take || act.done || act.interrupt || act.doorbell_clear)) systole_front_act(&b->model, &act);
  begin_read(b);
  step_write(b);
  front_clock(b->block);
  b->cycle++;
  systole_front_until(&b->model, b->cycle);
}

int main(int argc, char **argv) {
  static bench b;
  b.random = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
  b.tally.names = names;
  printf("seed %" PRIu64 "\n", b.random);
  b.block = front_open();
  for (unsigned i = 0; i < 4; i++) {
    front_eval(b.block, &b.in, &b.out);
    front_clock(b.block);
  }
  b.in.rst_n = 1;
  bool was = false;
  while (b.cycle < CYCLES && tally_wrong(&b.tally) < 5) {
    step(&b);
    if (b.run && !was) check(&b, RESET, "what is left", b.model.start || b.model.isr || b.model.doorbell, false);
    was = b.run;
  }
  front_close(b.block);
  return tally_end(&b.tally);
}
