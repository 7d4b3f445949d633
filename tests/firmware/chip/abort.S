# Aborts of a program that does not end: while it runs, while it starts, after it
# has ended; and the machine runs a good one afterwards.
        .include "chip.inc"
        .section .text.start, "ax"
        .globl _start
_start: begin
        li      s4, 1
        sw      s4, GIE(s1)
        sw      s4, IER(s1)
        sw      s4, IRQ_ENABLE(s0)
        li      t0, 0x800
        csrw    mie, t0
        li      s5, 0                   # cycles before the abort
again:  job     LONG
        start
        mv      t1, s5
2:      addi    t1, t1, -1
        bgez    t1, 2b
        sw      s4, ABORT(s1)
        sw      s4, ABORT(s1)
        wfi
        lw      t1, ERROR_CAUSE(s1)
        li      t2, CAUSE_ABORT
        same    1, t1, t2
        sw      s4, ISR(s1)
        sw      s4, ABORT(s1)           # nothing runs: no effect
        job     SHORT
        start
        wfi
        lw      t1, ERROR_CAUSE(s1)
        same    2, t1, zero
        sw      s4, ISR(s1)
        addi    s5, s5, 17
        li      t0, 400
        blt     s5, t0, again
        li      a0, 0
out:    finish
