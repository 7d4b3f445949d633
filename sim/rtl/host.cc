// The host: registers are written and read through the AXI4-Lite pins, one access after
// another, as a host would.
#include "sim/rtl/machine.h"

// The handshake of this cycle, if its access is under way.
void systole_machine::lite_step() {
  switch (lite) {
    case Lite::WriteAddress:
      if (top->s_axil_awready_o) lite = Lite::WriteData;
      break;
    case Lite::WriteData:
      if (top->s_axil_wready_o) lite = Lite::WriteResponse;
      break;
    case Lite::WriteResponse:
      if (top->s_axil_bvalid_o) lite = Lite::Idle;
      break;
    case Lite::ReadAddress:
      if (top->s_axil_arready_o) lite = Lite::ReadData;
      break;
    case Lite::ReadData:
      if (top->s_axil_rvalid_o) {
        lite_data = top->s_axil_rdata_o;
        lite = Lite::Idle;
      }
      break;
    case Lite::Idle: break;
  }
}

void systole_machine::begin_write(uint32_t address, uint32_t data) {
  top->s_axil_awaddr_i = address;
  top->s_axil_wdata_i = data;
  top->s_axil_wstrb_i = 15;
  lite = Lite::WriteAddress;
}

// Bounded: the slave answers every access within a few cycles.
systole_status systole_machine::finish(systole_error *err) {
  for (unsigned i = 0; lite != Lite::Idle; i++) {
    if (i == 1000) return systole_fail(err, SYSTOLE_E_TIMEOUT, "rtl: AXI4-Lite does not answer: %s of 0x%x",
                                    lite >= Lite::ReadAddress ? "read" : "write",
                                    lite >= Lite::ReadAddress ? top->s_axil_araddr_i : top->s_axil_awaddr_i);
    step();
  }
  return SYSTOLE_OK;
}

systole_status systole_machine::write(uint32_t address, uint32_t data, systole_error *err) {
  begin_write(address, data);
  return finish(err);
}

systole_status systole_machine::read(uint32_t address, uint32_t *data, systole_error *err) {
  top->s_axil_araddr_i = address;
  lite = Lite::ReadAddress;
  systole_status status = finish(err);
  *data = lite_data;
  return status;
}
