# Begins as start code for any RISC-V core does: it tries registers that only larger
# cores have, behind a handler that goes on, and enters its program by MRET. Then
# which of them trapped, and what stays of what was written. Exit code 0, or the
# number of what is wrong.
        .macro  tries number            # one bit in s2 for each that trapped
        la      t0, 1f
        csrw    mtvec, t0
        csrw    \number, zero
        j       2f
        .balign 4
1:      ori     s2, s2, 1
2:      slli    s2, s2, 1
        .endm
        .macro  expect code, register, value
        li      a0, \code
        li      t1, \value
        bne     \register, t1, exit
        .endm

        .section .text.start, "ax"
        .globl  _start
_start: j       reset
        .word   0                       # the next is 8 above 0: any word will do for mtvec
handler:
        csrr    s3, mcause
        csrr    s4, mepc
        csrr    s5, mtval
        csrr    s6, mstatus
        addi    t0, s4, 4
        csrw    mepc, t0
        mret

reset:  .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        li      x\n, 0
        .endr
        csrr    a0, mhartid
1:      bnez    a0, 1b
        tries   0x744                   # mnstatus
        tries   satp
        tries   pmpaddr0
        tries   pmpcfg0
        tries   medeleg
        tries   mideleg
        tries   mcounteren
        tries   stvec
        tries   0x7a8                   # mcontext
        csrw    mie, zero
        expect  1, s2, 0x3fe
        csrr    s2, mcause
        expect  2, s2, 2

        # Debuggers and tests count the triggers for breakpoints so: there are none.
        li      t0, -1
        csrw    tselect, t0
        csrr    s2, tselect
        csrr    s3, tdata1
        or      s2, s2, s3
        expect  20, s2, 0

        la      t0, handler
        csrw    mtvec, t0
        csrr    s2, mtvec
        expect  3, s2, 8
        li      t0, 0xfffffffc
        csrw    mtvec, t0
        csrr    s2, mtvec
        expect  4, s2, 0xfffffffc
        la      t0, handler
        csrw    mtvec, t0

        # Machine mode is the only one: MPP stays 3, all else of mstatus but MIE and MPIE 0.
        li      t0, -1
        csrw    mstatus, t0
        csrr    s2, mstatus
        expect  5, s2, 0x1888
        csrw    mstatus, zero
        csrr    s2, mstatus
        expect  6, s2, 0x1800
        la      t0, program
        csrw    mepc, t0
        csrr    a0, mhartid
        mret
        li      a0, 7
        j       exit

program:
        csrr    s2, mstatus
        expect  8, s2, 0x1880
here:   ecall
        expect  9, s3, 11
        la      t1, here
        li      a0, 10
        bne     s4, t1, exit
        expect  11, s5, 0
        expect  12, s6, 0x1800
        .word   0xc0001073              # csrw cycle, zero
        expect  13, s3, 2
        expect  14, s5, 0xc0001073
        fence.i
        li      t0, 2
        lw      t2, 0(t0)
        expect  15, s3, 4
        expect  16, s5, 2
        sh      t2, 1(zero)
        expect  17, s3, 6
        expect  18, s5, 1
        ebreak
        expect  19, s3, 3
        li      a0, 0
exit:   li      a7, 93
        ecall
1:      j       1b
