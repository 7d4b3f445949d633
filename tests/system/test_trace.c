// Checks a trace file from outside, with nothing but a JSON parser:
//
//   test_trace FILE
//
// The slices of a track do not overlap, every step has as many instructions as
// were retired, steps follow each other, the waits of each engine sum up to its
// counters, and who is said to have raised a semaphore did so in the cycle
// before. Prints the first thing that is wrong and ends with 1.
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRACKS = 512, ENDS = 64 };

static const char *const engines[] = {"LD", "MX", "VX", "ST"};

// What the present step came to.
typedef struct {
  double instructions, gaps[4], memory[4], inside[4];  // inside: MX, VX
  struct {
    double line, end;
  } ends[4][ENDS];  // of an engine's last instructions
  unsigned count[4];
} tally;

typedef struct {
  double begin;              // of the step
  double free_from[TRACKS];
  double from[TRACKS], to[TRACKS];  // of a track's last instruction
  tally step;
  unsigned steps;
} state;

static int wrong(const cJSON *event, const char *what) {
  char *text = cJSON_PrintUnformatted(event);
  printf("%s: %.400s\n", what, text ? text : "");
  free(text);
  return 1;
}

static const char *text(const cJSON *object, const char *name) {
  const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
  return value ? value : "";
}

static double number(const cJSON *object, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
  return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

static int engine_of(const cJSON *args) {
  for (int e = 0; e < 4; e++)
    if (!strcmp(text(args, "engine"), engines[e])) return e;
  return -1;
}

static int instruction(state *s, const cJSON *event, const cJSON *args, int e, unsigned track) {
  double start = number(event, "ts"), end = start + number(event, "dur");
  if (start != s->begin + number(args, "start") || end != s->begin + number(args, "end"))
    return wrong(event, "not where its cycles are");
  if (start < s->free_from[track]) return wrong(event, "overlaps the one before");
  if (!*text(event, "name") || !*text(args, "text") || number(args, "line") < 0) return wrong(event, "nameless");
  if (s->step.count[e] && s->step.ends[e][(s->step.count[e] - 1) % ENDS].end >= end) return wrong(event, "out of order");
  s->free_from[track] = s->to[track] = end;
  s->from[track] = start;
  s->step.instructions++;
  s->step.inside[e] += number(event, "dur") + 1;
  s->step.ends[e][s->step.count[e]].line = number(args, "line");
  s->step.ends[e][s->step.count[e]].end = end;
  s->step.count[e] = (s->step.count[e] + 1) % ENDS;
  return 0;
}

// The instruction that raised ended two cycles before the first without a wait.
static int raised(state *s, const cJSON *event, const cJSON *args, double until) {
  const char *name = text(event, "name") + strlen("wait for ");
  for (int e = 0; e < 4; e++)
    for (int i = 0; i < ENDS && !strcmp(name, engines[e]); i++)
      if (s->step.ends[e][i].end == until - 2 && s->step.ends[e][i].line == number(args, "raised_by_line")) return 0;
  return wrong(event, "nobody raised it then");
}

static int wait(state *s, const cJSON *event, const cJSON *args, int e, unsigned track) {
  double start = number(event, "ts"), cycles = number(event, "dur");
  const char *cause = text(args, "cause");
  if (!strcmp(cause, "memory")) {
    if (start < s->from[track] || start + cycles > s->to[track]) return wrong(event, "not inside its instruction");
    s->step.memory[e] += cycles;
    return 0;
  }
  if (start < s->free_from[track]) return wrong(event, "overlaps the one before");
  s->free_from[track] = start + cycles;
  s->step.gaps[e] += cycles;
  if (!strcmp(cause, "semaphore")) return raised(s, event, args, start + cycles);
  return strcmp(cause, "dispatch") && strcmp(cause, "end") ? wrong(event, "a wait without a cause") : 0;
}

static double counter(const cJSON *args, int e, const char *name) {
  char key[32];
  snprintf(key, sizeof key, "%s_%s", engines[e], name);
  return number(args, key);
}

static int step_engine(state *s, const cJSON *event, const cJSON *args, int e) {
  double busy = counter(args, e, "busy"), sem = counter(args, e, "wait_sem"), mem = counter(args, e, "wait_mem"), idle = counter(args, e, "idle");
  if (busy + sem + mem + idle != number(args, "cycles")) return wrong(event, "times do not add up");
  if (s->step.gaps[e] != sem + idle) return wrong(event, "waits are not wait_sem + idle");
  if (s->step.memory[e] != mem) return wrong(event, "waits for memory are not wait_mem");
  if ((e == 1 || e == 2) && s->step.inside[e] != busy) return wrong(event, "instructions are not as long as busy");
  return 0;
}

static int step(state *s, const cJSON *event, const cJSON *args) {
  if (number(event, "ts") != s->begin || number(event, "dur") != number(args, "cycles")) return wrong(event, "does not follow the one before");
  if (s->step.instructions != number(args, "instructions")) return wrong(event, "not as many instructions as retired");
  for (int e = 0; e < 4; e++)
    if (step_engine(s, event, args, e)) return 1;
  s->begin += number(args, "cycles");
  s->step = (tally){0};
  s->steps++;
  return 0;
}

static int one(state *s, const cJSON *event) {
  const cJSON *args = cJSON_GetObjectItemCaseSensitive(event, "args");
  const char *phase = text(event, "ph"), *category = text(event, "cat");
  double track = number(event, "tid");
  if (strcmp(phase, "X")) return strcmp(phase, "M") && strcmp(phase, "C") ? wrong(event, "an unknown event") : 0;
  if (!strcmp(category, "step")) return step(s, event, args);
  int e = engine_of(args);
  if (e < 0 || track < 100 * (e + 1) || track >= 100 * (e + 2)) return wrong(event, "an unknown track");
  if (!strcmp(category, "wait")) return wait(s, event, args, e, (unsigned)track);
  return strcmp(category, "instruction") ? wrong(event, "an unknown slice") : instruction(s, event, args, e, (unsigned)track);
}

static char *read_all(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *all = size >= 0 ? malloc((size_t)size + 1) : NULL;
  if (all) all[fread(all, 1, (size_t)size, file)] = 0;
  fclose(file);
  return all;
}

int main(int argc, char **argv) {
  state *s = calloc(1, sizeof *s);
  char *all = argc > 1 ? read_all(argv[1]) : NULL;
  cJSON *trace = all ? cJSON_ParseWithOpts(all, NULL, true) : NULL;
  const cJSON *events = cJSON_GetObjectItemCaseSensitive(trace, "traceEvents"), *event;
  int status = !s || !cJSON_IsArray(events);
  if (status) printf("no JSON of a trace\n");
  cJSON_ArrayForEach(event, events) {
    if (!status) status = one(s, event);
  }
  if (!status && (!s->steps || s->step.instructions)) status = wrong(trace, "no step at the end");
  cJSON_Delete(trace);
  free(all);
  free(s);
  return status;
}
