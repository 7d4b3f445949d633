// The firmware as it is loaded into the core's memory; made from firmware/.
#ifndef SYSTOLE_DRIVER_FIRMWARE_IMAGE_H
#define SYSTOLE_DRIVER_FIRMWARE_IMAGE_H

#include <stdint.h>

extern const uint32_t systole_firmware_image[];
extern const uint32_t systole_firmware_words;
extern const uint32_t systole_firmware_tcm_bytes;  // what it needs with its variables and stack

#endif
