// The sequencer: takes the program line by line, binds, checks, follows loops,
// and says what all items do next. Only item 0 is here.
//
// Without time an instruction runs as soon as what it waits for is there. One
// that has to wait stays in its engine's queue, as deep as the machine's, and
// later instructions go past it; so what becomes of a program, and where one
// that cannot go on stands, is what the machine comes to.

// What a launch may do before the host gets a say: about a tenth of a second on
// a CPU. In units of a line, a word of VX, a row of a tile of MX.
#define LAUNCH 200000u

void stop(__local machine *m, uint state, uint index) {
  m->draining = 1;
  m->seq_state = state;
  m->seq_index = index;
}

void keep_fault(__local machine *m, uint cause, uint engine, uint index, uint detail) {
  if (m->first.cause == SYS_CAUSE_NONE) m->first = (fault){cause, engine, index, detail};
}

// A fault that the sequencer meets at a line.
void refuse(__local machine *m, uint cause, uint state, uint index) {
  keep_fault(m, cause, SYS_ENGINE_SEQ, index, 0);
  stop(m, state, index);
}

// ---- semaphores and queues ----------------------------------------------------------

uint nibble(uint nibbles, uint engine) { return nibbles >> 4 * engine & 15; }

uint missing(const __local machine *m, uint waits, uint engine) {
  uint mask = 0;
  for (uint e = 0; e < ENGINES; e++)
    if (m->semaphore[e][engine] < nibble(waits, e)) mask |= 1u << e;
  return mask;
}

// WAIT and RAISE of a line in a queue.
uint waits_of(const __global uint *line) {
  const uint place[2] = {SYS_WAIT};
  return line[place[0] / 32] >> place[0] % 32 & ((1u << place[1]) - 1);
}

uint waiting_for(const __local machine *m, const __global uint *head, uint engine) {
  return missing(m, waits_of(head), engine);
}

void enqueue(__local machine *m, __global uchar *scratch) {
  const uint at = (m->head[m->engine] + m->queued[m->engine]++) % SYSTOLE_QUEUE_DEPTH;
  __global uint *slot = (__global uint *)(scratch + AT_QUEUES) +
                        (m->engine * SYSTOLE_QUEUE_DEPTH + at) * QUEUED_WORDS;
  for (uint w = 0; w < LINE_WORDS; w++) slot[w] = m->line[w];
  slot[LINE_WORDS] = m->index;
  slot[LINE_WORDS + 1] = m->todo;
}

// Takes the head of a queue in hand, if it has all that it waits for.
bool dequeue(__local machine *m, const __global uchar *scratch, uint engine) {
  const __global uint *slot = head_of(m, scratch, engine);
  if (m->queued[engine] == 0 || missing(m, waits_of(slot), engine)) return false;
  for (uint w = 0; w < LINE_WORDS; w++) m->line[w] = slot[w];
  m->index = slot[LINE_WORDS];
  m->todo = slot[LINE_WORDS + 1];
  m->engine = engine;
  m->head[engine] = (m->head[engine] + 1) % SYSTOLE_QUEUE_DEPTH;
  m->queued[engine]--;
  return true;
}

bool dequeue_any(__local machine *m, const __global uchar *scratch) {
  for (uint e = 0; e < ENGINES; e++)
    if (dequeue(m, scratch, e)) return true;
  return false;
}

bool queues_empty(const __local machine *m) {
  return (m->queued[0] | m->queued[1] | m->queued[2] | m->queued[3]) == 0;
}

// ---- the ends of an instruction -------------------------------------------------------

void take_semaphores(__local machine *m) {
  const uint waits = (uint)GET(WAIT);
  for (uint e = 0; e < ENGINES; e++) m->semaphore[e][m->engine] -= nibble(waits, e);
}

bool raise_semaphores(__local machine *m) {
  const uint raises = (uint)GET(RAISE);
  bool over = false;
  for (uint e = 0; e < ENGINES; e++) {
    __local uint *semaphore = &m->semaphore[m->engine][e];
    *semaphore += nibble(raises, e);
    over = over || *semaphore > SYS_SEMAPHORE_MAX;
    *semaphore = min(*semaphore, (uint)SYS_SEMAPHORE_MAX);
  }
  return over;
}

// What the instruction in hand costs of a launch.
uint cost(const __local machine *m) {
  const ulong work = m->todo == SYS_OP_MX   ? GET(MX_M) * tiles(GET(MX_K)) * tiles(GET(MX_N))
                     : m->todo == SYS_OP_VX ? GET(VX_M) * tiles(GET(VX_N))
                                            : 0;
  return smaller(work, LAUNCH);
}

void start(__local machine *m) {
  take_semaphores(m);
  m->spent += cost(m);
  m->own.cause = SYS_CAUSE_NONE;
}

void finish(__local machine *m) {
  m->retired++;
  if (raise_semaphores(m) && m->own.cause == SYS_CAUSE_NONE)
    m->own = (fault){SYS_CAUSE_SEMAPHORE, m->engine, m->index, 0};
  if (m->own.cause != SYS_CAUSE_NONE) {
    if (!m->draining) stop(m, FETCHING, m->at);
    keep_fault(m, m->own.cause, m->own.engine, m->own.index, m->own.detail);
  }
  m->todo = NOTHING;
}

// ---- lines ------------------------------------------------------------------------------

// False if there is no further line.
bool take_line(__local machine *m, __local uint *line, segment program, uint lines) {
  const __global uint *from = (const __global uint *)program.bytes + (ulong)m->at * LINE_WORDS;
  if (m->at >= lines) return false;
  for (uint w = 0; w < LINE_WORDS; w++) line[w] = from[w];
  m->at++;
  m->spent++;
  m->read_bytes += SYS_LINE_BYTES;
  return true;
}

void open_loop(__local machine *m, uint lines) {
  const uint count = (uint)GET(LOOP_COUNT), counter = (uint)GET(LOOP_COUNTER);
  const ulong after = m->at + GET(LOOP_LINES);
  m->scalar[counter] = 0;
  if (m->depth == SYS_LOOP_DEPTH || after > lines) {
    refuse(m, SYS_CAUSE_LOOP, RESOLVING, m->index);
  } else if (count == 0) {
    m->at = (uint)after;
  } else {
    m->loop_body[m->depth] = m->at;
    m->loop_count[m->depth] = count;
    m->loop_counter[m->depth] = counter;
    m->depth++;
  }
}

void close_loop(__local machine *m) {
  const uint inner = m->depth - 1;
  if (m->depth == 0) {
    refuse(m, SYS_CAUSE_LOOP, RESOLVING, m->index);
    return;
  }
  const uint pass = (uint)m->scalar[m->loop_counter[inner]] + 1;
  m->scalar[m->loop_counter[inner]] = (int)pass;
  if (pass < m->loop_count[inner]) m->at = m->loop_body[inner];
  else m->depth--;
}

// What is still queued at the end waits for what never comes.
void end_program(__local machine *m) {
  if (queues_empty(m)) stop(m, 0, m->index);
  else refuse(m, SYS_CAUSE_WATCHDOG, DRAINING, m->index);
}

// An instruction of an engine, checked. True if it can start.
bool dispatch(__local machine *m, uint opcode, __global uchar *scratch) {
  const bool waits = m->queued[m->engine] != 0 || missing(m, (uint)GET(WAIT), m->engine);
  m->todo = touches_nothing(m, opcode) ? SYS_OP_END : opcode;
  if (m->queued[m->engine] == SYSTOLE_QUEUE_DEPTH) {
    refuse(m, SYS_CAUSE_WATCHDOG, DISPATCHING, m->index);
    m->todo = NOTHING;
    return false;
  }
  if (opcode == SYS_OP_MX) m->macs += GET(MX_M) * GET(MX_K) * GET(MX_N);
  if (!waits) return true;
  enqueue(m, scratch);
  m->todo = NOTHING;
  return false;
}

// The cause of a fault of the line in hand and its binding line.
uint resolve(__local machine *m, uint instruction, segment program, uint lines, uint *state) {
  *state = RESOLVING;
  if (!line_legal(m, instruction)) return SYS_CAUSE_ILLEGAL;
  if (!GET(BOUND)) return SYS_CAUSE_NONE;
  if (!take_line(m, m->binding, program, lines)) {
    *state = FETCHING;
    return SYS_CAUSE_SEGMENT;
  }
  if (!binding_legal(m->binding, instruction)) return SYS_CAUSE_ILLEGAL;
  return bind(m, instruction) ? SYS_CAUSE_NONE : SYS_CAUSE_RANGE;
}

// Takes one line. True if an instruction is to be started.
bool step(__local machine *m, const segment *segments, uint lines, __global uchar *scratch) {
  uint state;
  m->index = m->at;
  if (!take_line(m, m->line, segments[SYS_PROGRAM_SEGMENT], lines)) {
    refuse(m, SYS_CAUSE_SEGMENT, FETCHING, m->index);
    return false;
  }
  const uint opcode = (uint)GET(OPCODE), instruction = instruction_of(opcode);
  uint cause = resolve(m, instruction, segments[SYS_PROGRAM_SEGMENT], lines, &state);
  if (cause == SYS_CAUSE_NONE && sys_engine[instruction] != SYS_ENGINE_SEQ) {
    state = DISPATCHING;
    if (!counts_legal(m, opcode)) cause = SYS_CAUSE_RANGE;
    else if (!touches_nothing(m, opcode)) cause = check(m, opcode, segments);
  }
  if (cause != SYS_CAUSE_NONE) {
    refuse(m, cause, state, m->index);
    return false;
  }
  m->engine = sys_engine[instruction];
  switch (opcode) {
    case SYS_OP_END: end_program(m); return false;
    case SYS_OP_LOOP: open_loop(m, lines); return false;
    case SYS_OP_ENDLOOP: close_loop(m); return false;
    default: return dispatch(m, opcode, scratch);
  }
}

// ---- launches ---------------------------------------------------------------------------

// A new run, or what the last launch left of one.
void begin(__local machine *m, const __global uchar *scratch, const int *scalars) {
  __local uint *words = (__local uint *)m;
  const __global uint *kept = (const __global uint *)(scratch + AT_MACHINE);
  const bool resumes = *(const __global uint *)(scratch + AT_PAUSED) != 0;
  for (uint w = 0; w < sizeof(machine) / 4; w++) words[w] = resumes ? kept[w] : 0;
  for (uint s = 0; s < SYS_SCALARS && !resumes; s++) m->scalar[s] = scalars[s];
  m->spent = 0;
  m->todo = NOTHING;
}

// Ends the instruction that was in hand and finds the next thing to do.
void next(__local machine *m, const segment *segments, uint lines, __global uchar *scratch) {
  if (m->todo != NOTHING) finish(m);
  if (!queues_empty(m) && dequeue_any(m, scratch)) {
    start(m);
    return;
  }
  if ((ulong)lines * SYS_LINE_BYTES > segments[SYS_PROGRAM_SEGMENT].limit && !m->draining)
    refuse(m, SYS_CAUSE_SEGMENT, RESOLVING, 0);
  while (!m->draining && m->spent < LAUNCH)
    if (step(m, segments, lines, scratch)) {
      start(m);
      return;
    }
  m->todo = m->draining ? STOP : PAUSE;
}

void end(__local machine *m, const segment *segments, __global uchar *scratch) {
  const __local uint *words = (const __local uint *)m;
  __global uint *kept = (__global uint *)(scratch + AT_MACHINE);
  const bool pauses = m->todo == PAUSE;
  if (pauses) {
    m->seq_state = FETCHING;  // the host sees that there is more to do
    m->seq_index = m->at;
    for (uint w = 0; w < sizeof(machine) / 4; w++) kept[w] = words[w];
  }
  *(__global uint *)(scratch + AT_PAUSED) = pauses;
  write_record(m, segments[SYS_STATUS_SEGMENT], scratch);
}
