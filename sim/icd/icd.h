// The OpenCL driver's inside: what its files share. A program sees none of it;
// it sees the dispatch table (dispatch.c) behind the ICD loader.
//
// The API has no handle that a driver could hang its state on, so there is one
// `icd` for the process: devices, the memory they share, the queues, and one lock.
// Every entry takes the lock; whoever waits does so on `changed`, which every
// change broadcasts. One thread, the worker (worker.c), takes commands from the
// queues and carries them out one at a time. It gives the lock away only while
// a machine runs (`running` is set then, and memory's map of regions rests, see
// space.c), while it moves bytes (of buffers that their command holds), and while it
// calls the host's functions.
#ifndef SYSTOLE_ICD_H
#define SYSTOLE_ICD_H

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_0_APIS  // the table has slots for them all
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl_icd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hw/isa/arguments.h"
#include "sim/machine.h"

enum { ICD_DEVICES = 32, ICD_SEGMENTS = 16, ICD_ALIGN = 128 };

// ---- objects -----------------------------------------------------------------

// What a host can retain and release. A slot is never given back to malloc: the
// loader reads the first word of whatever handle it is passed, and a void handle
// has to be refused, not followed.
typedef enum { ICD_CONTEXT, ICD_QUEUE, ICD_MEMORY, ICD_PROGRAM, ICD_KERNEL, ICD_EVENT, ICD_KINDS } icd_kind;

typedef struct {
  const cl_icd_dispatch *dispatch;  // first: the loader reads it
  cl_uint refs;                     // the host's; at 0 the handle is void, but see object.c
  cl_uint uses;                     // by other objects and by commands
  cl_uint told;                     // ways in which the host is told of the handle: see object.c
  bool ending;
  uint64_t serial;                  // which of the slot's lives this is
} icd_object;

void *icd_object_new(icd_kind kind);  // refs is 1; NULL: no memory
bool icd_is(icd_kind kind, const void *handle);
cl_int icd_wrong(icd_kind kind);  // CL_INVALID_CONTEXT and the like
void icd_use(void *object);
void icd_unuse(icd_kind kind, void *object);  // ends it if nothing holds it any more
void icd_void(icd_kind kind, void *object);   // a new object that the host shall not have
cl_int icd_retain(icd_kind kind, void *handle);   // these two take the lock
cl_int icd_release(icd_kind kind, void *handle);
bool icd_any(icd_kind kind, bool (*is)(const void *object, const void *of), const void *of);

typedef void(CL_CALLBACK *icd_context_notify)(const char *, const void *, size_t, void *);
typedef void(CL_CALLBACK *icd_mem_notify)(cl_mem, void *);
typedef void(CL_CALLBACK *icd_program_notify)(cl_program, void *);
typedef void(CL_CALLBACK *icd_event_notify)(cl_event, cl_int, void *);

struct _cl_platform_id {
  const cl_icd_dispatch *dispatch;
};

// One for each Verilated object that was found.
struct _cl_device_id {
  const cl_icd_dispatch *dispatch;
  systole_config config;
  systole_dram_params dram;
  const systole_machine_api *api;
  systole_machine *machine;  // from the first program to the last context
  unsigned contexts;
};

struct _cl_context {
  icd_object object;
  cl_uint device_count;
  cl_device_id devices[ICD_DEVICES];
  cl_uint waiting;  // calls that wait for its commands
  cl_context_properties *properties;
  size_t property_bytes;
  icd_context_notify notify;
  void *user;
};

typedef struct icd_place icd_place;  // space.c

typedef struct icd_mapping {
  struct icd_mapping *next;
  uint8_t *at;
  size_t offset, bytes;
  cl_map_flags flags;
} icd_mapping;

typedef struct icd_destructor {
  struct icd_destructor *next;
  icd_mem_notify notify;
  void *user;
} icd_destructor;

struct _cl_mem {
  icd_object object;
  cl_context context;
  cl_mem_flags flags;
  size_t bytes;
  void *host;        // CL_MEM_USE_HOST_PTR, or NULL
  cl_mem parent;     // of a sub-buffer, or NULL
  size_t origin;
  uint64_t address;  // as the machine sees it
  uint8_t *data;     // the same bytes in this process
  icd_place *place;  // of a buffer, not of a part
  icd_mapping *mappings;
  icd_destructor *destructors;
};

struct _cl_program {
  icd_object object;
  cl_context context;
  cl_uint device_count;
  cl_device_id devices[ICD_DEVICES];
  cl_build_status built[ICD_DEVICES];
  char *source;  // of a program that came as source, which nothing here compiles
  char *options[ICD_DEVICES];  // NULL: not built
  cl_uint kernels;
};

typedef struct {
  bool given;
  cl_mem memory;    // NULL for an absent segment
  uint64_t serial;  // of that buffer
  uint64_t value;   // of a scalar
} icd_argument;

struct _cl_kernel {
  icd_object object;
  cl_program program;
  icd_argument arguments[SYSTOLE_ARGUMENTS];
};

typedef struct icd_callback {
  struct icd_callback *next;
  cl_int at;  // CL_SUBMITTED, CL_RUNNING, CL_COMPLETE
  icd_event_notify notify;
  void *user;
} icd_callback;

enum { ICD_QUEUED, ICD_SUBMITTED, ICD_STARTED, ICD_ENDED, ICD_TIMES };

struct _cl_event {
  icd_object object;
  cl_context context;
  cl_command_queue queue;  // NULL: a user event
  cl_command_type type;
  cl_int status;
  cl_ulong times[ICD_TIMES];  // nanoseconds
  icd_callback *callbacks;
};

typedef struct icd_command icd_command;

struct _cl_command_queue {
  icd_object object;
  cl_context context;
  cl_device_id device;
  cl_command_queue_properties properties;
  icd_command *first, **end;
  uint64_t pushed;
  cl_command_queue next;  // in icd.queues
};

// ---- commands ------------------------------------------------------------------

typedef struct {
  uint8_t *to;
  const uint8_t *from;
  size_t region[3];  // bytes, rows, slices
  size_t to_row, to_slice, from_row, from_slice;
} icd_copy;

typedef struct {
  uint8_t *to;
  size_t bytes, pattern_bytes;
  uint8_t pattern[128];
} icd_fill;

struct icd_command {
  icd_command *next;
  cl_event event;
  cl_event *waits;
  cl_uint wait_count;
  uint64_t number;  // in its queue, from 1
  bool after_all;   // of its queue that came before
  bool gate;        // nothing behind it starts before it ends
  cl_int (*run)(icd_command *);  // NULL: there is nothing to do
  cl_mem used[ICD_SEGMENTS];
  unsigned used_count;
  union {
    icd_copy copy;
    icd_fill fill;
    systole_job job;
  } as;
};

// command.c. new checks the queue and the wait list; the command is then pushed
// or dropped. push waits for the end if told so, and hands out the event.
cl_int icd_command_new(cl_command_queue queue, cl_command_type type, cl_uint wait_count,
                       const cl_event *waits, icd_command **command);
void icd_command_uses(icd_command *command, cl_mem memory);
cl_int icd_command_push(icd_command *command, bool blocking, cl_event *event);
void icd_command_drop(icd_command *command);
cl_int icd_check_buffer(cl_command_queue queue, cl_mem buffer);

// worker.c. The worker cannot wait for what only it would do: a callback that it
// calls is refused what blocks.
cl_int icd_worker_start(void);
bool icd_may_wait(void);

// launch.c: stops a run that nobody can see any more
void icd_launch_look(void);

// event.c
cl_event icd_event_new(cl_context context, cl_command_queue queue, cl_command_type type);
void icd_event_set(cl_event event, cl_int status);  // gives the lock away for callbacks
void icd_event_wait(cl_event event);

// ---- the process ------------------------------------------------------------------

typedef struct {
  systole_dram_params dram;  // preset "": each configuration's own
  uint64_t max_cycles;
  unsigned banks;
  uint64_t bank_bytes;
} icd_settings;

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool ready;  // devices were looked for
  struct _cl_platform_id platform;
  struct _cl_device_id devices[ICD_DEVICES];
  cl_uint device_count;
  icd_settings settings;
  systole_memory *memory;  // all devices'
  cl_command_queue queues;
  cl_context running;  // whose kernel a machine carries out, NULL: none does
  bool stop;           // that one's: the machine looks at it without the lock
  bool working;
  pid_t process;  // the worker's
  bool quit;      // it ends
} icd_state;

extern icd_state icd;
extern const cl_icd_dispatch icd_dispatch;

void icd_lock(void);  // the first call of a process looks for devices
cl_int icd_unlock(cl_int status);

// For functions that return an object: gives the lock back, stores the status.
void *icd_made(void *object, cl_int status, cl_int *errcode_ret);

// settings.c, machines.c
systole_status icd_settings_read(icd_settings *settings, systole_error *err);
void icd_machines_find(void);

// device.c
bool icd_is_device(cl_device_id device);
cl_int icd_check_devices(cl_uint count, const cl_device_id *devices);
cl_int icd_device_power(cl_device_id device, systole_error *err);  // makes its machine
void icd_device_off(cl_device_id device);

// context.c
bool icd_context_has(cl_context context, cl_device_id device);
void icd_context_tell(cl_context context, const char *text);  // gives the lock away
bool icd_context_is_abandoned(cl_context context);

// memory.c: whether they are flags of a memory object's that go together
bool icd_memory_flags_exist(cl_mem_flags flags);

// space.c: addresses, and the bytes behind them. settle brings what the machines
// see up to date, while none runs.
cl_int icd_space_take(cl_mem memory);
void icd_space_give(cl_mem memory);
cl_int icd_space_settle(void);

// binary.c: the file that stands for a configuration's bit stream
enum { ICD_BINARY_BYTES = 512 };
size_t icd_binary_write(const systole_config *config, char text[ICD_BINARY_BYTES]);
systole_status icd_binary_check(const systole_config *config, const unsigned char *bytes, size_t size,
                                systole_error *err);

// What ends with an object; called when nothing holds it any more.
void icd_context_end(cl_context context);
void icd_queue_end(cl_command_queue queue);
void icd_memory_end(cl_mem memory);
void icd_program_end(cl_program program);
void icd_kernel_end(cl_kernel kernel);
void icd_event_end(cl_event event);

// ---- answers --------------------------------------------------------------------

// clGet*Info: where the host has room for the value, and what it asked for.
typedef struct {
  size_t room;
  void *to;
  size_t *size;
} icd_asked;

cl_int icd_answer(icd_asked asked, const void *value, size_t bytes);
cl_int icd_answer_text(icd_asked asked, const char *text);
#define ICD_ANSWER(asked, type, value) icd_answer(asked, &(type){value}, sizeof(type))

#define ENTRY(name) extern __typeof__(*(cl_api_##name)0) systole_##name;
#include "sim/icd/entries.def"

#endif
