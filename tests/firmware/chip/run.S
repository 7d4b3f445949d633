# Runs: polled, slept through, waited for by a window access; registers that wait.
        .include "chip.inc"
        .section .text.start, "ax"
        .globl _start
_start: begin
        lw      t1, ID(s1)
        li      t2, 0x53595354
        same    1, t1, t2
        job     SHORT

        start                           # polled
2:      lw      t1, CTRL(s1)
        andi    t1, t1, 2
        beqz    t1, 2b
        lw      t1, ERROR_CAUSE(s1)
        same    2, t1, zero
        lw      s3, CYCLES_LO(s1)
        li      a0, 3
        beqz    s3, out

        li      t0, 1                   # slept through
        sw      t0, GIE(s1)
        sw      t0, IER(s1)
        sw      t0, IRQ_ENABLE(s0)
        li      t0, 0x800
        csrw    mie, t0
        start
        lw      t1, BUSY(s0)
        li      t2, 1
        same    4, t1, t2
        wfi
        lw      t1, BUSY(s0)
        same    5, t1, zero
        lw      t1, IRQ_PENDING(s0)
        same    6, t1, t2
        lw      t1, ISR(s1)
        same    7, t1, t2
        sw      t1, ISR(s1)
        lw      t1, IRQ_PENDING(s0)
        same    8, t1, zero

        lw      t1, 4(s2)               # a line in hand, which the start gives up
        start
        lw      t1, 8(s2)
        lw      t1, BUSY(s0)
        same    9, t1, zero
        start
        lw      t1, CYCLES_LO(s1)       # waits, too, and is that of the same run
        same    10, t1, s3
        lw      t1, BUSY(s0)
        same    11, t1, zero

        start                           # two starts: the second is taken after the first
        start
        lw      t1, CYCLES_LO(s1)
        same    12, t1, s3
        li      a0, 0
out:    finish
