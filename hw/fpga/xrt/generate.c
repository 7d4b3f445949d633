// What a packaged kernel has of its configuration, on standard output:
//
//   generate CONFIG kernel        kernel.xml: ports and arguments (hw/isa/arguments.h)
//   generate CONFIG parameters    systole_parameters.svh: the wrapper's parameters
//   generate CONFIG connectivity  the linker's configuration: arguments to banks, clock
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hw/configs/config.h"
#include "hw/isa/arguments.h"

// Vendor, library, name and version of the packaged IP; package.tcl has them too.
#define VLNV "systole:kernel:" SYSTOLE_KERNEL_NAME ":1.0"
#define CONTROL "s_axi_control"
#define MASTER "m_axi_gmem"

static void print_kernel(const systole_config *c) {
  printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Made from configuration %s (hash %016" PRIx64 ") by hw/fpga/xrt/generate.c. -->\n",
         c->name, c->hash);
  printf("<root versionMajor=\"1\" versionMinor=\"6\">\n"
         "  <kernel name=\"" SYSTOLE_KERNEL_NAME "\" language=\"ip_c\" vlnv=\"" VLNV "\" attributes=\"\""
         " preferredWorkGroupSizeMultiple=\"0\" workGroupSize=\"1\" interrupt=\"true\" hwControlProtocol=\"ap_ctrl_hs\">\n"
         "    <ports>\n"
         "      <port name=\"" CONTROL "\" mode=\"slave\" range=\"0x1000\" dataWidth=\"32\" portType=\"addressable\" base=\"0x0\"/>\n"
         "      <port name=\"" MASTER "\" mode=\"master\" range=\"0xFFFFFFFFFFFFFFFF\" dataWidth=\"%u\" portType=\"addressable\" base=\"0x0\"/>\n"
         "    </ports>\n"
         "    <args>\n",
         8 * c->bus_bytes);
  for (unsigned i = 0; i < SYSTOLE_ARGUMENTS; i++) {
    systole_argument a;
    systole_argument_describe(i, &a);
    printf("      <arg name=\"%s\" addressQualifier=\"%u\" id=\"%u\" port=\"%s\" size=\"0x%X\" offset=\"0x%03X\" type=\"%s\""
           " hostOffset=\"0x0\" hostSize=\"0x%X\"/>\n",
           a.name, a.is_buffer, i, a.is_buffer ? MASTER : CONTROL, a.bytes, a.offset, a.type, a.bytes);
  }
  printf("    </args>\n  </kernel>\n</root>\n");
}

static void print_parameters(const systole_config *c) {
  const struct {
    const char *name;
    unsigned value;
  } numbers[] = {{"DIM", c->dim},             {"LOAD_ROWS", c->load_rows}, {"BUS_BYTES", c->bus_bytes},
                 {"WGT_WORDS", c->wgt_words}, {"ACT_WORDS", c->act_words}, {"QNT_WORDS", c->qnt_words},
                 {"ACC_WORDS", c->acc_words}, {"PAR_WORDS", c->par_words}, {"VM_WORDS", c->vm_words},
                 {"RS_WORDS", c->rs_words},   {"QUEUE_DEPTH", c->queue_depth}};
  printf("// Made from configuration %s by hw/fpga/xrt/generate.c.\n", c->name);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    printf("`define SYSTOLE_%s %u\n", numbers[i].name, numbers[i].value);
  printf("`define SYSTOLE_CONFIG_HASH 64'h%016" PRIx64 "\n", c->hash);
}

// Every segment in one bank: the kernel has one master, and a program's
// segments are wherever the host put them.
static void print_connectivity(const systole_config *c) {
  printf("# Made from configuration %s by hw/fpga/xrt/generate.c.\nkernel_frequency=%u\n\n[connectivity]\nnk=" SYSTOLE_KERNEL_NAME
         ":1:" SYSTOLE_KERNEL_NAME "_1\n", c->name, c->clock_mhz);
  for (unsigned i = SYSTOLE_ARGUMENT_SEGMENTS; i < SYSTOLE_ARGUMENT_SCALARS; i += 2) {
    systole_argument a;
    systole_argument_describe(i, &a);
    printf("sp=" SYSTOLE_KERNEL_NAME "_1.%s:DDR[0]\n", a.name);
  }
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*print)(const systole_config *);
  } outputs[] = {{"kernel", print_kernel}, {"parameters", print_parameters}, {"connectivity", print_connectivity}};
  systole_config config;
  systole_error err;
  for (size_t i = 0; argc == 3 && i < sizeof outputs / sizeof outputs[0]; i++) {
    if (strcmp(argv[2], outputs[i].name)) continue;
    if (systole_config_load(argv[1], &config, &err)) {
      fprintf(stderr, "%s: %s\n", argv[0], err.text);
      return 2;
    }
    outputs[i].print(&config);
    return fflush(stdout) == EOF;
  }
  fprintf(stderr, "usage: %s CONFIG kernel|parameters|connectivity\n", argv[0]);
  return 2;
}
