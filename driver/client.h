// A client of a chip: a queue's rings in memory, the commands in it that have not
// been waited for, and what the last one came to.
#ifndef SYSTOLE_DRIVER_CLIENT_H
#define SYSTOLE_DRIVER_CLIENT_H

#include "driver/chip.h"
#include "driver/packet.h"

typedef struct systole_client systole_client;

// Takes a queue of the chip for a device, whose buffers are then the client's.
systole_status systole_client_open(systole_device *device, systole_chip *chip, systole_client **client,
                                   systole_error *err);

// Ends what is pending and gives the queue back. True: it was the chip's last.
bool systole_client_close(systole_client *client);

systole_chip *systole_client_chip(const systole_client *client);
unsigned systole_client_queue(const systole_client *client);

// A packet with tag and place of a report, for the client's memory.
void systole_client_packet(systole_client *client, systole_command_code command, systole_packet *packet);
const systole_packet_origin *systole_client_origin(const systole_client *client);

// A command that has been submitted.
typedef struct {
  const systole_entry *entry;    // for messages, NULL if it has none
  const systole_entry *prefill;
  systole_token_fn token;        // token, run and user: as in systole_text
  systole_run_fn run;
  void *user;
  systole_buffer *prompt;        // freed when it has ended, may be NULL
} systole_pending;

// Puts the packet into the ring. Takes pending->prompt over, also on failure.
systole_status systole_client_submit(systole_client *client, const systole_packet *packet,
                                     const systole_pending *pending, systole_error *err);

// As systole_wait, for the oldest command.
systole_status systole_client_wait(systole_client *client, uint64_t limit_cycles, systole_report *report,
                                   systole_error *err);

systole_status systole_client_version(systole_client *client, uint32_t *version, systole_error *err);

void systole_client_cancel(systole_client *client);

// Of the last command waited for.
const uint32_t *systole_client_record(const systole_client *client);  // 80 words
void systole_client_totals(const systole_client *client, systole_totals *others, systole_totals *prefill);

#endif
