# The line in hand: what answers a load in three cycles, and what gives it up.
        .include "chip.inc"
        .macro  timed code, offset, quick    # a load is (not) answered by the line
        csrr    t1, mcycle
        lw      t2, \offset(s2)
        csrr    t3, mcycle
        sub     t3, t3, t1
        sltiu   t3, t3, 5
        li      t4, \quick
        same    \code, t3, t4
        .endm
        .section .text.start, "ax"
        .globl _start
_start: begin
        timed   1, 0x440, 0
        timed   2, 0x440, 1
        timed   3, 0x47c, 1
        lbu     t1, 0x441(s2)
        timed   4, 0x480, 0            # another line, in hand instead
        timed   5, 0x440, 0
        fence
        timed   6, 0x440, 0
        fence.i
        timed   7, 0x440, 0
        li      t1, 0x1234              # a store anywhere
        sh      t1, 0x502(s2)
        timed   8, 0x440, 0
        job     SHORT
        start                           # a start
        timed   9, 0x440, 0
        li      t0, 0x400               # the window moves, the line stays where it was
        sw      t0, WINDOW_LO(s0)
        timed   10, 0x40, 1
        sw      zero, WINDOW_LO(s0)
        lw      t1, 0x500(s2)
        srli    t1, t1, 16
        li      t2, 0x1234
        same    11, t1, t2
        li      a0, 0
out:    finish
