// The Verilated machine behind sim/machine.h. This shim only clocks, moves
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

#include "Vsystole_top.h"
#include "Vsystole_top___024root.h"
#include "verilated.h"
#ifdef SYSTOLE_TRACE
#include "verilated_fst_c.h"
#endif
#ifdef SYSTOLE_COVERAGE
#include "Vsystole_top__Syms.h"
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
  bool refused;
};
struct Read {
  uint64_t first;  // cycle of its first beat
  uint64_t address;
  uint32_t beats;
};
struct Answer {
  uint64_t cycle;
  bool error;
};

// One AXI4-Lite access at a time: a write goes address, data, response; a read
// address, data.
enum class Lite { Idle, WriteAddress, WriteData, WriteResponse, ReadAddress, ReadData };

}  // namespace

struct systole_machine {
  VerilatedContext context;
  Vsystole_top *top = nullptr;
  systole_memory *memory = nullptr;
  systole_dram *dram = nullptr;
  systole_config config;
  uint64_t now = 0;     // cycles since the machine was made
  uint64_t origin = 0;  // the cycle that is the run's cycle 0

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

  uint64_t cycle() const { return now - origin; }

  // Memory: what it drives in this cycle, and what it accepts.
  void memory_step() {
    if (top->m_axi_arvalid_o) {
      if (!ar_seen) {
        ar_seen = true;
        ar_wait = systole_dram_read_stall(dram);
      }
      if (ar_wait == 0) {
        uint32_t beats = top->m_axi_arlen_o + 1u;
        uint64_t address = top->m_axi_araddr_o;
        reads.push_back({systole_dram_read(dram, cycle(), address, beats), address, beats});
        top->m_axi_arready_i = 1;
        ar_seen = false;
      } else {
        ar_wait--;
        top->m_axi_arready_i = 0;
      }
    } else {
      top->m_axi_arready_i = 0;
    }

    if (!reads.empty() && cycle() >= reads.front().first) {
      Read &read = reads.front();
      const uint8_t *bytes = systole_memory_at(memory, read.address, kBus);
      if (bytes) std::memcpy(&top->m_axi_rdata_i, bytes, kBus);
      else std::memset(&top->m_axi_rdata_i, 0, kBus);
      top->m_axi_rresp_i = bytes ? 0 : 3;
      top->m_axi_rvalid_i = 1;
      top->m_axi_rlast_i = read.beats == 1;
      read.address += kBus;
      if (--read.beats == 0) reads.pop_front();
    } else {
      top->m_axi_rvalid_i = 0;
    }

    if (top->m_axi_awvalid_o) {
      if (!aw_seen) {
        aw_seen = true;
        aw_wait = systole_dram_write_stall(dram);
      }
      if (aw_wait == 0) {
        uint64_t address = top->m_axi_awaddr_o;
        uint32_t beats = top->m_axi_awlen_o + 1u;
        writes.push_back({address, beats, !systole_memory_at(memory, address, uint64_t{beats} * kBus)});
        top->m_axi_awready_i = 1;
        aw_seen = false;
      } else {
        aw_wait--;
        top->m_axi_awready_i = 0;
      }
    } else {
      top->m_axi_awready_i = 0;
    }

    if (top->m_axi_wvalid_o && !writes.empty()) write_beat_step();

    if (!answers.empty() && cycle() >= answers.front().cycle) {
      top->m_axi_bvalid_i = 1;
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
      answers.push_back({systole_dram_write(dram, cycle(), burst.address, burst.beats), write_error});
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
    if (top->trace_end_o && trace) report_ends();
  }

  void report_ends() {
    for (unsigned engine = 0; engine < 4; engine++)
      if (top->trace_end_o >> engine & 1) {
        uint64_t start = top->trace_start_cycle_o[2 * engine] |
                         uint64_t{top->trace_start_cycle_o[2 * engine + 1]} << 32;
        trace(user, engine, top->trace_index_o[engine], start, cycle());
      }
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
      if (i == 1000) return systole_fail(err, SYSTOLE_E_TIMEOUT, "rtl: AXI4-Lite does not answer");
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
  static constexpr size_t kPoints = std::extent_v<decltype(Vsystole_top__Syms::__Vcoverage)>;
  uint32_t counts[kPoints] = {};
  void add(Vsystole_top *top) {
    for (size_t i = 0; i < kPoints; i++) counts[i] += top->rootp->vlSymsp->__Vcoverage[i];
  }
  ~Coverage() {
    const char *path = std::getenv("SYSTOLE_COVERAGE");
    if (!path) return;
    VerilatedContext context;
    Vsystole_top top(&context, "systole");
    for (size_t i = 0; i < kPoints; i++) top.rootp->vlSymsp->__Vcoverage[i] = counts[i];
    context.coveragep()->write(path);
  }
};
void keep_coverage(Vsystole_top *top) {
  static Coverage coverage;
  coverage.add(top);
}
#else
void keep_coverage(Vsystole_top *) {}
#endif

void rtl_destroy(systole_machine *machine) {
  if (!machine) return;
#ifdef SYSTOLE_TRACE
  if (machine->fst) {
    machine->fst->close();
    delete machine->fst;
  }
#endif
  // Verilator knows one context a thread; a process may have several machines, and
  // may run one from another thread than it was made in.
  Verilated::threadContextp(&machine->context);
  if (machine->top) {
    machine->top->final();
    keep_coverage(machine->top);
  }
  delete machine->top;
  systole_dram_destroy(machine->dram);
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
  systole_status status = systole_dram_create(dram, config, &machine->dram, err);
  if (status != SYSTOLE_OK) {
    rtl_destroy(machine);
    return status;
  }
#ifdef SYSTOLE_TRACE
  machine->context.traceEverOn(true);
#endif
  Vsystole_top *top = machine->top = new Vsystole_top(&machine->context, "systole");
  top->clk_i = 0;
  top->rst_ni = 0;
  top->m_axi_wready_i = 1;
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

systole_status rtl_run(systole_machine *machine, const systole_job *job, systole_report *report,
                       systole_trace_fn trace, void *user, systole_error *err) {
  Vsystole_top *top = machine->top;
  Verilated::threadContextp(&machine->context);
  machine->trace = nullptr;
  systole_status status = write_job(machine, job, err);
  if (status != SYSTOLE_OK) return status;

  // Bursts that a reset has orphaned are answered before the next run begins.
  while (!machine->reads.empty() || !machine->answers.empty()) machine->step();
  systole_dram_reset(machine->dram);
  machine->trace = trace;
  machine->user = user;

  // The data of the write to CTRL is taken one cycle after its address; the
  // start is taken in the cycle after that.
  machine->begin_write(SYSTOLE_REG_CTRL, 1);
  machine->origin = machine->now + 2;
  machine->step();
  machine->step();

  // To the end, or to the cycle in which the abort is written so that it acts
  // in cycle max_cycles.
  uint64_t stop = UINT64_MAX;
  if (job->max_cycles) stop = machine->origin + (job->max_cycles < 8 ? 8 : job->max_cycles) - 2;
  while (!top->irq_o && machine->now < stop) machine->step();
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
  Vsystole_top___024root *root = machine->top->rootp;
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
    SYSTOLE_MACHINE_ABI, "rtl", rtl_create, rtl_destroy, rtl_run, rtl_peek, rtl_waves,
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
