# What wakes the core: the timer, and the host's START and doorbell, which come in
# cycles 3000 and 3300 and say their number in the mailbox.
        .include "chip.inc"
        .section .text.start, "ax"
        .globl _start
_start: begin
        li      t0, 0x80
        csrw    mie, t0
        li      t1, 1000
        sw      t1, MTIMECMP_LO(s0)
        sw      zero, MTIMECMP_HI(s0)
        wfi
        lw      t2, MTIME_LO(s0)
        li      t3, 1001 + 2            # WFI ends in 1001, the load begins in 1002, asks in 1003
        same    1, t2, t3
        li      t1, -1
        sw      t1, MTIMECMP_HI(s0)

        li      t0, 0x800
        csrw    mie, t0
        li      t0, 2
        sw      t0, IRQ_ENABLE(s0)
        wfi
        lw      t1, IRQ_PENDING(s0)
        li      t2, 2
        same    2, t1, t2
        lw      t1, MAILBOX + 0x10(s0)
        li      t2, 3000
        same    3, t1, t2
        li      t0, 1
        sw      t0, START(s0)
        lw      t1, START(s0)
        same    4, t1, zero

        li      t0, 0xc
        sw      t0, IRQ_ENABLE(s0)
        wfi
        lw      t1, DOORBELL(s0)
        li      t2, 2
        same    5, t1, t2
        sw      t1, DOORBELL(s0)
        lw      t1, IRQ_PENDING(s0)
        same    6, t1, zero
        sw      t2, INTERRUPT(s0)
        li      a0, 0
out:    finish
