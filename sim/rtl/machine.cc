#include "sim/rtl/machine.h"

#ifdef SYSTOLE_CLOCK_BEFORE
#include "Vsystole_chip___024root.h"
#endif

void systole_machine::eval() {
#ifdef SYSTOLE_TRACE
  top->clk_i = 0;
  top->eval();
  if (fst) fst->dump(time);
  time += 5;
  top->clk_i = 1;
  top->eval();
  if (fst) fst->dump(time);
  time += 5;
#elif defined(SYSTOLE_CLOCK_BEFORE)
  // The falling edge does nothing in this machine: instead of evaluating it,
  // tell the model that the clock was low.
  top->rootp->SYSTOLE_CLOCK_BEFORE = 0;
  top->eval();
#else
  top->clk_i = 0;
  top->eval();
  top->clk_i = 1;
  top->eval();
#endif
}

// The start is taken in this cycle, the run's cycle 0.
void systole_machine::begin_run() {
  systole_dram_reset(machine.dram);
  machine.origin = now;
  first_start = UINT64_MAX;
  starts++;
  if (observer && observer->start) observer->start(observer->user, now - boot);
}

void systole_machine::end_run() {
  totals.runs++;
  if (first_start != UINT64_MAX) {
    if (before_end) {
      const uint64_t gap = first_start - before_end;
      totals.gaps++;
      totals.gap_cycles += gap;
      if (gap > totals.gap_most) totals.gap_most = gap;
    }
    before_end = last_end;
  }
  if (observer && observer->end) observer->end(observer->user, now - boot);
}

void systole_machine::report_ends() {
  for (unsigned engine = 0; engine < 4; engine++)
    if (top->trace_end_o >> engine & 1) {
      uint64_t start = top->trace_start_cycle_o[2 * engine] |
                       uint64_t{top->trace_start_cycle_o[2 * engine + 1]} << 32;
      if (machine.origin + start < first_start) first_start = machine.origin + start;
      last_end = now;
      if (trace) trace(user, engine, top->trace_index_o[engine], start, cycle());
    }
}

// What retired in the cycle before this one.
void systole_machine::report_retirement() {
  const systole_retirement retirement = {
      now - 1 - boot,         top->retire_pc_o,    top->retire_instr_o, top->retire_rd_o,
      top->retire_value_o, top->retire_trap_o != 0,
      (top->retire_cause_o & 15u) | uint32_t(top->retire_cause_o >> 4) << 31};
  observer->retire(observer->user, &retirement);
}

void systole_machine::step() {
  if (top->trace_end_o) report_ends();
  if (top->take_o) begin_run();
  if (top->done_o) end_run();
  memory_step();
  if (lite != Lite::Idle) {
    top->s_axil_awvalid_i = lite == Lite::WriteAddress;
    top->s_axil_wvalid_i = lite == Lite::WriteData;
    top->s_axil_arvalid_i = lite == Lite::ReadAddress;
    lite_step();
    eval();
    top->s_axil_awvalid_i = top->s_axil_wvalid_i = top->s_axil_arvalid_i = 0;
  } else {
    eval();
  }
  now++;
  if (top->retire_valid_o && observer && observer->retire) report_retirement();
}
