# Code at the far end of the 4 MiB, data beside it, and the edge itself: the last
# word may be read, the one after it may not.
        .section .text.start, "ax"
        .globl _start
_start: la      t0, handler
        csrw    mtvec, t0
        lui     t0, %hi(away)
        jalr    ra, %lo(away)(t0)
        li      t1, 0x12345678
        li      a0, 1
        bne     s0, t1, exit
        li      t0, 0x400000
        lw      t1, -4(t0)
        li      s1, 0
        lw      t1, 0(t0)               # traps
        li      a0, 2
        li      t1, 5
        bne     s1, t1, exit
        jr      t0                      # traps, and comes back to `back`
back:   li      a0, 3
        li      t1, 1
        bne     s1, t1, exit
        li      a0, 0
exit:   li      a7, 93
        ecall
handler:
        csrr    s1, mcause
        csrr    t1, mepc
        addi    t1, t1, 4
        li      t2, 0x400000
        bltu    t1, t2, 1f
        la      t1, back
1:      csrw    mepc, t1
        mret

        .org    0x3ffff0 - 24
away:   la      t2, value
        lw      s0, 0(t2)
        ret
        .org    0x3ffffc
value:  .word   0x12345678
