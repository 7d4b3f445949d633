// A machine whose controller runs the firmware, as its host sees it: registers
// that it writes, an interrupt that it waits for. Its clients (driver/client.h)
// share it.
#ifndef SYSTOLE_DRIVER_CHIP_H
#define SYSTOLE_DRIVER_CHIP_H

#include "driver/transport.h"

typedef struct systole_chip systole_chip;

// Boots the firmware. E_UNSUPPORTED where transport or configuration have no
// controller. run_limit: most cycles of one run, 0: 2^31. transport and state must
// outlive the chip.
systole_status systole_chip_open(const systole_transport *transport, void *state, const systole_config *config,
                                 uint32_t run_limit, systole_chip **chip, systole_error *err);

// A free queue for a client and the number of its epoch, and its return; the chip
// goes with its last client.
systole_status systole_chip_take_queue(systole_chip *chip, unsigned *queue, uint32_t *epoch, systole_error *err);
void systole_chip_give_queue(systole_chip *chip, unsigned queue);
bool systole_chip_is_last(const systole_chip *chip, unsigned queue);  // nobody else has one

const systole_transport_controller *systole_chip_controller(const systole_chip *chip);

// Remembers a write, which the next systole_chip_go does first.
void systole_chip_write(systole_chip *chip, uint32_t offset, uint32_t value);

// Lets time go on until the interrupt, which it clears, or a cycle, or until
// nothing happens any more. observer may be NULL.
systole_status systole_chip_go(systole_chip *chip, uint64_t limit, const systole_observer *observer,
                               systole_error *err);

const systole_chip_report *systole_chip_now(const systole_chip *chip);

#endif
