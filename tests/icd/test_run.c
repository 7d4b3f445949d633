// Running the kernel: results, faults, limits, the device afterwards.
#include <string.h>

#include "tests/icd/card.h"

enum { RECORD = SYSTOLE_STATUS_BYTES };

typedef struct {
  card card;
  cl_mem code, input, output, record;
} bench;

static void bench_open(bench *b, const char *const *lines) {
  card_open(&b->card, CL_QUEUE_PROFILING_ENABLE);
  b->code = set_program(&b->card, lines);
  b->input = new_buffer(&b->card, LANES * sizeof(float));
  b->output = new_buffer(&b->card, LANES * sizeof(float));
  b->record = new_buffer(&b->card, RECORD);
  float values[LANES];
  for (int i = 0; i < LANES; i++) values[i] = (float)i + 0.5f;
  SUCCEEDS(clEnqueueWriteBuffer(b->card.queue, b->input, CL_FALSE, 0, sizeof values, values, 0, NULL, NULL));
  SUCCEEDS(clFinish(b->card.queue));
  set_segment(b->card.kernel, 1, b->input, sizeof values);
  set_segment(b->card.kernel, 2, b->output, sizeof values);
  set_segment(b->card.kernel, 15, b->record, RECORD);
}

static void bench_close(bench *b) {
  SUCCEEDS(clReleaseMemObject(b->code));
  SUCCEEDS(clReleaseMemObject(b->input));
  SUCCEEDS(clReleaseMemObject(b->output));
  SUCCEEDS(clReleaseMemObject(b->record));
  card_close(&b->card);
}

static uint32_t record_word(bench *b, unsigned address) {
  uint32_t word = 0;
  SUCCEEDS(clEnqueueReadBuffer(b->card.queue, b->record, CL_TRUE, address - SYSTOLE_REG_ID, sizeof word, &word, 0, NULL, NULL));
  return word;
}

static void check_doubled(bench *b) {
  float values[LANES] = {0};
  read_floats(&b->card, b->output, values, LANES);
  for (int i = 0; i < LANES; i++) CU_ASSERT_EQUAL(values[i], 2 * ((float)i + 0.5f));
}

static void doubles(void) {
  bench b;
  bench_open(&b, doubling);
  for (int i = 0; i < 3; i++) {
    start(&b.card, NULL);
    check_doubled(&b);
  }
  CU_ASSERT_EQUAL(record_word(&b, SYSTOLE_REG_ID), 0x53595354);
  CU_ASSERT_EQUAL(record_word(&b, SYSTOLE_REG_ERROR_CAUSE), 0);
  CU_ASSERT_EQUAL(record_word(&b, SYSTOLE_REG_RETIRED_LO), 3);
  bench_close(&b);
}

static void task_is_one_item(void) {
  bench b;
  bench_open(&b, doubling);
  SUCCEEDS(clEnqueueTask(b.card.queue, b.card.kernel, 0, NULL, NULL));
  check_doubled(&b);
  bench_close(&b);
}

static cl_int status_of(cl_event event) {
  cl_int status = 1;
  SUCCEEDS(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, NULL));
  return status;
}

// Runs what is set, expects the cause in the record (or, without one, that the
// event fails), then that the device still works.
static void expect_cause(bench *b, bool recorded, uint32_t cause) {
  cl_event event;
  b->card.told[0] = 0;
  start(&b->card, &event);
  cl_int waited = clWaitForEvents(1, &event);
  CU_ASSERT_EQUAL(waited, recorded ? CL_SUCCESS : CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  CU_ASSERT_EQUAL(status_of(event), recorded ? CL_COMPLETE : CL_OUT_OF_RESOURCES);
  SUCCEEDS(clReleaseEvent(event));
  SUCCEEDS(clFinish(b->card.queue));
  CU_ASSERT_PTR_NOT_NULL(strstr(b->card.told, "kernel systole: "));
  if (recorded) CU_ASSERT_EQUAL(record_word(b, SYSTOLE_REG_ERROR_CAUSE), cause);
}

static void expect_works(bench *b) {
  cl_mem code = set_program(&b->card, doubling);
  set_segment(b->card.kernel, 1, b->input, LANES * sizeof(float));
  set_segment(b->card.kernel, 15, b->record, RECORD);
  set_word(b->card.kernel, SYSTOLE_ARGUMENT_WATCHDOG, 0);
  start(&b->card, NULL);
  check_doubled(b);
  SUCCEEDS(clReleaseMemObject(code));
}

static void fault_is_in_the_record(void) {
  static const char *const outside[] = {"st segment=4 space=VM rows=1 elements=1", "end", NULL};
  bench b;
  bench_open(&b, outside);
  expect_cause(&b, true, SYSTOLE_CAUSE_SEGMENT);
  CU_ASSERT_PTR_NOT_NULL(strstr(b.card.told, "SEGMENT"));
  expect_works(&b);
  bench_close(&b);
}

static void fault_without_record_fails_the_event(void) {
  static const char *const outside[] = {"st segment=4 space=VM rows=1 elements=1", "end", NULL};
  bench b;
  bench_open(&b, outside);
  set_segment(b.card.kernel, 15, NULL, 0);
  expect_cause(&b, false, 0);
  set_segment(b.card.kernel, 15, b.record, RECORD - 1);
  expect_cause(&b, false, 0);
  expect_works(&b);
  bench_close(&b);
}

// The segment is longer than its buffer: memory answers with an error.
static void outside_a_buffer_is_an_axi_error(void) {
  static const char *const beyond[] = {"ld segment=1 offset=4096 space=PAR rows=1 words=1", "end", NULL};
  bench b;
  bench_open(&b, beyond);
  set_segment(b.card.kernel, 1, b.input, 1 << 20);
  expect_cause(&b, true, SYSTOLE_CAUSE_AXI_READ);
  set_segment(b.card.kernel, 1, NULL, 1 << 20);  // address 0
  expect_cause(&b, true, SYSTOLE_CAUSE_AXI_READ);
  expect_works(&b);
  bench_close(&b);
}

static void no_program_is_an_axi_error(void) {
  bench b;
  bench_open(&b, doubling);
  set_segment(b.card.kernel, 0, NULL, 256);
  expect_cause(&b, true, SYSTOLE_CAUSE_AXI_READ);
  expect_works(&b);
  bench_close(&b);
}

static void watchdog_bites(void) {
  static const char *const stuck[] = {"ld segment=1 space=PAR rows=1 words=1 wait=VX:1", "end", NULL};
  bench b;
  bench_open(&b, stuck);
  set_word(b.card.kernel, SYSTOLE_ARGUMENT_WATCHDOG, 100);
  expect_cause(&b, true, SYSTOLE_CAUSE_WATCHDOG);
  CU_ASSERT_EQUAL(record_word(&b, SYSTOLE_REG_ENGINE_STATE) & 3, 1);  // LD waits for a semaphore
  expect_works(&b);
  bench_close(&b);
}

static void endless_program_is_aborted(void) {
  bench b;
  bench_open(&b, endless);
  expect_cause(&b, true, SYSTOLE_CAUSE_ABORT);
  CU_ASSERT(record_word(&b, SYSTOLE_REG_CYCLES_LO) >= 50000);
  set_segment(b.card.kernel, 15, NULL, 0);
  expect_cause(&b, false, 0);
  expect_works(&b);
  bench_close(&b);
}

// The kernel's time is the hardware's: its cycles at the configuration's clock.
static void profile_is_simulated_time(void) {
  bench b;
  cl_event event;
  cl_ulong t[4] = {0};
  cl_uint mhz = 0;
  bench_open(&b, doubling);
  start(&b.card, &event);
  SUCCEEDS(clWaitForEvents(1, &event));
  for (cl_uint i = 0; i < 4; i++)
    SUCCEEDS(clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_QUEUED + i, sizeof t[i], &t[i], NULL));
  CU_ASSERT(t[0] <= t[1] && t[1] <= t[2] && t[2] < t[3]);
  SUCCEEDS(clGetDeviceInfo(b.card.device, CL_DEVICE_MAX_CLOCK_FREQUENCY, sizeof mhz, &mhz, NULL));
  CU_ASSERT_EQUAL(t[3] - t[2], (cl_ulong)record_word(&b, SYSTOLE_REG_CYCLES_LO) * 1000 / mhz);
  SUCCEEDS(clReleaseEvent(event));
  bench_close(&b);
}

// SRAMs keep their content while a context holds the card, and a new one finds zeros.
static void power_on_is_zero(void) {
  static const char *const show[] = {"st segment=2 space=VM rows=1 elements=8", "end", NULL};
  bench b;
  float values[LANES];
  bench_open(&b, doubling);
  start(&b.card, NULL);
  cl_mem code = set_program(&b.card, show);
  start(&b.card, NULL);
  check_doubled(&b);
  SUCCEEDS(clReleaseMemObject(code));
  bench_close(&b);
  bench_open(&b, show);
  start(&b.card, NULL);
  read_floats(&b.card, b.output, values, LANES);
  for (int i = 0; i < LANES; i++) CU_ASSERT_EQUAL(values[i], 0.0f);
  bench_close(&b);
}

// The host may let go of everything once the command is in the queue.
static void command_holds_its_buffers(void) {
  bench b;
  cl_int status;
  bench_open(&b, doubling);
  cl_event gate = clCreateUserEvent(b.card.context, &status);
  const size_t one = 1;
  SUCCEEDS(clEnqueueNDRangeKernel(b.card.queue, b.card.kernel, 1, NULL, &one, NULL, 1, &gate, NULL));
  SUCCEEDS(clReleaseMemObject(b.code));
  SUCCEEDS(clReleaseMemObject(b.input));
  SUCCEEDS(clReleaseKernel(b.card.kernel));
  SUCCEEDS(clSetUserEventStatus(gate, CL_COMPLETE));
  check_doubled(&b);
  SUCCEEDS(clReleaseEvent(gate));
  SUCCEEDS(clReleaseMemObject(b.output));
  SUCCEEDS(clReleaseMemObject(b.record));
  SUCCEEDS(clReleaseProgram(b.card.program));
  SUCCEEDS(clReleaseCommandQueue(b.card.queue));
  SUCCEEDS(clReleaseContext(b.card.context));
}

static void arguments_are_checked(void) {
  bench b;
  const size_t one = 1, two = 2, far = SIZE_MAX;
  uint64_t limit = 64;
  uint32_t word = 1;
  int junk = 0;
  cl_mem wild = (cl_mem)(uintptr_t)0x1230;
  bench_open(&b, doubling);
  cl_kernel k = b.card.kernel;
  CU_ASSERT_EQUAL(clSetKernelArg(k, 50, 4, &word), CL_INVALID_ARG_INDEX);
  CU_ASSERT_EQUAL(clSetKernelArg(k, UINT32_MAX, 4, &word), CL_INVALID_ARG_INDEX);
  CU_ASSERT_EQUAL(clSetKernelArg(k, 1, 4, &limit), CL_INVALID_ARG_SIZE);
  CU_ASSERT_EQUAL(clSetKernelArg(k, 32, 8, &limit), CL_INVALID_ARG_SIZE);
  CU_ASSERT_EQUAL(clSetKernelArg(k, 0, 4, &word), CL_INVALID_ARG_SIZE);
  CU_ASSERT_EQUAL(clSetKernelArg(k, 1, 8, NULL), CL_INVALID_ARG_VALUE);
  CU_ASSERT_EQUAL(clSetKernelArg(k, 48, 4, NULL), CL_INVALID_ARG_VALUE);
  CU_ASSERT_EQUAL(clSetKernelArg(k, 0, sizeof wild, &wild), CL_INVALID_MEM_OBJECT);
  CU_ASSERT_EQUAL(clEnqueueNDRangeKernel(b.card.queue, k, 0, NULL, &one, NULL, 0, NULL, NULL), CL_INVALID_WORK_DIMENSION);
  CU_ASSERT_EQUAL(clEnqueueNDRangeKernel(b.card.queue, k, 4, NULL, &one, NULL, 0, NULL, NULL), CL_INVALID_WORK_DIMENSION);
  CU_ASSERT_EQUAL(clEnqueueNDRangeKernel(b.card.queue, k, 1, NULL, NULL, NULL, 0, NULL, NULL), CL_INVALID_GLOBAL_WORK_SIZE);
  CU_ASSERT_EQUAL(clEnqueueNDRangeKernel(b.card.queue, k, 1, NULL, &two, NULL, 0, NULL, NULL), CL_INVALID_GLOBAL_WORK_SIZE);
  CU_ASSERT_EQUAL(clEnqueueNDRangeKernel(b.card.queue, k, 1, NULL, &one, &two, 0, NULL, NULL), CL_INVALID_WORK_GROUP_SIZE);
  CU_ASSERT_EQUAL(clEnqueueNDRangeKernel(b.card.queue, k, 1, &far, &one, NULL, 0, NULL, NULL), CL_INVALID_GLOBAL_OFFSET);
  CU_ASSERT_EQUAL(clEnqueueNDRangeKernel(b.card.queue, k, 1, NULL, &one, NULL, 1, NULL, NULL), CL_INVALID_EVENT_WAIT_LIST);
  CU_ASSERT_EQUAL(clEnqueueNDRangeKernel(b.card.queue, k, 1, NULL, &one, NULL, 0, (cl_event *)&junk, NULL),
                  CL_INVALID_EVENT_WAIT_LIST);
  // A buffer that is no longer there, and a kernel that was never told.
  cl_mem gone = new_buffer(&b.card, 64);
  set_segment(k, 3, gone, 64);
  SUCCEEDS(clReleaseMemObject(gone));
  CU_ASSERT_EQUAL(clEnqueueTask(b.card.queue, k, 0, NULL, NULL), CL_INVALID_KERNEL_ARGS);
  cl_kernel fresh = clCreateKernel(b.card.program, SYSTOLE_KERNEL_NAME, NULL);
  CU_ASSERT_EQUAL(clEnqueueTask(b.card.queue, fresh, 0, NULL, NULL), CL_INVALID_KERNEL_ARGS);
  SUCCEEDS(clReleaseKernel(fresh));
  bench_close(&b);
}

static void other_contexts_are_refused(void) {
  card a, b;
  const size_t one = 1;
  float value = 0;
  cl_int status;
  card_open(&a, 0);
  card_open(&b, 0);
  cl_mem theirs = new_buffer(&b, 64), mine = new_buffer(&a, 64);
  cl_event event = clCreateUserEvent(b.context, &status);
  CU_ASSERT_EQUAL(clSetKernelArg(a.kernel, 0, sizeof theirs, &theirs), CL_INVALID_MEM_OBJECT);
  CU_ASSERT_EQUAL(clEnqueueNDRangeKernel(a.queue, b.kernel, 1, NULL, &one, NULL, 0, NULL, NULL), CL_INVALID_CONTEXT);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(a.queue, theirs, CL_TRUE, 0, 4, &value, 0, NULL, NULL), CL_INVALID_CONTEXT);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(a.queue, mine, CL_TRUE, 0, 4, &value, 1, &event, NULL), CL_INVALID_CONTEXT);
  CU_ASSERT_EQUAL(clEnqueueCopyBuffer(a.queue, mine, theirs, 0, 0, 4, 0, NULL, NULL), CL_INVALID_CONTEXT);
  CU_ASSERT_EQUAL(clEnqueueMarkerWithWaitList(a.queue, 1, &event, NULL), CL_INVALID_CONTEXT);
  SUCCEEDS(clReleaseEvent(event));
  SUCCEEDS(clReleaseMemObject(theirs));
  SUCCEEDS(clReleaseMemObject(mine));
  card_close(&a);
  card_close(&b);
}

void suite_run(void) {
  static const systole_test tests[] = {{"doubles", doubles},
                                       {"task", task_is_one_item},
                                       {"fault in the record", fault_is_in_the_record},
                                       {"fault without record", fault_without_record_fails_the_event},
                                       {"outside a buffer", outside_a_buffer_is_an_axi_error},
                                       {"no program", no_program_is_an_axi_error},
                                       {"watchdog", watchdog_bites},
                                       {"endless program", endless_program_is_aborted},
                                       {"profile", profile_is_simulated_time},
                                       {"power-on", power_on_is_zero},
                                       {"command holds its buffers", command_holds_its_buffers},
                                       {"arguments", arguments_are_checked},
                                       {"other contexts", other_contexts_are_refused},
                                       {0}};
  systole_test_suite("icd_run", tests);
}
