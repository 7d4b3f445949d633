// A kernel that never ends, given up by its host: the run is stopped when the host
// has let go of everything, and not before, and the device is there for the
// next context. With the limit of cycles that the driver has by itself, which no
// test waits for: what does not work here is ended by `timeout`.
#define _XOPEN_SOURCE 700  // nanosleep
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/asm/source.h"
#include "driver/include/systole.h"
#include "tests/icd/abandon.h"
#include "tests/icd/card.h"

static cl_int status_of(cl_event event) {
  cl_int status = 1;
  clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, NULL);
  return status;
}

static void rest(void) { nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL); }

// What is asked while the kernel runs is answered at once.
static void start_endless(card *c, cl_event *event) {
  card_open(c, 0);
  cl_mem code = set_program(c, endless);
  start(c, event);
  while (status_of(*event) != CL_RUNNING) rest();
  clReleaseMemObject(new_buffer(c, 4096));
  clReleaseMemObject(code);
}

static void CL_CALLBACK wait_until_called(cl_event event, cl_int status, void *user) {
  (void)event, (void)status;
  __atomic_store_n((int *)user, 1, __ATOMIC_RELEASE);
}

static int doubles(void) {
  float values[LANES];
  card c;
  card_open(&c, 0);
  for (int i = 0; i < LANES; i++) values[i] = (float)i;
  cl_mem code = set_program(&c, doubling), in = new_buffer(&c, sizeof values), out = new_buffer(&c, sizeof values);
  clEnqueueWriteBuffer(c.queue, in, CL_TRUE, 0, sizeof values, values, 0, NULL, NULL);
  set_segment(c.kernel, 1, in, sizeof values);
  set_segment(c.kernel, 2, out, sizeof values);
  start(&c, NULL);
  read_floats(&c, out, values, LANES);
  clReleaseMemObject(code), clReleaseMemObject(in), clReleaseMemObject(out);
  card_close(&c);
  return values[3] == 6;
}

static int failed(const char *what) {
  fprintf(stderr, "icd_tests --abandon: %s\n", what);
  return 1;
}

// The driver of this project as the host: at its limit it leaves the device, and
// opens it again.
static systole_status open_driver(systole_device **device, systole_error *err) {
  static char binary[4096];
  const char *folder = getenv("ICD_BINARIES");
  const systole_options options = {.opencl = {.platform = "Systole", .device = CONFIG, .binary = binary}};
  systole_config config;
  snprintf(binary, sizeof binary, "%s/" CONFIG ".bin", folder ? folder : "build/icd");
  systole_status status = systole_config_load(CONFIG, &config, err);
  return status ? status : systole_open("opencl", &config, &options, device, err);
}

static systole_status run_endless(systole_device *device, systole_error *err) {
  static const char text[] = "loop count=2000000000\nld space=PAR\nendloop\nend\n";
  systole_program *program = NULL;
  systole_loaded *loaded = NULL;
  systole_status status = systole_source_assemble(text, strlen(text), "endless", ".", CONFIG, &program, err);
  if (!status) status = systole_load(device, program, &loaded, err);
  if (!status) status = systole_submit(loaded, "main", NULL, err);
  if (!status) status = systole_wait(device, 1, NULL, err);
  systole_unload(loaded);
  systole_program_destroy(program);
  return status;
}

static systole_status reopen_driver(systole_error *err) {
  systole_device *device = NULL;
  systole_status status = open_driver(&device, err);
  if (!status) status = run_endless(device, err);
  systole_close(device);
  if (status != SYSTOLE_E_TIMEOUT) return status ? status : SYSTOLE_E_DIFFER;
  device = NULL;
  status = open_driver(&device, err);
  if (!status) status = systole_selftest(device, NULL, err);
  systole_close(device);
  return status;
}

// A host that keeps the buffer may yet ask what is in it.
static int kept_buffer_is_written(void) {
  static const char *const late[] = {"loop count=20000 counter=0 lines=1", "ld space=PAR", "endloop", NULL};
  const char *lines[16];
  unsigned n = 0;
  float values[LANES];
  card c;
  cl_context again = NULL;
  card_open(&c, 0);
  for (unsigned i = 0; late[i]; i++) lines[n++] = late[i];
  for (unsigned i = 0; doubling[i] && n < 15; i++) lines[n++] = doubling[i];
  lines[n] = NULL;
  for (int i = 0; i < LANES; i++) values[i] = (float)i;
  cl_mem code = set_program(&c, lines), in = new_buffer(&c, sizeof values), out = new_buffer(&c, sizeof values);
  clEnqueueWriteBuffer(c.queue, in, CL_TRUE, 0, sizeof values, values, 0, NULL, NULL);
  set_segment(c.kernel, 1, in, sizeof values);
  set_segment(c.kernel, 2, out, sizeof values);
  start(&c, NULL);
  clReleaseMemObject(code), clReleaseMemObject(in);
  card_close(&c);
  rest();
  clGetMemObjectInfo(out, CL_MEM_CONTEXT, sizeof again, &again, NULL);
  clRetainContext(again);
  c.queue = clCreateCommandQueue(again, c.device, 0, NULL);
  read_floats(&c, out, values, LANES);
  clReleaseMemObject(out), clReleaseCommandQueue(c.queue), clReleaseContext(again);
  return values[3] == 6;
}

// The host's own cleanup, which may come after the driver's: it ends, too.
static card left;
static cl_mem left_memory;

static void clean_up(void) {
  char bytes[8] = "";
  if (!left.queue) return;
  clEnqueueFillBuffer(left.queue, left_memory, "z", 1, 0, sizeof bytes, 0, NULL, NULL);
  if (clEnqueueReadBuffer(left.queue, left_memory, CL_TRUE, 0, sizeof bytes, bytes, 0, NULL, NULL) || bytes[7] != 'z')
    _Exit(failed("a buffer cannot be read in the host's cleanup"));
  clFinish(left.queue);
}

int abandon(void) {
  static card c;  // its callback may be called late
  cl_event event;
  int called = 0;
  systole_error err = {"no timeout"};
  atexit(clean_up);
  if (!kept_buffer_is_written()) return failed("stopped, although a buffer is still held");
  if (reopen_driver(&err)) return failed(err.text);
  start_endless(&c, &event);
  card_close(&c);
  rest();
  if (status_of(event) != CL_RUNNING) return failed("stopped, although its event is still held");
  clReleaseEvent(event);
  if (!doubles()) return failed("the device does not work after a run was given up");
  // A callback is waited for, even without the event.
  start_endless(&c, &event);
  clSetEventCallback(event, CL_COMPLETE, wait_until_called, &called);
  clReleaseEvent(event);
  card_close(&c);
  rest();
  if (__atomic_load_n(&called, __ATOMIC_ACQUIRE)) return failed("stopped, although a callback waits for it");
  card_open(&left, 0);
  left_memory = new_buffer(&left, 64);
  return 0;  // while it runs
}
