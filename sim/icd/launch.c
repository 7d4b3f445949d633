// Starting the kernel: the arguments become control registers, the machine is
// started through them and ends by its interrupt (sim/rtl/api.cc, rtl_run).
#include <stdio.h>
#include <string.h>

#include "hw/isa/isa.h"
#include "hw/isa/table.h"
#include "sim/icd/copy.h"

// ---- the end of a run ----------------------------------------------------------------

static const char *text_of(uint32_t cause) {
  for (const systole_isa_name *c = systole_isa_causes; c->name; c++)
    if (c->code == cause) return c->text;
  return "an unknown cause";
}

static void tell_fault(cl_context context, const systole_report *r) {
  char text[512];
  snprintf(text, sizeof text, "kernel " SYSTOLE_KERNEL_NAME ": %s: %s: engine %s, line %lu, detail 0x%08lX",
           systole_isa_name_of(systole_isa_causes, r->cause), text_of(r->cause),
           systole_isa_name_of(systole_isa_engines, r->engine), (unsigned long)r->index, (unsigned long)r->detail);
  icd_context_tell(context, text);
}

// A host learns of a fault from the status record. Where it gave the machine no
// place for one, the event fails: nothing else could tell.
static bool has_record(const systole_job *job) {
  return job->segments[SYSTOLE_STATUS_SEGMENT].limit >= SYSTOLE_STATUS_BYTES &&
         systole_memory_at(icd.memory, job->segments[SYSTOLE_STATUS_SEGMENT].base, SYSTOLE_STATUS_BYTES);
}

// The run lasted as long as its cycles take on the hardware.
static void set_end(cl_event event, const systole_config *config, uint64_t cycles) {
  event->times[ICD_ENDED] = event->times[ICD_STARTED] + cycles * 1000 / config->clock_mhz;
}

// A program without an end must not keep the devices from the next context.
void icd_launch_look(void) {
  if (icd.running && icd_context_is_abandoned(icd.running)) __atomic_store_n(&icd.stop, true, __ATOMIC_RELAXED);
}

static systole_status run_machine(cl_context context, cl_device_id device, const systole_job *job,
                                  systole_report *report, systole_error *err) {
  icd.stop = icd.quit;
  icd.running = context;
  icd_launch_look();
  icd_unlock(CL_SUCCESS);
  systole_status status = device->api->run(device->machine, job, report, NULL, NULL, err);
  icd_lock();
  icd.running = NULL;
  pthread_cond_broadcast(&icd.changed);
  return status;
}

static cl_int launch(icd_command *command) {
  cl_event event = command->event;
  cl_device_id device = event->queue->device;
  const systole_job *job = &command->as.job;
  systole_report report = {0};
  systole_error err = {""};
  if (icd.quit) return CL_OUT_OF_RESOURCES;  // its object may be gone
  cl_int status = icd_space_settle();
  if (!status) status = icd_device_power(device, &err);
  if (!status && run_machine(event->context, device, job, &report, &err)) {
    icd_device_off(device);  // it does not answer any more; the next run gets a new one
    status = CL_OUT_OF_RESOURCES;
  }
  icd_space_settle();  // what was released meanwhile
  if (status) {
    icd_context_tell(event->context, err.text);
    return status;
  }
  set_end(event, &device->config, report.cycles);
  if (report.cause == SYSTOLE_CAUSE_NONE) return CL_COMPLETE;
  bool recorded = has_record(job);
  tell_fault(event->context, &report);
  return recorded ? CL_COMPLETE : CL_OUT_OF_RESOURCES;
}

// ---- the start of one ------------------------------------------------------------------

static bool lost(const icd_argument *a) {
  return a->memory && (!icd_is(ICD_MEMORY, a->memory) || a->memory->object.serial != a->serial);
}

static cl_int check_kernel(cl_command_queue queue, cl_kernel kernel) {
  if (!icd_is(ICD_KERNEL, kernel)) return CL_INVALID_KERNEL;
  const struct _cl_program *program = kernel->program;
  if (program->context != queue->context) return CL_INVALID_CONTEXT;
  cl_build_status built = CL_BUILD_NONE;
  for (cl_uint i = 0; i < program->device_count; i++)
    if (program->devices[i] == queue->device) built = program->built[i];
  if (built != CL_BUILD_SUCCESS) return CL_INVALID_PROGRAM_EXECUTABLE;
  for (unsigned i = 0; i < SYSTOLE_ARGUMENTS; i++)
    if (!kernel->arguments[i].given || lost(&kernel->arguments[i])) return CL_INVALID_KERNEL_ARGS;
  return CL_SUCCESS;
}

static void fill_job(icd_command *command, cl_kernel kernel) {
  systole_job *job = &command->as.job;
  const icd_argument *a = kernel->arguments;
  for (unsigned s = 0; s < ICD_SEGMENTS; s++) {
    cl_mem memory = a[SYSTOLE_ARGUMENT_SEGMENTS + 2 * s].memory;
    if (memory) icd_command_uses(command, memory);
    job->segments[s].base = memory ? memory->address : 0;
    job->segments[s].limit = a[SYSTOLE_ARGUMENT_SEGMENTS + 2 * s + 1].value;
    job->scalars[s] = (int32_t)a[SYSTOLE_ARGUMENT_SCALARS + s].value;
  }
  job->lines = (uint32_t)a[SYSTOLE_ARGUMENT_LINES].value;
  job->watchdog = (uint32_t)a[SYSTOLE_ARGUMENT_WATCHDOG].value;
  job->max_cycles = icd.settings.max_cycles;
  job->stop = &icd.stop;
}

static cl_int enqueue(cl_command_queue queue, cl_command_type type, cl_kernel kernel, cl_uint count,
                      const cl_event *waits, cl_event *event) {
  icd_command *c;
  cl_int status = icd_command_new(queue, type, count, waits, &c);
  if (status) return status;
  status = check_kernel(queue, kernel);
  if (!status) {
    fill_job(c, kernel);
    c->run = launch;
  }
  return icd_command_end(c, status, false, event);
}

// One work-item: the machine is started once. What its number is does not matter,
// as the kernel does not ask.
static cl_int check_range(cl_uint dimensions, const size_t *offset, const size_t *global, const size_t *local) {
  if (dimensions < 1 || dimensions > 3) return CL_INVALID_WORK_DIMENSION;
  if (!global) return CL_INVALID_GLOBAL_WORK_SIZE;
  for (cl_uint i = 0; i < dimensions; i++)
    if (global[i] != 1) return CL_INVALID_GLOBAL_WORK_SIZE;
  for (cl_uint i = 0; offset && i < dimensions; i++)
    if (offset[i] > SIZE_MAX - 1) return CL_INVALID_GLOBAL_OFFSET;
  for (cl_uint i = 0; local && i < dimensions; i++)
    if (local[i] != 1) return CL_INVALID_WORK_GROUP_SIZE;
  return CL_SUCCESS;
}

cl_int systole_clEnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                      const size_t *offset, const size_t *global, const size_t *local, cl_uint count,
                                      const cl_event *waits, cl_event *event) {
  icd_lock();
  if (!icd_is(ICD_QUEUE, queue)) return icd_unlock(CL_INVALID_COMMAND_QUEUE);
  if (!icd_is(ICD_KERNEL, kernel)) return icd_unlock(CL_INVALID_KERNEL);
  cl_int status = check_range(dimensions, offset, global, local);
  if (!status) status = enqueue(queue, CL_COMMAND_NDRANGE_KERNEL, kernel, count, waits, event);
  return icd_unlock(status);
}

cl_int systole_clEnqueueTask(cl_command_queue queue, cl_kernel kernel, cl_uint count, const cl_event *waits,
                             cl_event *event) {
  icd_lock();
  return icd_unlock(enqueue(queue, CL_COMMAND_TASK, kernel, count, waits, event));
}
