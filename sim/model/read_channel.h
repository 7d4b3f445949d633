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
  uint64_t free, free_for_ld;  // if none is pending: see below
  systole_read_client client;  // of the pending burst
  uint64_t address;
  uint32_t count;  // its beats
} systole_read_channel;

void systole_read_open(systole_read_channel *channel, systole_dram *dram);

void systole_read_take(systole_read_channel *channel, uint64_t now, systole_read_client client,
                       uint64_t address, uint32_t beats);

// The pending burst is accepted in cycle `accept`; returns the cycle of its first
// beat. From then on `free` is the first cycle in which a fetch burst may be
// taken as far as the channel goes, `free_for_ld` that for one of LD.
uint64_t systole_read_accept(systole_read_channel *channel);

#endif
