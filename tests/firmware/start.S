# Before main: a stack at the end of the 4 MiB, a vector that ends the run with 99.
# After it: the exit code is what main returned.
        .section .text.start, "ax"
        .globl _start
_start: lui     sp, 0x400
        la      t0, unexpected
        csrw    mtvec, t0
        call    main
exit:   li      a7, 93
        ecall
unexpected:
        li      a0, 99
        j       exit
