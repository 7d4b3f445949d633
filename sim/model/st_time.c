#include "sim/model/st_time.h"

#include "sim/model/burst.h"
#include "sim/model/sram.h"

void systole_st_time_open(systole_st_time *st, unsigned bus_bytes, systole_dram *dram) {
  *st = (systole_st_time){.bus_bytes = bus_bytes, .dram = dram, .claim = SYSTOLE_NEVER};
}

static systole_st_burst *burst_at(systole_st_time *st, uint64_t number) {
  return &st->bursts[number % SYSTOLE_ST_OUTSTANDING];
}

// If the source lies further up in its beat than the destination, a step
// before the first reads what comes lower and makes no beat.
static void begin_run(systole_st_time *st, uint64_t step) {
  st->address = st->base + st->run * st->pitch;
  st->left = st->run_bytes;
  const uint64_t source = (st->source + st->run * st->source_pitch) % st->bus_bytes;
  st->claim = step + (source > st->address % st->bus_bytes ? 1 : 0);
  st->run++;
}

void systole_st_time_start(systole_st_time *st, const systole_instruction *in, uint64_t now) {
  const systole_line *line = &in->line;
  if (in->noop) {
    st->done = now + 1;
    return;
  }
  const uint64_t element = systole_sram_element_bytes((unsigned)SYSTOLE_GET(line, ST, space));
  st->runs = SYSTOLE_GET(line, ST, rows);
  st->run_bytes = SYSTOLE_GET(line, ST, elements) * element;
  st->pitch = SYSTOLE_GET(line, ST, pitch);
  st->source = SYSTOLE_GET(line, ST, src) * element;
  st->source_pitch = SYSTOLE_GET(line, ST, src_row) * element;
  st->base = in->address;
  if (st->pitch == st->run_bytes && st->source_pitch == st->run_bytes) {
    st->run_bytes *= st->runs;
    st->runs = 1;
  }
  st->run = 0;
  st->done = SYSTOLE_NEVER;
  st->claimed = false;
  begin_run(st, now + 3);
}

void systole_st_time_claim(systole_st_time *st, uint64_t now) {
  const uint64_t bus = st->bus_bytes, lead = st->address % bus;
  const uint64_t bytes = systole_burst_bytes(st->address, st->left, st->bus_bytes);
  const uint64_t beats = (lead + bytes + bus - 1) / bus;
  const systole_st_burst none = {0};
  const systole_st_burst *before = st->claims ? burst_at(st, st->claims - 1) : &none;
  const uint64_t filled = now + beats - 1 + 3;
  const uint64_t shown = systole_later(filled + 2, before->accepted + 1);
  const uint64_t accepted = shown + systole_dram_write_stall(st->dram);
  // The data may stand before its address is accepted, but is not taken before.
  const uint64_t first = systole_later(systole_later(shown + 2, accepted + 1), before->last + 1);
  const systole_st_burst burst = {.step = now, .beats = beats, .bytes = bytes,
                                  .address = st->address - lead, .accepted = accepted,
                                  .first = first, .last = first + beats - 1,
                                  .answer = SYSTOLE_NEVER};
  *burst_at(st, st->claims++) = burst;
  st->beats += beats;
  st->address += bytes;
  st->left -= bytes;
  st->claim = now + beats;
  if (st->left > 0) return;
  if (st->run < st->runs) {
    begin_run(st, now + beats);
  } else {
    st->claim = SYSTOLE_NEVER;
    st->claimed = true;
  }
}

void systole_st_time_write(systole_st_time *st) {
  systole_st_burst *burst = burst_at(st, st->writes++);
  burst->answer =
      systole_dram_write(st->dram, burst->last, burst->address, (uint32_t)burst->beats) + 1;
  st->bytes += burst->bytes;
  if (st->claimed && st->writes == st->claims) st->done = burst->answer + 1;
}

// A beat is handed on three cycles after its step; only the last bursts may be
// under way.
uint64_t systole_st_time_beats(const systole_st_time *st, uint64_t now) {
  uint64_t late = 0;
  for (uint64_t i = st->writes; i < st->claims; i++) {
    const systole_st_burst *burst = &st->bursts[i % SYSTOLE_ST_OUTSTANDING];
    const uint64_t last = burst->step + burst->beats + 2;
    if (last > now) late += systole_sooner(last - now, burst->beats);
  }
  return st->beats - late;
}
