#include "tests/unit/firmware_mock.h"

#include <stdlib.h>
#include <string.h>

static mock *now;  // the platform's functions know no argument

static void wrong(const char *what) {
  if (!now->wrong) now->wrong = what;
}

// ---- memory ------------------------------------------------------------------

static mock_region *find(uint64_t address) {
  for (unsigned r = 0; r < PACKETS_REGIONS; r++)
    if (now->regions[r].data && address >= now->regions[r].base &&
        address - now->regions[r].base < now->regions[r].bytes)
      return &now->regions[r];
  return NULL;
}

// NULL where memory answers with an error.
static uint32_t *at(uint32_t offset) {
  const uint64_t address = now->window + offset;
  mock_region *r = find(address);
  now->time += 40;
  if (now->busy) wrong("memory was asked for during a run");
  if (offset >= SYSTOLE_CORE_WINDOW_BYTES || address % 4 || !r || address + 4 > r->base + r->bytes) {
    wrong("an access outside every region");
    return NULL;
  }
  if (r->hole && address - r->base >= r->hole) {
    now->errors++;
    return NULL;
  }
  return (uint32_t *)(void *)(r->data + (address - r->base));
}

// The window keeps the line that was read last.
uint32_t fw_window_read(uint32_t offset) {
  const uint64_t address = now->window + offset, line = address & ~UINT64_C(63);
  const uint32_t *word = at(offset);
  if (!word) return 0xDEADBEEF;
  if (now->line_at != line) memcpy(now->line, word - address % 64 / 4, 64);
  now->line_at = line;
  return now->line[address % 64 / 4];
}

void fw_window_write(uint32_t offset, uint32_t value) {
  uint32_t *word = at(offset);
  if (word) *word = value;
  fw_refresh();
}

void fw_refresh(void) { now->line_at = UINT64_MAX; }
uint32_t fw_errors(void) { return now->errors; }

// ---- the machine -------------------------------------------------------------

static void end_if_due(void) {
  if (!now->busy || now->time < now->ends) return;
  now->busy = false;
  now->isr = true;
  now->runs++;
  now->registers[SYSTOLE_REG_ERROR_CAUSE / 4] = (uint32_t)now->cause;
}

// All segments lie in regions of one queue.
static void check_segments(void) {
  int owner = -1;
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++) {
    const uint32_t *w = &now->registers[(SYSTOLE_REG_SEG_BASE_LO + 16 * s) / 4];
    const uint64_t base = (uint64_t)w[1] << 32 | w[0], bytes = (uint64_t)w[3] << 32 | w[2];
    if (!bytes) continue;
    const mock_region *r = find(base);
    if (!r || bytes > r->bytes - (base - r->base)) {
      wrong("a segment that leaves its region");
      return;
    }
    const int q = (int)((r - now->regions) / SYSTOLE_LIMIT_REGIONS);
    if (owner >= 0 && owner != q) wrong("segments of two queues in one run");
    owner = q;
  }
}

static void start_run(void) {
  if (now->busy) wrong("a start during a run");
  if (!now->free_segments) check_segments();
  fw_refresh();
  uint64_t cycles = 1000;
  memset(&now->registers[SYSTOLE_REG_ERROR_CAUSE / 4], 0, 0x40);
  now->cause = now->run(now, now->user, &cycles);
  now->registers[SYSTOLE_REG_CYCLES_LO / 4] = (uint32_t)cycles;
  const uint64_t macs = cycles << 14;  // as many as an array can do
  now->registers[SYSTOLE_REG_MACS_LO / 4] = (uint32_t)macs;
  now->registers[SYSTOLE_REG_MACS_HI / 4] = (uint32_t)(macs >> 32);
  now->ends = now->cause == MOCK_FOREVER ? UINT64_MAX : now->time + cycles;
  now->busy = true;
}

static void abort_run(void) {
  if (!now->busy || now->cause == SYSTOLE_CAUSE_ABORT) return;
  now->cause = SYSTOLE_CAUSE_ABORT;
  now->ends = now->time + 20;
}

uint32_t fw_machine_read(uint32_t offset) {
  now->time += 5;
  end_if_due();
  if (now->busy && offset != SYSTOLE_REG_CTRL && offset != SYSTOLE_REG_ISR) wrong("a register was read during a run");
  if (offset == SYSTOLE_REG_ISR) return now->isr;
  if (offset == SYSTOLE_REG_CTRL) return (uint32_t)!now->busy << SYSTOLE_LSB_CTRL_IDLE;
  return now->registers[offset / 4 % 256];
}

void fw_machine_write(uint32_t offset, uint32_t value) {
  now->time += 5;
  end_if_due();
  if (offset == SYSTOLE_REG_CTRL && value & 1) start_run();
  else if (offset == SYSTOLE_REG_ISR) now->isr ^= value & 1;
  else if (offset == SYSTOLE_REG_ABORT) abort_run();
  else if (now->busy) wrong("a register was written during a run");
  else now->registers[offset / 4 % 256] = value;
}

// ---- the core's registers ----------------------------------------------------

static uint32_t pending(void) {
  return (uint32_t)now->isr | now->start << 1 | now->doorbell << 2;
}

uint32_t fw_local_read(uint32_t offset) {
  now->time += 2;
  end_if_due();
  switch (offset) {
    case SYSTOLE_CORE_REG_DOORBELL: return now->doorbell;
    case SYSTOLE_CORE_REG_START: return now->start;
    case SYSTOLE_CORE_REG_IRQ_PENDING: return pending();
    case SYSTOLE_CORE_REG_MTIME_LO: return (uint32_t)now->time;
    case SYSTOLE_CORE_REG_MTIME_HI: return (uint32_t)(now->time >> 32);
  }
  if (offset >= SYSTOLE_CORE_REG_MAILBOX + 0x10 && offset < 0x400)
    return now->mailbox[(offset - SYSTOLE_CORE_REG_MAILBOX) / 4];
  wrong("an unknown local register was read");
  return 0;
}

static void set_half(uint64_t *wide, bool high, uint32_t value) {
  *wide = high ? (*wide & 0xFFFFFFFFu) | (uint64_t)value << 32 : (*wide & ~UINT64_C(0xFFFFFFFF)) | value;
}

void fw_local_write(uint32_t offset, uint32_t value) {
  now->time += 2;
  switch (offset) {
    case SYSTOLE_CORE_REG_DOORBELL: now->doorbell &= ~value; return;
    case SYSTOLE_CORE_REG_START: now->start &= ~value; return;
    case SYSTOLE_CORE_REG_DONE: now->done += value; return;
    case SYSTOLE_CORE_REG_INTERRUPT: now->interrupt |= value; return;
    case SYSTOLE_CORE_REG_IRQ_ENABLE: now->irq_enable = value; return;
    case SYSTOLE_CORE_REG_WINDOW_LO: set_half(&now->window, false, value & ~127u); return;
    case SYSTOLE_CORE_REG_WINDOW_HI: set_half(&now->window, true, value); return;
    case SYSTOLE_CORE_REG_MTIMECMP_LO: set_half(&now->alarm, false, value); return;
    case SYSTOLE_CORE_REG_MTIMECMP_HI: set_half(&now->alarm, true, value); return;
    default: wrong("an unknown local register was written");
  }
}

void fw_sleep(void) {
  if (now->slept) now->slept(now, now->user);
  if (pending() & now->irq_enable) return;
  uint64_t next = now->alarm;
  if (now->busy && now->ends < next) next = now->ends;
  if (next == UINT64_MAX) wrong("asleep for ever");
  else if (next > now->time) now->time = next;
  end_if_due();
}

// ---- the host ----------------------------------------------------------------

void mock_set_tail(mock *m, unsigned q, uint32_t tail) {
  m->tail[q] = tail;
  mock_store(m, SYSTOLE_LIMIT_REGIONS * q, SYSTOLE_RING_TAIL, tail);
  m->doorbell |= 1u << q;
}

void mock_open(mock *m, const packets_region *regions, mock_run_fn run, void *user) {
  memset(m, 0, sizeof *m);
  now = m;
  m->run = run;
  m->user = user;
  m->alarm = m->line_at = UINT64_MAX;
  m->registers[SYSTOLE_REG_ID / 4] = 0x53595354;
  m->registers[SYSTOLE_REG_VERSION / 4] = SYSTOLE_ISA_VERSION;
  for (unsigned r = 0; r < PACKETS_REGIONS; r++) {
    uint32_t *w = &m->mailbox[(SYSTOLE_REG_SEG_BASE_LO + 16 * r) / 4];
    m->regions[r] = (mock_region){.base = regions[r].base, .bytes = regions[r].bytes};
    if (!regions[r].bytes) continue;
    m->regions[r].data = calloc((regions[r].bytes + 63) / 64, 64);
    w[0] = (uint32_t)regions[r].base, w[1] = (uint32_t)(regions[r].base >> 32);
    w[2] = (uint32_t)regions[r].bytes, w[3] = (uint32_t)(regions[r].bytes >> 32);
  }
  for (unsigned q = 0; q < SYSTOLE_QUEUES; q++) mock_store(m, SYSTOLE_LIMIT_REGIONS * q, SYSTOLE_RING_EPOCH, 1);
  fw_boot(&m->fw);
}

void mock_close(mock *m) {
  for (unsigned r = 0; r < PACKETS_REGIONS; r++) free(m->regions[r].data);
}

void mock_go(mock *m) {
  now = m;
  while (fw_turn(&m->fw) && !m->wrong) continue;
}

void mock_submit(mock *m, unsigned q, const uint32_t *words, uint32_t lines) {
  for (uint32_t l = 0; l < lines; l++)
    for (uint32_t w = 0; w < 16; w++)
      mock_store(m, SYSTOLE_LIMIT_REGIONS * q,
                 SYSTOLE_RING_SUBMISSION + (m->tail[q] + l) % SYSTOLE_LIMIT_RING_LINES * 64 + 4 * w,
                 words[16 * l + w]);
  mock_set_tail(m, q, m->tail[q] + lines);
}

bool mock_completion(mock *m, unsigned q, uint32_t words[2]) {
  const unsigned region = SYSTOLE_LIMIT_REGIONS * q;
  const uint32_t slot = m->consumed[q] % SYSTOLE_LIMIT_COMPLETIONS;
  words[0] = mock_load(m, region, SYSTOLE_RING_COMPLETION + 8 * slot);
  words[1] = mock_load(m, region, SYSTOLE_RING_COMPLETION + 8 * slot + 4);
  const uint32_t phase = ~(m->consumed[q] / SYSTOLE_LIMIT_COMPLETIONS) & 1;
  if (SYSTOLE_FIELD_GET(words, COMPLETION, phase) != phase) return false;
  mock_store(m, region, SYSTOLE_RING_CONSUMED, ++m->consumed[q]);
  return true;
}

uint32_t mock_load(const mock *m, unsigned region, uint64_t offset) {
  uint32_t value;
  memcpy(&value, m->regions[region].data + offset, 4);
  return value;
}

void mock_store(mock *m, unsigned region, uint64_t offset, uint32_t value) {
  if (m->regions[region].data) memcpy(m->regions[region].data + offset, &value, 4);
}
