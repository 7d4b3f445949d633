#include "driver/chip.h"

#include <stdlib.h>

#include "driver/firmware_image.h"
#include "driver/wipe.h"
#include "hw/isa/commands.h"

enum { ACCESSES = 128 };

struct systole_chip {
  const systole_transport *transport;
  const systole_transport_controller *controller;
  void *wipe;       // memory of no queue
  void *state;
  unsigned taken;   // queues, bit q
  uint32_t epochs;  // so far
  systole_host_access accesses[ACCESSES];
  unsigned count;
  systole_chip_report report;
};

// What is run between two clients, to where neither reaches.
static systole_status put_wipe(systole_chip *c, const systole_config *config, systole_error *err) {
  uint32_t bytes, lines;
  void *content;
  systole_status status = systole_wipe_make(config, &content, &bytes, &lines, err);
  if (status) return status;
  status = c->controller->alloc(c->state, SYSTOLE_QUEUES, bytes, &c->wipe, err);
  if (!status) status = c->transport->write(c->state, c->wipe, 0, content, bytes, err);
  free(content);
  if (status) return status;
  const uint64_t address = c->controller->address(c->wipe);
  systole_chip_write(c, SYSTOLE_MAILBOX_WIPE_LO, (uint32_t)address);
  systole_chip_write(c, SYSTOLE_MAILBOX_WIPE_HI, (uint32_t)(address >> 32));
  systole_chip_write(c, SYSTOLE_MAILBOX_WIPE_BYTES, bytes);
  systole_chip_write(c, SYSTOLE_MAILBOX_WIPE_LINES, lines);
  return SYSTOLE_OK;
}

static void destroy(systole_chip *c) {
  if (c->wipe) c->transport->release(c->state, c->wipe);
  free(c);
}

static systole_status check(const systole_transport *transport, const systole_config *config, systole_error *err) {
  if (!transport->controller || !config->controller)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "control firmware: %s on %s has no controller: expected a back end and a configuration that have one, or control direct",
                        config->name, transport->name);
  if (config->tcm_bytes < systole_firmware_tcm_bytes)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "control firmware: %s has tcm_bytes = %lu: expected at least %lu, or control direct", config->name,
                        (unsigned long)config->tcm_bytes, (unsigned long)systole_firmware_tcm_bytes);
  return SYSTOLE_OK;
}

systole_status systole_chip_open(const systole_transport *transport, void *state, const systole_config *config,
                                 uint32_t run_limit, systole_chip **chip, systole_error *err) {
  systole_status status = check(transport, config, err);
  if (!status) status = transport->controller->boot(state, systole_firmware_image, systole_firmware_words, err);
  if (status) return status;
  systole_chip *c = calloc(1, sizeof *c);
  if (!c) return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
  *c = (systole_chip){.transport = transport, .controller = transport->controller, .state = state};
  status = put_wipe(c, config, err);
  if (status) {
    destroy(c);
    return status;
  }
  systole_chip_write(c, SYSTOLE_REG_IER, ((1u << SYSTOLE_QUEUES) - 1) << 2);
  systole_chip_write(c, SYSTOLE_REG_GIE, 1);
  systole_chip_write(c, SYSTOLE_MAILBOX_RUN_LIMIT, run_limit);
  *chip = c;
  return SYSTOLE_OK;
}

systole_status systole_chip_take_queue(systole_chip *chip, unsigned *queue, uint32_t *epoch, systole_error *err) {
  for (unsigned q = 0; q < SYSTOLE_QUEUES; q++) {
    if (chip->taken >> q & 1) continue;
    chip->taken |= 1u << q;
    *queue = q;
    *epoch = ++chip->epochs;
    return SYSTOLE_OK;
  }
  return systole_fail(err, SYSTOLE_E_USAGE, "control firmware: expected a free queue of the %d", SYSTOLE_QUEUES);
}

bool systole_chip_is_last(const systole_chip *chip, unsigned queue) { return chip->taken == 1u << queue; }

void systole_chip_give_queue(systole_chip *chip, unsigned queue) {
  chip->taken &= ~(1u << queue);
  if (!chip->taken) destroy(chip);
}

const systole_transport_controller *systole_chip_controller(const systole_chip *chip) { return chip->controller; }
const systole_chip_report *systole_chip_now(const systole_chip *chip) { return &chip->report; }

// Settings that nobody has seen yet give way to later ones, so ACCESSES is never
// reached; doorbells of different queues stand side by side.
static void forget(systole_chip *chip, uint32_t offset, uint32_t value) {
  unsigned left = 0;
  for (unsigned i = 0; i < chip->count; i++) {
    const systole_host_access *a = &chip->accesses[i];
    if (a->offset == offset && (offset != SYSTOLE_REG_DOORBELL || a->value == value)) continue;
    chip->accesses[left++] = *a;
  }
  chip->count = left;
}

void systole_chip_write(systole_chip *chip, uint32_t offset, uint32_t value) {
  forget(chip, offset, value);
  if (chip->count < ACCESSES)
    chip->accesses[chip->count++] = (systole_host_access){.offset = offset, .value = value};
}

// What the limit left undone is done next time.
static systole_status let_go(systole_chip *c, uint64_t limit, const systole_observer *observer, systole_error *err) {
  systole_status status = c->controller->control(c->state, c->accesses, c->count, limit, observer, &c->report, err);
  unsigned left = 0;
  for (unsigned i = 0; i < c->count; i++) {
    if (c->accesses[i].cycle != UINT64_MAX) continue;
    c->accesses[left] = c->accesses[i];
    c->accesses[left++].cycle = 0;
  }
  c->count = status ? 0 : left;
  return status;
}

// Reading ISR and writing what was read is all that clears an interrupt.
static systole_status clear_interrupt(systole_chip *c, const systole_observer *observer, systole_error *err) {
  systole_host_access read = {.offset = SYSTOLE_REG_ISR, .read = true};
  systole_status status = c->controller->control(c->state, &read, 1, UINT64_MAX, observer, &c->report, err);
  if (!status) systole_chip_write(c, SYSTOLE_REG_ISR, read.value);
  return status;
}

systole_status systole_chip_go(systole_chip *chip, uint64_t limit, const systole_observer *observer,
                               systole_error *err) {
  systole_status status = let_go(chip, limit, observer, err);
  if (status || chip->report.stop != SYSTOLE_STOP_IRQ) return status;
  return clear_interrupt(chip, observer, err);
}
