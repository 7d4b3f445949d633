#include "sim/fuzz/firmware.h"

#include "hw/isa/isa.h"
#include "sim/fuzz/dice.h"

// Registers: the regions; scratch; what is loaded; those of the handler.
enum { ZERO = 0, LOCAL = 8, MACHINE = 9, T0 = 5, T1 = 6, T2 = 7, A0 = 10, A_LAST = 17, H0 = 28, H1 = 29 };
enum { MIE_BIT = 8, EXTERNAL_ENABLE = 0x800, TIMER_ENABLE = 0x80 };
enum { MSTATUS = 0x300, MIE = 0x304, MTVEC = 0x305, MEPC = 0x341, MCAUSE = 0x342, MCYCLE = 0xB00, MINSTRET = 0xB02 };
enum { OPERATIONS = 160 };

typedef struct {
  const systole_fuzz_case *c;
  uint64_t dice;
  uint32_t *image;
  unsigned count;
} writer;

static uint32_t roll(writer *w, uint32_t sides) { return (uint32_t)systole_roll(&w->dice, sides); }
static bool chance(writer *w, unsigned percent) { return systole_chance(&w->dice, percent); }

// ---- instructions ----------------------------------------------------------------

static void emit(writer *w, uint32_t word) {
  if (w->count < SYSTOLE_FUZZ_FIRMWARE_WORDS) w->image[w->count++] = word;
}
static void op_imm(writer *w, unsigned funct3, unsigned rd, unsigned rs, int32_t imm) {
  emit(w, (uint32_t)imm << 20 | rs << 15 | funct3 << 12 | rd << 7 | 0x13);
}
static void addi(writer *w, unsigned rd, unsigned rs, int32_t imm) { op_imm(w, 0, rd, rs, imm); }
static void li(writer *w, unsigned rd, uint32_t value) {
  emit(w, ((value + 0x800) & 0xFFFFF000u) | rd << 7 | 0x37);
  addi(w, rd, rd, (int32_t)(value & 0xFFF));
}
static void load(writer *w, unsigned funct3, unsigned rd, unsigned rs, uint32_t offset) {
  emit(w, offset << 20 | rs << 15 | funct3 << 12 | rd << 7 | 0x03);
}
static void store(writer *w, unsigned funct3, unsigned from, unsigned rs, uint32_t offset) {
  emit(w, (offset & 0xFE0) << 20 | from << 20 | rs << 15 | funct3 << 12 | (offset & 31) << 7 | 0x23);
}
static void lw(writer *w, unsigned rd, unsigned rs, uint32_t offset) { load(w, 2, rd, rs, offset); }
static void sw(writer *w, unsigned from, unsigned rs, uint32_t offset) { store(w, 2, from, rs, offset); }
static void branch(writer *w, unsigned funct3, unsigned a, unsigned b, int32_t bytes) {
  const uint32_t o = (uint32_t)bytes;
  emit(w, (o >> 12 & 1) << 31 | (o >> 5 & 63) << 25 | b << 20 | a << 15 | funct3 << 12 | (o >> 1 & 15) << 8 |
              (o >> 11 & 1) << 7 | 0x63);
}
static void jump(writer *w, int32_t bytes) {
  const uint32_t o = (uint32_t)bytes;
  emit(w, (o >> 20 & 1) << 31 | (o >> 1 & 1023) << 21 | (o >> 11 & 1) << 20 | (o >> 12 & 255) << 12 | 0x6F);
}
static void csr(writer *w, unsigned funct3, unsigned rd, unsigned number, unsigned rs) {
  emit(w, number << 20 | rs << 15 | funct3 << 12 | rd << 7 | 0x73);
}
static void set_word(writer *w, unsigned region, uint32_t offset, uint32_t value) {
  li(w, T0, value);
  sw(w, T0, region, offset);
}
static unsigned any_register(writer *w) { return A0 + roll(w, A_LAST - A0 + 1); }

// ---- where the window looks --------------------------------------------------------

static void look_at(writer *w, uint64_t base) {
  set_word(w, LOCAL, SYSTOLE_CORE_REG_WINDOW_LO, (uint32_t)base);
  set_word(w, LOCAL, SYSTOLE_CORE_REG_WINDOW_HI, (uint32_t)(base >> 32));
}

// A place of scratch memory, or around its ends.
static uint32_t scratch_offset(writer *w) {
  const uint32_t from = roll(w, 8) ? roll(w, SYSTOLE_FUZZ_SCRATCH_BYTES) : roll(w, 0x8000);
  return from / 4 * 4;
}

// T0 := an address in the window; its low half within 2 KiB of one of scratch.
static void point_at_scratch(writer *w) { li(w, T0, SYSTOLE_CORE_WINDOW + scratch_offset(w)); }

// ---- the trap handler ----------------------------------------------------------------

static void clear_externals(writer *w) {
  lw(w, H1, LOCAL, SYSTOLE_CORE_REG_IRQ_PENDING);
  lw(w, H0, MACHINE, SYSTOLE_REG_ISR);
  sw(w, H0, MACHINE, SYSTOLE_REG_ISR);
  lw(w, H0, LOCAL, SYSTOLE_CORE_REG_DOORBELL);
  sw(w, H0, LOCAL, SYSTOLE_CORE_REG_DOORBELL);
  lw(w, H0, LOCAL, SYSTOLE_CORE_REG_START);
  sw(w, H0, LOCAL, SYSTOLE_CORE_REG_START);
  if (chance(w, 50)) sw(w, H1, LOCAL, SYSTOLE_CORE_REG_INTERRUPT);
  if (chance(w, 50)) sw(w, H1, LOCAL, SYSTOLE_CORE_REG_DONE);
}

static void set_timer_again(writer *w) {
  if (chance(w, 50)) {
    addi(w, H0, ZERO, -1);
    sw(w, H0, LOCAL, SYSTOLE_CORE_REG_MTIMECMP_HI);
  } else {
    lw(w, H0, LOCAL, SYSTOLE_CORE_REG_MTIME_LO);
    addi(w, H0, H0, (int32_t)roll(w, 2000));
    sw(w, H0, LOCAL, SYSTOLE_CORE_REG_MTIMECMP_LO);
  }
}

// Begins at image[1]; the jump over it is image[0].
static void handler(writer *w) {
  emit(w, 0);
  csr(w, 2, H0, MCAUSE, ZERO);
  branch(w, 4, H0, ZERO, 20);  // an interrupt
  csr(w, 2, H0, MEPC, ZERO);
  addi(w, H0, H0, 4);
  csr(w, 1, ZERO, MEPC, H0);
  emit(w, 0x30200073);
  op_imm(w, 7, H0, H0, 15);
  addi(w, H1, ZERO, 7);
  const unsigned to_timer = w->count;
  emit(w, 0);
  clear_externals(w);
  emit(w, 0x30200073);
  const unsigned timer = w->count;
  set_timer_again(w);
  emit(w, 0x30200073);
  const unsigned end = w->count;
  w->count = to_timer;
  branch(w, 0, H0, H1, 4 * (int32_t)(timer - to_timer));
  w->count = 0;
  jump(w, 4 * (int32_t)end);
  w->count = end;
}

// ---- operations ----------------------------------------------------------------------

static void read_local(writer *w) { lw(w, any_register(w), LOCAL, 4 * roll(w, 256)); }

static void write_local(writer *w) {
  static const uint32_t offsets[] = {
      SYSTOLE_CORE_REG_DOORBELL, SYSTOLE_CORE_REG_START,       SYSTOLE_CORE_REG_DONE, SYSTOLE_CORE_REG_INTERRUPT,
      SYSTOLE_CORE_REG_INTERRUPT, SYSTOLE_CORE_REG_IRQ_PENDING, SYSTOLE_CORE_REG_MTIME_LO, 0x210, 0x3FC};
  set_word(w, LOCAL, offsets[roll(w, sizeof offsets / sizeof *offsets)], roll(w, 16));
}

static void set_enables(writer *w) {
  set_word(w, LOCAL, SYSTOLE_CORE_REG_IRQ_ENABLE, roll(w, 16));
  set_word(w, MACHINE, SYSTOLE_REG_IER, roll(w, 4));
  set_word(w, MACHINE, SYSTOLE_REG_GIE, roll(w, 4) != 0);
}

static void read_machine(writer *w) { lw(w, any_register(w), MACHINE, 4 * roll(w, 256)); }

static void touch_machine(writer *w) {
  static const uint32_t offsets[] = {SYSTOLE_REG_CTRL, SYSTOLE_REG_ISR, SYSTOLE_REG_CTRL, SYSTOLE_REG_ABORT,
                                     SYSTOLE_REG_IER};
  const uint32_t at = offsets[roll(w, sizeof offsets / sizeof *offsets)];
  if (chance(w, 50)) lw(w, any_register(w), MACHINE, at);
  else set_word(w, MACHINE, at, roll(w, 4));
}

static void load_scratch(writer *w) {
  static const unsigned kinds[] = {0, 1, 2, 2, 2, 4, 5};
  point_at_scratch(w);
  for (unsigned n = 1 + roll(w, 6); n > 0; n--)
    load(w, kinds[roll(w, 7)], any_register(w), T0, roll(w, 128) & (chance(w, 90) ? ~3u : ~0u));
}

static void store_scratch(writer *w) {
  point_at_scratch(w);
  for (unsigned n = 1 + roll(w, 3); n > 0; n--) {
    store(w, roll(w, 3), any_register(w), T0, roll(w, 64) & (chance(w, 90) ? ~3u : ~0u));
    if (chance(w, 50)) lw(w, any_register(w), T0, roll(w, 64) & ~3u);
  }
}

// Of a segment of the case, through a window that then returns to scratch memory.
static void read_segment(writer *w) {
  const systole_fuzz_segment *s = &w->c->segments[roll(w, SYSTOLE_SEGMENTS)];
  if (s->bytes == NULL) return;
  look_at(w, s->base);
  li(w, T0, SYSTOLE_CORE_WINDOW + roll(w, (uint32_t)s->size + 64) / 4 * 4);
  for (unsigned n = 1 + roll(w, 4); n > 0; n--) lw(w, any_register(w), T0, 4 * roll(w, 32));
  look_at(w, SYSTOLE_FUZZ_SCRATCH);
}

static void touch_nowhere(writer *w) {
  static const uint32_t places[] = {0x40000400, 0x40000FFC, 0x40001400, 0x3FFFFFFC, 0x00100000, 0x7FFFFFFC,
                                    0xFFFFFFFC, 0x40000001, 0x40001002, 0x80000003};
  li(w, T0, places[roll(w, sizeof places / sizeof *places)]);
  if (chance(w, 50)) load(w, 2 * roll(w, 2), any_register(w), T0, 0);
  else store(w, 2 * roll(w, 2), any_register(w), T0, 0);
}

static void part_of_a_register(writer *w) {
  const unsigned region = chance(w, 50) ? LOCAL : MACHINE;
  if (chance(w, 50)) load(w, roll(w, 2), any_register(w), region, 2 * roll(w, 16));
  else store(w, roll(w, 2), any_register(w), region, 2 * roll(w, 16));
}

static void compute(writer *w) {
  const unsigned a = any_register(w), b = any_register(w);
  if (chance(w, 50)) emit(w, (1u << 25) | b << 20 | a << 15 | roll(w, 8) << 12 | any_register(w) << 7 | 0x33);
  else csr(w, 2, any_register(w), chance(w, 50) ? MCYCLE : MINSTRET, ZERO);
}

static void fence(writer *w) { emit(w, chance(w, 50) ? 0x0000100F : 0x0FF0000F); }

static void pause(writer *w) {
  li(w, T0, 1 + (uint32_t)systole_dice_any(&w->dice, 9));
  addi(w, T0, T0, -1);
  branch(w, 1, T0, ZERO, -4);
}

static void set_timer(writer *w) {
  lw(w, T0, LOCAL, SYSTOLE_CORE_REG_MTIME_LO);
  addi(w, T0, T0, (int32_t)roll(w, 1500));
  sw(w, T0, LOCAL, SYSTOLE_CORE_REG_MTIMECMP_LO);
  sw(w, ZERO, LOCAL, SYSTOLE_CORE_REG_MTIMECMP_HI);
}

static void sleep_on(writer *w) {
  if (chance(w, 80)) set_timer(w);
  emit(w, 0x10500073);
}

static void set_masks(writer *w) {
  csr(w, chance(w, 70) ? 6 : 7, ZERO, MSTATUS, MIE_BIT);
  li(w, T0, roll(w, 4) ? EXTERNAL_ENABLE | TIMER_ENABLE : roll(w, 2) ? EXTERNAL_ENABLE : TIMER_ENABLE);
  csr(w, 1, ZERO, MIE, T0);
}

// Until the machine rests, but not for ever: in CTRL (which reading changes) or MACHINE.
static void poll(writer *w) {
  li(w, T2, 1 + roll(w, 300));
  if (chance(w, 50)) {
    lw(w, T0, MACHINE, SYSTOLE_REG_CTRL);
    op_imm(w, 7, T0, T0, 1 << SYSTOLE_LSB_CTRL_IDLE);
    branch(w, 1, T0, ZERO, 12);
  } else {
    lw(w, T0, LOCAL, SYSTOLE_CORE_REG_MACHINE);
    addi(w, ZERO, ZERO, 0);
    branch(w, 0, T0, ZERO, 12);
  }
  addi(w, T2, T2, -1);
  branch(w, 1, T2, ZERO, -16);
}

// The arguments of the case's job.
static void write_job(writer *w) {
  const systole_job job = systole_fuzz_job(w->c);
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++) {
    const uint32_t at = 16 * s;
    set_word(w, MACHINE, SYSTOLE_REG_SEG_BASE_LO + at, (uint32_t)job.segments[s].base | roll(w, 128));
    set_word(w, MACHINE, SYSTOLE_REG_SEG_BASE_HI + at, (uint32_t)(job.segments[s].base >> 32));
    set_word(w, MACHINE, SYSTOLE_REG_SEG_LIMIT_LO + at, (uint32_t)job.segments[s].limit);
    set_word(w, MACHINE, SYSTOLE_REG_SEG_LIMIT_HI + at, (uint32_t)(job.segments[s].limit >> 32));
  }
  for (unsigned i = 0; i < SYSTOLE_SCALARS; i++)
    set_word(w, MACHINE, SYSTOLE_REG_SCALAR + 4 * i, (uint32_t)job.scalars[i]);
  set_word(w, MACHINE, SYSTOLE_REG_PROGRAM_LINES, job.lines);
  set_word(w, MACHINE, SYSTOLE_REG_WATCHDOG, job.watchdog ? job.watchdog : 20000);
}

static void start_run(writer *w) {
  set_word(w, MACHINE, SYSTOLE_REG_CTRL, 1);
  if (chance(w, 15)) sw(w, T0, MACHINE, SYSTOLE_REG_CTRL);
  switch (roll(w, 6)) {
    case 0: poll(w); break;
    case 1: sleep_on(w); break;
    case 2:
      pause(w);
      set_word(w, MACHINE, SYSTOLE_REG_ABORT, 1);
      break;
    case 3: load_scratch(w); break;
    case 4: read_machine(w); break;
    default: break;
  }
}

static void operate(writer *w) {
  typedef void operation(writer *);
  static const struct {
    operation *run;
    unsigned weight;
  } all[] = {{read_local, 10},   {write_local, 8},       {set_enables, 3}, {read_machine, 6}, {touch_machine, 6},
             {load_scratch, 14}, {store_scratch, 10},    {read_segment, 4}, {touch_nowhere, 3}, {part_of_a_register, 2},
             {compute, 8},       {fence, 3},             {pause, 4},        {sleep_on, 4},      {set_masks, 3},
             {poll, 2},          {start_run, 7},         {set_timer, 3}};
  unsigned sum = 0;
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) sum += all[i].weight;
  uint32_t left = roll(w, sum);
  const unsigned begun = w->count;
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    if (left < all[i].weight) {
      all[i].run(w);
      break;
    }
    left -= all[i].weight;
  }
  if (w->count - begun > 64) w->count = begun;
}

unsigned systole_fuzz_firmware(const systole_fuzz_case *c, uint64_t seed,
                               uint32_t image[SYSTOLE_FUZZ_FIRMWARE_WORDS]) {
  writer w = {c, seed, image, 0};
  handler(&w);
  li(&w, LOCAL, SYSTOLE_CORE_LOCAL);
  li(&w, MACHINE, SYSTOLE_CORE_MACHINE);
  addi(&w, T0, ZERO, 4);
  csr(&w, 1, ZERO, MTVEC, T0);
  look_at(&w, SYSTOLE_FUZZ_SCRATCH);
  set_enables(&w);
  set_masks(&w);
  write_job(&w);
  const unsigned body = w.count;
  for (unsigned i = 0; i < OPERATIONS; i++) operate(&w);
  jump(&w, 4 * (int32_t)(body - w.count));
  return w.count;
}
