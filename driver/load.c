// Programs in device memory.
#include <stdlib.h>

#include "driver/device.h"

static systole_status check_config(const systole_device *device, const systole_program *program,
                                   systole_error *err) {
  if (program->config_hash == device->config.hash) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_CONFIG,
                      "the program was built for configuration %s (%016llx), the device is %s (%016llx): "
                      "expected the same; compile the program for %s",
                      program->config_name, (unsigned long long)program->config_hash, device->config.name,
                      (unsigned long long)device->config.hash, device->config.name);
}

static systole_status place(systole_device *device, uint64_t bytes, const void *content,
                            uint64_t content_bytes, systole_buffer **buffer, systole_error *err) {
  systole_status status = systole_buffer_alloc(device, bytes, buffer, err);
  return status ? status : systole_buffer_write(*buffer, 0, content, content_bytes, err);
}

static systole_status place_all(systole_loaded *l, systole_error *err) {
  const systole_program *p = l->program;
  systole_status status = SYSTOLE_OK;
  for (uint32_t i = 0; !status && i < p->entry_count; i++) {
    uint64_t bytes = (uint64_t)p->entries[i].line_count * SYSTOLE_LINE_BYTES;
    status = place(l->device, bytes, p->entries[i].lines, bytes, &l->code[i], err);
  }
  for (uint32_t i = 0; !status && i < p->segment_count; i++) {
    const systole_segment *s = &p->segments[i];
    status = place(l->device, s->bytes, s->content, s->content_bytes, &l->own[s->index], err);
    l->bound[s->index] = l->own[s->index];
  }
  return status;
}

systole_status systole_load(systole_device *device, const systole_program *program,
                            systole_loaded **loaded, systole_error *err) {
  systole_status status = check_config(device, program, err);
  if (status) return status;
  systole_loaded *l = calloc(1, sizeof *l);
  if (l) l->code = calloc(program->entry_count + 1, sizeof *l->code);
  if (!l || !l->code) {
    free(l);
    return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
  }
  l->device = device;
  l->program = program;
  status = place_all(l, err);
  if (status) systole_unload(l);
  else *loaded = l;
  return status;
}

void systole_unload(systole_loaded *loaded) {
  if (!loaded) return;
  for (uint32_t i = 0; i < loaded->program->entry_count; i++) systole_buffer_free(loaded->code[i]);
  for (unsigned i = 0; i < 16; i++) systole_buffer_free(loaded->own[i]);
  free(loaded->code);
  free(loaded);
}

systole_buffer *systole_loaded_segment(systole_loaded *loaded, unsigned index) {
  return index < 16 ? loaded->bound[index] : NULL;
}

systole_buffer *systole_loaded_code(systole_loaded *loaded, const char *entry) {
  const systole_entry *e = systole_program_entry(loaded->program, entry);
  return e ? loaded->code[e - loaded->program->entries] : NULL;
}

systole_status systole_bind(systole_loaded *loaded, unsigned index, systole_buffer *buffer,
                            systole_error *err) {
  if (index < 1 || index > 14)
    return systole_fail(err, SYSTOLE_E_RANGE, "segment %u: expected 1 to 14", index);
  const systole_buffer *own = loaded->own[index];
  if (own && buffer->bytes < own->bytes)
    return systole_fail(err, SYSTOLE_E_RANGE, "segment %u: a buffer of %llu bytes: expected at least %llu", index,
                        (unsigned long long)buffer->bytes, (unsigned long long)own->bytes);
  loaded->bound[index] = buffer;
  return SYSTOLE_OK;
}
