#define _POSIX_C_SOURCE 200809L  // strdup
#include "compiler/schedule/schedule.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/schedule/encode.h"

// A list that grows; `room` elements are allocated.
#define GROW(list, count, room, step) \
  ((count) < (room) || ((list) = grow((list), &(room), sizeof *(list), (step))))

static void *grow(void *list, uint32_t *room, size_t size, uint32_t step) {
  uint32_t more = *room ? 2 * *room : step;
  void *p = realloc(list, more * size);
  if (p) *room = more;
  else free(list);
  return p;
}

enum { NOT_PLACED = -1 };

typedef struct {
  unsigned space;
  uint32_t words;
  int64_t address;     // NOT_PLACED until its first load is laid out
  uint32_t last_user;  // index of the last operation that names it
} block_state;

typedef struct {
  systole_op op;
  bool prefetch;
} item;

// A ring hands out contiguous words in order and takes them back in order.
typedef struct {
  systole_ring place;
  uint32_t head, tail;   // offsets of the oldest and of the next free word
  uint32_t oldest;       // the oldest block not given back, by its number in `order`
  uint32_t *order;       // blocks in the order in which they were placed
  uint32_t count, room;
  bool full;             // tail has caught up with head
} ring_state;

struct systole_schedule {
  systole_config config;
  ring_state wgt, par;
  block_state *blocks;  // block number b is blocks[b - 1]
  uint32_t block_count, block_room;
  item *items;
  uint32_t item_count, item_room;
  char **symbols;
  uint32_t symbol_count, symbol_room;
  systole_hazards *hazards;
  systole_encoded *encoded;  // of the instructions laid out, in program order
  const char **names;
  uint32_t encoded_count, encoded_room, name_room;
  systole_line *lines;
  const char **line_symbols;
  systole_status status;  // the first failure of add, kept for solve
};

systole_status systole_schedule_create(const systole_config *config, systole_ring wgt,
                                       systole_ring par, systole_schedule **out,
                                       systole_error *err) {
  systole_schedule *s = calloc(1, sizeof *s);
  if (!s) return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a schedule");
  s->config = *config;
  s->wgt.place = wgt;
  s->par.place = par;
  systole_status status = systole_hazards_create(config, &s->hazards, err);
  if (status) free(s);
  else *out = s;
  return status;
}

void systole_schedule_destroy(systole_schedule *s) {
  if (!s) return;
  for (uint32_t i = 0; i < s->symbol_count; i++) free(s->symbols[i]);
  free(s->symbols);
  free(s->blocks);
  free(s->items);
  free(s->wgt.order);
  free(s->par.order);
  free(s->encoded);
  free(s->names);
  free(s->lines);
  free(s->line_symbols);
  systole_hazards_destroy(s->hazards);
  free(s);
}

systole_status systole_schedule_block(systole_schedule *s, unsigned space, uint32_t words,
                                      systole_block *block, systole_error *err) {
  if (!GROW(s->blocks, s->block_count, s->block_room, 256)) {
    s->block_count = 0;
    return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a schedule");
  }
  s->blocks[s->block_count++] =
      (block_state){.space = space, .words = words, .address = NOT_PLACED};
  *block = (systole_block)s->block_count;
  return SYSTOLE_OK;
}

systole_status systole_schedule_symbol(systole_schedule *s, systole_error *err, const char *fmt,
                                       ...) {
  char text[256];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  if (!GROW(s->symbols, s->symbol_count, s->symbol_room, 256)) {
    s->symbol_count = 0;
    return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a symbol");
  }
  char *copy = strdup(text);
  if (!copy) return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a symbol");
  s->symbols[s->symbol_count++] = copy;
  return SYSTOLE_OK;
}

// The blocks that an operation names, at most one.
static systole_block block_of(const systole_op *op) {
  switch (op->opcode) {
    case SYSTOLE_OP_LD: return op->ld.block;
    case SYSTOLE_OP_MX: return op->mx.block;
    case SYSTOLE_OP_VX: return op->vx.b_block;
    default: return 0;
  }
}

static void append(systole_schedule *s, const systole_op *op, bool prefetch) {
  if (!GROW(s->items, s->item_count, s->item_room, 1024)) {
    s->item_count = 0;
    s->status = SYSTOLE_E_MEMORY;
    return;
  }
  item *it = &s->items[s->item_count++];
  *it = (item){.op = *op, .prefetch = prefetch};
  it->op.symbol = s->symbol_count ? s->symbols[s->symbol_count - 1] : "program";
  if (block_of(op)) s->blocks[block_of(op) - 1].last_user = s->item_count - 1;
}

void systole_schedule_add(systole_schedule *s, const systole_op *op) { append(s, op, false); }

void systole_schedule_prefetch(systole_schedule *s, const systole_op *load) {
  append(s, load, true);
}

static ring_state *ring_of(systole_schedule *s, unsigned space) {
  return space == SYSTOLE_SPACE_WGT ? &s->wgt : &s->par;
}

// Contiguous words at the tail, or from the start if they do not fit before the end.
static bool ring_take(ring_state *ring, uint32_t words, uint32_t *offset) {
  bool empty = ring->oldest == ring->count;
  if (empty) {
    ring->head = ring->tail = 0;
    ring->full = false;
  }
  if (ring->full || words > ring->place.words) return false;
  if (empty || ring->tail > ring->head) {
    if (words <= ring->place.words - ring->tail) *offset = ring->tail;
    else if (words <= ring->head) *offset = 0;
    else return false;
  } else if (words <= ring->head - ring->tail) {
    *offset = ring->tail;
  } else {
    return false;
  }
  ring->tail = (*offset + words) % ring->place.words;
  ring->full = ring->tail == ring->head;
  return true;
}

static bool place_block(systole_schedule *s, systole_block number) {
  block_state *block = &s->blocks[number - 1];
  if (block->address != NOT_PLACED) return true;
  ring_state *ring = ring_of(s, block->space);
  if (!GROW(ring->order, ring->count, ring->room, 256)) {
    ring->count = ring->oldest = 0;
    s->status = SYSTOLE_E_MEMORY;
    return false;
  }
  uint32_t offset;
  if (!ring_take(ring, block->words, &offset)) return false;
  block->address = ring->place.base + offset;
  ring->order[ring->count++] = (uint32_t)number - 1;
  return true;
}

// Gives back the oldest blocks for as long as they have no user from item `index` on.
static void ring_release(const systole_schedule *s, ring_state *ring, uint32_t index) {
  while (ring->oldest < ring->count && s->blocks[ring->order[ring->oldest]].last_user < index) {
    ring->oldest++;
    if (ring->oldest == ring->count) return;
    ring->head = (uint32_t)s->blocks[ring->order[ring->oldest]].address - ring->place.base;
    ring->full = false;
  }
}

// Whether the blocks of the loads after item `index` find room, each at the
// latest, when it is due. Once the ring would be empty what follows no longer
// depends on what is placed now. The trial is undone.
static bool later_find_room(systole_schedule *s, ring_state *ring, uint32_t index) {
  ring_state before = *ring;
  bool room = true;
  for (uint32_t i = index + 1; i < s->item_count && room; i++) {
    const item *it = &s->items[i];
    systole_block number = it->prefetch ? block_of(&it->op) : 0;
    if (!number || s->blocks[number - 1].address != NOT_PLACED) continue;
    if (ring_of(s, s->blocks[number - 1].space) != ring) continue;
    ring_release(s, ring, i);
    if (ring->oldest == ring->count) break;
    room = place_block(s, number);
  }
  for (uint32_t i = before.count; i < ring->count; i++)
    s->blocks[ring->order[i]].address = NOT_PLACED;
  before.order = ring->order;  // may have moved
  before.room = ring->room;
  *ring = before;
  return room;
}

// Places a load's block before its time, unless that leaves a gap that a later
// block would miss: two large blocks may fit only from the start of the ring.
static bool place_ahead(systole_schedule *s, uint32_t index) {
  systole_block number = block_of(&s->items[index].op);
  block_state *block = &s->blocks[number - 1];
  if (block->address != NOT_PLACED) return true;
  ring_state *ring = ring_of(s, block->space), before = *ring;
  if (!place_block(s, number)) return false;
  if (later_find_room(s, ring, index)) return true;
  block->address = NOT_PLACED;
  before.order = ring->order;
  before.room = ring->room;
  *ring = before;
  return false;
}

static void move_value(systole_value *value, int64_t by) {
  value->imm += by;
  value->most += (uint32_t)by;
}

static void settle_address(systole_schedule *s, systole_op *op) {
  systole_block number = block_of(op);
  if (!number) return;
  int64_t address = s->blocks[number - 1].address;
  if (op->opcode == SYSTOLE_OP_LD) move_value(&op->ld.dst, address);
  if (op->opcode == SYSTOLE_OP_MX) op->mx.w += (uint32_t)address;
  if (op->opcode == SYSTOLE_OP_VX) op->vx.b += (uint32_t)address;
}

static systole_status lay_out(systole_schedule *s, const item *it, systole_error *err) {
  if (!GROW(s->encoded, s->encoded_count, s->encoded_room, 1024) ||
      !GROW(s->names, s->encoded_count, s->name_room, 1024)) {
    s->encoded_count = 0;
    return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a program");
  }
  systole_op op = it->op;
  settle_address(s, &op);
  systole_status status = systole_encode(&op, &s->encoded[s->encoded_count], err);
  if (!status) status = systole_encode_hazards(&op, &s->config, s->hazards, err);
  s->names[s->encoded_count++] = op.symbol;
  return status;
}

static void release_block(systole_schedule *s, uint32_t index) {
  systole_block number = block_of(&s->items[index].op);
  if (!number || s->blocks[number - 1].last_user != index) return;
  ring_release(s, ring_of(s, s->blocks[number - 1].space), index + 1);
}

// Where laying out has got to.
typedef struct {
  uint32_t next;    // the next prefetch to lay out
  uint32_t ahead;   // prefetches laid out before their place
  uint32_t load;    // the next load in its place
  uint32_t passed;  // words of WGT that have been laid out before it and its neighbours
  bool worked;      // what was laid out last is no load in its place
} walk;

// How many loads may be ahead of the operation being laid out: fewer than a
// queue holds, so that a full LD queue does not keep the sequencer from
// handing work to the other engines.
static uint32_t look_ahead(const systole_schedule *s) {
  return s->config.queue_depth > 4 ? s->config.queue_depth - 2 : s->config.queue_depth;
}

// A load in its place waits for something (a store, mostly), and a prefetch
// laid out before it delays it: the engine works in order. Some may pass, so
// that the bus has work while the load waits; this many words of WGT.
static uint32_t passing_words(const systole_schedule *s) { return s->wgt.place.words / 8; }

static bool is_load_in_place(const item *it) {
  return !it->prefetch && systole_op_engine(&it->op) == SYSTOLE_ENGINE_LD;
}

// Whether the prefetch may be laid out now, before the load in its place that
// comes next, if it is that load's later.
static bool may_pass(systole_schedule *s, walk *w, uint32_t now) {
  if (w->load < now && w->worked) w->passed = 0;
  while (w->load < s->item_count && (w->load < now || !is_load_in_place(&s->items[w->load])))
    w->load++;
  if (w->next < w->load) return true;
  const systole_op_ld *ld = &s->items[w->next].op.ld;
  if (ld->space != SYSTOLE_SPACE_WGT) return true;
  if (w->passed && w->passed + ld->words.most > passing_words(s)) return false;
  w->passed += ld->words.most;
  return true;
}

static systole_status lay_out_prefetches(systole_schedule *s, uint32_t now, walk *w,
                                         systole_error *err) {
  for (; w->next < s->item_count; w->next++) {
    const item *it = &s->items[w->next];
    if (!it->prefetch) continue;
    bool due = w->next < now;
    if (!due && (w->ahead >= look_ahead(s) || !may_pass(s, w, now))) return SYSTOLE_OK;
    if (due ? !place_block(s, block_of(&it->op)) : !place_ahead(s, w->next)) {
      if (s->status) return systole_fail(err, s->status, "no memory for a schedule");
      if (!due) return SYSTOLE_OK;
      return systole_fail(err, SYSTOLE_E_RANGE, "%s: its buffers do not fit into %s of %s",
                          it->op.symbol, it->op.ld.space == SYSTOLE_SPACE_WGT ? "WGT" : "PAR",
                          s->config.name);
    }
    systole_status status = lay_out(s, it, err);
    if (status) return status;
    if (due) release_block(s, w->next);
    else w->ahead++;
  }
  return SYSTOLE_OK;
}

static systole_status lay_out_all(systole_schedule *s, systole_error *err) {
  walk w = {0};
  for (uint32_t i = 0; i < s->item_count; i++) {
    if (s->items[i].prefetch) {
      if (i < w.next && w.ahead) w.ahead--;
      if (i < w.next) release_block(s, i);
      continue;
    }
    systole_status status = lay_out_prefetches(s, i, &w, err);
    if (!status) status = lay_out(s, &s->items[i], err);
    if (status) return status;
    w.worked = !is_load_in_place(&s->items[i]);
    release_block(s, i);
  }
  return SYSTOLE_OK;
}

static systole_status write_lines(systole_schedule *s, systole_scheduled *out,
                                  systole_error *err) {
  uint32_t most = 2 * s->encoded_count + 1, count = 0;
  s->lines = calloc(most, sizeof *s->lines);
  s->line_symbols = calloc(most, sizeof *s->line_symbols);
  if (!s->lines || !s->line_symbols)
    return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for %u lines", most);
  for (uint32_t i = 0; i < s->encoded_count; i++) {
    systole_line *line = &s->encoded[i].line[0];
    systole_line_set(line, SYSTOLE_LSB_wait, SYSTOLE_WIDTH_wait,
                     systole_hazards_wait(s->hazards, i));
    systole_line_set(line, SYSTOLE_LSB_raise, SYSTOLE_WIDTH_raise,
                     systole_hazards_raise(s->hazards, i));
    for (unsigned l = 0; l < s->encoded[i].lines; l++) {
      s->line_symbols[count] = s->names[i];
      s->lines[count++] = s->encoded[i].line[l];
    }
  }
  systole_line_set(&s->lines[count], SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode, SYSTOLE_OP_END);
  s->line_symbols[count++] = "end";
  *out = (systole_scheduled){s->lines, count, s->line_symbols};
  return SYSTOLE_OK;
}

systole_status systole_schedule_solve(systole_schedule *s, systole_scheduled *out,
                                      systole_error *err) {
  if (s->status) return systole_fail(err, s->status, "no memory for a schedule");
  systole_status status = lay_out_all(s, err);
  if (!status) status = systole_hazards_solve(s->hazards, err);
  if (!status) status = write_lines(s, out, err);
  return status;
}
