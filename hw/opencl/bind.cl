// Binding: fields that take their value from scalar registers.

// The immediate as a 64-bit number; sums wrap, so it stays unsigned.
ulong immediate(const __local uint *line, uint lsb, uint width, bool is_signed) {
  const ulong sign = is_signed ? 1ul << (width - 1) : 0;
  return (get(line, lsb, width) ^ sign) - sign;
}

// Takes the slots of one field from *slot on. False if its value does not fit.
bool bind_field(__local machine *m, uint instruction, uint slots, uint *slot) {
  const uint field = (uint)SLOT(m->binding, *slot, FIELD);
  const uint lsb = sys_bound[instruction][field][0], width = sys_bound[instruction][field][1];
  const uint sign = sys_bound[instruction][field][2];
  ulong sum = immediate(m->line, lsb, width, sign != 0), cap = 0;
  while (*slot < slots && SLOT(m->binding, *slot, FIELD) == field) {
    sum += (ulong)((long)m->scalar[SLOT(m->binding, *slot, SCALAR)] * (long)(int)SLOT(m->binding, *slot, MULT));
    cap = SLOT(m->binding, *slot, CAP);
    ++*slot;
  }
  if (sum >> 63) sum = 0;
  if (cap != UINT_MAX && sum > cap) sum = cap;
  if (sum >> (width - sign)) return false;
  set(m->line, lsb, width, sum);
  return true;
}

// The binding line is legal. False: RANGE.
bool bind(__local machine *m, uint instruction) {
  const uint slots = slots_of(m->binding);
  for (uint slot = 0; slot < slots;)
    if (SLOT(m->binding, slot, FIELD) == 0) slot++;
    else if (!bind_field(m, instruction, slots, &slot)) return false;
  return true;
}
