# The reset vector at address 0, the stack, the trap handler. Interrupts are
# never taken as traps (mstatus.MIE stays 0): they only end WFI.
  .section .start, "ax"
  .globl _start
_start:
  j reset

  .globl fw_bus_errors
fw_bus_errors:
  .word 0

# An access that memory answered with an error is counted and passed over; its
# result is whatever the register held. Anything else is a fault of the firmware
# itself: the core sleeps for ever where CORE_PC shows it.
  .balign 4
trap:
  csrw mscratch, t0
  csrr t0, mcause
  addi t0, t0, -5          # load access fault
  beqz t0, pass
  addi t0, t0, -2          # store access fault
  beqz t0, pass
halt:
  csrw mie, zero
  wfi
  j halt
pass:
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  lw t0, %lo(fw_bus_errors)(zero)
  addi t0, t0, 1
  sw t0, %lo(fw_bus_errors)(zero)
  csrr t0, mscratch
  mret

reset:
  la sp, fw_stack_top
  la t0, trap
  csrw mtvec, t0
  li t0, 0x880             # MEIE, MTIE
  csrw mie, t0
  la t0, fw_bss
  la t1, fw_bss_end
clear:
  bgeu t0, t1, go
  sw zero, 0(t0)
  addi t0, t0, 4
  j clear
go:
  call main
  j halt
