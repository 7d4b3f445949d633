// What the machine remembers: SRAMs, queues and, between two launches of one
// run, the sequencer. All of it lives in `scratch`, the argument after the
// common list (hw/isa/arguments.h): SRAMs are larger than local memory, keep
// their content from run to run, and can be looked at there by tests.
//
//   from 0 on     the SRAMs one behind the other, in the order of their codes
//   AT_PAUSED     32 bits: whether a run goes on with the next launch
//   AT_MACHINE    the machine, while it does
//   AT_QUEUES     LD, MX, VX, ST: SYSTOLE_QUEUE_DEPTH times QUEUED_WORDS words each

#define SRAM_BYTES(space) (SYSTOLE_##space##_WORDS * SYSTOLE_DIM * SYS_ELEMENT_##space)
#define AT_WGT 0
#define AT_ACT (AT_WGT + SRAM_BYTES(WGT))
#define AT_QNT (AT_ACT + SRAM_BYTES(ACT))
#define AT_ACC (AT_QNT + SRAM_BYTES(QNT))
#define AT_PAR (AT_ACC + SRAM_BYTES(ACC))
#define AT_VM (AT_PAR + SRAM_BYTES(PAR))
#define AT_RS (AT_VM + SRAM_BYTES(VM))
#define AT_PAUSED (AT_RS + SRAM_BYTES(RS))
#define AT_MACHINE (AT_PAUSED + 128)
#define AT_QUEUES (AT_MACHINE + 1024)

#define LINE_WORDS (SYS_LINE_BYTES / 4)
#define QUEUED_WORDS (LINE_WORDS + 2)  // and its index, and whether it touches nothing
#define ENGINES 4

// What all items do next: an opcode, or one of these.
#define NOTHING 0u
#define STOP 256u   // the run has ended
#define PAUSE 257u  // this launch has

// Values of SEQ_STATE.
#define FETCHING 1u
#define RESOLVING 2u
#define DISPATCHING 3u
#define DRAINING 4u

// Of ENGINE_STATE.
#define WAITS_SEM 1u

typedef struct {
  __global uchar *bytes;
  ulong limit;
} segment;

typedef struct {
  uint cause, engine, index, detail;
} fault;

typedef struct {
  ulong retired, macs, read_bytes, write_bytes;
  uint line[LINE_WORDS], binding[LINE_WORDS];
  uint index;             // of the instruction in hand
  uint todo, engine;      // what it asks for
  fault own;              // what an engine met in it
  fault first;            // of the run
  uint draining;          // nothing more is dispatched
  uint seq_state, seq_index;
  uint at;                // line to be taken next
  int scalar[SYS_SCALARS];
  uint depth;             // loops that are open
  uint loop_body[SYS_LOOP_DEPTH], loop_count[SYS_LOOP_DEPTH], loop_counter[SYS_LOOP_DEPTH];
  uint semaphore[ENGINES][ENGINES];  // [from][to]
  uint head[ENGINES], queued[ENGINES];
  uint spent;             // of what a launch may do
  uint bad_index;         // LDG: position of the first
} machine;

// OpenCL C has no other way of saying it.
typedef char the_machine_fits[sizeof(machine) <= AT_QUEUES - AT_MACHINE ? 1 : -1];

uint smaller(ulong a, ulong b) { return (uint)(a < b ? a : b); }

ulong tiles(ulong count) { return (count + SYSTOLE_DIM - 1) / SYSTOLE_DIM; }

// ---- lines -----------------------------------------------------------------------

// Bits [lsb, lsb + width) of a line; lsb % 32 + width is at most 64.
ulong get(const __local uint *line, uint lsb, uint width) {
  const uint w = lsb / 32, shift = lsb % 32;
  ulong value = line[w];
  if (shift + width > 32) value |= (ulong)line[w + 1] << 32;
  value >>= shift;
  return width == 64 ? value : value & ((1ul << width) - 1);
}

#define GET(field) get(m->line, SYS_##field)

void set(__local uint *line, uint lsb, uint width, ulong value) {
  for (uint put = 0; put < width;) {
    const uint bit = lsb + put, shift = bit % 32, take = min(32 - shift, width - put);
    const uint mask = (0xFFFFFFFFu >> (32 - take)) << shift;
    line[bit / 32] = (line[bit / 32] & ~mask) | ((uint)(value >> put) << shift & mask);
    put += take;
  }
}

// ---- SRAMs -----------------------------------------------------------------------

__global uchar *sram(__global uchar *scratch, uint space) {
  switch (space) {
    case SYS_SPACE_WGT: return scratch + AT_WGT;
    case SYS_SPACE_ACT: return scratch + AT_ACT;
    case SYS_SPACE_QNT: return scratch + AT_QNT;
    case SYS_SPACE_ACC: return scratch + AT_ACC;
    case SYS_SPACE_PAR: return scratch + AT_PAR;
    case SYS_SPACE_VM: return scratch + AT_VM;
    default: return scratch + AT_RS;
  }
}

ulong sram_words(uint space) {
  switch (space) {
    case SYS_SPACE_WGT: return SYSTOLE_WGT_WORDS;
    case SYS_SPACE_ACT: return SYSTOLE_ACT_WORDS;
    case SYS_SPACE_QNT: return SYSTOLE_QNT_WORDS;
    case SYS_SPACE_ACC: return SYSTOLE_ACC_WORDS;
    case SYS_SPACE_PAR: return SYSTOLE_PAR_WORDS;
    case SYS_SPACE_VM: return SYSTOLE_VM_WORDS;
    default: return SYSTOLE_RS_WORDS;
  }
}

ulong element_bytes(uint space) {
  return space == SYS_SPACE_WGT || space == SYS_SPACE_ACT || space == SYS_SPACE_QNT ? 1 : 4;
}
