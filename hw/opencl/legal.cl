// The check ILLEGAL: what can be seen without scalars, counts or sizes.

#define UNKNOWN SYS_INSTRUCTIONS

// Row of the tables in isa.cl.
uint instruction_of(uint opcode) {
  uint i = 0;
  while (i < SYS_INSTRUCTIONS && sys_opcode[i] != opcode) i++;
  return i;
}

bool has_stray_bits(const __local uint *line, uint instruction) {
  uint stray = 0;
  for (uint w = 0; w < LINE_WORDS; w++) stray |= line[w] & ~sys_bits[instruction][w];
  return stray != 0;
}

bool enumerations_legal(const __local uint *line, uint instruction) {
  for (uint f = 0; f < SYS_ENUMERATED; f++) {
    const uint width = sys_enumerated[instruction][f][1];
    if (width == 0) break;
    const uint value = (uint)get(line, sys_enumerated[instruction][f][0], width);
    if (!(sys_enumerated[instruction][f][2] >> value & 1)) return false;
  }
  return true;
}

// An engine neither waits for nor raises a semaphore to itself; the sequencer
// has none at all.
bool semaphores_legal(const __local machine *m, uint engine) {
  const uint any = (uint)(GET(WAIT) | GET(RAISE));
  return engine == SYS_ENGINE_SEQ ? any == 0 : (any >> 4 * engine & 15) == 0;
}

// Which operands share a port of RS, and which fields contradict each other.
bool vx_legal(const __local machine *m) {
  const uint add = (uint)GET(VX_ADD);
  const bool carry = GET(VX_CARRY) != 0, by_row = add == SYS_VXADD_ROW;
  if ((GET(VX_C_SPACE) == SYS_SPACE_VXC_NONE) == (add == SYS_VXADD_C)) return false;
  if (by_row && carry) return false;
  if (GET(VX_A_SPACE) == SYS_SPACE_VXA_RS && GET(VX_MUL) == SYS_VXMUL_ROW) return false;
  if (GET(VX_B_SPACE) == SYS_SPACE_VXB_RS && (by_row || carry)) return false;
  return GET(VX_D_SPACE) != SYS_SPACE_VXD_RS || GET(VX_REDUCE) == SYS_VXREDUCE_NONE;
}

bool line_legal(const __local machine *m, uint instruction) {
  if (instruction == UNKNOWN) return false;
  if (has_stray_bits(m->line, instruction)) return false;
  if (!enumerations_legal(m->line, instruction)) return false;
  if (!semaphores_legal(m, sys_engine[instruction])) return false;
  return sys_opcode[instruction] != SYS_OP_VX || vx_legal(m);
}

// ---- the binding line --------------------------------------------------------------

// A slot has 80 bits: its low 64, which hold what is checked here, and the rest.
ulong slot_low(const __local uint *binding, uint slot) {
  return get(binding, slot * SYS_BINDING_BITS, 32) |
         get(binding, slot * SYS_BINDING_BITS + 32, 32) << 32;
}

ulong slot_high(const __local uint *binding, uint slot) {
  return get(binding, slot * SYS_BINDING_BITS + 64, SYS_BINDING_BITS - 64);
}

ulong slot_get(const __local uint *binding, uint slot, uint lsb, uint width) {
  return get(binding, slot * SYS_BINDING_BITS + lsb, width);
}

#define SLOT(binding, slot, field) slot_get(binding, slot, SYS_BINDING_##field)

// Slots up to the last that is not zero.
uint slots_of(const __local uint *binding) {
  uint slots = SYS_BINDING_SLOTS;
  while (slots > 0 && !(slot_low(binding, slots - 1) | slot_high(binding, slots - 1))) slots--;
  return slots;
}

bool is_bindable(uint instruction, uint field) {
  return field < SYS_BIND_CODES && sys_bound[instruction][field][1] != 0;
}

bool binding_legal(const __local uint *binding, uint instruction) {
  uint seen = 0, last = 0, rest = 0;
  const uint slots = slots_of(binding);
  for (uint slot = 0; slot < slots; slot++) {
    const ulong low = slot_low(binding, slot);
    const uint field = (uint)SLOT(binding, slot, FIELD);
    if (field == 0 && (low | slot_high(binding, slot))) return false;
    if (field != 0 && !is_bindable(instruction, field)) return false;
    if (low & ~SYS_SLOT_BITS) return false;
    if (field != 0 && field != last && (seen >> field & 1)) return false;
    if (field != 0) seen |= 1u << field;
    last = field;
  }
  for (uint w = SYS_BINDING_SLOTS * SYS_BINDING_BITS / 32; w < LINE_WORDS; w++) rest |= binding[w];
  return rest == 0;
}
