// The Verilated chip behind sim/machine.h. This shim only clocks, moves
// pins, and asks sim/dram when memory answers; what is computed is computed by
// the RTL. Registers are written and read through the AXI4-Lite pins as a host
// would; the host learns of the end by the interrupt.
//
// One step is one cycle. Every output of the machine that is looked at here is
// a register, so the outputs seen after a rising edge are those of the cycle
// that begins there, and the inputs of that cycle are set before the next edge.
#include <cinttypes>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <new>
#include <string>
#include <type_traits>

#include "Vsystole_chip.h"
#include "Vsystole_chip___024root.h"
#include "verilated.h"
#ifdef SYSTOLE_TRACE
#include "verilated_fst_c.h"
#endif
#ifdef SYSTOLE_COVERAGE
#include "Vsystole_chip__Syms.h"
#include "verilated_cov.h"
#endif

extern "C" {
#include "hw/isa/isa.h"
#include "sim/machine.h"
}

#include "memories.h"  // made by build.sh: SYSTOLE_MEMORIES, SYSTOLE_BUS_BYTES, ...

namespace {

constexpr unsigned kBus = SYSTOLE_BUS_BYTES;

// Memory takes a write burst whole or not at all, so that what a refused one
// leaves behind does not depend on where the refusal begins.
struct Burst {
  uint64_t address;
  uint32_t beats;
  bool refused, core;
};
struct Read {
  uint64_t first;  // when its first beat comes
  uint64_t address;
  uint32_t beats;
  bool core;  // its ID
};
struct Answer {
  uint64_t cycle;
  bool error, core;
};

// Memory's timing for one of the two that use it, in cycles since `origin`: the
// machine's is that of its run, the core's begins with each of its accesses.
struct Timing {
  systole_dram *dram = nullptr;
  uint64_t origin = 0;
};

// One AXI4-Lite access at a time: a write goes address, data, response; a read
// address, data.
enum class Lite { Idle, WriteAddress, WriteData, WriteResponse, ReadAddress, ReadData };

}  // namespace

struct systole_machine {
  VerilatedContext context;
  Vsystole_chip *top = nullptr;
  systole_memory *memory = nullptr;
  Timing machine, core;
  systole_config config;
  uint64_t now = 0;  // cycles since the chip was made; all times here are such

  // memory's side of the pins
  bool ar_seen = false, aw_seen = false;
  uint32_t ar_wait = 0, aw_wait = 0;
  std::deque<Read> reads;
  std::deque<Burst> writes;
  std::deque<Answer> answers;
  bool write_error = false;
  uint32_t write_beat = 0;

  // host's side
  Lite lite = Lite::Idle;
  uint32_t lite_data = 0;

  systole_trace_fn trace = nullptr;
  void *user = nullptr;

  // Firmware control
  uint64_t boot = 0;  // the chip's cycle 0
  const systole_observer *observer = nullptr;
  systole_chip_report totals = {};  // counts since boot
  uint64_t starts = 0;               // of runs, ever
  uint64_t first_start = UINT64_MAX, last_end = 0, before_end = 0;  // of instructions of this run; of the last
#ifdef SYSTOLE_TRACE
  VerilatedFstC *fst = nullptr;
  uint64_t time = 0;
#endif

  void eval() {
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

  uint64_t cycle() const { return now - machine.origin; }

  // Who asks with this ID; an access of the core finds an idle memory.
  Timing &timing(bool is_core) {
    if (!is_core) return machine;
    systole_dram_settle(core.dram);
    core.origin = now;
    return core;
  }

  // Memory: what it drives in this cycle, and what it accepts.
  void memory_step() {
    if (top->m_axi_arvalid_o) {
      const bool is_core = top->m_axi_arid_o;
      if (!ar_seen) {
        ar_seen = true;
        ar_wait = systole_dram_read_stall(timing(is_core).dram);
      }
      if (ar_wait == 0) {
        Timing &by = is_core ? core : machine;
        uint32_t beats = top->m_axi_arlen_o + 1u;
        uint64_t address = top->m_axi_araddr_o;
        uint64_t first = systole_dram_read(by.dram, now - by.origin, address, beats);
        reads.push_back({by.origin + first, address, beats, is_core});
        top->m_axi_arready_i = 1;
        ar_seen = false;
      } else {
        ar_wait--;
        top->m_axi_arready_i = 0;
      }
    } else {
      top->m_axi_arready_i = 0;
      ar_seen = false;  // a reset has taken it back
    }

    if (!reads.empty() && now >= reads.front().first) {
      Read &read = reads.front();
      const uint8_t *bytes = systole_memory_at(memory, read.address, kBus);
      if (bytes) std::memcpy(&top->m_axi_rdata_i, bytes, kBus);
      else std::memset(&top->m_axi_rdata_i, 0, kBus);
      top->m_axi_rresp_i = bytes ? 0 : 3;
      top->m_axi_rvalid_i = 1;
      top->m_axi_rid_i = read.core;
      top->m_axi_rlast_i = read.beats == 1;
      read.address += kBus;
      if (--read.beats == 0) reads.pop_front();
    } else {
      top->m_axi_rvalid_i = 0;
    }

    bool fresh = false;
    if (top->m_axi_awvalid_o) {
      const bool is_core = top->m_axi_awid_o;
      if (!aw_seen) {
        aw_seen = true;
        aw_wait = systole_dram_write_stall(timing(is_core).dram);
      }
      if (aw_wait == 0) {
        uint64_t address = top->m_axi_awaddr_o;
        uint32_t beats = top->m_axi_awlen_o + 1u;
        writes.push_back({address, beats, !systole_memory_at(memory, address, uint64_t{beats} * kBus),
                          is_core});
        top->m_axi_awready_i = 1;
        aw_seen = false;
        fresh = true;
      } else {
        aw_wait--;
        top->m_axi_awready_i = 0;
      }
    } else {
      top->m_axi_awready_i = 0;
      aw_seen = false;
    }

    // Data is taken from the cycle after its address.
    top->m_axi_wready_i = writes.size() > (fresh ? 1u : 0u);
    if (top->m_axi_wvalid_o && top->m_axi_wready_i) write_beat_step();

    if (!answers.empty() && now >= answers.front().cycle) {
      top->m_axi_bvalid_i = 1;
      top->m_axi_bid_i = answers.front().core;
      top->m_axi_bresp_i = answers.front().error ? 3 : 0;
      answers.pop_front();
    } else {
      top->m_axi_bvalid_i = 0;
    }
  }

  void write_beat_step() {
    Burst &burst = writes.front();
    uint8_t *bytes = burst.refused ? nullptr :
        systole_memory_at(memory, burst.address + uint64_t{write_beat} * kBus, kBus);
    uint8_t data[kBus], strobes[(kBus + 7) / 8];
    std::memcpy(data, &top->m_axi_wdata_o, kBus);
    std::memcpy(strobes, &top->m_axi_wstrb_o, sizeof strobes);
    if (!bytes) write_error = true;
    else
      for (unsigned i = 0; i < kBus; i++)
        if (strobes[i / 8] >> (i % 8) & 1) bytes[i] = data[i];
    if (++write_beat == burst.beats) {
      Timing &by = burst.core ? core : machine;
      uint64_t answer = systole_dram_write(by.dram, now - by.origin, burst.address, burst.beats);
      answers.push_back({by.origin + answer, write_error, burst.core});
      writes.pop_front();
      write_beat = 0;
      write_error = false;
    }
  }

  // Host: the handshake of this cycle, if its access is under way.
  void lite_step() {
    switch (lite) {
      case Lite::WriteAddress:
        if (top->s_axil_awready_o) lite = Lite::WriteData;
        break;
      case Lite::WriteData:
        if (top->s_axil_wready_o) lite = Lite::WriteResponse;
        break;
      case Lite::WriteResponse:
        if (top->s_axil_bvalid_o) lite = Lite::Idle;
        break;
      case Lite::ReadAddress:
        if (top->s_axil_arready_o) lite = Lite::ReadData;
        break;
      case Lite::ReadData:
        if (top->s_axil_rvalid_o) {
          lite_data = top->s_axil_rdata_o;
          lite = Lite::Idle;
        }
        break;
      case Lite::Idle: break;
    }
  }

  void step() {
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

  // The start is taken in this cycle, the run's cycle 0.
  void begin_run() {
    systole_dram_reset(machine.dram);
    machine.origin = now;
    first_start = UINT64_MAX;
    starts++;
    if (observer && observer->start) observer->start(observer->user, now - boot);
  }

  void end_run() {
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

  void report_ends() {
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
  void report_retirement() {
    const systole_retirement retirement = {
        now - 1 - boot,         top->retire_pc_o,    top->retire_instr_o, top->retire_rd_o,
        top->retire_value_o, top->retire_trap_o != 0,
        (top->retire_cause_o & 15u) | uint32_t(top->retire_cause_o >> 4) << 31};
    observer->retire(observer->user, &retirement);
  }

  void begin_write(uint32_t address, uint32_t data) {
    top->s_axil_awaddr_i = address;
    top->s_axil_wdata_i = data;
    top->s_axil_wstrb_i = 15;
    lite = Lite::WriteAddress;
  }
  // Bounded: the slave answers every access within a few cycles.
  systole_status finish(systole_error *err) {
    for (unsigned i = 0; lite != Lite::Idle; i++) {
      if (i == 1000) return systole_fail(err, SYSTOLE_E_TIMEOUT, "rtl: AXI4-Lite does not answer: %s of 0x%x",
                                      lite >= Lite::ReadAddress ? "read" : "write",
                                      lite >= Lite::ReadAddress ? top->s_axil_araddr_i : top->s_axil_awaddr_i);
      step();
    }
    return SYSTOLE_OK;
  }
  systole_status write(uint32_t address, uint32_t data, systole_error *err) {
    begin_write(address, data);
    return finish(err);
  }
  systole_status read(uint32_t address, uint32_t *data, systole_error *err) {
    top->s_axil_araddr_i = address;
    lite = Lite::ReadAddress;
    systole_status status = finish(err);
    *data = lite_data;
    return status;
  }
};

namespace {

#ifdef SYSTOLE_COVERAGE
// The counts of all machines that have been: a campaign makes one machine for
// each program. They are written when the object is closed, through a machine
// that is made for that.
struct Coverage {
  static constexpr size_t kPoints = std::extent_v<decltype(Vsystole_chip__Syms::__Vcoverage)>;
  uint32_t counts[kPoints] = {};
  void add(Vsystole_chip *top) {
    for (size_t i = 0; i < kPoints; i++) counts[i] += top->rootp->vlSymsp->__Vcoverage[i];
  }
  ~Coverage() {
    const char *path = std::getenv("SYSTOLE_COVERAGE");
    if (!path) return;
    VerilatedContext context;
    Vsystole_chip top(&context, "systole");
    for (size_t i = 0; i < kPoints; i++) top.rootp->vlSymsp->__Vcoverage[i] = counts[i];
    context.coveragep()->write(path);
  }
};
void keep_coverage(Vsystole_chip *top) {
  static Coverage coverage;
  coverage.add(top);
}
#else
void keep_coverage(Vsystole_chip *) {}
#endif

// Verilator knows one context a thread; a process may have several machines, and
// may run one from another thread than it was made in.
void enter(systole_machine *machine) { Verilated::threadContextp(&machine->context); }

void rtl_destroy(systole_machine *machine) {
  if (!machine) return;
#ifdef SYSTOLE_TRACE
  if (machine->fst) {
    machine->fst->close();
    delete machine->fst;
  }
#endif
  enter(machine);
  if (machine->top) {
    machine->top->final();
    keep_coverage(machine->top);
  }
  delete machine->top;
  systole_dram_destroy(machine->machine.dram);
  systole_dram_destroy(machine->core.dram);
  delete machine;
}

systole_status rtl_create(const systole_config *config, systole_memory *memory,
                          const systole_dram_params *dram, systole_machine **out,
                          systole_error *err) {
  *out = nullptr;
  if (config->hash != SYSTOLE_CONFIG_HASH)
    return systole_fail(err, SYSTOLE_E_CONFIG,
                        "rtl: built for configuration %s (hash %016" PRIx64 "), not for %s (%016" PRIx64
                        ")", SYSTOLE_CONFIG_NAME, uint64_t{SYSTOLE_CONFIG_HASH}, config->name,
                        config->hash);
  systole_machine *machine = new (std::nothrow) systole_machine;
  if (!machine) return systole_fail(err, SYSTOLE_E_MEMORY, "rtl: no room for a machine");
  machine->config = *config;
  machine->memory = memory;
  systole_status status = systole_dram_create(dram, config, &machine->machine.dram, err);
  if (status == SYSTOLE_OK) status = systole_dram_create(dram, config, &machine->core.dram, err);
  if (status != SYSTOLE_OK) {
    rtl_destroy(machine);
    return status;
  }
#ifdef SYSTOLE_TRACE
  machine->context.traceEverOn(true);
#endif
  Vsystole_chip *top = machine->top = new Vsystole_chip(&machine->context, "systole");
  top->clk_i = 0;
  top->rst_ni = 0;
  top->s_axil_bready_i = 1;
  top->s_axil_rready_i = 1;
  top->eval();
  top->clk_i = 1;
  top->eval();
  for (int i = 0; i < 4; i++) machine->eval();
  top->rst_ni = 1;
  machine->eval();
  *out = machine;
  return SYSTOLE_OK;
}

systole_status read_report(systole_machine *machine, systole_report *report, systole_error *err) {
  struct {
    uint32_t address;
    uint32_t *to;
  } words[] = {
      {SYSTOLE_REG_ERROR_CAUSE, &report->cause},   {SYSTOLE_REG_ERROR_ENGINE, &report->engine},
      {SYSTOLE_REG_ERROR_INDEX, &report->index},   {SYSTOLE_REG_ERROR_DETAIL, &report->detail},
      {SYSTOLE_REG_SEQ_STATE, &report->seq_state}, {SYSTOLE_REG_SEQ_INDEX, &report->seq_index},
  };
  for (auto &word : words) {
    systole_status status = machine->read(word.address, word.to, err);
    if (status != SYSTOLE_OK) return status;
  }
  struct {
    uint32_t address;
    uint64_t *to;
  } pairs[21] = {
      {SYSTOLE_REG_CYCLES_LO, &report->cycles},
      {SYSTOLE_REG_RETIRED_LO, &report->retired},
      {SYSTOLE_REG_MACS_LO, &report->macs},
      {SYSTOLE_REG_READ_BYTES_LO, &report->read_bytes},
      {SYSTOLE_REG_WRITE_BYTES_LO, &report->write_bytes},
  };
  for (unsigned e = 0; e < 4; e++) {
    pairs[5 + 4 * e] = {SYSTOLE_REG_BUSY_LO + 32 * e, &report->engines[e].busy};
    pairs[6 + 4 * e] = {SYSTOLE_REG_WAIT_SEM_LO + 32 * e, &report->engines[e].wait_sem};
    pairs[7 + 4 * e] = {SYSTOLE_REG_WAIT_MEM_LO + 32 * e, &report->engines[e].wait_mem};
    pairs[8 + 4 * e] = {SYSTOLE_REG_IDLE_LO + 32 * e, &report->engines[e].idle};
    systole_status status =
        machine->read(SYSTOLE_REG_ENGINE_STATE + 4 * e, &report->engines[e].state, err);
    if (status == SYSTOLE_OK)
      status = machine->read(SYSTOLE_REG_ENGINE_INDEX + 4 * e, &report->engines[e].index, err);
    if (status != SYSTOLE_OK) return status;
  }
  for (auto &pair : pairs) {
    uint32_t low, high;
    systole_status status = machine->read(pair.address, &low, err);
    if (status == SYSTOLE_OK) status = machine->read(pair.address + 4, &high, err);
    if (status != SYSTOLE_OK) return status;
    *pair.to = low | uint64_t{high} << 32;
  }
  return SYSTOLE_OK;
}

systole_status write_job(systole_machine *machine, const systole_job *job, systole_error *err) {
  for (uint32_t s = 0; s < 16; s++) {
    const uint32_t at = 16 * s;
    const uint64_t base = job->segments[s].base, limit = job->segments[s].limit;
    const struct {
      uint32_t address, data;
    } words[] = {{SYSTOLE_REG_SEG_BASE_LO + at, uint32_t(base)},
                 {SYSTOLE_REG_SEG_BASE_HI + at, uint32_t(base >> 32)},
                 {SYSTOLE_REG_SEG_LIMIT_LO + at, uint32_t(limit)},
                 {SYSTOLE_REG_SEG_LIMIT_HI + at, uint32_t(limit >> 32)},
                 {SYSTOLE_REG_SCALAR + 4 * s, uint32_t(job->scalars[s])}};
    for (auto &word : words) {
      systole_status status = machine->write(word.address, word.data, err);
      if (status != SYSTOLE_OK) return status;
    }
  }
  const struct {
    uint32_t address, data;
  } words[] = {{SYSTOLE_REG_PROGRAM_LINES, job->lines},
               {SYSTOLE_REG_WATCHDOG, job->watchdog},
               {SYSTOLE_REG_IER, 1},
               {SYSTOLE_REG_GIE, 1}};
  for (auto &word : words) {
    systole_status status = machine->write(word.address, word.data, err);
    if (status != SYSTOLE_OK) return status;
  }
  return SYSTOLE_OK;
}

// ---- Firmware control

// Long enough for any drain: memory answers within some thousand cycles.
constexpr uint64_t kRest = 100000000;

// Nothing is on the way between the machine or the core and memory.
bool at_rest(const systole_machine *machine) {
  const Vsystole_chip *top = machine->top;
  return !top->busy_o && top->quiet_o && machine->reads.empty() && machine->writes.empty() &&
         machine->answers.empty() && !top->m_axi_arvalid_o && !top->m_axi_awvalid_o && !top->m_axi_wvalid_o;
}

// Takes the chip back from the core: RUN = 0, and a run under way is aborted, as
// is another whose start waits behind it.
systole_status stop_core(systole_machine *machine, systole_error *err) {
  if (!machine->top->run_o) return SYSTOLE_OK;
  machine->observer = nullptr;
  machine->trace = nullptr;
  systole_status status = machine->write(SYSTOLE_REG_CONTROLLER, 0, err);
  machine->step();  // the last write of the core's shows
  if (status == SYSTOLE_OK && machine->top->busy_o) status = machine->write(SYSTOLE_REG_ABORT, 1, err);
  if (status != SYSTOLE_OK) return status;
  const uint64_t last = machine->now + kRest;
  for (uint64_t starts = machine->starts; !at_rest(machine) && machine->now < last;) {
    machine->step();
    if (machine->starts == starts) continue;
    starts = machine->starts;
    status = machine->write(SYSTOLE_REG_ABORT, 1, err);
    if (status != SYSTOLE_OK) return status;
  }
  if (!at_rest(machine))
    return systole_fail(err, SYSTOLE_E_TIMEOUT,
                        "rtl: the machine does not come to rest in %" PRIu64 " cycles after its abort", kRest);
  // What the run left: DONE and its interrupt.
  uint32_t isr = 0, ctrl = 0;
  status = machine->read(SYSTOLE_REG_ISR, &isr, err);
  if (status == SYSTOLE_OK) status = machine->write(SYSTOLE_REG_ISR, isr, err);
  if (status == SYSTOLE_OK) status = machine->read(SYSTOLE_REG_CTRL, &ctrl, err);
  return status;
}

systole_status rtl_boot(systole_machine *machine, const uint32_t *image, uint32_t words, systole_error *err) {
  if (!SYSTOLE_CONTROLLER)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "rtl: configuration %s has no controller", SYSTOLE_CONFIG_NAME);
  if (words > machine->config.tcm_bytes / 4)
    return systole_fail(err, SYSTOLE_E_RANGE, "rtl: an image of %u words does not fit into %u bytes of TCM",
                        words, machine->config.tcm_bytes);
  enter(machine);
  systole_status status = stop_core(machine, err);
  if (status == SYSTOLE_OK) status = machine->write(SYSTOLE_REG_TCM_ADDRESS, 0, err);
  for (uint32_t i = 0; i < words && status == SYSTOLE_OK; i++)
    status = machine->write(SYSTOLE_REG_TCM_DATA, image[i], err);
  if (status != SYSTOLE_OK) return status;
  systole_dram_reset(machine->core.dram);
  machine->totals = {};
  machine->before_end = 0;
  // RUN is set at the end of the cycle after the address's.
  machine->boot = machine->now + 2;
  machine->begin_write(SYSTOLE_REG_CONTROLLER, 1);
  machine->step();
  machine->step();
  // From here on the response is all that is left of that write.
  return SYSTOLE_OK;
}

// The cycle of an access if its address may be given from `free` on.
uint64_t access_cycle(const systole_host_access *access, uint64_t free) {
  const uint64_t soonest = access->read ? free : free + 1;
  return access->cycle > soonest ? access->cycle : soonest;
}

// False if the limit comes first.
bool do_access(systole_machine *machine, systole_host_access *access, uint64_t limit, systole_status *status,
               systole_error *err) {
  // Cycle 0 still belongs to the write that booted.
  const uint64_t present = machine->now - machine->boot;
  const uint64_t when = access_cycle(access, present ? present : 1);
  if (when >= limit || limit - when < 2) return false;
  while (machine->now - machine->boot < when - (access->read ? 0 : 1)) machine->step();
  access->cycle = when;
  machine->totals.host_accesses++;
  *status = access->read ? machine->read(access->offset, &access->value, err)
                         : machine->write(access->offset, access->value, err);
  return true;
}

// Nothing changes but by the host.
bool quiet(const Vsystole_chip *top) {
  return top->core_sleep_o && !top->core_armed_o && !top->busy_o && top->quiet_o;
}

systole_stop wait_for(systole_machine *machine, uint64_t limit) {
  const Vsystole_chip *top = machine->top;
  for (bool before = false;; machine->step()) {
    if (top->irq_o) return SYSTOLE_STOP_IRQ;
    const bool now = quiet(top);
    if (now && before) return SYSTOLE_STOP_QUIET;
    before = now;
    if (machine->now - machine->boot >= limit) return SYSTOLE_STOP_LIMIT;
  }
}

systole_status rtl_control(systole_machine *machine, systole_host_access *accesses, unsigned count,
                           uint64_t limit, const systole_observer *observer, systole_chip_report *report,
                           systole_error *err) {
  const Vsystole_chip *top = machine->top;
  if (!top->run_o) return systole_fail(err, SYSTOLE_E_USAGE, "rtl: the controller was not booted");
  for (unsigned i = 0; i < count; i++)
    if (!systole_host_may(&accesses[i]))
      return systole_fail(err, SYSTOLE_E_USAGE,
                          "rtl: access %u, to 0x%x: expected a word from 0 to 0xFFC, and none written to CONTROLLER",
                          i, accesses[i].offset);
  enter(machine);
  machine->observer = observer;
  machine->trace = observer ? observer->trace : nullptr;
  machine->user = observer ? observer->user : nullptr;
  systole_status status = SYSTOLE_OK;
  unsigned done = 0;
  while (done < count && status == SYSTOLE_OK && do_access(machine, &accesses[done], limit, &status, err)) done++;
  if (status != SYSTOLE_OK) return status;
  for (unsigned i = done; i < count; i++) accesses[i].cycle = UINT64_MAX;
  systole_stop stop = SYSTOLE_STOP_LIMIT;
  if (done == count) stop = wait_for(machine, limit);
  else
    while (machine->now - machine->boot < limit) machine->step();
  *report = machine->totals;
  report->stop = stop;
  report->cycle = machine->now - machine->boot;
  report->core_asleep = top->core_sleep_o;
  report->core_waits = top->core_waiting_o;
  report->machine_busy = top->busy_o;
  report->core_pc = top->core_pc_o;
  report->core_address = top->core_address_o;
  return SYSTOLE_OK;
}

bool is_given_up(const systole_job *job) { return job->stop && __atomic_load_n(job->stop, __ATOMIC_RELAXED); }

systole_status rtl_run(systole_machine *machine, const systole_job *job, systole_report *report,
                       systole_trace_fn trace, void *user, systole_error *err) {
  Vsystole_chip *top = machine->top;
  enter(machine);
  machine->trace = nullptr;
  systole_status status = stop_core(machine, err);
  if (status == SYSTOLE_OK) status = write_job(machine, job, err);
  if (status != SYSTOLE_OK) return status;

  // Bursts that a reset has orphaned are answered before the next run begins.
  while (!machine->reads.empty() || !machine->answers.empty()) machine->step();
  machine->trace = trace;
  machine->user = user;

  // The data of the write to CTRL is taken one cycle after its address; it is done
  // in the next, and the start is taken in the cycle after that.
  machine->begin_write(SYSTOLE_REG_CTRL, 1);
  const uint64_t origin = machine->now + 3;
  machine->step();
  machine->step();
  machine->step();

  // To the end, or to the cycle in which the abort is written so that it acts
  // in cycle max_cycles.
  uint64_t stop = UINT64_MAX;
  if (job->max_cycles) stop = origin + (job->max_cycles < 8 ? 8 : job->max_cycles) - 3;
  while (!top->irq_o && machine->now < stop && !is_given_up(job)) machine->step();
  if (!top->irq_o) {
    uint64_t watchdog = job->watchdog ? job->watchdog : UINT64_C(1048576);
    uint64_t last = machine->now + 4 * watchdog + 10000000;
    machine->begin_write(SYSTOLE_REG_ABORT, 1);
    while (!top->irq_o && machine->now < last) machine->step();
    if (!top->irq_o)
      return systole_fail(err, SYSTOLE_E_TIMEOUT, "rtl: no end %" PRIu64 " cycles after the abort",
                          4 * watchdog + 10000000);
  }
  status = machine->finish(err);
  machine->trace = nullptr;

  uint32_t isr = 0, ctrl = 0;
  if (status == SYSTOLE_OK) status = machine->read(SYSTOLE_REG_ISR, &isr, err);
  if (status == SYSTOLE_OK) status = machine->write(SYSTOLE_REG_ISR, isr, err);
  if (status == SYSTOLE_OK) status = machine->read(SYSTOLE_REG_CTRL, &ctrl, err);
  if (status != SYSTOLE_OK) return status;
  if ((ctrl & 6) != 6) return systole_fail(err, SYSTOLE_E_TIMEOUT, "rtl: interrupt without done");
  return read_report(machine, report, err);
}

// Bytes of a word, through a table of the banks' arrays (a bank has every
// banks-th word).
template <typename Array>
const void *word_of(const Array &array, uint32_t row) {
  return &array[row];
}

systole_status rtl_peek(systole_machine *machine, unsigned space, uint32_t word, void *bytes,
                        systole_error *err) {
  if (space > 6 || word >= systole_config_words(&machine->config, space))
    return systole_fail(err, SYSTOLE_E_RANGE, "rtl: no word %u in SRAM %u", word, space);
  const unsigned dim = machine->config.dim, rows = machine->config.load_rows;
  const bool wide = space >= 3;
  const unsigned bank = space == 0 ? word % rows : 0;
  const uint32_t row = space == 0 ? word / rows : word;
  const void *from = nullptr;
  Vsystole_chip___024root *root = machine->top->rootp;
#define MEMORY(code, number, name) \
  if (space == (code) && bank == (number)) from = word_of(root->name, row);
  SYSTOLE_MEMORIES
#undef MEMORY
  if (!from) return systole_fail(err, SYSTOLE_E_RANGE, "rtl: no bank %u in SRAM %u", bank, space);
  std::memcpy(bytes, from, wide ? 4u * dim : dim);
  return SYSTOLE_OK;
}

systole_status rtl_waves(systole_machine *machine, const char *path, systole_error *err) {
#ifdef SYSTOLE_TRACE
  if (machine->fst) {
    machine->fst->close();
    delete machine->fst;
  }
  machine->fst = new VerilatedFstC;
  machine->top->trace(machine->fst, 99);
  machine->fst->open(path);
  if (!machine->fst->isOpen()) {
    delete machine->fst;
    machine->fst = nullptr;
    return systole_fail(err, SYSTOLE_E_IO, "rtl: cannot write waves to %s", path);
  }
  return SYSTOLE_OK;
#else
  (void)machine;
  (void)path;
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                      "rtl: built without waves; build %s.trace.so (sim/rtl/build.sh %s trace)",
                      SYSTOLE_CONFIG_NAME, SYSTOLE_CONFIG_NAME);
#endif
}

const systole_machine_api api = {
    SYSTOLE_MACHINE_ABI, "rtl", rtl_create, rtl_destroy, rtl_run, rtl_peek, rtl_waves, rtl_boot, rtl_control,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const systole_machine_api *systole_rtl_api(void) {
  return &api;
}

// What the object was built for, so that one can be found without its .ini.
extern "C" __attribute__((visibility("default"))) const systole_config *systole_rtl_config(void) {
  alignas(systole_config) static const unsigned char bytes[sizeof(systole_config)] = {SYSTOLE_CONFIG_BYTES};
  return reinterpret_cast<const systole_config *>(bytes);
}
