#define _POSIX_C_SOURCE 200809L
#include "compiler/load/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/load/file.h"
#include "compiler/load/half.h"
#include "compiler/load/json.h"

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensors are little endian and used where they are mapped: this host must be too"
#endif

// The limit of the reference implementation.
#define HEADER_MAX 100000000u
// Counts and offsets stay exactly representable in JSON's doubles.
#define WHOLE_MAX ((int64_t)1 << 53)

typedef struct {
  char *path;
  cJSON *header;  // tensors point to their names in it
  const unsigned char *image;
  size_t size;
  bool mapped;
} weight_file;

struct systole_weights {
  weight_file *file;
  size_t files;
  systole_tensor *tensor;  // by name, once complete
  size_t tensors;
};

static const struct {
  const char *name;
  systole_dtype dtype;
  int bytes;
} dtypes[] = {
    {"F32", SYSTOLE_DTYPE_F32, 4},       {"F16", SYSTOLE_DTYPE_F16, 2},
    {"BF16", SYSTOLE_DTYPE_BF16, 2},     {"F64", SYSTOLE_DTYPE_OTHER, 8},
    {"I64", SYSTOLE_DTYPE_OTHER, 8},     {"U64", SYSTOLE_DTYPE_OTHER, 8},
    {"C64", SYSTOLE_DTYPE_OTHER, 8},     {"I32", SYSTOLE_DTYPE_OTHER, 4},
    {"U32", SYSTOLE_DTYPE_OTHER, 4},     {"I16", SYSTOLE_DTYPE_OTHER, 2},
    {"U16", SYSTOLE_DTYPE_OTHER, 2},     {"I8", SYSTOLE_DTYPE_OTHER, 1},
    {"U8", SYSTOLE_DTYPE_OTHER, 1},      {"BOOL", SYSTOLE_DTYPE_OTHER, 1},
    {"F8_E4M3", SYSTOLE_DTYPE_OTHER, 1}, {"F8_E5M2", SYSTOLE_DTYPE_OTHER, 1},
};
enum { DTYPES = sizeof dtypes / sizeof dtypes[0] };

// ---- One tensor's entry ----

static systole_status entry_fail(const systole_tensor *t, const char *what, systole_error *err) {
  return systole_fail(err, SYSTOLE_E_FORMAT, "%s: tensor %s: %s", t->file, t->name, what);
}

static systole_status read_dtype(const cJSON *entry, systole_tensor *t, int *bytes,
                                 systole_error *err) {
  t->dtype_name = systole_json_text(entry, "dtype", NULL);
  if (!t->dtype_name) return entry_fail(t, "dtype: expected a string", err);
  for (int i = 0; i < DTYPES; i++)
    if (strcmp(dtypes[i].name, t->dtype_name) == 0) {
      t->dtype = dtypes[i].dtype;
      *bytes = dtypes[i].bytes;
      return SYSTOLE_OK;
    }
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "%s: tensor %s: dtype %s is not supported",
                      t->file, t->name, t->dtype_name);
}

static systole_status read_shape(const cJSON *entry, systole_tensor *t, systole_error *err) {
  const cJSON *shape = systole_json_get(entry, "shape");
  if (!cJSON_IsArray(shape)) return entry_fail(t, "shape: expected a list", err);
  t->count = 1;
  for (const cJSON *item = shape->child; item; item = item->next) {
    int64_t size = 0;
    if (t->rank == SYSTOLE_TENSOR_RANK_MAX)
      return entry_fail(t, "shape: expected at most 8 dimensions", err);
    if (!systole_json_whole(item, 0, WHOLE_MAX, &size))
      return entry_fail(t, "shape: expected whole numbers", err);
    if (size && t->count > WHOLE_MAX / size)
      return entry_fail(t, "shape: more elements than a file can hold", err);
    t->count *= size;
    t->shape[t->rank++] = size;
  }
  return SYSTOLE_OK;
}

static systole_status read_offsets(const cJSON *entry, systole_tensor *t, int bytes,
                                   const unsigned char *data, size_t size, systole_error *err) {
  const cJSON *offsets = systole_json_get(entry, "data_offsets");
  int64_t begin = 0, end = 0;
  if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 ||
      !systole_json_whole(offsets->child, 0, WHOLE_MAX, &begin) ||
      !systole_json_whole(offsets->child->next, 0, WHOLE_MAX, &end))
    return entry_fail(t, "data_offsets: expected two whole numbers", err);
  if (begin > end || (uint64_t)end > size)
    return systole_fail(err, SYSTOLE_E_FORMAT,
                        "%s: tensor %s: data_offsets: [%lld, %lld] is not within the file's %zu "
                        "bytes of data",
                        t->file, t->name, (long long)begin, (long long)end, size);
  // Division, because count * bytes might not fit.
  if ((end - begin) % bytes || (end - begin) / bytes != t->count)
    return systole_fail(err, SYSTOLE_E_FORMAT,
                        "%s: tensor %s: %lld bytes, but its shape has %lld elements of %d bytes",
                        t->file, t->name, (long long)(end - begin), (long long)t->count, bytes);
  t->data = data + begin;
  t->bytes = (uint64_t)(end - begin);
  return SYSTOLE_OK;
}

static systole_status read_entry(const cJSON *entry, const weight_file *file, size_t header,
                                 systole_tensor *t, systole_error *err) {
  *t = (systole_tensor){.name = entry->string, .file = file->path};
  int bytes = 0;
  if (!cJSON_IsObject(entry)) return entry_fail(t, "expected an object", err);
  systole_status status = read_dtype(entry, t, &bytes, err);
  if (status == SYSTOLE_OK) status = read_shape(entry, t, err);
  if (status) return status;
  return read_offsets(entry, t, bytes, file->image + header, file->size - header, err);
}

// ---- One file's header ----

static int by_place(const void *a, const void *b) {
  const systole_tensor *x = a, *y = b;
  if (x->data != y->data) return x->data < y->data ? -1 : 1;
  return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const systole_tensor *)a)->name, ((const systole_tensor *)b)->name);
}

// Tensors must tile the data: an overlap would be two names for one weight, a
// hole a place to hide things in. The reference implementation asks the same.
static systole_status check_tiling(systole_tensor *tensor, size_t count, const weight_file *file,
                                   const unsigned char *data, systole_error *err) {
  qsort(tensor, count, sizeof *tensor, by_place);
  const unsigned char *at = data;
  for (size_t i = 0; i < count; i++) {
    if (tensor[i].data != at)
      return entry_fail(&tensor[i],
                        tensor[i].data < at ? "data_offsets: overlaps another tensor"
                                            : "data_offsets: leaves a hole before it",
                        err);
    at += tensor[i].bytes;
  }
  if (at != file->image + file->size)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: %zu bytes at the end belong to no tensor",
                        file->path, (size_t)(file->image + file->size - at));
  return SYSTOLE_OK;
}

static systole_status parse_header(weight_file *file, size_t *header, systole_error *err) {
  uint64_t size = 0;
  if (file->size < 8)
    return systole_fail(err, SYSTOLE_E_FORMAT,
                        "%s: %zu bytes, expected a safetensors file of at least 8", file->path,
                        file->size);
  memcpy(&size, file->image, sizeof size);
  if (size > HEADER_MAX || size > file->size - 8)
    return systole_fail(err, SYSTOLE_E_FORMAT,
                        "%s: its header claims %llu bytes, but %zu follow (and at most %u are "
                        "allowed)",
                        file->path, (unsigned long long)size, file->size - 8, HEADER_MAX);
  *header = 8 + (size_t)size;
  if (size < 2 || file->image[8] != '{')
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: expected a JSON object as header", file->path);
  return systole_json_parse((const char *)file->image + 8, (size_t)size, file->path, &file->header,
                            err);
}

// Adds the file's tensors to the weights.
static systole_status read_file(systole_weights *w, weight_file *file, systole_error *err) {
  size_t header = 0;
  systole_status status = parse_header(file, &header, err);
  if (status) return status;
  size_t most = w->tensors + (size_t)cJSON_GetArraySize(file->header);
  systole_tensor *grown = realloc(w->tensor, (most + 1) * sizeof *grown);
  if (!grown) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", file->path);
  w->tensor = grown;
  size_t first = w->tensors;
  for (const cJSON *entry = file->header->child; entry; entry = entry->next) {
    if (strcmp(entry->string, "__metadata__") == 0) continue;
    status = read_entry(entry, file, header, &w->tensor[w->tensors], err);
    if (status) return status;
    w->tensors++;
  }
  return check_tiling(w->tensor + first, w->tensors - first, file, file->image + header, err);
}

static systole_status sort_names(systole_weights *w, systole_error *err) {
  if (w->tensors) qsort(w->tensor, w->tensors, sizeof *w->tensor, by_name);
  for (size_t i = 1; i < w->tensors; i++)
    if (strcmp(w->tensor[i].name, w->tensor[i - 1].name) == 0)
      return entry_fail(&w->tensor[i], "is there twice", err);
  return SYSTOLE_OK;
}

// ---- Files ----

static systole_status map_descriptor(int fd, weight_file *file, systole_error *err) {
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
    return systole_fail(err, SYSTOLE_E_IO, "%s: expected a regular file", file->path);
  if (st.st_size == 0) return systole_fail(err, SYSTOLE_E_FORMAT, "%s: is empty", file->path);
  void *image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (image == MAP_FAILED)
    return systole_fail(err, SYSTOLE_E_IO, "%s: cannot map it: %s", file->path, strerror(errno));
  file->image = image;
  file->size = (size_t)st.st_size;
  file->mapped = true;
  return SYSTOLE_OK;
}

static systole_status open_file(systole_weights *w, const char *dir, const char *name,
                                systole_error *err) {
  weight_file *file = &w->file[w->files++];
  file->path = systole_path_join(dir, name);
  if (!file->path) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", name);
  int fd = open(file->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return systole_fail(err, SYSTOLE_E_IO, "%s: %s", file->path, strerror(errno));
  systole_status status = map_descriptor(fd, file, err);
  close(fd);
  return status ? status : read_file(w, file, err);
}

static systole_status make_weights(size_t files, systole_weights **out, systole_error *err) {
  systole_weights *w = calloc(1, sizeof *w);
  weight_file *file = calloc(files ? files : 1, sizeof *file);
  if (!w || !file) {
    free(w);
    free(file);
    return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for the table of weight files");
  }
  w->file = file;
  *out = w;
  return SYSTOLE_OK;
}

void systole_weights_close(systole_weights *w) {
  if (!w) return;
  for (size_t i = 0; i < w->files; i++) {
    if (w->file[i].mapped) munmap((void *)w->file[i].image, w->file[i].size);
    cJSON_Delete(w->file[i].header);
    free(w->file[i].path);
  }
  free(w->file);
  free(w->tensor);
  free(w);
}

// Hands the weights over if all went well, else closes them.
static systole_status deliver(systole_weights *w, systole_status status, systole_weights **out,
                              systole_error *err) {
  if (status == SYSTOLE_OK) status = sort_names(w, err);
  if (status == SYSTOLE_OK)
    *out = w;
  else
    systole_weights_close(w);
  return status;
}

systole_status systole_weights_parse(const unsigned char *image, size_t size, const char *label,
                                     systole_weights **out, systole_error *err) {
  systole_weights *w = NULL;
  *out = NULL;
  systole_status status = make_weights(1, &w, err);
  if (status) return status;
  weight_file *file = &w->file[w->files++];
  file->path = malloc(strlen(label) + 1);
  if (file->path) strcpy(file->path, label);
  file->image = image;
  file->size = size;
  if (!file->path)
    status = systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  else
    status = read_file(w, file, err);
  return deliver(w, status, out, err);
}

// ---- Shards ----

static systole_status check_shard_name(const char *index, const cJSON *item, systole_error *err) {
  const char *name = cJSON_IsString(item) ? item->valuestring : NULL;
  if (name && *name && !strchr(name, '/') && !strchr(name, '\\') && strcmp(name, ".") != 0 &&
      strcmp(name, "..") != 0)
    return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_FORMAT,
                      "%s: weight_map: tensor %s: expected the name of a file in this folder%s%s",
                      index, item->string, name ? ", found " : "", name ? name : "");
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The map's distinct shards, sorted; *names is for the caller to free().
static systole_status list_shards(const char *index, const cJSON *map, const char ***names,
                                  size_t *count, systole_error *err) {
  size_t entries = (size_t)cJSON_GetArraySize(map);
  const char **list = calloc(entries + 1, sizeof *list);
  if (!list) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", index);
  size_t n = 0, kept = 0;
  for (const cJSON *item = map->child; item; item = item->next) {
    systole_status status = check_shard_name(index, item, err);
    if (status) {
      free(list);
      return status;
    }
    list[n++] = item->valuestring;
  }
  qsort(list, n, sizeof *list, by_text);
  for (size_t i = 0; i < n; i++)
    if (!kept || strcmp(list[kept - 1], list[i]) != 0) list[kept++] = list[i];
  *names = list;
  *count = kept;
  return SYSTOLE_OK;
}

static systole_status open_shards(const char *dir, const char **names, size_t count,
                                  systole_weights **out, systole_error *err) {
  systole_weights *w = NULL;
  systole_status status = make_weights(count, &w, err);
  if (status) return status;
  for (size_t i = 0; i < count && status == SYSTOLE_OK; i++)
    status = open_file(w, dir, names[i], err);
  return deliver(w, status, out, err);
}

// Each tensor must be in the shard where the map says it is.
static systole_status check_map(const char *index, const cJSON *map, const systole_weights *w,
                                systole_error *err) {
  for (const cJSON *item = map->child; item; item = item->next) {
    const systole_tensor *t = systole_weights_find(w, item->string);
    const char *slash = t ? strrchr(t->file, '/') : NULL;
    if (!t || !slash || strcmp(slash + 1, item->valuestring) != 0)
      return systole_fail(err, SYSTOLE_E_FORMAT, "%s: weight_map: tensor %s is not in %s", index,
                          item->string, item->valuestring);
  }
  return SYSTOLE_OK;
}

static systole_status open_map(const char *dir, const char *index, const cJSON *root,
                               systole_weights **out, systole_error *err) {
  const cJSON *map = systole_json_get(root, "weight_map");
  if (!cJSON_IsObject(map))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: weight_map: expected an object, found %s",
                        index, systole_json_kind(map));
  const char **names = NULL;
  size_t count = 0;
  systole_status status = list_shards(index, map, &names, &count, err);
  if (status) return status;
  status = open_shards(dir, names, count, out, err);
  free(names);
  if (status) return status;
  status = check_map(index, map, *out, err);
  if (status) {
    systole_weights_close(*out);
    *out = NULL;
  }
  return status;
}

static systole_status open_index(const char *dir, const char *index, systole_weights **out,
                                 systole_error *err) {
  char *json = NULL;
  size_t size = 0;
  cJSON *root = NULL;
  systole_status status = systole_file_read(index, &json, &size, err);
  if (status) return status;
  status = systole_json_parse(json, size, index, &root, err);
  free(json);
  if (status) return status;
  status = open_map(dir, index, root, out, err);
  cJSON_Delete(root);
  return status;
}

systole_status systole_weights_open(const char *dir, systole_weights **out, systole_error *err) {
  *out = NULL;
  char *index = systole_path_join(dir, "model.safetensors.index.json");
  char *single = systole_path_join(dir, "model.safetensors");
  systole_status status;
  if (!index || !single)
    status = systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", dir);
  else if (systole_file_exists(single))
    status = open_shards(dir, (const char *[]){"model.safetensors"}, 1, out, err);
  else if (systole_file_exists(index))
    status = open_index(dir, index, out, err);
  else
    status =
        systole_fail(err, SYSTOLE_E_IO,
                     "%s: has neither model.safetensors nor model.safetensors.index.json", dir);
  free(index);
  free(single);
  return status;
}

// ---- Use ----

size_t systole_weights_count(const systole_weights *w) { return w->tensors; }

const systole_tensor *systole_weights_at(const systole_weights *w, size_t index) {
  return index < w->tensors ? &w->tensor[index] : NULL;
}

const systole_tensor *systole_weights_find(const systole_weights *w, const char *name) {
  if (!w->tensors) return NULL;
  systole_tensor key = {.name = name};
  return bsearch(&key, w->tensor, w->tensors, sizeof key, by_name);
}
