#include "sim/dram/probe.h"

#include "sim/dram/ideal.h"
#include "sim/dram/place.h"

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

// ---- latency -----------------------------------------------------------------------

// The first beat in another row of the bank that address 0 lies in.
static uint64_t other_row(const systole_dram_timing *t, const systole_config *config) {
  systole_dram_place zero = systole_dram_place_of(t, 0), place;
  uint64_t address = 0, step = later(UINT64_C(1) << t->access_log2, config->bus_bytes);
  do {
    address += step;
    place = systole_dram_place_of(t, address);
  } while (place.channel != zero.channel || place.bank != zero.bank || place.row == zero.row);
  return address;
}

// One access a microsecond: that is a whole number of periods of both clocks,
// the one before is long over, and the first refresh is not yet due.
uint64_t systole_probe_latency(systole_dram *dram, const systole_dram_timing *timing,
                               const systole_config *config, systole_probe_row row, bool write) {
  uint64_t cycle = config->clock_mhz;
  systole_dram_reset(dram);
  if (row != SYSTOLE_PROBE_MISS) systole_dram_read(dram, cycle, 0, 1);
  uint64_t address = timing && row == SYSTOLE_PROBE_CONFLICT ? other_row(timing, config) : 0;
  cycle *= 2;
  return (write ? systole_dram_write(dram, cycle, address, 1) : systole_dram_read(dram, cycle, address, 1)) -
         cycle;
}

unsigned systole_probe_wide(const systole_dram_timing *t, const systole_config *config,
                            systole_probe_row row) {
  unsigned accesses = config->bus_bytes >> t->access_log2;
  if (accesses < 2) return 0;
  unsigned rows = row == SYSTOLE_PROBE_HIT ? 1 : 1u << t->group_low;
  if (rows > accesses) rows = accesses;
  return (rows - 1) * t->rrd_s + (accesses - rows) * t->ccd_s;
}

uint64_t systole_probe_formula(const systole_dram_timing *t, const systole_config *config,
                               systole_probe_row row, bool write) {
  if (!t) return SYSTOLE_IDEAL_LATENCY;
  uint64_t periods = t->request + (write ? t->cwl : t->cl) + t->bl + t->answer +
                     systole_probe_wide(t, config, row);
  if (row != SYSTOLE_PROBE_HIT) periods += write ? t->rcd_write : t->rcd_read;
  if (row == SYSTOLE_PROBE_CONFLICT) periods += t->rp;
  return (periods * config->clock_mhz + t->mhz - 1) / t->mhz;
}

// ---- bus masters -------------------------------------------------------------------

enum { HISTORY = 64 };  // bursts remembered: as many as are ever under way

// One direction. A burst's number is its place in the rings, modulo HISTORY.
typedef struct {
  systole_dram *dram;
  uint32_t beats;              // of every burst
  uint64_t count;              // bursts sent
  uint64_t ready;              // cycle in which the next is accepted (a write: its last beat)
  uint64_t address;            // and its address
  uint64_t last[HISTORY];      // read: last beat. write: last beat accepted
  uint64_t answer[HISTORY];    // write: response
} master;

static uint64_t before(const uint64_t *ring, uint64_t count, unsigned back) {
  return count >= back ? ring[(count - back) % HISTORY] : 0;
}

// The first cycle in which fewer than READ_BEATS beats are under way. The beat
// that has to be over first is `back` beats from the end of the last burst.
static uint64_t beats_free(const master *m) {
  uint64_t back = SYSTOLE_PROBE_READ_BEATS - 1, bursts = back / m->beats + 1;
  if (m->count < bursts || bursts > HISTORY) return 0;  // then the limit on bursts holds first
  return before(m->last, m->count, (unsigned)bursts) + 1 - back % m->beats;
}

// systole_axi_rd: taken when the address register and the window are free,
// accepted one cycle later unless the memory stalls it.
static void next_read(master *m) {
  uint64_t taken = m->count ? m->ready : 0;
  if (m->count >= SYSTOLE_PROBE_READ_BURSTS)
    taken = later(taken, before(m->last, m->count, SYSTOLE_PROBE_READ_BURSTS) + 1);
  taken = later(taken, beats_free(m));
  m->ready = taken + 1 + systole_dram_read_stall(m->dram);
}

// systole_axi_wr: a slot of four is claimed, filled, sent; beats are consecutive.
static void next_write(master *m) {
  uint64_t claimed = m->count >= 4 ? before(m->last, m->count, 4) + 1 : 0;
  if (m->count >= SYSTOLE_PROBE_WRITE_BURSTS)
    claimed = later(claimed, before(m->answer, m->count, SYSTOLE_PROBE_WRITE_BURSTS) + 1);
  uint64_t address = claimed + m->beats + 2 + systole_dram_write_stall(m->dram);
  m->ready = later(address + 2, m->count ? m->ready + 1 : 0) + m->beats - 1;
}

static void send_read(master *m) {
  uint64_t first = systole_dram_read(m->dram, m->ready, m->address, m->beats);
  m->last[m->count++ % HISTORY] = first + m->beats - 1;
  next_read(m);
}

static void send_write(master *m) {
  m->last[m->count % HISTORY] = m->ready;
  m->answer[m->count % HISTORY] = systole_dram_write(m->dram, m->ready, m->address, m->beats);
  m->count++;
  next_write(m);
}

// ---- traffic -----------------------------------------------------------------------

static uint64_t next_random(uint64_t *state) {  // splitmix64, Steele et al. 2014
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static const uint64_t gib = UINT64_C(1) << 30;

static void move_on(master *m, const systole_probe_traffic *traffic, uint64_t *state) {
  if (traffic->random)
    m->address = next_random(state) % (gib / traffic->burst_bytes) * traffic->burst_bytes;
  else
    m->address += traffic->burst_bytes;
}

systole_probe_result systole_probe_run(systole_dram *dram, const systole_config *config,
                                       const systole_probe_traffic *traffic, uint64_t cycles) {
  uint32_t beats = traffic->burst_bytes / config->bus_bytes;
  master reads = {.dram = dram, .beats = beats};
  master writes = {.dram = dram, .beats = beats, .address = gib};
  uint64_t state = 1;
  systole_probe_result result = {0};
  systole_dram_reset(dram);
  if (traffic->reads) next_read(&reads);
  if (traffic->writes) next_write(&writes);
  for (;;) {
    bool read = traffic->reads && (!traffic->writes || reads.ready <= writes.ready);
    master *m = read ? &reads : &writes;
    if (m->ready >= cycles) break;
    uint64_t number = m->count;
    (read ? send_read : send_write)(m);
    result.bursts += (read ? m->last : m->answer)[number % HISTORY] < cycles;
    move_on(m, traffic, &state);
  }
  result.bytes = result.bursts * traffic->burst_bytes;
  result.counts = systole_dram_count(dram);
  return result;
}
