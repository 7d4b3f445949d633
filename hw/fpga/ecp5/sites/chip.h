// Where an ECP5-85F has its logic, block RAMs and multipliers, in nextpnr's
// coordinates and by its names (X4/Y22/EBR0).
#ifndef SYSTOLE_FPGA_CHIP_H
#define SYSTOLE_FPGA_CHIP_H

// What a cell takes: of LOGIC, places of a LUT; of the others, a site.
typedef enum { SITES_LOGIC, SITES_RAM, SITES_MULT, SITES_KINDS } sites_kind;

enum {
  SITES_WIDTH = 126, SITES_HEIGHT = 95,  // of the chip, in tiles
  SITES_MOST = 208,  // of a kind
  SITES_TILE_LUTS = 8,
};

typedef struct {
  int x, y, index;  // index: the one in its name
} sites_place;

// Room in the tile x, y: places of a LUT, or sites.
int sites_room(sites_kind kind, int x, int y);
// All sites of RAM or MULT; returns how many.
int sites_of_chip(sites_kind kind, sites_place places[SITES_MOST]);
// The name of a site, at most 32 characters. Of LOGIC index is the LUT, 0 to 7.
void sites_name(sites_kind kind, sites_place at, char name[32]);

#endif
