#include "cli/fuzzfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/source.h"
#include "hw/base/output.h"

// ---- writing -----------------------------------------------------------------

// Bytes of content before nothing but zeros, within the limit.
static uint64_t content_bytes(const systole_fuzz_segment *s) {
  uint64_t bytes = s->kept < s->limit ? s->kept : s->limit;
  while (s->bytes != NULL && bytes > 0 && s->bytes[bytes - 1] == 0) bytes--;
  return s->bytes != NULL ? bytes : 0;
}

static systole_status write_content(const systole_fuzz_segment *s, const char *path, systole_error *err) {
  systole_output output = {0};
  systole_status status = systole_output_open(path, &output, err);
  if (!status) fwrite(s->bytes, 1, content_bytes(s), output.file);
  if (!status) status = systole_output_commit(&output, err);
  systole_output_discard(&output);
  return status;
}

static systole_status write_segment(const systole_fuzz_segment *s, unsigned number, const char *path,
                                    FILE *out, systole_error *err) {
  char name[4096];
  const char *slash = strrchr(path, '/');
  fprintf(out, ".meta fuzz.segment.%u 0x%" PRIx64 " %" PRIu64 " %" PRIu64 "\n", number, s->base,
          s->limit, s->bytes != NULL ? s->size : 0);
  if (number == SYSTOLE_PROGRAM_SEGMENT || number == SYSTOLE_STATUS_SEGMENT) return SYSTOLE_OK;
  fprintf(out, ".segment %u name=s%u kind=io bytes=%" PRIu64, number, number, s->limit);
  if (content_bytes(s) == 0) return fputc('\n', out), SYSTOLE_OK;
  snprintf(name, sizeof name, "%s.seg%u", path, number);
  fprintf(out, " file=%s.seg%u\n", slash ? slash + 1 : path, number);
  return write_content(s, name, err);
}

static void write_run(const systole_fuzz_case *c, FILE *out) {
  fprintf(out, ".meta fuzz.memory %s %" PRIu64 " %" PRIu32 " %" PRIu32 "\n",
          c->dram.preset[0] ? c->dram.preset : "ideal", c->dram.seed, c->dram.max_delay, c->dram.max_stall);
  fprintf(out, ".meta fuzz.run %" PRIu32 " %" PRIu64 " %u\n", c->watchdog, c->max_cycles, c->repeats);
  if (c->hole.bytes)
    fprintf(out, ".meta fuzz.hole %u %" PRIu64 " %" PRIu64 "\n", c->hole.segment, c->hole.offset, c->hole.bytes);
  fprintf(out, ".meta fuzz.scalars");
  for (unsigned i = 0; i < SYSTOLE_SCALARS; i++) fprintf(out, " %" PRId32, c->scalars[i]);
  fputc('\n', out);
}

systole_status systole_fuzzfile_write(const systole_fuzz_case *c, const char *hw, const char *why,
                                      const char *path, systole_error *err) {
  systole_output output = {0};
  const systole_entry entry = {.name = (char[]){"main"}, .lines = c->lines, .line_count = c->line_count};
  systole_status status = systole_output_open(path, &output, err);
  if (status) return status;
  fprintf(output.file, "; %s\n.hw %s\n", why, hw);
  write_run(c, output.file);
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS && !status; s++)
    if (c->segments[s].limit) status = write_segment(&c->segments[s], s, path, output.file, err);
  fprintf(output.file, ".entry main\n");
  if (!status) status = systole_source_print_lines(&entry, false, output.file, err);
  if (!status) status = systole_output_commit(&output, err);
  systole_output_discard(&output);
  return status;
}

// ---- reading -----------------------------------------------------------------

static systole_status missing(const char *path, const char *key, systole_error *err) {
  return systole_fail(err, SYSTOLE_E_FORMAT, "%s: .meta %s: expected numbers as `systole fuzz` writes them", path, key);
}

static systole_status take_content(const systole_program *p, unsigned number, uint64_t size,
                                   systole_fuzz_segment *s, systole_error *err) {
  uint8_t *bytes = calloc(1, size);
  if (!bytes) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < p->segment_count; i++)
    if (p->segments[i].index == number && p->segments[i].content_bytes)
      memcpy(bytes, p->segments[i].content, p->segments[i].content_bytes);
  s->bytes = bytes;
  s->size = s->kept = size;
  return SYSTOLE_OK;
}

static systole_status take_segment(const systole_program *p, const char *path, unsigned number,
                                   systole_fuzz_segment *s, systole_error *err) {
  char key[40];
  uint64_t size;
  snprintf(key, sizeof key, "fuzz.segment.%u", number);
  const char *text = systole_program_metadata(p, key);
  if (!text) return SYSTOLE_OK;
  if (sscanf(text, "0x%" SCNx64 " %" SCNu64 " %" SCNu64, &s->base, &s->limit, &size) != 3 || size > 1 << 28)
    return missing(path, key, err);
  for (uint32_t i = 0; i < p->segment_count; i++)
    if (p->segments[i].index == number && p->segments[i].content_bytes > size) return missing(path, key, err);
  return size ? take_content(p, number, size, s, err) : SYSTOLE_OK;
}

static systole_status take_scalars(const systole_program *p, const char *path, systole_fuzz_case *c,
                                   systole_error *err) {
  const char *text = systole_program_metadata(p, "fuzz.scalars");
  char *end = (char *)(uintptr_t)text;
  for (unsigned i = 0; text && i < SYSTOLE_SCALARS; i++, text = end) {
    c->scalars[i] = (int32_t)strtol(text, &end, 10);
    if (end == text) return missing(path, "fuzz.scalars", err);
  }
  return SYSTOLE_OK;
}

static systole_status take_run(const systole_program *p, const char *path, systole_fuzz_case *c,
                               systole_error *err) {
  const char *memory = systole_program_metadata(p, "fuzz.memory");
  const char *run = systole_program_metadata(p, "fuzz.run"), *hole = systole_program_metadata(p, "fuzz.hole");
  if (!memory || sscanf(memory, "%31s %" SCNu64 " %" SCNu32 " %" SCNu32, c->dram.preset, &c->dram.seed,
                        &c->dram.max_delay, &c->dram.max_stall) != 4)
    return missing(path, "fuzz.memory", err);
  if (!run || sscanf(run, "%" SCNu32 " %" SCNu64 " %u", &c->watchdog, &c->max_cycles, &c->repeats) != 3)
    return missing(path, "fuzz.run", err);
  if (hole && (sscanf(hole, "%u %" SCNu64 " %" SCNu64, &c->hole.segment, &c->hole.offset, &c->hole.bytes) != 3 ||
               c->hole.segment >= SYSTOLE_SEGMENTS))
    return missing(path, "fuzz.hole", err);
  return take_scalars(p, path, c, err);
}

static systole_status take_program(const systole_program *p, const char *path, systole_fuzz_case *c,
                                   systole_error *err) {
  const systole_entry *entry = &p->entries[0];
  if (entry->line_count > SYSTOLE_FUZZ_LINES)
    return systole_fail(err, SYSTOLE_E_RANGE, "%s: %u lines: expected at most %d", path,
                        (unsigned)entry->line_count, SYSTOLE_FUZZ_LINES);
  memcpy(c->lines, entry->lines, entry->line_count * sizeof *c->lines);
  c->line_count = entry->line_count;
  systole_status status = take_run(p, path, c, err);
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS && !status; s++)
    status = take_segment(p, path, s, &c->segments[s], err);
  return status;
}

systole_status systole_fuzzfile_read(const char *path, const char *hw, systole_fuzz_case *c,
                                     systole_error *err) {
  systole_program *program;
  *c = (systole_fuzz_case){.repeats = 1};
  systole_status status = systole_source_read(path, NULL, &program, err);
  if (status) return status;
  status = systole_config_load(hw ? hw : program->config_name, &c->config, err);
  if (!status && c->config.hash != program->config_hash)
    status = systole_fail(err, SYSTOLE_E_CONFIG, "%s: made for %s, not for %s", path, program->config_name, c->config.name);
  if (!status) status = take_program(program, path, c, err);
  systole_program_destroy(program);
  if (status) systole_fuzz_case_free(c);
  return status;
}
