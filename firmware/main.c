// Boot, then turns for ever; asleep while there is nothing to do.
#include "firmware/firmware.h"

static firmware state;

int main(void) {
  fw_boot(&state);
  for (;;)
    if (!fw_turn(&state)) fw_sleep();
}
