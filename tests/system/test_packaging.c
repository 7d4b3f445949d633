// Holds the vendor's packaging together: kernel.xml, the ports of the RTL (from
// Yosys's JSON), the register table, the list of arguments, the linker's
// configuration, and what the packaging script told the vendor's tool.
//   test_packaging CONFIG FOLDER     with kernel.xml, ports.json, connectivity.cfg, commands
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/configs/config.h"
#include "hw/isa/arguments.h"
#include "hw/isa/isa.h"

enum { FILE_BYTES = 1 << 20 };
static unsigned passed, failed;

__attribute__((format(printf, 2, 3))) static void check(bool good, const char *fmt, ...) {
  va_list args;
  if (good) {
    passed++;
    return;
  }
  failed++;
  printf("  FAILED: ");
  va_start(args, fmt);
  vprintf(fmt, args);
  va_end(args);
  printf("\n");
}

static char *read_file(const char *folder, const char *name) {
  char path[4096], *text = calloc(1, FILE_BYTES);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  if (!file || !text) {
    fprintf(stderr, "test_packaging: %s: cannot be read\n", path);
    exit(2);
  }
  text[fread(text, 1, FILE_BYTES - 1, file)] = 0;
  fclose(file);
  return text;
}

// ---- kernel.xml: tags and their attributes, which is all it has ----------------------------

// The next tag of that name at or behind `at`, NULL if there is none.
static const char *next_tag(const char *at, const char *name) {
  char open[64];
  snprintf(open, sizeof open, "<%s ", name);
  return at ? strstr(at, open) : NULL;
}

static const char *attribute(const char *tag, const char *name) {
  static char values[4][256];
  static unsigned turn;
  char key[64], *value = values[turn++ % 4];
  snprintf(key, sizeof key, " %s=\"", name);
  const char *end = strchr(tag, '>'), *at = strstr(tag, key);
  value[0] = 0;
  if (at && end && at < end) sscanf(at + strlen(key), "%255[^\"]", value);
  return value;
}

static unsigned long number(const char *tag, const char *name) { return strtoul(attribute(tag, name), NULL, 0); }

static void expect(const char *tag, const char *name, const char *value) {
  check(!strcmp(attribute(tag, name), value), "kernel.xml: %s is \"%s\": expected \"%s\"", name, attribute(tag, name), value);
}

// ---- registers -----------------------------------------------------------------------------

static const struct {
  const char *name;
  unsigned offset, count, stride;
} registers[] = {
#define REGISTER(name, offset, access, count, stride, text) {#name, offset, count, stride},
#include "hw/isa/registers.def"
};

static unsigned register_at(const char *name, unsigned index) {
  for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++)
    if (!strcmp(registers[i].name, name) && index < registers[i].count) return registers[i].offset + index * registers[i].stride;
  return 0;
}

// What argument `id` has to be, from the list's numbers and the registers' names.
typedef struct {
  char name[24];
  unsigned offset, bytes;
  bool buffer;
} expected_argument;

static expected_argument expected(unsigned id) {
  expected_argument e = {.bytes = 4};
  if (id < SYSTOLE_ARGUMENT_SCALARS) {
    unsigned segment = (id - SYSTOLE_ARGUMENT_SEGMENTS) / 2;
    e.bytes = 8;
    e.buffer = id % 2 == 0;
    e.offset = register_at(e.buffer ? "SEG_BASE_LO" : "SEG_LIMIT_LO", segment);
    snprintf(e.name, sizeof e.name, "%s%u", e.buffer ? "segment" : "limit", segment);
    check(register_at(e.buffer ? "SEG_BASE_HI" : "SEG_LIMIT_HI", segment) == e.offset + 4, "%s: its high half is not behind its low half", e.name);
  } else if (id == SYSTOLE_ARGUMENT_LINES || id == SYSTOLE_ARGUMENT_WATCHDOG) {
    bool lines = id == SYSTOLE_ARGUMENT_LINES;
    e.offset = register_at(lines ? "PROGRAM_LINES" : "WATCHDOG", 0);
    snprintf(e.name, sizeof e.name, "%s", lines ? "lines" : "watchdog");
  } else {
    e.offset = register_at("SCALAR", id - SYSTOLE_ARGUMENT_SCALARS);
    snprintf(e.name, sizeof e.name, "scalar%u", id - SYSTOLE_ARGUMENT_SCALARS);
  }
  return e;
}

static void check_argument(const char *tag, unsigned id) {
  expected_argument e = expected(id);
  expect(tag, "name", e.name);
  check(number(tag, "id") == id, "%s: id %lu: expected %u", e.name, number(tag, "id"), id);
  check(number(tag, "offset") == e.offset, "%s: offset 0x%lX: expected 0x%X", e.name, number(tag, "offset"), e.offset);
  check(number(tag, "size") == e.bytes, "%s: size %lu: expected %u", e.name, number(tag, "size"), e.bytes);
  check(number(tag, "hostSize") == e.bytes && number(tag, "hostOffset") == 0, "%s: expected its host size to be its size", e.name);
  expect(tag, "addressQualifier", e.buffer ? "1" : "0");
  expect(tag, "port", e.buffer ? "m_axi_gmem" : "s_axi_control");
  size_t length = strlen(attribute(tag, "type"));
  check(length && (attribute(tag, "type")[length - 1] == '*') == e.buffer, "%s: type %s", e.name, attribute(tag, "type"));
}

static void check_arguments(const char *xml, const char *connectivity) {
  unsigned id = 0;
  char line[128];
  for (const char *tag = next_tag(xml, "arg"); tag; tag = next_tag(tag + 1, "arg"), id++) {
    if (id >= SYSTOLE_ARGUMENTS) continue;
    check_argument(tag, id);
    if (!expected(id).buffer) continue;
    snprintf(line, sizeof line, "\nsp=systole_1.%s:", expected(id).name);
    check(strstr(connectivity, line) != NULL, "connectivity.cfg: no bank for %s", expected(id).name);
  }
  check(id == SYSTOLE_ARGUMENTS, "kernel.xml: %u arguments: expected %u", id, (unsigned)SYSTOLE_ARGUMENTS);
  check(strstr(connectivity, "\n[connectivity]\nnk=systole:1:systole_1\n") != NULL, "connectivity.cfg: no [connectivity] with nk=systole:1:systole_1");
}

// ---- ports ---------------------------------------------------------------------------------

// Width of a port, 0 if there is none with that direction.
static int width(const cJSON *ports, const char *direction, const char *fmt, ...) {
  char name[128];
  va_list args;
  va_start(args, fmt);
  vsnprintf(name, sizeof name, fmt, args);
  va_end(args);
  const cJSON *port = cJSON_GetObjectItemCaseSensitive(ports, name);
  const cJSON *way = cJSON_GetObjectItemCaseSensitive(port, "direction");
  if (!cJSON_IsString(way) || strcmp(way->valuestring, direction)) return 0;
  return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(port, "bits"));
}

typedef struct {
  const char *name;
  bool from_master;
  int bits;  // 0: those of the data, -1: of the strobes, -2: of the address
} signal;

// What AXI4-Lite has; AXI4 has `bursts` as well.
static const signal lite[] = {{"awvalid", true, 1}, {"awready", false, 1}, {"awaddr", true, -2}, {"wvalid", true, 1},
                              {"wready", false, 1}, {"wdata", true, 0},    {"wstrb", true, -1},  {"bvalid", false, 1},
                              {"bready", true, 1},  {"bresp", false, 2},   {"arvalid", true, 1}, {"arready", false, 1},
                              {"araddr", true, -2}, {"rvalid", false, 1},  {"rready", true, 1},  {"rdata", false, 0},
                              {"rresp", false, 2}};
static const signal bursts[] = {{"awlen", true, 8},   {"awsize", true, 3},  {"awburst", true, 2}, {"awlock", true, 1},
                                {"awcache", true, 4}, {"awprot", true, 3},  {"awqos", true, 4},   {"wlast", true, 1},
                                {"arlen", true, 8},   {"arsize", true, 3},  {"arburst", true, 2}, {"arlock", true, 1},
                                {"arcache", true, 4}, {"arprot", true, 3},  {"arqos", true, 4},   {"rlast", false, 1}};
enum { LITE = sizeof lite / sizeof *lite, BURSTS = sizeof bursts / sizeof *bursts };

static void check_signals(const cJSON *ports, const char *bus, bool master, int data, int address, const signal *list, int count) {
  for (int i = 0; i < count; i++) {
    int bits = list[i].bits == 0 ? data : list[i].bits == -1 ? data / 8 : list[i].bits == -2 ? address : list[i].bits;
    const char *direction = list[i].from_master == master ? "output" : "input";
    int found = width(ports, direction, "%s_%s", bus, list[i].name);
    check(found == bits, "RTL: %s_%s: %s of %d bits: expected %d", bus, list[i].name, direction, found, bits);
  }
}

static void check_bus(const cJSON *ports, const char *tag, const systole_config *config) {
  char name[64];
  snprintf(name, sizeof name, "%.63s", attribute(tag, "name"));
  bool master = !strcmp(attribute(tag, "mode"), "master");
  int data = (int)number(tag, "dataWidth");
  int address = master ? 64 : 12;
  expect(tag, "portType", "addressable");
  expect(tag, "base", "0x0");
  expect(tag, "range", master ? "0xFFFFFFFFFFFFFFFF" : "0x1000");  // what the address reaches
  check(data == (master ? 8 * (int)config->bus_bytes : 32), "kernel.xml: %s: dataWidth %d", name, data);
  check_signals(ports, name, master, data, address, lite, LITE);
  if (master) check_signals(ports, name, master, data, address, bursts, BURSTS);
}

static void check_ports(const char *xml, const char *json, const systole_config *config) {
  cJSON *all = cJSON_Parse(json);
  const cJSON *module = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(all, "modules"), SYSTOLE_KERNEL_NAME);
  const cJSON *ports = cJSON_GetObjectItemCaseSensitive(module, "ports");
  unsigned buses = 0;
  for (const char *tag = next_tag(xml, "port"); tag; tag = next_tag(tag + 1, "port"), buses++) check_bus(ports, tag, config);
  check(buses == 2, "kernel.xml: %u ports: expected 2", buses);
  check(width(ports, "input", "ap_clk") == 1, "RTL: no ap_clk");
  check(width(ports, "input", "ap_rst_n") == 1, "RTL: no ap_rst_n");
  check(width(ports, "output", "interrupt") == 1, "RTL: no interrupt");
  // A port of no interface cannot be packaged.
  int count = cJSON_GetArraySize(ports), own = 3 + 2 * LITE + BURSTS;
  check(count == own, "RTL: %d ports: expected the %d of clock, reset, interrupt and two buses", count, own);
  cJSON_Delete(all);
}

// ---- what the script told the vendor's tool ---------------------------------------------------

static const char *command(const char *commands, const char *start) {
  const char *at = strstr(commands, start);
  check(at && (at == commands || at[-1] == '\n'), "package.tcl: no command `%s...`", start);
  return at;
}

static void check_commands(const char *commands, const char *kernel) {
  static const char *const order[] = {"create_project ",
                                      "add_files ",
                                      "set_property top systole ",
                                      "ipx::package_project ",
                                      "set_property name systole ",
                                      "set_property version 1.0 ",
                                      "ipx::infer_bus_interface ap_clk xilinx.com:signal:clock_rtl:1.0 core\n",
                                      "ipx::infer_bus_interface ap_rst_n xilinx.com:signal:reset_rtl:1.0 core\n",
                                      "ipx::infer_bus_interface interrupt xilinx.com:signal:interrupt_rtl:1.0 core\n",
                                      "ipx::associate_bus_interfaces -busif s_axi_control -clock ap_clk core\n",
                                      "ipx::associate_bus_interfaces -busif m_axi_gmem -clock ap_clk core\n",
                                      "ipx::associate_bus_interfaces -clock ap_clk -reset ap_rst_n core\n",
                                      "set_property value 0 m_axi_gmem.HAS_BURST\n",
                                      "set_property value 0 m_axi_gmem.SUPPORTS_NARROW_BURST\n",
                                      "set_property value 64 m_axi_gmem.MAX_BURST_LENGTH\n",
                                      "set_property value 64 m_axi_gmem.NUM_READ_OUTSTANDING\n",
                                      "set_property value 32 m_axi_gmem.NUM_WRITE_OUTSTANDING\n",
                                      "set_property sdx_kernel true core\n",
                                      "set_property sdx_kernel_type rtl core\n",
                                      "ipx::save_core core\n",
                                      "close_project\n",
                                      "package_xo "};
  const char *last = commands;
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
    const char *at = command(commands, order[i]);
    check(!at || at >= last, "package.tcl: `%s...` comes too early", order[i]);
    if (at) last = at;
  }
  const char *xo = strstr(commands, "package_xo ");
  check(xo && strstr(xo, "-kernel_name " SYSTOLE_KERNEL_NAME " ") && strstr(xo, "-kernel_xml ") && strstr(xo, "-ip_directory "),
        "package.tcl: package_xo lacks the kernel's name, its XML or the IP");
  const char *package = strstr(commands, "ipx::package_project ");
  check(package && strstr(package, "-vendor systole -library kernel "), "package.tcl: vendor and library are not those of kernel.xml");
  const char *end = package ? strchr(package, '\n') : NULL;
  const char *force = package ? strstr(package, " -force") : NULL;
  check(force && end && force < end, "package.tcl: ipx::package_project without -force: a second run would find the IP of the first");
  expect(kernel, "vlnv", "systole:kernel:systole:1.0");
}

static void check_sources(const char *commands, const char *const *files) {
  const char *add = strstr(commands, "add_files ");
  const char *end = add ? strchr(add, '\n') : NULL;
  for (; *files; files++) {
    const char *at = add ? strstr(add, *files) : NULL;
    check(at && at < end, "package.tcl: add_files without %s", *files);
  }
}

static void check_kernel(const char *xml, const char *kernel) {
  const char *root = next_tag(xml, "root");
  expect(root, "versionMajor", "1");
  expect(root, "versionMinor", "6");
  expect(kernel, "name", SYSTOLE_KERNEL_NAME);
  expect(kernel, "language", "ip_c");
  expect(kernel, "attributes", "");
  expect(kernel, "preferredWorkGroupSizeMultiple", "0");
  expect(kernel, "workGroupSize", "1");
  expect(kernel, "interrupt", "true");
  expect(kernel, "hwControlProtocol", "ap_ctrl_hs");
  // The block control's registers lie where that protocol has them.
  check(register_at("CTRL", 0) == 0 && register_at("GIE", 0) == 4 && register_at("IER", 0) == 8 && register_at("ISR", 0) == 12,
        "registers.def: CTRL, GIE, IER, ISR are not at 0, 4, 8, 12");
}

int main(int argc, char **argv) {
  systole_config config;
  systole_error err;
  if (argc < 4 || systole_config_load(argv[1], &config, &err)) {
    fprintf(stderr, "usage: test_packaging CONFIG FOLDER SOURCE...\n");
    return 2;
  }
  char *xml = read_file(argv[2], "kernel.xml"), *json = read_file(argv[2], "ports.json");
  char *connectivity = read_file(argv[2], "connectivity.cfg"), *commands = read_file(argv[2], "commands");
  const char *kernel = next_tag(xml, "kernel");
  if (!kernel || !next_tag(xml, "root")) {
    printf("  FAILED: kernel.xml has no kernel\n0 passed, 1 failed, 0 skipped\n");
    return 1;
  }
  check_kernel(xml, kernel);
  check_ports(xml, json, &config);
  check_arguments(xml, connectivity);
  check_commands(commands, kernel);
  check_sources(commands, (const char *const *)argv + 3);
  free(xml), free(json), free(connectivity), free(commands);
  printf("%u passed, %u failed, 0 skipped\n", passed, failed);
  return failed != 0;
}
