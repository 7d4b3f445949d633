#include "sim/model/chip.h"

#include <stdlib.h>
#include <string.h>

enum { LOCAL_CYCLES = 1, WRITE_CYCLES = 3, TO_WRITE = 2 };
// A read of a machine register: to the cycle in which it may have to wait, from there
// to that in which it is done, and to its end.
enum { TO_WAIT = 1, TO_READ = 1, READ_CYCLES = 3 };

// ---- The bus: what the core's accesses come to

static bool machine_busy(const systole_chip *chip) { return chip->control.running || chip->control.start; }

static void machine_until(systole_chip *chip, uint64_t cycle) {
  while (systole_control_until(&chip->control, cycle)) continue;
}

// The first cycle from `at` on in which the machine is not busy, and if `quiet`
// has no burst under way; NEVER if that is beyond the horizon.
static uint64_t when_at_rest(systole_chip *chip, uint64_t at, bool quiet) {
  systole_control *c = &chip->control;
  machine_until(chip, at - 1);
  while (machine_busy(chip))
    if (!systole_control_until(c, chip->horizon - 1)) return SYSTOLE_NEVER;
  uint64_t rest = systole_later(at, c->idle_from);
  if (quiet) rest = systole_later(rest, c->quiet_from);
  return rest <= chip->horizon ? rest : SYSTOLE_NEVER;
}

static uint32_t pending(const systole_chip *chip) {
  return chip->front.doorbell << 2 | (uint32_t)chip->front.start << 1 |
         (uint32_t)systole_control_irq(&chip->control);
}

static uint32_t read_local(systole_chip *chip, uint64_t at, uint32_t offset) {
  systole_front_until(&chip->front, at);
  machine_until(chip, at - 1);
  if (offset >= SYSTOLE_CORE_REG_MAILBOX + SYSTOLE_MAILBOX_BEGIN)
    return chip->front.mailbox[(offset - SYSTOLE_CORE_REG_MAILBOX) / 4];
  switch (offset) {
    case SYSTOLE_CORE_REG_DOORBELL: return chip->front.doorbell;
    case SYSTOLE_CORE_REG_START: return chip->front.start;
    case SYSTOLE_CORE_REG_IRQ_ENABLE: return chip->irq_enable;
    case SYSTOLE_CORE_REG_IRQ_PENDING: return pending(chip);
    case SYSTOLE_CORE_REG_WINDOW_LO: return (uint32_t)chip->window.base;
    case SYSTOLE_CORE_REG_WINDOW_HI: return (uint32_t)(chip->window.base >> 32);
    case SYSTOLE_CORE_REG_MACHINE: return machine_busy(chip);
    case SYSTOLE_CORE_REG_MTIME_LO: return (uint32_t)at;
    case SYSTOLE_CORE_REG_MTIME_HI: return (uint32_t)(at >> 32);
    case SYSTOLE_CORE_REG_MTIMECMP_LO: return (uint32_t)chip->timer_compare;
    case SYSTOLE_CORE_REG_MTIMECMP_HI: return (uint32_t)(chip->timer_compare >> 32);
    default: return 0;
  }
}

static void set_low(uint64_t *number, uint32_t value) {
  *number = (*number & ~(uint64_t)UINT32_MAX) | value;
}
static void set_high(uint64_t *number, uint32_t value) {
  *number = (*number & UINT32_MAX) | (uint64_t)value << 32;
}

// The timer's line is a register, one cycle behind the comparison.
static void set_timer(systole_chip *chip) {
  chip->mcu.line[SYSTOLE_MCU_TIMER] = systole_after(chip->timer_compare, 1);
}

static void write_local(systole_chip *chip, uint64_t at, uint32_t offset, uint32_t value) {
  enum { QUEUE_BITS = (1 << SYSTOLE_QUEUES) - 1, IRQ_BITS = QUEUE_BITS << 2 | 3, WINDOW_LOW = 127 };
  systole_core_act act = {.cycle = at};
  switch (offset) {
    case SYSTOLE_CORE_REG_DOORBELL: act.doorbell_clear = value & QUEUE_BITS; break;
    case SYSTOLE_CORE_REG_START: act.take = value & 1; break;
    case SYSTOLE_CORE_REG_DONE: act.done = value & 1; break;
    case SYSTOLE_CORE_REG_INTERRUPT: act.interrupt = value & QUEUE_BITS; break;
    case SYSTOLE_CORE_REG_IRQ_ENABLE: chip->irq_enable = value & IRQ_BITS; return;
    case SYSTOLE_CORE_REG_WINDOW_LO: set_low(&chip->window.base, value & ~(uint32_t)WINDOW_LOW); return;
    case SYSTOLE_CORE_REG_WINDOW_HI: set_high(&chip->window.base, value); return;
    case SYSTOLE_CORE_REG_MTIMECMP_LO:
      set_low(&chip->timer_compare, value);
      set_timer(chip);
      return;
    case SYSTOLE_CORE_REG_MTIMECMP_HI:
      set_high(&chip->timer_compare, value);
      set_timer(chip);
      return;
    default: return;
  }
  systole_front_act(&chip->front, &act);
}

static const systole_mcu_answer not_yet = {.done = SYSTOLE_MCU_NEVER};

static systole_mcu_answer access_machine(systole_chip *chip, uint64_t at, bool write, uint32_t offset,
                                         uint32_t data) {
  const bool always = offset == SYSTOLE_REG_CTRL || offset == SYSTOLE_REG_ISR || offset == SYSTOLE_REG_ABORT;
  uint64_t begin = always ? at : when_at_rest(chip, at, false);
  if (begin == SYSTOLE_NEVER || begin + TO_WRITE > chip->horizon) return not_yet;
  if (!write) {
    machine_until(chip, begin + TO_WAIT - 1);
    begin = systole_control_readable(&chip->control, begin + TO_WAIT) + TO_READ;
    if (begin > chip->horizon) return not_yet;
    machine_until(chip, begin - 1);
    return (systole_mcu_answer){.data = systole_control_read(&chip->control, offset),
                                .done = begin + READ_CYCLES};
  }
  machine_until(chip, begin + TO_WRITE - 1);
  systole_control_write(&chip->control, begin + TO_WRITE, offset, data);
  if (offset == SYSTOLE_REG_CTRL && (data & 1)) chip->window.valid = false;
  return (systole_mcu_answer){.done = begin + WRITE_CYCLES};
}

static systole_mcu_answer access_window(systole_chip *chip, uint64_t at, bool write, uint32_t where,
                                        uint32_t data, unsigned strobes) {
  systole_window *window = &chip->window;
  const uint64_t address = systole_window_address(window, where);
  if (!write && systole_window_hits(window, address))
    return (systole_mcu_answer){.data = systole_window_word(window, address), .done = at + LOCAL_CYCLES};
  if (!window->planned) {
    const uint64_t begin = when_at_rest(chip, at, true);
    if (begin == SYSTOLE_NEVER) return not_yet;
    systole_window_plan(window, begin, write, address);
  }
  if (window->bytes > chip->horizon) return not_yet;
  const systole_window_answer answer = systole_window_do(window, write, address, data, strobes);
  return (systole_mcu_answer){.data = answer.data, .error = answer.error, .done = answer.done};
}

static systole_mcu_answer answer_access(systole_chip *chip, uint64_t at, bool write, uint32_t address,
                                        uint32_t data, unsigned strobes) {
  if (address >= SYSTOLE_CORE_WINDOW) return access_window(chip, at, write, address, data, strobes);
  if (strobes == 15 && address - SYSTOLE_CORE_MACHINE < SYSTOLE_CORE_MACHINE_BYTES)
    return access_machine(chip, at, write, address - SYSTOLE_CORE_MACHINE, data);
  systole_mcu_answer answer = {.done = at + LOCAL_CYCLES};
  if (strobes != 15 || address - SYSTOLE_CORE_LOCAL >= SYSTOLE_CORE_LOCAL_BYTES) answer.error = true;
  else if (write) write_local(chip, at, address - SYSTOLE_CORE_LOCAL, data);
  else answer.data = read_local(chip, at, address - SYSTOLE_CORE_LOCAL);
  return answer;
}

static systole_mcu_answer access_bus(void *user, uint64_t at, bool write, uint32_t address, uint32_t data,
                                     unsigned strobes) {
  systole_chip *chip = user;
  if (!chip->waits) {
    chip->before_address = chip->bus_address;
    chip->bus_address = address;
    chip->waits = true;
    chip->waited = (systole_span){at, SYSTOLE_NEVER};
    chip->asked.write = write;
    chip->asked.data = data;
    chip->asked.strobes = strobes;
  }
  if (at > chip->horizon) return not_yet;
  const systole_mcu_answer answer = answer_access(chip, at, write, address, data, strobes);
  if (answer.done == SYSTOLE_MCU_NEVER) return answer;
  chip->waits = false;
  chip->waited.to = answer.done;
  return answer;
}

static void fence(void *user, uint64_t at) {
  (void)at;
  ((systole_chip *)user)->window.valid = false;
}

// ---- What observers are told

static void tell_retirement(systole_chip *chip, uint64_t before) {
  if (!chip->holds || chip->retired.cycle >= before) return;
  chip->holds = false;
  if (chip->observer && chip->observer->retire) chip->observer->retire(chip->observer->user, &chip->retired);
}

static void on_retired(void *user, const systole_mcu_retired *r) {
  systole_chip *chip = user;
  tell_retirement(chip, SYSTOLE_NEVER);
  chip->retired = (systole_retirement){.cycle = r->cycle, .pc = r->pc, .instruction = r->instr, .rd = r->rd,
                                       .value = r->value, .trap = r->trap,
                                       .cause = (r->cause & 15u) | (uint32_t)(r->cause >> 4) << 31};
  chip->holds = true;
  chip->last_pc = r->pc;
  chip->last_end = r->cycle;
}

static void on_start(void *user, uint64_t cycle) {
  systole_chip *chip = user;
  chip->first_start = SYSTOLE_NEVER;
  if (chip->observer && chip->observer->start) chip->observer->start(chip->observer->user, cycle);
}

static void on_end(void *user, uint64_t cycle) {
  systole_chip *chip = user;
  systole_chip_report *totals = &chip->totals;
  totals->runs++;
  if (chip->first_start != SYSTOLE_NEVER) {
    if (chip->last_run_end) {
      const uint64_t gap = chip->first_start - chip->last_run_end;
      totals->gaps++;
      totals->gap_cycles += gap;
      totals->gap_most = systole_later(totals->gap_most, gap);
    }
    chip->last_run_end = chip->run_end;
  }
  if (chip->observer && chip->observer->end) chip->observer->end(chip->observer->user, cycle);
}

void systole_chip_instruction(void *user, unsigned engine, uint32_t index, uint64_t start, uint64_t end) {
  systole_chip *chip = user;
  chip->first_start = systole_sooner(chip->first_start, chip->control.origin + start);
  chip->run_end = chip->control.origin + end;
  if (chip->observer && chip->observer->trace)
    chip->observer->trace(chip->observer->user, engine, index, start, end);
}

// ---- Time

static bool irq_at(systole_chip *chip, uint64_t cycle) {
  systole_front_until(&chip->front, cycle);
  if (chip->irq_enable & 1) machine_until(chip, cycle - 1);
  return (pending(chip) & chip->irq_enable) != 0;
}

// Sleeps from mcu.cycle on, up to the horizon, or to the end of its WFI.
static void sleep_on(systole_chip *chip) {
  systole_mcu *mcu = &chip->mcu;
  uint64_t *line = &mcu->line[SYSTOLE_MCU_EXTERNAL];
  while (mcu->asleep && mcu->cycle <= chip->horizon) {
    *line = irq_at(chip, mcu->cycle) ? mcu->cycle : SYSTOLE_NEVER;
    const uint64_t wakes = systole_sooner(systole_mcu_wakes(mcu), chip->horizon + 1);
    if (wakes > mcu->cycle && systole_control_until(&chip->control, wakes - 1)) {
      mcu->cycle = systole_later(mcu->cycle, chip->control.idle_from);
      continue;
    }
    systole_mcu_step(mcu, systole_sooner(wakes, chip->horizon));
  }
  chip->slept = (systole_span){chip->sleeps_from, mcu->asleep ? SYSTOLE_NEVER : mcu->cycle - 1};
}

// The instruction at mcu.cycle, by what is known in its first cycle.
static systole_mcu_event step_once(systole_chip *chip) {
  systole_mcu *mcu = &chip->mcu;
  const unsigned stale = mcu->stale;
  const uint32_t words[2] = {mcu->stale_words[0], mcu->stale_words[1]};
  if (!chip->again) mcu->line[SYSTOLE_MCU_EXTERNAL] = irq_at(chip, mcu->cycle) ? mcu->cycle : SYSTOLE_NEVER;
  const systole_mcu_event event = systole_mcu_step(mcu, mcu->cycle);
  chip->again = event == SYSTOLE_MCU_STUCK;
  if (chip->again) {  // as if it had not been tried
    mcu->stuck = false;
    mcu->stale = stale;
    memcpy(mcu->stale_words, words, sizeof words);
  }
  return event;
}

// One instruction that begins at the horizon or before; false if none can go on.
static bool step(systole_chip *chip) {
  systole_mcu *mcu = &chip->mcu;
  if (mcu->cycle > chip->horizon) return false;
  if (mcu->asleep) {
    sleep_on(chip);
    return !mcu->asleep;
  }
  const systole_mcu_event event = step_once(chip);
  if (event == SYSTOLE_MCU_ASLEEP) {
    chip->sleeps_from = mcu->cycle;
    chip->slept = (systole_span){mcu->cycle, SYSTOLE_NEVER};
  }
  return event != SYSTOLE_MCU_STUCK;
}

// Everything in `cycle` and before, but what the host does in it.
static void run_through(systole_chip *chip, uint64_t cycle) {
  chip->horizon = cycle;
  while (step(chip)) continue;
}

// ---- What the core shows in a cycle that it has been run through

static bool within(const systole_span *span, uint64_t cycle) {
  return span->from <= cycle && cycle <= span->to;
}

static bool sleeping(const systole_chip *chip, uint64_t cycle) {
  return chip->slept.from && within(&chip->slept, cycle);
}

static systole_core_view view(systole_chip *chip, uint64_t cycle) {
  machine_until(chip, cycle - 1);
  const bool asked = chip->waited.from && chip->waited.from <= cycle;
  return (systole_core_view){.sleeping = sleeping(chip, cycle),
                             .waiting = asked && cycle <= chip->waited.to,
                             .busy = systole_control_busy(&chip->control, cycle),
                             .pc = cycle <= chip->last_end ? chip->last_pc : chip->mcu.pc,
                             .address = asked ? chip->bus_address : chip->before_address};
}

// ---- The host

static uint64_t access_cycle(const systole_host_access *access, uint64_t free) {
  return systole_later(access->cycle, access->read ? free : free + 1);
}

static bool do_access(systole_chip *chip, systole_host_access *access, uint64_t limit) {
  const uint64_t when = access_cycle(access, systole_later(chip->present, 1));
  if (when >= limit || limit - when < 2) return false;
  run_through(chip, when);
  access->cycle = when;
  chip->totals.host_accesses++;
  if (access->read) {
    const systole_core_view core = view(chip, when);
    access->value = systole_front_read(&chip->front, when, access->offset, chip->config.tcm_bytes, &core);
  } else {
    systole_front_write(&chip->front, when, access->offset, access->value);
  }
  chip->present = when + 2;
  return true;
}

// The first cycle from the present on in which nothing can happen but by the
// host, NEVER if something will, as far as the horizon goes.
static uint64_t quiet_from(systole_chip *chip) {
  const systole_mcu *mcu = &chip->mcu;
  const systole_control *control = &chip->control;
  if (!mcu->asleep) return SYSTOLE_NEVER;
  machine_until(chip, chip->horizon - 1);
  if (machine_busy(chip)) return SYSTOLE_NEVER;
  uint64_t from = systole_later(chip->present, chip->sleeps_from);
  from = systole_later(from, systole_later(control->idle_from, control->quiet_from));
  const uint64_t timer = mcu->line[SYSTOLE_MCU_TIMER];
  return timer == SYSTOLE_NEVER ? from : systole_later(from, timer);
}

static systole_stop wait_for(systole_chip *chip, uint64_t limit) {
  systole_front *front = &chip->front;
  if (chip->present) run_through(chip, chip->present - 1);
  systole_front_until(front, chip->present);
  if (systole_front_irq(front)) return SYSTOLE_STOP_IRQ;
  if (chip->present >= limit) return SYSTOLE_STOP_LIMIT;
  chip->horizon = limit - 1;
  while (step(chip)) {
    if (!front->acts) continue;
    const uint64_t after = front->act.cycle + 1;
    systole_front_until(front, after);
    if (!systole_front_irq(front)) continue;
    chip->present = systole_later(chip->present, after);
    return SYSTOLE_STOP_IRQ;
  }
  const uint64_t quiet = quiet_from(chip);
  const bool stops = quiet < limit;
  chip->present = stops ? quiet + 1 : limit;
  if (stops) chip->mcu.cycle = chip->present;  // it has slept no longer
  return stops ? SYSTOLE_STOP_QUIET : SYSTOLE_STOP_LIMIT;
}

static void describe(systole_chip *chip, systole_stop stop, systole_chip_report *report) {
  const systole_core_view core = chip->present ? view(chip, chip->present) : (systole_core_view){0};
  *report = chip->totals;
  report->stop = stop;
  report->cycle = chip->present;
  report->core_asleep = core.sleeping;
  report->core_waits = core.waiting;
  report->machine_busy = core.busy;
  report->core_pc = core.pc;
  report->core_address = core.address;
}

void systole_chip_control(systole_chip *chip, systole_host_access *accesses, unsigned count, uint64_t limit,
                          const systole_observer *observer, systole_chip_report *report) {
  unsigned done = 0;
  systole_stop stop = SYSTOLE_STOP_LIMIT;
  chip->observer = observer;
  while (done < count && do_access(chip, &accesses[done], limit)) done++;
  for (unsigned i = done; i < count; i++) accesses[i].cycle = UINT64_MAX;
  if (done == count) {
    stop = wait_for(chip, limit);
  } else {
    chip->present = systole_later(chip->present, limit);
    if (chip->present) run_through(chip, chip->present - 1);
  }
  if (chip->present) machine_until(chip, chip->present - 1);
  tell_retirement(chip, chip->present);
  describe(chip, stop, report);
  chip->observer = NULL;
}

// ---- From reset to reset

systole_status systole_chip_create(systole_chip *chip, const systole_config *config, systole_error *err) {
  chip->config = *config;
  chip->control.user = chip;
  chip->control.started = on_start;
  chip->control.finished = on_end;
  chip->window.bus_bytes = config->bus_bytes;
  if (!config->controller) return SYSTOLE_OK;
  chip->tcm = calloc(config->tcm_bytes, 1);
  if (chip->tcm == NULL)
    return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for %u bytes of TCM", config->tcm_bytes);
  chip->mcu.tcm = chip->tcm;
  chip->mcu.tcm_bytes = config->tcm_bytes;
  chip->mcu.bus = (systole_mcu_bus){chip, access_bus, fence};
  chip->mcu.retired = on_retired;
  chip->mcu.retired_user = chip;
  return SYSTOLE_OK;
}

void systole_chip_destroy(systole_chip *chip) { free(chip->tcm); }

// What the core has begun when it is reset after `cycle` goes on without it.
static void finish_access(systole_chip *chip, uint64_t cycle) {
  systole_control *control = &chip->control;
  if (!chip->waits || chip->waited.from > cycle) return;
  const uint64_t address = systole_window_address(&chip->window, chip->bus_address);
  if (chip->window.planned) {
    systole_window_do(&chip->window, chip->asked.write, address, chip->asked.data, chip->asked.strobes);
    return;
  }
  chip->horizon = cycle + TO_WRITE;
  const uint32_t offset = chip->bus_address - SYSTOLE_CORE_MACHINE;
  if (!chip->asked.write || chip->asked.strobes != 15 || offset >= SYSTOLE_CORE_MACHINE_BYTES) return;
  const bool always = offset == SYSTOLE_REG_CTRL || offset == SYSTOLE_REG_ISR || offset == SYSTOLE_REG_ABORT;
  if (!always && (machine_until(chip, cycle - 1), machine_busy(chip))) return;
  machine_until(chip, cycle + TO_WRITE - 1);
  systole_control_write(control, cycle + TO_WRITE, offset, chip->asked.data);
}

// The host's writes: RUN in two cycles, ABORT five later; what is taken then is
// aborted four cycles after.
void systole_chip_stop(systole_chip *chip) {
  enum { TO_ABORT = 5, ABORT_AFTER_TAKE = 3 };
  systole_control *control = &chip->control;
  if (!chip->booted) return;
  const uint64_t stop = systole_later(chip->present, 1) + 1;
  chip->booted = false;
  chip->observer = NULL;
  run_through(chip, stop);
  finish_access(chip, stop);
  machine_until(chip, stop + 2);
  if (machine_busy(chip)) {
    const uint64_t abort = stop + TO_ABORT;
    machine_until(chip, abort - 1);
    systole_control_write(control, abort, SYSTOLE_REG_ABORT, 1);
  }
  while (machine_busy(chip)) {
    if (control->running) {
      systole_control_until(control, SYSTOLE_NEVER - 1);
      continue;
    }
    const uint64_t take = systole_control_take_cycle(control);
    systole_control_until(control, take);
    systole_control_write(control, take + ABORT_AFTER_TAKE, SYSTOLE_REG_ABORT, 1);
  }
  control->isr = 0;
  control->done = control->ready = false;
}

void systole_chip_boot(systole_chip *chip, const uint32_t *image, uint32_t words) {
  systole_chip_stop(chip);
  memcpy(chip->tcm, image, (size_t)words * 4);
  systole_mcu_reset(&chip->mcu);
  chip->front.tcm_address = words * 4;
  systole_front_reset(&chip->front);
  systole_dram_reset(chip->window.dram);
  chip->window.valid = chip->window.planned = false;
  chip->window.base = 0;
  chip->control.idle_from = chip->control.quiet_from = 0;
  chip->irq_enable = 0;
  chip->timer_compare = UINT64_MAX;
  set_timer(chip);
  chip->present = chip->horizon = 0;
  chip->last_pc = chip->bus_address = chip->before_address = 0;
  chip->last_end = chip->sleeps_from = 0;
  chip->waited = chip->slept = (systole_span){0, 0};
  chip->waits = chip->again = chip->holds = false;
  chip->totals = (systole_chip_report){0};
  chip->run_end = chip->last_run_end = 0;
  chip->booted = true;
}
