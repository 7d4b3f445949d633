# Sleeps four times until the timer wakes it, through a vectored handler, and
# checks the time of each. Exit code 0, or what went wrong.
        .equ    MTIME_LO, 0x40000024
        .equ    MTIMECMP_LO, 0x4000002c
        .equ    MTIMECMP_HI, 0x40000030
        .section .text.start, "ax"
        .globl _start
_start: la      t0, vectors
        ori     t0, t0, 1
        csrw    mtvec, t0
        li      s0, MTIME_LO
        li      s1, MTIMECMP_LO
        li      s2, 0                   # interrupts so far
        li      t0, 0x80
        csrw    mie, t0
        li      s3, 4
again:  lw      s4, 0(s0)
        addi    s4, s4, 300
        sw      s4, 0(s1)
        sw      zero, 4(s1)
        csrsi   mstatus, 8
        wfi
        bltz    s5, late
        addi    s3, s3, -1
        bnez    s3, again
        li      a0, 1
        li      t0, 4
        bne     s2, t0, exit
        li      a0, 2
        csrr    t0, mcause              # the last one's
        li      t1, 0x80000007
        bne     t0, t1, exit
        li      a0, 0
exit:   li      a7, 93
        ecall
late:   li      a0, 3
        j       exit

        .balign 64
vectors:
        j       wrong
        .rept 6
        j       wrong
        .endr
        j       timer
        .rept 8
        j       wrong
        .endr
wrong:  li      a0, 4
        j       exit
timer:  addi    s2, s2, 1
        lw      s5, 0(s0)               # no later than 8 cycles after
        sub     s5, s5, s4
        addi    s5, s5, -9
        not     s5, s5                  # negative if later
        li      t0, -1
        sw      t0, 4(s1)
        mret
