// Starting an entry and waiting for its end.
#include <string.h>

#include <stdlib.h>

#include "driver/client.h"

static systole_status no_entry(const systole_program *p, const char *name, systole_error *err) {
  char names[512] = "";
  for (uint32_t i = 0; i < p->entry_count; i++) {
    size_t used = strlen(names), need = strlen(p->entries[i].name) + 2;
    if (used + need >= sizeof names) break;
    if (used) strcat(names, ", ");
    strcat(names, p->entries[i].name);
  }
  return systole_fail(err, SYSTOLE_E_USAGE, "entry %.80s: expected one of %s", name, names);
}

static void fill_job(const systole_loaded *l, const systole_entry *e, const int32_t *scalars,
                     systole_transport_job *job) {
  const size_t entry = (size_t)(e - l->program->entries);
  *job = (systole_transport_job){.lines = e->line_count, .watchdog = l->device->watchdog};
  if (scalars) memcpy(job->scalars, scalars, sizeof job->scalars);
  for (unsigned i = 0; i < 16; i++) {
    const systole_buffer *b = i == SYSTOLE_PROGRAM_SEGMENT  ? l->code[entry]
                              : i == SYSTOLE_STATUS_SEGMENT ? l->device->status
                                                            : l->bound[i];
    if (b) job->segments[i].memory = b->memory, job->segments[i].bytes = b->bytes;
  }
}

// ---- under firmware --------------------------------------------------------------

static systole_status submit_run(systole_client *client, const systole_entry *entry,
                                 const systole_transport_job *job, systole_error *err) {
  systole_packet packet;
  systole_client_packet(client, SYSTOLE_COMMAND_RUN, &packet);
  systole_packet_program(&packet, systole_client_origin(client), job);
  return systole_client_submit(client, &packet, &(systole_pending){.entry = entry}, err);
}

static systole_status check_firmware(const systole_device *d, systole_error *err) {
  if (d->client) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_USAGE, "submit: a command of the firmware: expected a device under its control");
}

// A run's entry, and that its program has formulas.
static systole_status find_entry(const systole_loaded *l, const char *name, const systole_entry **entry,
                                 systole_error *err) {
  systole_status status = check_firmware(l->device, err);
  if (status) return status;
  *entry = systole_program_entry(l->program, name);
  if (!*entry) return no_entry(l->program, name, err);
  if (l->program->formula_count) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_USAGE, "submit: the program has no formulas: expected one that says how its scalars follow from the position");
}

systole_status systole_submit_decode(systole_loaded *loaded, const char *entry, int32_t position,
                                     uint32_t steps, systole_error *err) {
  const systole_entry *e;
  systole_transport_job job;
  systole_packet packet;
  systole_status status = find_entry(loaded, entry, &e, err);
  if (status) return status;
  systole_client *client = loaded->device->client;
  fill_job(loaded, e, NULL, &job);
  systole_client_packet(client, SYSTOLE_COMMAND_DECODE, &packet);
  systole_packet_program(&packet, systole_client_origin(client), &job);
  systole_packet_formulas(&packet, loaded->program);
  SYSTOLE_FIELD_PUT(packet.words, DECODE, position, position);
  SYSTOLE_FIELD_PUT(packet.words, DECODE, steps, steps);
  return systole_client_submit(client, &packet, &(systole_pending){.entry = e}, err);
}

static systole_status check_text(const systole_text *t, systole_error *err) {
  if (t->io >= SYSTOLE_STATUS_SEGMENT || !t->most || t->end_count > SYSTOLE_LIMIT_END_TOKENS || t->position < 0)
    return systole_fail(err, SYSTOLE_E_USAGE, "submit: io %u, most %lu, %lu end tokens: expected a segment, at least one token, and at most %d",
                        t->io, (unsigned long)t->most, (unsigned long)t->end_count, SYSTOLE_LIMIT_END_TOKENS);
  if (t->temperature > 0 && (!t->top_k || t->top_k > SYSTOLE_LIMIT_TOP_K))
    return systole_fail(err, SYSTOLE_E_USAGE, "submit: a draw among %lu tokens: expected 1 to %d", (unsigned long)t->top_k, SYSTOLE_LIMIT_TOP_K);
  return SYSTOLE_OK;
}

static systole_status place_prompt(systole_loaded *l, const systole_text *t, systole_packet *packet,
                                   systole_buffer **prompt, systole_error *err) {
  const uint64_t bytes = 4 * (uint64_t)t->prompt_count;
  *prompt = NULL;
  if (!bytes) return SYSTOLE_OK;
  systole_status status = systole_buffer_alloc(l->device, bytes, prompt, err);
  if (!status) status = systole_buffer_write(*prompt, 0, t->prompt, bytes, err);
  if (!status)
    systole_packet_place(packet, SYSTOLE_WORD_GENERATE_prompt, systole_client_origin(l->device->client),
                         (*prompt)->memory, 0, bytes);
  return status;
}

systole_status systole_submit_generate(systole_loaded *loaded, const systole_text *text,
                                       systole_error *err) {
  systole_pending pending = {.token = text->token, .run = text->run, .user = text->user};
  systole_transport_job job, prefill;
  systole_packet packet;
  systole_status status = find_entry(loaded, text->decode, &pending.entry, err);
  if (!status) status = find_entry(loaded, text->prefill, &pending.prefill, err);
  if (!status) status = check_text(text, err);
  if (status) return status;
  systole_client *client = loaded->device->client;
  const systole_packet_origin *origin = systole_client_origin(client);
  fill_job(loaded, pending.entry, NULL, &job);
  fill_job(loaded, pending.prefill, NULL, &prefill);
  systole_client_packet(client, SYSTOLE_COMMAND_GENERATE, &packet);
  systole_packet_program(&packet, origin, &job);
  systole_packet_text(&packet, text);
  SYSTOLE_FIELD_PUT(packet.words, GENERATE, prefill_lines, prefill.lines);
  systole_packet_place(&packet, SYSTOLE_WORD_GENERATE_prefill, origin, prefill.segments[0].memory, 0, prefill.segments[0].bytes);
  systole_packet_formulas(&packet, loaded->program);
  status = place_prompt(loaded, text, &packet, &pending.prompt, err);
  if (!status) return systole_client_submit(client, &packet, &pending, err);
  systole_buffer_free(pending.prompt);
  return status;
}

systole_status systole_submit_selftest(systole_device *device, systole_error *err) {
  systole_packet packet;
  systole_status status = check_firmware(device, err);
  if (status) return status;
  systole_client_packet(device->client, SYSTOLE_COMMAND_SELFTEST, &packet);
  return systole_client_submit(device->client, &packet, &(systole_pending){0}, err);
}

systole_status systole_firmware_version(systole_device *device, uint32_t *version, systole_error *err) {
  systole_status status = check_firmware(device, err);
  return status ? status : systole_client_version(device->client, version, err);
}

systole_status systole_submit_limit(systole_device *device, uint64_t cycles, systole_error *err) {
  systole_packet packet;
  systole_status status = check_firmware(device, err);
  if (status) return status;
  systole_client_packet(device->client, SYSTOLE_COMMAND_LIMIT, &packet);
  SYSTOLE_FIELD_PUT(packet.words, LIMIT, cycles_lo, cycles);
  SYSTOLE_FIELD_PUT(packet.words, LIMIT, cycles_hi, cycles >> 32);
  return systole_client_submit(device->client, &packet, &(systole_pending){0}, err);
}

systole_status systole_cancel(systole_device *device, systole_error *err) {
  systole_status status = check_firmware(device, err);
  if (!status) systole_client_cancel(device->client);
  return status;
}

void systole_last_totals(const systole_device *device, systole_totals *others, systole_totals *prefill) {
  *others = *prefill = (systole_totals){0};
  if (device->client) systole_client_totals(device->client, others, prefill);
}

void systole_chip_state(const systole_device *device, systole_chip_report *report) {
  *report = (systole_chip_report){0};
  if (device->client) *report = *systole_chip_now(systole_client_chip(device->client));
}

// ---- runs ------------------------------------------------------------------------

systole_status systole_submit(systole_loaded *loaded, const char *entry, const int32_t *scalars,
                              systole_error *err) {
  systole_device *d = loaded->device;
  systole_transport_job job;
  const systole_entry *e = systole_program_entry(loaded->program, entry);
  if (!e) return no_entry(loaded->program, entry, err);
  if (d->running) return systole_fail(err, SYSTOLE_E_USAGE, "submit: expected the last run to be waited for");
  fill_job(loaded, e, scalars, &job);
  if (d->client) return submit_run(d->client, e, &job, err);
  systole_status status = d->transport->start(d->state, &job, err);
  if (!status) d->running = e;
  return status;
}

systole_status systole_wait(systole_device *device, uint64_t limit_cycles, systole_report *report,
                            systole_error *err) {
  systole_report scratch;
  const systole_entry *entry = device->running;
  if (!report) report = &scratch;
  memset(report, 0, sizeof *report);
  if (device->client) return systole_client_wait(device->client, limit_cycles, report, err);
  if (!entry) return systole_fail(err, SYSTOLE_E_USAGE, "wait: expected a run to be submitted first");
  device->running = NULL;
  systole_status status = device->transport->wait(device->state, limit_cycles, report, device->trace,
                                                  device->trace_user, err);
  if (status || report->cause == SYSTOLE_CAUSE_NONE) return status;
  systole_explain(entry, report, err);
  return report->cause == SYSTOLE_CAUSE_ABORT ? SYSTOLE_E_TIMEOUT : SYSTOLE_E_FAULT;
}
