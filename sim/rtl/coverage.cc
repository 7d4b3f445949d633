#include "sim/rtl/coverage.h"

#ifdef SYSTOLE_COVERAGE
#include <cstdlib>
#include <type_traits>

#include "Vsystole_chip___024root.h"
#include "Vsystole_chip__Syms.h"
#include "verilated_cov.h"

namespace {

// The counts of all machines that have been: a campaign makes one machine for
// each program. They are written when the object is closed, through a machine
// that is made for that.
struct Coverage {
  static constexpr size_t kPoints = std::extent_v<decltype(Vsystole_chip__Syms::__Vcoverage)>;
  uint32_t counts[kPoints] = {};
  void add(Vsystole_chip *top) {
    for (size_t i = 0; i < kPoints; i++) counts[i] += top->rootp->vlSymsp->__Vcoverage[i];
  }
  ~Coverage() {
    const char *path = std::getenv("SYSTOLE_COVERAGE");
    if (!path) return;
    VerilatedContext context;
    Vsystole_chip top(&context, "systole");
    for (size_t i = 0; i < kPoints; i++) top.rootp->vlSymsp->__Vcoverage[i] = counts[i];
    context.coveragep()->write(path);
  }
};

}  // namespace

void rtl_keep_coverage(Vsystole_chip *top) {
  static Coverage coverage;
  coverage.add(top);
}
#else
void rtl_keep_coverage(Vsystole_chip *) {}
#endif
