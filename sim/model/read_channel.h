// When bursts pass the read half of the AXI master and memory: the rules of
// systole_axi_rd.sv and of the harness, which asks sim/dram in the cycle in
// which an address is accepted.
#ifndef SYSTOLE_MODEL_READ_CHANNEL_H
#define SYSTOLE_MODEL_READ_CHANNEL_H

#include <stdbool.h>

#include "sim/dram/dram.h"
#include "sim/model/beat_log.h"

enum {
  SYSTOLE_READ_OUTSTANDING = 64,  // bursts under way
  SYSTOLE_READ_LD_BEATS = 128     // LD's bursts wait while so many beats are under way
};

typedef enum { SYSTOLE_READ_FETCH, SYSTOLE_READ_LD } systole_read_client;

typedef struct {
  systole_dram *dram;
  systole_beat_log log;   // of bursts accepted
  uint64_t taken, beats;  // bursts, and beats of those bursts
  bool pending;           // a burst is taken and its answer not yet known
  uint64_t accept;        // cycle in which the last one taken is accepted
  uint64_t free;          // if none is pending: see below
  systole_read_client client;  // of the pending burst
  uint64_t address;
  uint32_t count;  // its beats
} systole_read_channel;

static inline void systole_read_open(systole_read_channel *channel, systole_dram *dram) {
  *channel = (systole_read_channel){.dram = dram};
}

static inline void systole_read_take(systole_read_channel *channel, uint64_t now, systole_read_client client,
                       uint64_t address, uint32_t beats) {
  channel->taken++;
  channel->beats += beats;
  channel->pending = true;
  channel->client = client;
  channel->address = address;
  channel->count = beats;
  channel->accept = now + 1 + systole_dram_read_stall(channel->dram);
}

// All that are taken have been accepted; of 64 the first has been answered then.
static inline uint64_t systole_read_next_free(const systole_read_channel *channel) {
  if (channel->taken < SYSTOLE_READ_OUTSTANDING) return channel->accept;
  return systole_later(channel->accept, channel->log.last[channel->taken % SYSTOLE_BEAT_LOG] + 1);
}

// If none is pending: the first cycle in which a burst of LD may be taken.
static inline uint64_t systole_read_free_for_ld(systole_read_channel *channel) {
  if (channel->beats < SYSTOLE_READ_LD_BEATS) return channel->free;
  const uint64_t beat = channel->beats - SYSTOLE_READ_LD_BEATS + 1;
  return systole_later(channel->free, systole_beat_log_cycle(&channel->log, beat) + 1);
}

// The pending burst is accepted in cycle `accept`; returns the cycle in which its
// client has the first beat, the one after it comes from memory. From then on
// `free` is the first cycle in which a fetch burst may be taken as far as the
// channel goes.
static inline uint64_t systole_read_accept(systole_read_channel *channel) {
  const uint64_t first =
      systole_dram_read(channel->dram, channel->accept, channel->address, channel->count) + 1;
  systole_beat_log_add(&channel->log, first + channel->count - 1, channel->count);
  channel->pending = false;
  channel->free = systole_read_next_free(channel);
  return first;
}

#endif
