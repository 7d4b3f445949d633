#include "compiler/schedule/encode.h"

#include <string.h>

// Fills lines field by field and remembers the first value that did not fit.
typedef struct {
  systole_encoded *out;
  unsigned slots;
  const char *misfit;
} encoder;

static void put(encoder *e, const char *name, unsigned lsb, unsigned width, uint64_t value) {
  if (width < 64 && value >> width && !e->misfit) e->misfit = name;
  systole_line_set(&e->out->line[0], lsb, width, value);
}

enum {
#define BINDING(name, lsb, width, kind, text) SLOT_##name = (lsb), SLOT_WIDTH_##name = (width),
#include "hw/isa/isa.def"
  NO_CAP_WIDTH = 32  // fields wider than this are addresses, which are never capped
};

static void bind(encoder *e, const char *name, unsigned code, int scalar, int32_t mult,
                 uint32_t cap) {
  if (e->slots == SYSTOLE_BINDING_SLOTS || !code) {
    e->misfit = name;
    return;
  }
  systole_line *line = &e->out->line[1];
  unsigned at = SYSTOLE_BINDING_BITS * e->slots++;
  systole_line_set(line, at + SLOT_field, SLOT_WIDTH_field, code);
  systole_line_set(line, at + SLOT_scalar, SLOT_WIDTH_scalar, (uint64_t)scalar);
  systole_line_set(line, at + SLOT_mult, SLOT_WIDTH_mult, (uint32_t)mult);
  systole_line_set(line, at + SLOT_cap, SLOT_WIDTH_cap, cap);
}

static void put_value(encoder *e, const char *name, unsigned lsb, unsigned width, unsigned code,
                      const systole_value *value) {
  put(e, name, lsb, width, (uint64_t)value->imm);
  for (int t = 0; t < 2; t++)
    if (value->term[t].mult)
      bind(e, name, code, value->term[t].scalar, value->term[t].mult,
           width > NO_CAP_WIDTH ? 0xFFFFFFFFu : value->most);
}

#define PUT(op, field, value) \
  put(e, #op "." #field, SYSTOLE_LSB_##op##_##field, SYSTOLE_WIDTH_##op##_##field, (value))
#define VALUE(op, field, value)                                                   \
  put_value(e, #op "." #field, SYSTOLE_LSB_##op##_##field,                        \
            SYSTOLE_WIDTH_##op##_##field, SYSTOLE_BIND_##op##_##field, &(value))

static uint32_t float_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static void encode_ld(encoder *e, const systole_op_ld *o) {
  PUT(LD, segment, o->segment);
  PUT(LD, space, o->space);
  VALUE(LD, rows, o->rows);
  VALUE(LD, words, o->words);
  VALUE(LD, offset, o->offset);
  PUT(LD, pitch, o->pitch);
  VALUE(LD, dst, o->dst);
  PUT(LD, dst_row, o->dst_row);
  PUT(LD, dst_word, o->dst_word);
}

static void encode_ldg(encoder *e, const systole_op_ld *o) {
  PUT(LDG, segment, o->segment);
  PUT(LDG, space, o->space);
  PUT(LDG, index_segment, o->index_segment);
  VALUE(LDG, rows, o->rows);
  PUT(LDG, words, (uint64_t)o->words.imm);
  VALUE(LDG, offset, o->offset);
  PUT(LDG, pitch, o->pitch);
  VALUE(LDG, dst, o->dst);
  PUT(LDG, dst_row, o->dst_row);
  PUT(LDG, dst_word, o->dst_word);
  PUT(LDG, index_offset, o->index_offset);
  PUT(LDG, limit, o->limit);
}

static void encode_mx(encoder *e, const systole_op_mx *o) {
  PUT(MX, a_space, o->a_space);
  PUT(MX, transposed, o->transposed);
  PUT(MX, accumulate, o->accumulate);
  VALUE(MX, m, o->m);
  VALUE(MX, k, o->k);
  VALUE(MX, n, o->n);
  VALUE(MX, a, o->a);
  PUT(MX, a_row, o->a_row);
  PUT(MX, a_tile, o->a_tile);
  PUT(MX, w, o->w);
  PUT(MX, w_k, o->w_k);
  PUT(MX, w_n, o->w_n);
  PUT(MX, c, o->c);
  PUT(MX, c_row, o->c_row);
  PUT(MX, c_tile, o->c_tile);
}

static void encode_vx(encoder *e, const systole_op_vx *o) {
  PUT(VX, a_space, o->a_space);
  PUT(VX, swap, o->swap);
  PUT(VX, mul, o->mul);
  PUT(VX, b_space, o->b_space);
  VALUE(VX, m, o->m);
  VALUE(VX, n, o->n);
  VALUE(VX, a, o->a);
  PUT(VX, a_row, o->a_row);
  PUT(VX, b, o->b);
  PUT(VX, b_row, o->b_row);
  PUT(VX, c, o->c);
  PUT(VX, c_row, o->c_row);
  PUT(VX, s, o->s);
  PUT(VX, d, o->d);
  PUT(VX, d_row, o->d_row);
  PUT(VX, r, o->r);
  PUT(VX, mul_imm, float_bits(o->mul_imm));
  PUT(VX, add_imm, float_bits(o->add_imm));
  PUT(VX, add, o->add);
  PUT(VX, add_neg, o->add_neg);
  PUT(VX, c_space, o->c_space);
  PUT(VX, func, o->func);
  PUT(VX, d_space, o->d_space);
  PUT(VX, reduce, o->reduce);
  PUT(VX, carry, o->carry);
  PUT(VX, limits, o->limits);
  VALUE(VX, high, o->high);
  PUT(VX, high_step, (uint16_t)o->high_step);
  PUT(VX, x, o->x);
  PUT(VX, index, o->index);
}

static void encode_st(encoder *e, const systole_op_st *o) {
  PUT(ST, segment, o->segment);
  PUT(ST, space, o->space);
  VALUE(ST, rows, o->rows);
  VALUE(ST, elements, o->elements);
  VALUE(ST, offset, o->offset);
  PUT(ST, pitch, o->pitch);
  PUT(ST, src, o->src);
  PUT(ST, src_row, o->src_row);
}

systole_status systole_encode(const systole_op *op, systole_encoded *out, systole_error *err) {
  *out = (systole_encoded){.lines = 1};
  encoder state = {.out = out}, *e = &state;
  put(e, "opcode", SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode, op->opcode);
  switch (op->opcode) {
    case SYSTOLE_OP_LD: encode_ld(e, &op->ld); break;
    case SYSTOLE_OP_LDG: encode_ldg(e, &op->ld); break;
    case SYSTOLE_OP_MX: encode_mx(e, &op->mx); break;
    case SYSTOLE_OP_VX: encode_vx(e, &op->vx); break;
    case SYSTOLE_OP_ST: encode_st(e, &op->st); break;
    default: break;
  }
  if (state.misfit)
    return systole_fail(err, SYSTOLE_E_RANGE,
                        "%s: %s does not fit its field of the instruction; the model is too large "
                        "for this configuration",
                        op->symbol ? op->symbol : "program", state.misfit);
  if (state.slots) {
    systole_line_set(&out->line[0], SYSTOLE_LSB_bound, SYSTOLE_WIDTH_bound, 1);
    out->lines = 2;
  }
  return SYSTOLE_OK;
}

static uint32_t tiles(const systole_config *config, const systole_value *count) {
  return (count->most + config->dim - 1) / config->dim;
}

// Words that a run of `count` consecutive words may touch, wherever it starts.
static uint32_t reached(const systole_op_ld *o, uint32_t spread, uint32_t count) {
  uint32_t all = spread + count - 1;
  return o->reach && o->reach < all ? o->reach : all;
}

static void touch_ld(const systole_op_ld *o, systole_hazards *h) {
  // A bound destination can be anywhere from its immediate to its largest value.
  uint32_t spread = o->dst.most - (uint32_t)o->dst.imm + 1;
  if (o->reach && o->dst_word == 1) {
    systole_hazards_words(h, o->space, (uint32_t)o->dst.imm, o->rows.most, o->dst_row,
                          reached(o, spread, o->words.most), 1, true);
    return;
  }
  if (o->reach && o->dst_row == 1) {
    systole_hazards_words(h, o->space, (uint32_t)o->dst.imm, o->words.most, o->dst_word,
                          reached(o, spread, o->rows.most), 1, true);
    return;
  }
  if (spread == 1 && o->dst_word == 1) {
    systole_hazards_words(h, o->space, (uint32_t)o->dst.imm, o->rows.most, o->dst_row,
                          o->words.most, 1, true);
    return;
  }
  for (uint32_t w = 0; w < o->words.most; w++)
    systole_hazards_words(h, o->space, (uint32_t)o->dst.imm + w * o->dst_word, o->rows.most,
                          o->dst_row, spread, 1, true);
}

static void touch_mx(const systole_op_mx *o, const systole_config *config, systole_hazards *h) {
  uint32_t kt = tiles(config, &o->k), nt = tiles(config, &o->n);
  systole_hazards_words(h, o->a_space, (uint32_t)o->a.imm, o->m.most, o->a_row, kt, o->a_tile,
                        false);
  for (uint32_t n = 0; n < nt; n++)
    systole_hazards_words(h, SYSTOLE_SPACE_WGT, o->w + n * o->w_n, kt, o->w_k, config->dim, 1,
                          false);
  systole_hazards_words(h, SYSTOLE_SPACE_ACC, o->c, o->m.most, o->c_row, nt, o->c_tile, true);
}

static void touch_vx(const systole_op_vx *o, const systole_config *config, systole_hazards *h) {
  uint32_t m = o->m.most, nw = tiles(config, &o->n), mw = tiles(config, &o->m);
  uint32_t spread = o->a.most - (uint32_t)o->a.imm;
  systole_hazards_words(h, o->a_space, (uint32_t)o->a.imm, m, o->a_row, nw + spread, 1, false);
  if (o->b_space) systole_hazards_words(h, o->b_space, o->b, m, o->b_row, nw, 1, false);
  if (o->add == SYSTOLE_VXADD_C)
    systole_hazards_words(h, o->c_space, o->c, m, o->c_row, nw, 1, false);
  if (o->add == SYSTOLE_VXADD_ROW)
    systole_hazards_words(h, SYSTOLE_SPACE_RS, o->c, 1, 0, mw, 1, false);
  if (o->mul == SYSTOLE_VXMUL_ROW)
    systole_hazards_words(h, SYSTOLE_SPACE_RS, o->s, 1, 0, mw, 1, false);
  if (o->d_space) systole_hazards_words(h, o->d_space, o->d, m, o->d_row, nw, 1, true);
  if (o->reduce) systole_hazards_words(h, SYSTOLE_SPACE_RS, o->r, 1, 0, mw, 1, true);
  if (o->reduce == SYSTOLE_VXREDUCE_ARGMAX)
    systole_hazards_words(h, SYSTOLE_SPACE_RS, o->x, 1, 0, mw, 1, true);
}

static void touch_st(const systole_op_st *o, const systole_config *config, systole_hazards *h) {
  for (uint32_t r = 0; r < o->rows.most; r++) {
    uint32_t first = (o->src + r * o->src_row) / config->dim;
    uint32_t last = (o->src + r * o->src_row + o->elements.most - 1) / config->dim;
    systole_hazards_words(h, o->space, first, 1, 0, last - first + 1, 1, false);
  }
}

systole_status systole_encode_hazards(const systole_op *op, const systole_config *config,
                                      systole_hazards *hazards, systole_error *err) {
  systole_status status = systole_hazards_next(hazards, systole_op_engine(op), err);
  if (status) return status;
  switch (op->opcode) {
    case SYSTOLE_OP_LD:
    case SYSTOLE_OP_LDG: touch_ld(&op->ld, hazards); break;
    case SYSTOLE_OP_MX: touch_mx(&op->mx, config, hazards); break;
    case SYSTOLE_OP_VX: touch_vx(&op->vx, config, hazards); break;
    case SYSTOLE_OP_ST: touch_st(&op->st, config, hazards); break;
    default: break;
  }
  if (op->dram_read) systole_hazards_dram(hazards, op->dram_read, false);
  if (op->dram_write) systole_hazards_dram(hazards, op->dram_write, true);
  return SYSTOLE_OK;
}
