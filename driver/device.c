// Devices and their buffers.
#include "driver/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static systole_status out_of_memory(systole_error *err) {
  return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
}

static systole_status find_transport(const char *name, const systole_transport **found,
                                     systole_error *err) {
  char names[256] = "";
  for (unsigned i = 0; systole_transports[i]; i++) {
    if (!strcmp(systole_transports[i]->name, name)) {
      *found = systole_transports[i];
      return SYSTOLE_OK;
    }
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", systole_transports[i]->name);
  }
  return systole_fail(err, SYSTOLE_E_USAGE, "back end %.80s: expected one of %s", name, names);
}

// The same refusals from every transport, also from one that keeps no time.
static systole_status check_dram(const systole_config *config, const systole_dram_params *params,
                                 systole_error *err) {
  systole_dram *dram;
  systole_status status = systole_dram_create(params, config, &dram, err);
  if (!status) systole_dram_destroy(dram);
  return status;
}

// AUTO: what the machine has, unless only its model can do what is asked.
static bool by_firmware(const systole_device *device, const systole_options *options) {
  if (options->control != SYSTOLE_CONTROL_AUTO) return options->control == SYSTOLE_CONTROL_FIRMWARE;
  return device->config.controller && device->transport->controller && !options->check_races && !options->time_alone;
}

static systole_status set_up(systole_device *device, const systole_options *options, systole_chip *chip,
                             systole_error *err) {
  systole_status status = SYSTOLE_OK;
  device->watchdog = options->watchdog;
  if (by_firmware(device, options)) {
    if (!chip) status = systole_chip_open(device->transport, device->state, &device->config, options->run_limit, &chip, err);
    if (!status) status = systole_client_open(device, chip, &device->client, err);
  } else if (options->status_record) {
    status = systole_buffer_alloc(device, SYSTOLE_STATUS_BYTES, &device->status, err);
  }
  if (status && device->client) systole_client_close(device->client);
  return status;
}

static systole_status open_device(systole_device *device, const char *transport,
                                  const systole_options *options, systole_error *err) {
  systole_status status = find_transport(transport, &device->transport, err);
  if (!status) status = check_dram(&device->config, &options->dram, err);
  if (!status) status = device->transport->open(&device->config, options, &device->state, err);
  if (status) return status;
  status = set_up(device, options, NULL, err);
  if (status) device->transport->close(device->state);
  return status;
}

systole_status systole_open(const char *transport, const systole_config *config,
                            const systole_options *options, systole_device **device,
                            systole_error *err) {
  static const systole_options defaults;
  systole_options chosen = options ? *options : defaults;
  if (!chosen.dram.preset[0])
    snprintf(chosen.dram.preset, sizeof chosen.dram.preset, "%s", config->memory);
  systole_device *d = calloc(1, sizeof *d);
  if (!d) return out_of_memory(err);
  d->config = *config;
  systole_status status = open_device(d, transport, &chosen, err);
  if (status) free(d);
  else *device = d;
  return status;
}

systole_status systole_open_beside(systole_device *first, const systole_options *options,
                                   systole_device **device, systole_error *err) {
  systole_options chosen = options ? *options : (systole_options){0};
  if (!first->client) return systole_fail(err, SYSTOLE_E_USAGE, "open beside: expected a device under firmware");
  systole_device *d = calloc(1, sizeof *d);
  if (!d) return out_of_memory(err);
  *d = (systole_device){.transport = first->transport, .state = first->state, .config = first->config};
  chosen.control = SYSTOLE_CONTROL_FIRMWARE;
  systole_status status = set_up(d, &chosen, systole_client_chip(first->client), err);
  if (status) free(d);
  else *device = d;
  return status;
}

void systole_close(systole_device *device) {
  if (!device) return;
  const bool last = !device->client || systole_client_close(device->client);
  systole_buffer_free(device->status);
  if (last) device->transport->close(device->state);
  free(device);
}

systole_control systole_device_control(const systole_device *device) {
  return device->client ? SYSTOLE_CONTROL_FIRMWARE : SYSTOLE_CONTROL_DIRECT;
}

const systole_config *systole_device_config(const systole_device *device) { return &device->config; }

double systole_kernel_seconds(const systole_device *device) {
  return device->transport->seconds ? device->transport->seconds(device->state) : 0;
}

void systole_trace(systole_device *device, systole_trace_fn trace, void *user) {
  device->trace = trace;
  device->trace_user = user;
}

// ---- buffers ---------------------------------------------------------------

static systole_status alloc(systole_device *d, uint64_t bytes, void **memory, systole_error *err) {
  if (!d->client) return d->transport->alloc(d->state, bytes, memory, err);
  return d->transport->controller->alloc(d->state, systole_client_queue(d->client), bytes, memory, err);
}

systole_status systole_buffer_alloc(systole_device *device, uint64_t bytes, systole_buffer **buffer,
                                    systole_error *err) {
  systole_buffer *b = calloc(1, sizeof *b);
  if (!b) return out_of_memory(err);
  if (!bytes) bytes = 1;
  *b = (systole_buffer){.device = device, .bytes = bytes};
  systole_status status = alloc(device, bytes, &b->memory, err);
  if (status) free(b);
  else *buffer = b;
  return status;
}

void systole_buffer_free(systole_buffer *buffer) {
  if (!buffer) return;
  buffer->device->transport->release(buffer->device->state, buffer->memory);
  free(buffer);
}

uint64_t systole_buffer_bytes(const systole_buffer *buffer) { return buffer->bytes; }

static systole_status check_inside(const systole_buffer *b, uint64_t offset, uint64_t bytes,
                                   systole_error *err) {
  if (offset <= b->bytes && bytes <= b->bytes - offset) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_RANGE, "buffer: %llu bytes at %llu: expected to lie inside its %llu bytes",
                      (unsigned long long)bytes, (unsigned long long)offset, (unsigned long long)b->bytes);
}

systole_status systole_buffer_write(systole_buffer *buffer, uint64_t offset, const void *data,
                                    uint64_t bytes, systole_error *err) {
  systole_status status = check_inside(buffer, offset, bytes, err);
  if (status || !bytes) return status;
  const systole_device *d = buffer->device;
  return d->transport->write(d->state, buffer->memory, offset, data, bytes, err);
}

systole_status systole_buffer_read(systole_buffer *buffer, uint64_t offset, void *data,
                                   uint64_t bytes, systole_error *err) {
  systole_status status = check_inside(buffer, offset, bytes, err);
  if (status || !bytes) return status;
  const systole_device *d = buffer->device;
  return d->transport->read(d->state, buffer->memory, offset, data, bytes, err);
}

systole_status systole_peek(systole_device *device, unsigned space, uint32_t word, void *bytes,
                            systole_error *err) {
  if (device->transport->peek) return device->transport->peek(device->state, space, word, bytes, err);
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "peek: the back end %s shows no SRAMs",
                      device->transport->name);
}

systole_status systole_status_record(systole_device *device, uint32_t words[80], systole_error *err) {
  if (device->client) {
    memcpy(words, systole_client_record(device->client), SYSTOLE_STATUS_BYTES);
    return SYSTOLE_OK;
  }
  if (!device->status)
    return systole_fail(err, SYSTOLE_E_USAGE, "status record: expected the device to be opened with status_record");
  return systole_buffer_read(device->status, 0, words, SYSTOLE_STATUS_BYTES, err);
}
