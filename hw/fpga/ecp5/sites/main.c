// Gives the block RAMs and multipliers of a netlist their sites on an ECP5-85F, and keeps
// tiles free where wires will be many; or, with what nextpnr wrote after placing the
// result, keeps others free:
//   sites NETLIST.json OUT.json
//   sites NETLIST.json OUT.json PLACED.json
// nextpnr moves cells well until RAMs and multipliers have to stand on sites; then it
// takes free ones near by chance, which doubles the length of all wires where most of
// the chip's are in use (docs/decisions/011-sites-of-rams-and-multipliers.md), and it
// fills tiles evenly, not their wires (012-room-for-wires.md).
#include <stdio.h>
#include <stdlib.h>

#include "compiler/load/file.h"
#include "compiler/load/json.h"
#include "hw/base/output.h"
#include "hw/fpga/ecp5/sites/again.h"
#include "hw/fpga/ecp5/sites/place.h"

static systole_status read_document(const char *path, cJSON **document, systole_error *err) {
  char *text;
  size_t size;
  systole_status status = systole_file_read(path, &text, &size, err);
  if (status) return status;
  status = systole_json_parse(text, size, path, document, err);
  free(text);
  return status;
}

static systole_status write_document(const cJSON *document, const char *path, systole_error *err) {
  char *text = cJSON_PrintUnformatted(document);
  if (text == NULL) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  systole_output output;
  systole_status status = systole_output_open(path, &output, err);
  if (!status) {
    fputs(text, output.file);  // errors are for commit to see
    status = systole_output_commit(&output, err);
  }
  free(text);
  return status;
}

static systole_status free_again(sites_netlist *n, const char *path, systole_error *err) {
  cJSON *document = NULL;
  sites_netlist placed = {0};
  systole_status status = read_document(path, &document, err);
  if (!status) status = sites_netlist_read(document, &placed, err);
  if (!status) status = sites_free_again(n, &placed, stderr, err);
  sites_netlist_free(&placed);
  cJSON_Delete(document);
  return status;
}

int main(int argc, char **argv) {
  if (argc != 3 && argc != 4) {
    fprintf(stderr, "usage: sites NETLIST.json OUT.json [PLACED.json]\n");
    return 2;
  }
  cJSON *document = NULL;
  sites_netlist n = {0};
  systole_error err;
  systole_status status = read_document(argv[1], &document, &err);
  if (!status) status = sites_netlist_read(document, &n, &err);
  if (!status) status = argc == 4 ? free_again(&n, argv[3], &err) : sites_place_netlist(&n, stderr, &err);
  if (!status) status = write_document(document, argv[2], &err);
  if (status) fprintf(stderr, "sites: %s\n", err.text);
  sites_netlist_free(&n);
  cJSON_Delete(document);
  return status ? 2 : 0;
}
