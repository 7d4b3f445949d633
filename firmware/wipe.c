// Between a run of one client and the next of another the SRAMs are cleared, by a
// program that the host has put where no queue reaches: nothing in them is left for
// the other's programs to read.
#include "firmware/firmware.h"

enum { LONGEST = 1 << 20 };  // cycles: it takes some ten thousand

static uint32_t mailbox(uint32_t offset) { return fw_local_read(SYSTOLE_CORE_REG_MAILBOX + offset); }

static void bind(firmware *fw, const fw_piece *wipe) {
  const fw_piece none = {0, 0};
  fw_machine_forget(fw);
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++) fw_machine_segment(s, s < 2 ? wipe : &none);
  fw_machine_write(SYSTOLE_REG_PROGRAM_LINES, mailbox(SYSTOLE_MAILBOX_WIPE_LINES));
  fw_machine_write(SYSTOLE_REG_WATCHDOG, 0);
}

static void run(firmware *fw) {
  fw_machine_write(SYSTOLE_REG_CTRL, 1u << SYSTOLE_LSB_CTRL_START);
  const uint64_t until = fw_time() + LONGEST;
  fw_alarm(until);
  for (;;) {
    fw_sleep();
    if (fw_local_read(SYSTOLE_CORE_REG_IRQ_PENDING) >> SYSTOLE_LSB_CORE_IRQ_PENDING_MACHINE & 1) break;
    fw_listen(fw);
    if (fw_time() < until) continue;
    fw_alarm(UINT64_MAX);
    fw_machine_write(SYSTOLE_REG_ABORT, 1);
  }
  fw_machine_write(SYSTOLE_REG_ISR, 1);
}

void fw_wipe(firmware *fw) {
  const uint64_t base = (uint64_t)mailbox(SYSTOLE_MAILBOX_WIPE_HI) << 32 | mailbox(SYSTOLE_MAILBOX_WIPE_LO);
  const fw_piece wipe = {base, mailbox(SYSTOLE_MAILBOX_WIPE_BYTES)};
  if (!wipe.bytes) return;
  bind(fw, &wipe);
  run(fw);
}
