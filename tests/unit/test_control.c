// The driver under the firmware's control: clients that come and go, commands
// that nobody waits for, firmware that does not answer. On the model.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/source.h"
#include "driver/device.h"
#include "driver/wipe.h"
#include "tests/unit/harness.h"

static const char source[] = ".segment 4 name=io kind=io bytes=512\n.formula 0 position=1\n"
                             "loop count=4000000000 counter=15\n loop count=4000000000 counter=14\n endloop\nendloop\nend\n"
                             ".entry good\nend\n";

static systole_config config;
static systole_program *program;
static systole_error err;

static systole_device *open_first(uint32_t run_limit) {
  const systole_options options = {.control = SYSTOLE_CONTROL_FIRMWARE, .run_limit = run_limit};
  systole_device *device = NULL;
  CU_ASSERT_EQUAL_FATAL(systole_config_load("edge16", &config, &err), SYSTOLE_OK);
  if (!program) CU_ASSERT_EQUAL_FATAL(systole_source_assemble(source, strlen(source), "test", ".", "edge16", &program, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_open("model", &config, &options, &device, &err), SYSTOLE_OK);
  return device;
}

static systole_device *open_second(systole_device *first) {
  systole_device *device = NULL;
  CU_ASSERT_EQUAL_FATAL(systole_open_beside(first, NULL, &device, &err), SYSTOLE_OK);
  return device;
}

static systole_loaded *load(systole_device *device) {
  systole_loaded *loaded = NULL;
  CU_ASSERT_EQUAL_FATAL(systole_load(device, program, &loaded, &err), SYSTOLE_OK);
  return loaded;
}

static bool is_well(systole_device *device) {
  return !systole_submit_selftest(device, &err) && !systole_wait(device, 10000000, NULL, &err);
}

// ---- clients -----------------------------------------------------------------

static void test_come_and_go(void) {
  systole_device *first = open_first(0), *second = NULL, *third;
  for (int i = 0; i < 50; i++) {
    systole_close(second);
    second = open_second(first);
  }
  CU_ASSERT_EQUAL(systole_open_beside(first, NULL, &third, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_TRUE(is_well(second));
  CU_ASSERT_TRUE(is_well(first));
  systole_close(first);  // the machine stays for the other
  CU_ASSERT_TRUE(is_well(second));
  first = open_second(second);
  CU_ASSERT_TRUE(is_well(first));
  CU_ASSERT_TRUE(is_well(second));
  systole_close(second);
  systole_close(first);
}

// A client goes while its program is under way, and others wait for their turn.
static void test_abandoned(void) {
  systole_device *first = open_first(0), *second = open_second(first);
  systole_loaded *loaded = load(second);
  for (int i = 0; i < SYSTOLE_PENDING; i++) CU_ASSERT_EQUAL(systole_submit(loaded, "main", NULL, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_submit(loaded, "main", NULL, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_TRUE(is_well(first));
  CU_ASSERT_EQUAL(systole_submit_selftest(first, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_wait(first, 100, NULL, &err), SYSTOLE_E_TIMEOUT);  // it is the other's turn
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "the machine runs"));
  systole_unload(loaded);
  systole_close(second);
  second = open_second(first);
  CU_ASSERT_TRUE(is_well(second));
  CU_ASSERT_TRUE(is_well(first));  // whose late answer is passed over
  systole_close(second);
  systole_close(first);
}

// The same, and no room for its next token.
static void test_abandoned_text(void) {
  systole_device *first = open_first(0), *second = open_second(first);
  systole_loaded *loaded = load(second);
  const systole_text text = {.prefill = "good", .decode = "good", .most = 1000, .io = 4, .vocab = 1};
  CU_ASSERT_EQUAL(systole_submit_generate(loaded, &text, &err), SYSTOLE_OK);
  for (int i = 0; i < 300; i++) CU_ASSERT_TRUE(is_well(first));
  CU_ASSERT_EQUAL(systole_submit_selftest(first, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_wait(first, 1000000, NULL, &err), SYSTOLE_OK);
  systole_unload(loaded);
  systole_close(second);
  second = open_second(first);
  CU_ASSERT_TRUE(is_well(second));
  CU_ASSERT_TRUE(is_well(first));
  systole_close(second);
  systole_close(first);
}

static void test_calls(void) {
  systole_device *device = open_first(0);
  systole_loaded *loaded = load(device);
  CU_ASSERT_EQUAL(systole_wait(device, 0, NULL, &err), SYSTOLE_E_USAGE);
  for (int i = 0; i < 500; i++) CU_ASSERT_EQUAL(systole_cancel(device, &err), SYSTOLE_OK);  // of nothing
  CU_ASSERT_EQUAL(systole_submit(loaded, "good", NULL, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_wait(device, 0, NULL, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_wait(device, 0, NULL, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_submit(loaded, "good", NULL, &err), SYSTOLE_OK);  // and closed
  systole_unload(loaded);
  systole_close(device);
}

static void test_run_limit(void) {
  systole_device *device = open_first(5000);
  systole_loaded *loaded = load(device);
  systole_chip_report before, after;
  CU_ASSERT_TRUE(is_well(device));
  systole_chip_state(device, &before);
  CU_ASSERT_EQUAL(systole_submit(loaded, "main", NULL, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_wait(device, 0, NULL, &err), SYSTOLE_E_TIMEOUT);
  systole_chip_state(device, &after);
  CU_ASSERT_TRUE(after.cycle - before.cycle < 25000);
  CU_ASSERT_TRUE(is_well(device));
  systole_unload(loaded);
  systole_close(device);
}

// The firmware's variables and its stack need room, not only its image.
static void test_little_memory(void) {
  systole_device *device = NULL;
  CU_ASSERT_EQUAL_FATAL(systole_config_load("edge16", &config, &err), SYSTOLE_OK);
  config.tcm_bytes = 16384;
  CU_ASSERT_EQUAL(systole_open("model", &config, NULL, &device, &err), SYSTOLE_E_UNSUPPORTED);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "tcm_bytes = 16384: expected at least 32768"));
}

// ---- between two clients -----------------------------------------------------

static const char fill[] = ".segment 1 name=ones kind=const bytes=65536 fill=1\n"
                           "ld segment=1 space=WGT rows=1 words=4 dst_word=1\n"
                           "ld segment=1 space=ACT rows=1 words=4 dst_word=1 raise=MX:1\n"
                           "ld segment=1 space=PAR rows=1 words=4 dst_word=1 raise=VX:1\n"
                           "mx a_space=ACT m=2 k=1 n=1 a_row=1 c_row=1 wait=LD:1\n"
                           "vx a_space=PAR m=4 n=4 a_row=1 add=IMM add_imm=7 d_space=VM d_row=1 wait=LD:1\n"
                           "vx a_space=VM m=4 n=4 a_row=1 d_space=QNT d_row=1\n"
                           "vx a_space=VM m=4 n=4 a_row=1 d_space=RS d_row=1\nend\n";

static uint32_t words_used(systole_device *device) {
  uint8_t bytes[4 * 128];
  uint32_t used = 0;
  for (unsigned space = 0; space < 7; space++)
    for (uint32_t w = 0; w < systole_config_words(&config, space); w++) {
      bool any = false;
      memset(bytes, 0, sizeof bytes);
      CU_ASSERT_EQUAL(systole_peek(device, space, w, bytes, &err), SYSTOLE_OK);
      for (unsigned i = 0; i < sizeof bytes; i++) any |= bytes[i] != 0;
      used += any;
    }
  return used;
}

static void run_alone(systole_device *device, systole_program *p) {
  systole_loaded *loaded = NULL;
  CU_ASSERT_EQUAL_FATAL(systole_load(device, p, &loaded, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_submit(loaded, p->entries[0].name, NULL, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_wait(device, 0, NULL, &err), SYSTOLE_OK);
  systole_unload(loaded);
}

static systole_program *wipe_program(void) {
  systole_program *p = NULL;
  void *memory;
  uint32_t bytes, lines, entry;
  CU_ASSERT_EQUAL_FATAL(systole_wipe_make(&config, &memory, &bytes, &lines, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_program_create(&config, &p, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_segment(p, 1, "wipe", SYSTOLE_SEGMENT_CONST, bytes, memory, bytes, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_entry(p, "wipe", &entry, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_lines(p, entry, memory, lines, &err), SYSTOLE_OK);
  return p;
}

// The program that clears the SRAMs, on all sizes, without races.
static void test_wipe(void) {
  static const char *const names[] = {"tiny8", "edge16", "base32", "big128", "tests/configs/fuzz4.ini", "tests/configs/fuzz64.ini"};
  const systole_options options = {.check_races = true};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    systole_device *device = NULL;
    systole_program *full = NULL;
    CU_ASSERT_EQUAL_FATAL(systole_config_load(names[i], &config, &err), SYSTOLE_OK);
    CU_ASSERT_EQUAL_FATAL(systole_source_assemble(fill, strlen(fill), "fill", ".", names[i], &full, &err), SYSTOLE_OK);
    CU_ASSERT_EQUAL_FATAL(systole_open("model", &config, &options, &device, &err), SYSTOLE_OK);
    systole_program *wipe = wipe_program();
    run_alone(device, full);
    CU_ASSERT_EQUAL(words_used(device), 4 + 4 + 4 + 2 + 4 + 4 + 4);
    run_alone(device, wipe);
    CU_ASSERT_EQUAL(words_used(device), 0);
    systole_close(device);
    systole_program_destroy(wipe);
    systole_program_destroy(full);
  }
}

// ---- firmware that does not answer -------------------------------------------

static void expect_silence(uint32_t first, uint32_t second, const char *what) {
  const uint32_t image[] = {first, second, 0xFF9FF06F};  // two instructions, and back
  systole_device *device = open_first(0);
  systole_loaded *loaded = load(device);
  CU_ASSERT_EQUAL(device->transport->controller->boot(device->state, image, 3, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_submit(loaded, "good", NULL, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_wait(device, 1000, NULL, &err), SYSTOLE_E_TIMEOUT);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "the firmware does not answer"));
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, what));
  systole_unload(loaded);
  systole_close(device);
}

static void test_silence(void) {
  expect_silence(0x10500073, 0x00000013, "sleeps");   // wfi
  expect_silence(0x00000013, 0x00000013, "is busy");
  expect_silence(0x300025F3, 0x00000000, "the core");  // an illegal instruction, mtvec 0
}

void suite_control(void) {
  static const systole_test tests[] = {{"clients come and go, in any order", test_come_and_go},
                                       {"commands that nobody waits for", test_abandoned},
                                       {"a text that nobody reads", test_abandoned_text},
                                       {"calls that come too often or too early", test_calls},
                                       {"a limit for the runs of all clients", test_run_limit},
                                       {"a controller with too little memory", test_little_memory},
                                       {"what clears the SRAMs, on all sizes", test_wipe},
                                       {"firmware that does not answer", test_silence},
                                       {0}};
  systole_test_suite("control", tests);
  systole_program_destroy(program);
  program = NULL;
}
