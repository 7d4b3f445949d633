// The status record: a copy of the registers from ID on, as the RTL writes it.
// All that counts cycles is 0.

#define IDENTITY 0x53595354u
#define GEOMETRY (SYSTOLE_DIM | SYSTOLE_LOAD_ROWS << 8 | SYSTOLE_BUS_BYTES << 16)

void write_pair(__global uint *low, ulong value) {
  low[0] = (uint)value;
  low[1] = (uint)(value >> 32);
}

// What the engines' heads wait for, for ENGINE_STATE.
uint waiting_for(const __local machine *m, const __global uint *head, uint engine);

const __global uint *head_of(const __local machine *m, const __global uchar *scratch, uint engine) {
  return (const __global uint *)(scratch + AT_QUEUES) +
         (engine * SYSTOLE_QUEUE_DEPTH + m->head[engine]) * QUEUED_WORDS;
}

void write_engines(const __local machine *m, const __global uchar *scratch, __global uint *state,
                   __global uint *index) {
  for (uint e = 0; e < ENGINES; e++) {
    const __global uint *head = head_of(m, scratch, e);
    if (m->queued[e] == 0) continue;
    state[e] = WAITS_SEM | waiting_for(m, head, e) << 4 | m->queued[e] << 8;
    index[e] = head[LINE_WORDS];
  }
}

#define RECORD(name) (record + (SYS_REG_##name - SYS_REG_ID) / 4)

void write_record(const __local machine *m, segment status, const __global uchar *scratch) {
  __global uint *record = (__global uint *)status.bytes;
  if (status.limit < SYS_STATUS_BYTES) return;
  for (uint w = 0; w < SYS_STATUS_BYTES / 4; w++) record[w] = 0;
  *RECORD(ID) = IDENTITY;
  *RECORD(VERSION) = SYS_ISA_VERSION;
  write_pair(RECORD(CONFIG_HASH_LO), SYSTOLE_HASH);
  *RECORD(GEOMETRY) = GEOMETRY;
  *RECORD(ERROR_CAUSE) = m->first.cause;
  *RECORD(ERROR_ENGINE) = m->first.engine;
  *RECORD(ERROR_INDEX) = m->first.index;
  *RECORD(ERROR_DETAIL) = m->first.detail;
  *RECORD(SEQ_STATE) = m->seq_state;
  *RECORD(SEQ_INDEX) = m->seq_index;
  write_engines(m, scratch, RECORD(ENGINE_STATE), RECORD(ENGINE_INDEX));
  write_pair(RECORD(RETIRED_LO), m->retired);
  write_pair(RECORD(MACS_LO), m->macs);
  write_pair(RECORD(READ_BYTES_LO), m->read_bytes);
  write_pair(RECORD(WRITE_BYTES_LO), m->write_bytes);
}
