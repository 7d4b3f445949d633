#include "compiler/load/topology.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/load/file.h"

// What a column holds.
typedef enum {
  NAME, M, N, K, IFMAP_H, IFMAP_W, FILTER_H, FILTER_W, CHANNELS, FILTERS, STRIDE, STRIDE_H,
  STRIDE_W, BATCH, ROLES,
  BEYOND = ROLES  // a column without a name, at the end
} role;

enum { MAX_COLUMNS = 32 };

// Names of columns, in small letters and digits.
static const struct {
  const char *name;
  role role;
} names[] = {
    {"layer", NAME}, {"layername", NAME}, {"name", NAME}, {"m", M}, {"n", N}, {"k", K},
    {"ifmapheight", IFMAP_H}, {"ifmapwidth", IFMAP_W}, {"filterheight", FILTER_H},
    {"filterwidth", FILTER_W}, {"channels", CHANNELS}, {"channel", CHANNELS},
    {"numfilter", FILTERS}, {"numfilters", FILTERS}, {"strides", STRIDE}, {"stride", STRIDE},
    {"strideheight", STRIDE_H}, {"stridewidth", STRIDE_W}, {"batchsize", BATCH}, {"batch", BATCH},
};

static const char *const titles[ROLES] = {
    "Layer", "M", "N", "K", "IFMAP Height", "IFMAP Width", "Filter Height", "Filter Width",
    "Channels", "Num Filter", "Strides", "Stride Height", "Stride Width", "Batch Size"};

// A piece of the text.
typedef struct {
  const char *at;
  size_t size;
} cell;

typedef struct {
  const char *label;
  systole_error *err;
  cell rest;                // lines not yet read
  uint32_t line;            // of the one that was read last
  role columns[MAX_COLUMNS];
  unsigned column_count;
  bool has[ROLES];
  systole_topology *out;
  uint32_t room;
} reader;

// ---- lines and cells ---------------------------------------------------------

static bool next_line(reader *r, cell *line) {
  if (!r->rest.size) return false;
  const char *end = memchr(r->rest.at, '\n', r->rest.size);
  size_t size = end ? (size_t)(end - r->rest.at) : r->rest.size;
  *line = (cell){r->rest.at, size};
  r->rest.at += size + (end != NULL);
  r->rest.size -= size + (end != NULL);
  r->line++;
  return true;
}

static cell trimmed(cell c) {
  while (c.size && isspace((unsigned char)c.at[0])) c.at++, c.size--;
  while (c.size && isspace((unsigned char)c.at[c.size - 1])) c.size--;
  return c;
}

// Takes the first cell off a line. False if the line has none left.
static bool next_cell(cell *line, cell *out) {
  if (!line->at) return false;
  const char *comma = memchr(line->at, ',', line->size);
  size_t size = comma ? (size_t)(comma - line->at) : line->size;
  *out = trimmed((cell){line->at, size});
  *line = comma ? (cell){comma + 1, line->size - size - 1} : (cell){NULL, 0};
  return true;
}

// A line of nothing but commas and spaces, as spreadsheets leave them.
static bool is_blank(cell line) {
  for (size_t i = 0; i < line.size; i++)
    if (line.at[i] != ',' && !isspace((unsigned char)line.at[i])) return false;
  return true;
}

static systole_status wrong(const reader *r, systole_status status, unsigned column, cell found,
                            const char *expected) {
  char text[64];
  size_t size = found.size < sizeof text - 1 ? found.size : sizeof text - 1;
  for (size_t i = 0; i < size; i++) text[i] = isprint((unsigned char)found.at[i]) ? found.at[i] : '?';
  text[size] = 0;
  return systole_fail(r->err, status, "%.500s: line %lu, column %u: found %s%s%s, expected %s",
                      r->label, (unsigned long)r->line, column, size ? "\"" : "",
                      size ? text : "nothing", size ? "\"" : "", expected);
}

// ---- the header --------------------------------------------------------------

static role role_of(cell c) {
  char key[32] = "";
  size_t size = 0;
  for (size_t i = 0; i < c.size && size + 1 < sizeof key; i++)
    if (isalnum((unsigned char)c.at[i])) key[size++] = (char)tolower((unsigned char)c.at[i]);
  key[size] = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(key, names[i].name)) return names[i].role;
  return ROLES;
}

static const char header[] =
    "the name of a column: Layer, M, N, K, or Layer name, IFMAP Height, IFMAP Width, Filter Height, "
    "Filter Width, Channels, Num Filter, Strides";

static systole_status read_title(reader *r, cell title, cell rest) {
  unsigned column = r->column_count + 1;
  role which = role_of(title);
  if (r->column_count == MAX_COLUMNS)
    return wrong(r, SYSTOLE_E_FORMAT, column, title, "at most 32 columns");
  if (!title.size && is_blank(rest)) which = BEYOND;
  else if (which == ROLES && r->has[NAME] && title.size && isalpha((unsigned char)title.at[0]))
    return wrong(r, SYSTOLE_E_UNSUPPORTED, column, title, header);
  else if (which == ROLES) return wrong(r, SYSTOLE_E_FORMAT, column, title, header);
  else if (r->has[which]) return wrong(r, SYSTOLE_E_FORMAT, column, title, "each column once");
  if (which < ROLES) r->has[which] = true;
  r->columns[r->column_count++] = which;
  return SYSTOLE_OK;
}

static bool is_product(const reader *r) { return r->has[M] || r->has[N] || r->has[K]; }

static systole_status check_header(const reader *r) {
  static const role product[] = {NAME, M, N, K, ROLES};
  static const role convolution[] = {NAME, IFMAP_H, IFMAP_W, FILTER_H, FILTER_W, CHANNELS, FILTERS, ROLES};
  const role *need = is_product(r) ? product : convolution;
  role missing = ROLES;
  for (unsigned i = 0; need[i] != ROLES && missing == ROLES; i++)
    if (!r->has[need[i]]) missing = need[i];
  if (missing == ROLES && !is_product(r) && !r->has[STRIDE])
    missing = !r->has[STRIDE_H] && !r->has[STRIDE_W] ? STRIDE : !r->has[STRIDE_H] ? STRIDE_H
              : !r->has[STRIDE_W]                    ? STRIDE_W : ROLES;
  if (missing == ROLES) return SYSTOLE_OK;
  return systole_fail(r->err, SYSTOLE_E_FORMAT, "%.500s: line %lu, column %u: expected a column %s",
                      r->label, (unsigned long)r->line, r->column_count + 1, titles[missing]);
}

static systole_status read_header(reader *r) {
  cell line, title;
  do {
    if (!next_line(r, &line))
      return systole_fail(r->err, SYSTOLE_E_FORMAT, "%.500s: line 1, column 1: found nothing, expected %s",
                          r->label, header);
  } while (is_blank(line));
  systole_status status = SYSTOLE_OK;
  while (!status && next_cell(&line, &title))
    status = read_title(r, title, line);
  while (r->column_count && r->columns[r->column_count - 1] == BEYOND) r->column_count--;
  return status ? status : check_header(r);
}

// ---- layers ------------------------------------------------------------------

// 0 if it is not a number from 1 to the largest.
static uint64_t number_of(cell c) {
  uint64_t value = 0;
  for (size_t i = 0; i < c.size; i++) {
    if (!isdigit((unsigned char)c.at[i])) return 0;
    value = 10 * value + (uint64_t)(c.at[i] - '0');
    if (value > SYSTOLE_TOPOLOGY_MAX) return 0;
  }
  return value;
}

static systole_status read_cell(const reader *r, unsigned column, cell c, cell *name,
                                uint64_t values[ROLES]) {
  role which = column <= r->column_count ? r->columns[column - 1] : BEYOND;
  char expected[96];
  if (which == BEYOND) {
    if (!c.size || c.at[0] == '#') return SYSTOLE_OK;
    return wrong(r, SYSTOLE_E_FORMAT, column, c, "the end of the line: the header has no such column");
  }
  if (which == NAME) {
    *name = c;
    return c.size ? SYSTOLE_OK : wrong(r, SYSTOLE_E_FORMAT, column, c, "the layer's name");
  }
  values[which] = number_of(c);
  if (values[which]) return SYSTOLE_OK;
  snprintf(expected, sizeof expected, "%s, a number from 1 to %d", titles[which], SYSTOLE_TOPOLOGY_MAX);
  return wrong(r, SYSTOLE_E_FORMAT, column, c, expected);
}

static unsigned column_of(const reader *r, role which) {
  unsigned column = 1;
  while (r->columns[column - 1] != which) column++;
  return column;
}

// A filter slides over its input.
static systole_status check_filter(const reader *r, const uint64_t *v, role filter, role input) {
  if (v[filter] <= v[input]) return SYSTOLE_OK;
  return systole_fail(r->err, SYSTOLE_E_FORMAT,
                      "%.500s: line %lu, column %u: found %lu, expected %s, at most %s, which is %lu",
                      r->label, (unsigned long)r->line, column_of(r, filter), (unsigned long)v[filter],
                      titles[filter], titles[input], (unsigned long)v[input]);
}

static uint64_t slides(uint64_t input, uint64_t filter, uint64_t stride) {
  return (input - filter + stride - 1) / stride + 1;
}

static systole_status convolve(const reader *r, const uint64_t *v, systole_layer *layer) {
  uint64_t down = r->has[STRIDE_H] ? v[STRIDE_H] : v[STRIDE];
  uint64_t across = r->has[STRIDE_W] ? v[STRIDE_W] : v[STRIDE];
  systole_status status = check_filter(r, v, FILTER_H, IFMAP_H);
  if (!status) status = check_filter(r, v, FILTER_W, IFMAP_W);
  if (status) return status;
  layer->m = slides(v[IFMAP_H], v[FILTER_H], down) * slides(v[IFMAP_W], v[FILTER_W], across);
  layer->k = v[FILTER_H] * v[FILTER_W] * v[CHANNELS];
  layer->n = v[FILTERS];
  if (strstr(layer->name, "DP")) {
    layer->times = v[CHANNELS];
    layer->k = v[FILTER_H] * v[FILTER_W];
  }
  return SYSTOLE_OK;
}

static systole_status add_layer(reader *r, cell name, const uint64_t *v) {
  systole_layer layer = {.m = v[M], .k = v[K], .n = v[N], .times = 1, .line = r->line};
  size_t size = name.size < sizeof layer.name - 1 ? name.size : sizeof layer.name - 1;
  for (size_t i = 0; i < size; i++)
    layer.name[i] = iscntrl((unsigned char)name.at[i]) ? '?' : name.at[i];
  systole_status status = is_product(r) ? SYSTOLE_OK : convolve(r, v, &layer);
  if (status) return status;
  if (r->has[BATCH]) layer.m *= v[BATCH];
  if (r->out->count == r->room) {
    uint32_t room = r->room ? 2 * r->room : 32;
    systole_layer *grown = realloc(r->out->layers, room * sizeof *grown);
    if (!grown) return systole_fail(r->err, SYSTOLE_E_MEMORY, "%.500s: out of memory", r->label);
    r->out->layers = grown;
    r->room = room;
  }
  r->out->layers[r->out->count++] = layer;
  return SYSTOLE_OK;
}

static systole_status read_layer(reader *r, cell line) {
  uint64_t values[ROLES] = {0};
  cell name = {NULL, 0}, found = {NULL, 0};
  systole_status status = SYSTOLE_OK;
  unsigned column = 1;
  for (; !status && next_cell(&line, &found); column++)
    status = read_cell(r, column, found, &name, values);
  for (; !status && column <= r->column_count; column++)
    status = read_cell(r, column, (cell){NULL, 0}, &name, values);
  return status ? status : add_layer(r, name, values);
}

static systole_status read_all(reader *r) {
  cell line;
  systole_status status = read_header(r);
  while (!status && next_line(r, &line))
    if (!is_blank(line)) status = read_layer(r, line);
  if (status || r->out->count) return status;
  return systole_fail(r->err, SYSTOLE_E_FORMAT, "%.500s: line %lu, column 1: found nothing, expected a layer",
                      r->label, (unsigned long)r->line + 1);
}

systole_status systole_topology_parse(const char *text, size_t size, const char *label,
                                      systole_topology *out, systole_error *err) {
  static const char mark[] = "\xEF\xBB\xBF";  // of UTF-8, as spreadsheets write it
  bool marked = size >= 3 && !memcmp(text, mark, 3);
  reader r = {.label = label, .err = err, .rest = {text + 3 * marked, size - 3 * marked}, .out = out};
  memset(out, 0, sizeof *out);
  systole_status status = read_all(&r);
  if (status) systole_topology_free(out);
  return status;
}

systole_status systole_topology_read(const char *path, systole_topology *out, systole_error *err) {
  char *text = NULL;
  size_t size = 0;
  memset(out, 0, sizeof *out);
  systole_status status = systole_file_read(path, &text, &size, err);
  if (status) return status;
  status = systole_topology_parse(text, size, path, out, err);
  free(text);
  return status;
}

void systole_topology_free(systole_topology *topology) {
  free(topology->layers);
  memset(topology, 0, sizeof *topology);
}
