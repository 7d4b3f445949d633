// Prints a configuration as Verilator's parameter options (argument "args") or
// as the C macros that the harness is compiled with (argument "header").
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hw/configs/config.h"
#include "hw/isa/isa.h"

int main(int argc, char **argv) {
  systole_config c;
  systole_error err;
  if (argc != 3 || (strcmp(argv[2], "args") != 0 && strcmp(argv[2], "header") != 0)) {
    fprintf(stderr, "usage: %s CONFIG args|header\n", argv[0]);
    return 2;
  }
  if (systole_config_load(argv[1], &c, &err) != SYSTOLE_OK) {
    fprintf(stderr, "%s: %s\n", argv[0], err.text);
    return 1;
  }
  if (strcmp(argv[2], "args") == 0) {
    printf("-GDim=%u -GLoadRows=%u -GBusBytes=%u -GWgtWords=%u -GActWords=%u -GQntWords=%u "
           "-GAccWords=%u -GParWords=%u -GVmWords=%u -GRsWords=%u -GQueueDepth=%u "
           "-GController=%u -GTcmBytes=%u -GConfigHash=64'h%016" PRIx64 "\n",
           c.dim, c.load_rows, c.bus_bytes, c.wgt_words, c.act_words, c.qnt_words, c.acc_words,
           c.par_words, c.vm_words, c.rs_words, c.queue_depth, c.controller, c.tcm_bytes, c.hash);
    return 0;
  }
  printf("// Made from configuration %s.\n", c.name);
  printf("#define SYSTOLE_CONFIG_NAME \"%s\"\n", c.name);
  printf("#define SYSTOLE_CONFIG_HASH UINT64_C(0x%016" PRIx64 ")\n", c.hash);
  printf("#define SYSTOLE_CONFIG_BYTES");
  for (size_t i = 0; i < sizeof c; i++) printf("%s %u", i ? "," : "", ((const unsigned char *)&c)[i]);
  printf("\n");
  printf("#define SYSTOLE_BUS_BYTES %u\n", c.bus_bytes);
  printf("#define SYSTOLE_CONTROLLER %u\n", c.controller);
  printf("#define SYSTOLE_MEMORIES");
  for (unsigned bank = 0; bank < c.load_rows; bank++)
    printf(" MEMORY(%d, %u, systole_chip__DOT__u_machine__DOT__u_wgt__DOT__gen_bank__BRA__%u__KET____DOT__u_ram__DOT__mem_q)",
           SYSTOLE_SPACE_WGT, bank, bank);
  static const struct {
    int code;
    const char *name;
  } rams[] = {{SYSTOLE_SPACE_ACT, "act"}, {SYSTOLE_SPACE_QNT, "qnt"}, {SYSTOLE_SPACE_ACC, "acc"},
              {SYSTOLE_SPACE_PAR, "par"}, {SYSTOLE_SPACE_VM, "vm"},   {SYSTOLE_SPACE_RS, "rs"}};
  for (unsigned i = 0; i < sizeof rams / sizeof *rams; i++)
    printf(" MEMORY(%d, 0, systole_chip__DOT__u_machine__DOT__u_%s__DOT__mem_q)", rams[i].code, rams[i].name);
  printf("\n");
  return 0;
}
