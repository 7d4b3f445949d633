# Each bad access traps, precisely, with its cause and address, and a good one
# after it works.
        .include "chip.inc"
        .section .text.start, "ax"
        .globl _start
_start: begin
        la      t0, handler
        csrw    mtvec, t0
        la      s3, table
        li      a0, 0                   # the number of the access
next:   lw      s4, 0(s3)               # address
        beqz    s4, good
        lw      s5, 4(s3)               # cause
        lw      s6, 8(s3)               # where the access is made
        addi    a0, a0, 1
        li      s7, -1
        li      a1, 0x5a5a
        jr      s6
back:   bne     s7, s5, out
        addi    s3, s3, 16
        lw      t1, ID(s1)              # still alive
        li      t2, 0x53595354
        bne     t1, t2, out
        j       next
good:   li      a0, 0
out:    finish
        .balign 4
handler:
        csrr    s7, mcause
        csrr    t1, mtval
        bne     t1, s4, out
        csrr    t1, mepc
        bne     t1, s6, out             # precise: the very instruction
        la      t1, back
        csrw    mepc, t1
        mret
word_in:  lw    a1, 0(s4)
        j       back
half_in:  lhu   a1, 0(s4)
        j       back
byte_in:  lbu   a1, 0(s4)
        j       back
word_out: sw    a1, 0(s4)
        j       back
half_out: sh    a1, 0(s4)
        j       back
byte_out: sb    a1, 0(s4)
        j       back
        .balign 4
        .macro  bad address, cause, from
        .word   \address, \cause, \from, 0
        .endm
table:  bad     0x40000400, 5, word_in
        bad     0x40000400, 7, word_out
        bad     0x40001400, 5, word_in
        bad     0x3ffffffc, 7, word_out
        bad     0x40000018, 5, byte_in
        bad     0x40000018, 7, half_out
        bad     0x40001010, 5, half_in
        bad     0x40001010, 7, byte_out
        bad     0x4000001a, 4, word_in
        bad     WINDOW + 1, 4, half_in
        bad     WINDOW + 2, 6, word_out
        bad     WINDOW + MEMORY_BYTES, 5, word_in
        bad     WINDOW + MEMORY_BYTES, 7, byte_out
        bad     WINDOW + 0x7ffffffc, 5, word_in
        bad     WINDOW + 0x7fffffff, 7, byte_out
        .word   0
