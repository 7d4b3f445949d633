// SCALE-Sim's lists of layers: both forms, what may vary, and what is refused
// with its line and column.
#include <stdio.h>
#include <string.h>

#include "compiler/load/topology.h"
#include "tests/unit/harness.h"

#define CONV "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"

static systole_topology read_good(const char *text) {
  systole_topology t;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL_FATAL(systole_topology_parse(text, strlen(text), "list.csv", &t, &err), SYSTOLE_OK);
  return t;
}

static void expect_layer(const systole_layer *l, const char *name, uint64_t m, uint64_t k, uint64_t n) {
  CU_ASSERT_STRING_EQUAL(l->name, name);
  CU_ASSERT_EQUAL(l->m, m);
  CU_ASSERT_EQUAL(l->k, k);
  CU_ASSERT_EQUAL(l->n, n);
}

static void test_products(void) {
  systole_topology t = read_good("Layer,M,N,K\nQKT,1024,512,64\n\n  , ,\r\n\tFF 2 , 7 ,8,9,,\r\nlast,1,2,3,#note");
  CU_ASSERT_EQUAL_FATAL(t.count, 3);
  expect_layer(&t.layers[0], "QKT", 1024, 64, 512);
  expect_layer(&t.layers[1], "FF 2", 7, 9, 8);
  expect_layer(&t.layers[2], "last", 1, 3, 2);
  CU_ASSERT_EQUAL(t.layers[1].line, 5);
  CU_ASSERT_EQUAL(t.layers[1].times, 1);
  systole_topology_free(&t);
}

// Columns are found by their names.
static void test_order(void) {
  systole_topology t = read_good("\xEF\xBB\xBFk, LAYER NAME, n, m,\n4, x, 5, 6,\n");
  expect_layer(&t.layers[0], "x", 6, 4, 5);
  systole_topology_free(&t);
}

// Conv1 of AlexNet: (224 - 11) / 4 = 53.25, so 55 places, as SCALE-Sim counts.
static void test_convolutions(void) {
  systole_topology t = read_good(CONV "Conv1 ,224 ,224 ,11 ,11 ,3 ,96 ,4 ,\nFC, 1, 1, 1, 1, 1024, 1000, 1\n"
                                      "ConvDP,10,12,3,5,32,1,1,\n");
  expect_layer(&t.layers[0], "Conv1", 55 * 55, 363, 96);
  expect_layer(&t.layers[1], "FC", 1, 1024, 1000);
  expect_layer(&t.layers[2], "ConvDP", 8 * 8, 15, 1);
  CU_ASSERT_EQUAL(t.layers[2].times, 32);
  systole_topology_free(&t);
}

static void test_strides(void) {
  systole_topology t = read_good("Layer name,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,"
                                 "Num Filter,Stride height,Stride width,Batch Size,\nc,9,9,3,3,2,4,2,3,5,\n");
  expect_layer(&t.layers[0], "c", 4 * 3 * 5, 18, 4);
  systole_topology_free(&t);
}

static void expect_bad(const char *text, systole_status expected, const char *words) {
  systole_topology t;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL(systole_topology_parse(text, strlen(text), "list.csv", &t, &err), expected);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, words));
  if (!strstr(err.text, words)) printf("\n  \"%s\"\n  expected \"%s\"\n", err.text, words);
  CU_ASSERT_PTR_NULL(strchr(err.text, '\n'));
}

static void test_refused(void) {
  const systole_status format = SYSTOLE_E_FORMAT;
  expect_bad("", format, "line 1, column 1: found nothing");
  expect_bad("a,1,2,3\n", format, "line 1, column 1: found \"a\", expected the name of a column");
  expect_bad("Layer,1,2,3\n", format, "line 1, column 2");
  expect_bad("Layer,M,N,\na,1,2,\n", format, "line 1, column 4: expected a column K");
  expect_bad("Layer,M,N,K,M\n", format, "line 1, column 5: found \"M\", expected each column once");
  expect_bad("Layer,M,,N,K\n", format, "line 1, column 3: found nothing");
  expect_bad("Layer,M,N,K,Sparsity,\n", SYSTOLE_E_UNSUPPORTED, "line 1, column 5: found \"Sparsity\"");
  expect_bad("Layer,M,N,K,\n", format, "line 2, column 1: found nothing, expected a layer");
  expect_bad("Layer,M,N,K\na,1,2\n", format, "line 2, column 4: found nothing, expected K");
  expect_bad("Layer,M,N,K\na,1,x,3\n", format, "line 2, column 3: found \"x\", expected N, a number from 1");
  expect_bad("Layer,M,N,K\n\na,0,1,3\n", format, "line 3, column 2: found \"0\"");
  expect_bad("Layer,M,N,K\na,-1,1,3\n", format, "column 2: found \"-1\"");
  expect_bad("Layer,M,N,K\na,1,1,99999999999999999999\n", format, "column 4: found \"99999999999999999999\"");
  expect_bad("Layer,M,N,K\na,1,1,3,7\n", format, "column 5: found \"7\", expected the end of the line");
  expect_bad("Layer,M,N,K\n,1,1,3\n", format, "column 1: found nothing, expected the layer's name");
  expect_bad(CONV "c,5,5,6,3,1,1,1\n", format, "line 2, column 4: found 6, expected Filter Height, at most IFMAP Height, which is 5");
  expect_bad(CONV "c,5,5,3,6,1,1,1\n", format, "column 5: found 6");
  expect_bad(CONV "c,5,5,3,3,1,1,0\n", format, "column 8: found \"0\", expected Strides");
  expect_bad("Layer,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,Num Filter,Stride height\n", format,
             "expected a column Stride Width");
}

void suite_load_topology(void);
void suite_load_topology(void) {
  static const systole_test tests[] = {{"products", test_products},
                                       {"columns in any order", test_order},
                                       {"convolutions", test_convolutions},
                                       {"two strides and a batch", test_strides},
                                       {"what is refused", test_refused},
                                       {NULL, NULL}};
  systole_test_suite("load topology", tests);
}
