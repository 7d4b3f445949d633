#include "sim/model/read_channel.h"

void systole_read_open(systole_read_channel *channel, systole_dram *dram) {
  *channel = (systole_read_channel){.dram = dram};
}

void systole_read_take(systole_read_channel *channel, uint64_t now, systole_read_client client,
                       uint64_t address, uint32_t beats) {
  channel->taken++;
  channel->beats += beats;
  channel->pending = true;
  channel->client = client;
  channel->address = address;
  channel->count = beats;
  channel->accept = now + 1 + systole_dram_read_stall(channel->dram);
}

// All that are taken have been accepted.
static uint64_t next_free(const systole_read_channel *channel) {
  if (channel->taken < SYSTOLE_READ_OUTSTANDING) return channel->accept;
  return systole_later(channel->accept, channel->log.last[channel->taken % SYSTOLE_BEAT_LOG] + 1);
}

static uint64_t next_free_for_ld(systole_read_channel *channel) {
  if (channel->beats < SYSTOLE_READ_LD_BEATS) return channel->free;
  const uint64_t beat = channel->beats - SYSTOLE_READ_LD_BEATS + 1;
  return systole_later(channel->free, systole_beat_log_cycle(&channel->log, beat) + 1);
}

uint64_t systole_read_accept(systole_read_channel *channel) {
  const uint64_t first =
      systole_dram_read(channel->dram, channel->accept, channel->address, channel->count);
  systole_beat_log_add(&channel->log, first + channel->count - 1, channel->count);
  channel->pending = false;
  channel->free = next_free(channel);
  channel->free_for_ld = next_free_for_ld(channel);
  return first;
}
