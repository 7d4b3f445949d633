// Commands of the firmware as packets (hw/isa/commands.def).
#ifndef SYSTOLE_DRIVER_PACKET_H
#define SYSTOLE_DRIVER_PACKET_H

#include "driver/device.h"
#include "hw/isa/commands.h"

typedef struct {
  uint32_t words[SYSTOLE_PACKET_WORDS];
  uint32_t lines;
} systole_packet;

// Where places count from: a region of the queue, and the address it begins at.
typedef struct {
  const systole_transport_controller *controller;
  uint32_t region;
  uint64_t base;
} systole_packet_origin;

void systole_packet_start(systole_packet *packet, systole_command_code command, uint32_t tag);

// The four words from `word` on name bytes of a handle's memory, from an offset on.
void systole_packet_place(systole_packet *packet, unsigned word, const systole_packet_origin *origin,
                          void *memory, uint64_t offset, uint64_t bytes);

// What RUN, DECODE and GENERATE share, of a job.
void systole_packet_program(systole_packet *packet, const systole_packet_origin *origin,
                            const systole_transport_job *job);

// At the end of DECODE and GENERATE.
void systole_packet_formulas(systole_packet *packet, const systole_program *program);

// Its own words of GENERATE.
void systole_packet_text(systole_packet *packet, const systole_text *text);

// The outcome of a command in words, with its value.
const char *systole_outcome_text(uint32_t outcome);

#endif
