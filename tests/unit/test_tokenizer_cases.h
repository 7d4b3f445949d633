// Small tokenizers of every supported kind, and what Hugging Face's tokenizers
// 0.21 make of a few texts with them: ids with special tokens, and those decoded.
#ifndef SYSTOLE_TESTS_UNIT_TEST_TOKENIZER_CASES_H
#define SYSTOLE_TESTS_UNIT_TEST_TOKENIZER_CASES_H

#include <stdint.h>

enum { TEXTS = 6 };
static const char *const case_text[TEXTS] = {"", "the cat's hat", " the  cat ", "\303\251 e\314\201 \344\270\255\012", "a<s>x sat</s> satat 1234", "HAT \342\221\240 ZZ <s> the"};

typedef struct {
  const char *name, *json;
  struct {
    const char *decoded;
    int count;
    int32_t id[48];
  } want[TEXTS];
} tokenizer_case;

static const tokenizer_case tokenizer_cases[] = {
    {"GPT-2, with begin and end",
     "{\"added_tokens\":[{\"id\":22,\"content\":\"sat\",\"single_word\":true,\"normalized\""
     ":false},{\"id\":31,\"content\":\"<s>x\",\"normalized\":false},{\"id\":32,\"content\""
     ":\"<s>\",\"special\":true},{\"id\":33,\"content\":\"</s>\",\"lstrip\":true,\"rstrip\""
     ":true,\"special\":true}],\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"ByteLevel"
     "\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true},\"post_proce"
     "ssor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\""
     ",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"SpecialToken\":{\"id"
     "\":\"</s>\",\"type_id\":0}}],\"special_tokens\":{\"</s>\":{\"id\":\"</s>\",\"ids\":["
     "33],\"tokens\":[\"</s>\"]},\"<s>\":{\"id\":\"<s>\",\"ids\":[32],\"tokens\":[\"<s>\"]"
     "}}},\"decoder\":{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":t"
     "rue,\"use_regex\":true},\"model\":{\"type\":\"BPE\",\"vocab\":{\"'\":0,\"1\":1,\"2\""
     ":2,\"3\":3,\"a\":4,\"c\":5,\"e\":6,\"h\":7,\"s\":8,\"t\":9,\"\302\251\":10,\"\303\203"
     "\":11,\"\304\240\":12,\"at\":13,\"12\":14,\"cat\":15,\"he\":16,\"hat\":17,\"the\":18"
     ",\"\304\24012\":19,\"\304\240cat\":20,\"'s\":21,\"sat\":22,\"\303\203\302\251\":23,\""
     "\304\240at\":24,\"\304\240hat\":25,\"\304\240the\":26,\"\304\240sat\":27,\"\304\240\303"
     "\203\302\251\":28,\"\304\240123\":29,\"\304\240hats\":30},\"merges\":[[\"a\",\"t\"],"
     "[\"1\",\"2\"],[\"c\",\"at\"],[\"h\",\"e\"],[\"h\",\"at\"],[\"t\",\"he\"],[\"\304\240"
     "\",\"12\"],[\"\304\240\",\"cat\"],[\"'\",\"s\"],[\"s\",\"at\"],[\"\303\203\",\"\302\251"
     "\"],[\"\304\240\",\"at\"],[\"\304\240\",\"hat\"],[\"\304\240\",\"the\"],[\"\304\240\""
     ",\"sat\"],[\"\304\240\",\"\303\203\302\251\"],[\"\304\24012\",\"3\"],[\"\304\240hat\""
     ",\"s\"]]}}",
     {
         {"", 2, {32, 33}},
         {"the cat's hat", 6, {32, 18, 20, 21, 25, 33}},
         {" the  cat ", 6, {32, 26, 12, 20, 12, 33}},
         {"\303\251 e ", 6, {32, 23, 12, 6, 12, 33}},
         {"a<s>x satsatat 123", 10, {32, 4, 31, 12, 22, 33, 22, 13, 29, 33}},
         {"    the", 7, {32, 12, 12, 12, 32, 26, 33}},
     }},
    {"ByteLevel with prefix, NFC, a sequence of processors",
     "{\"added_tokens\":[{\"id\":24,\"content\":\"sat\",\"single_word\":true,\"normalized\""
     ":false},{\"id\":32,\"content\":\"<s>x\",\"normalized\":false},{\"id\":33,\"content\""
     ":\"<s>\",\"special\":true},{\"id\":34,\"content\":\"</s>\",\"lstrip\":true,\"rstrip\""
     ":true,\"special\":true}],\"normalizer\":{\"type\":\"NFC\"},\"pre_tokenizer\":{\"type"
     "\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}"
     ",\"post_processor\":{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\",\""
     "add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true},{\"type\":\"Templa"
     "teProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},{\"Sequ"
     "ence\":{\"id\":\"A\",\"type_id\":0}},{\"SpecialToken\":{\"id\":\"</s>\",\"type_id\":"
     "0}}],\"special_tokens\":{\"</s>\":{\"id\":\"</s>\",\"ids\":[34],\"tokens\":[\"</s>\""
     "]},\"<s>\":{\"id\":\"<s>\",\"ids\":[33],\"tokens\":[\"<s>\"]}}}]},\"decoder\":{\"typ"
     "e\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true"
     "},\"model\":{\"type\":\"BPE\",\"vocab\":{\"'\":0,\"1\":1,\"2\":2,\"3\":3,\"a\":4,\"c"
     "\":5,\"e\":6,\"h\":7,\"s\":8,\"t\":9,\"\302\251\":10,\"\303\203\":11,\"\304\240\":12"
     ",\"at\":13,\"12\":14,\"cat\":15,\"he\":16,\"hat\":17,\"the\":18,\"\304\24012\":19,\""
     "\304\240cat\":20,\"\304\240hat\":21,\"\304\240the\":22,\"'s\":23,\"sat\":24,\"\303\203"
     "\302\251\":25,\"\304\240a\":26,\"\304\240at\":27,\"\304\240sat\":28,\"\304\240\303\203"
     "\302\251\":29,\"\304\240123\":30,\"\304\240hats\":31},\"merges\":[[\"a\",\"t\"],[\"1"
     "\",\"2\"],[\"c\",\"at\"],[\"h\",\"e\"],[\"h\",\"at\"],[\"t\",\"he\"],[\"\304\240\",\""
     "12\"],[\"\304\240\",\"cat\"],[\"\304\240\",\"hat\"],[\"\304\240\",\"the\"],[\"'\",\""
     "s\"],[\"s\",\"at\"],[\"\303\203\",\"\302\251\"],[\"\304\240\",\"a\"],[\"\304\240\",\""
     "at\"],[\"\304\240\",\"sat\"],[\"\304\240\",\"\303\203\302\251\"],[\"\304\24012\",\"3"
     "\"],[\"\304\240hat\",\"s\"]]}}",
     {
         {"", 2, {33, 34}},
         {" the cat's hat", 6, {33, 22, 20, 23, 21, 34}},
         {" the  cat ", 6, {33, 22, 12, 20, 12, 34}},
         {" \303\251 \303\251 ", 5, {33, 29, 29, 12, 34}},
         {" a<s>x sat satat 123", 10, {33, 26, 32, 12, 24, 34, 28, 13, 30, 34}},
         {"     the", 8, {33, 12, 12, 12, 12, 33, 22, 34}},
     }},
    {"Llama 3: Split by a regular expression, then ByteLevel; ignore_merges",
     "{\"added_tokens\":[{\"id\":21,\"content\":\"sat\",\"single_word\":true,\"normalized\""
     ":false},{\"id\":30,\"content\":\"<s>x\",\"normalized\":false},{\"id\":31,\"content\""
     ":\"<s>\",\"special\":true},{\"id\":32,\"content\":\"</s>\",\"lstrip\":true,\"rstrip\""
     ":true,\"special\":true}],\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"Sequence\""
     ",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\077i:'s|'t|'re|'v"
     "e|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]\077\\\\p{L}+|\\\\p{N}{1,3}| \077[^\\\\s\\"
     "\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(\077!\\\\S)|\\\\s+\"},\"beh"
     "avior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":"
     "false,\"trim_offsets\":true,\"use_regex\":false}]},\"post_processor\":null,\"decoder"
     "\":{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_reg"
     "ex\":true},\"model\":{\"type\":\"BPE\",\"ignore_merges\":true,\"vocab\":{\"'\":0,\"1"
     "\":1,\"2\":2,\"3\":3,\"a\":4,\"c\":5,\"e\":6,\"h\":7,\"s\":8,\"t\":9,\"\302\251\":10"
     ",\"\303\203\":11,\"\304\240\":12,\"at\":13,\"12\":14,\"cat\":15,\"he\":16,\"hat\":17"
     ",\"the\":18,\"\304\240cat\":19,\"'s\":20,\"sat\":21,\"\303\203\302\251\":22,\"\304\240"
     "at\":23,\"\304\240hat\":24,\"\304\240the\":25,\"\304\240sat\":26,\"\304\240\303\203\302"
     "\251\":27,\"123\":28,\"\304\240hats\":29},\"merges\":[[\"a\",\"t\"],[\"1\",\"2\"],[\""
     "c\",\"at\"],[\"h\",\"e\"],[\"h\",\"at\"],[\"t\",\"he\"],[\"\304\240\",\"cat\"],[\"'\""
     ",\"s\"],[\"s\",\"at\"],[\"\303\203\",\"\302\251\"],[\"\304\240\",\"at\"],[\"\304\240"
     "\",\"hat\"],[\"\304\240\",\"the\"],[\"\304\240\",\"sat\"],[\"\304\240\",\"\303\203\302"
     "\251\"],[\"12\",\"3\"],[\"\304\240hat\",\"s\"]]}}",
     {
         {"", 0, {0}},
         {"the cat's hat", 4, {18, 19, 20, 24}},
         {" the  cat ", 4, {25, 12, 19, 12}},
         {"\303\251 e ", 4, {22, 12, 6, 12}},
         {"a<s>x satsatat 123", 9, {4, 30, 12, 21, 32, 21, 13, 12, 28}},
         {"    the", 5, {12, 12, 12, 31, 25}},
     }},
    {"SmolLM: Digits, then ByteLevel; NFKC",
     "{\"added_tokens\":[{\"id\":20,\"content\":\"sat\",\"single_word\":true,\"normalized\""
     ":false},{\"id\":28,\"content\":\"<s>x\",\"normalized\":false},{\"id\":29,\"content\""
     ":\"<s>\",\"special\":true},{\"id\":30,\"content\":\"</s>\",\"lstrip\":true,\"rstrip\""
     ":true,\"special\":true}],\"normalizer\":{\"type\":\"NFKC\"},\"pre_tokenizer\":{\"typ"
     "e\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":true}"
     ",{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_rege"
     "x\":true}]},\"post_processor\":null,\"decoder\":{\"type\":\"ByteLevel\",\"add_prefix"
     "_space\":true,\"trim_offsets\":true,\"use_regex\":true},\"model\":{\"type\":\"BPE\","
     "\"vocab\":{\"'\":0,\"1\":1,\"2\":2,\"3\":3,\"a\":4,\"c\":5,\"e\":6,\"h\":7,\"s\":8,\""
     "t\":9,\"\302\251\":10,\"\303\203\":11,\"\304\240\":12,\"at\":13,\"cat\":14,\"he\":15"
     ",\"hat\":16,\"the\":17,\"\304\240cat\":18,\"'s\":19,\"sat\":20,\"\303\203\302\251\":"
     "21,\"\304\240at\":22,\"\304\240hat\":23,\"\304\240the\":24,\"\304\240sat\":25,\"\304"
     "\240\303\203\302\251\":26,\"\304\240hats\":27},\"merges\":[[\"a\",\"t\"],[\"c\",\"at"
     "\"],[\"h\",\"e\"],[\"h\",\"at\"],[\"t\",\"he\"],[\"\304\240\",\"cat\"],[\"'\",\"s\"]"
     ",[\"s\",\"at\"],[\"\303\203\",\"\302\251\"],[\"\304\240\",\"at\"],[\"\304\240\",\"ha"
     "t\"],[\"\304\240\",\"the\"],[\"\304\240\",\"sat\"],[\"\304\240\",\"\303\203\302\251\""
     "],[\"\304\240hat\",\"s\"]]}}",
     {
         {"", 0, {0}},
         {"the cat's hat", 4, {17, 18, 19, 23}},
         {" the  cat ", 4, {24, 12, 18, 12}},
         {"\303\251 \303\251 ", 3, {21, 26, 12}},
         {"a<s>x satsatat 123", 11, {4, 28, 12, 20, 30, 20, 13, 12, 1, 2, 3}},
         {" 1   the", 6, {12, 1, 12, 12, 29, 24}},
     }},
    {"SentencePiece as in Llama 2: Prepend, Replace, byte fallback",
     "{\"added_tokens\":[{\"id\":0,\"content\":\"<unk>\",\"special\":true},{\"id\":1,\"con"
     "tent\":\"<0x0A>\",\"special\":true},{\"id\":2,\"content\":\"<0xC3>\",\"special\":tru"
     "e},{\"id\":3,\"content\":\"<0xA9>\",\"special\":true},{\"id\":4,\"content\":\"<0xE4>"
     "\",\"special\":true},{\"id\":5,\"content\":\"<0xB8>\",\"special\":true},{\"id\":6,\""
     "content\":\"<0xAD>\",\"special\":true},{\"id\":44,\"content\":\"sat\",\"single_word\""
     ":true,\"normalized\":false},{\"id\":45,\"content\":\"<s>x\",\"normalized\":false},{\""
     "id\":46,\"content\":\"<s>\",\"special\":true},{\"id\":47,\"content\":\"</s>\",\"lstr"
     "ip\":true,\"rstrip\":true,\"special\":true}],\"normalizer\":{\"type\":\"Sequence\",\""
     "normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"\342\226\201\"},{\"type\":\"Repla"
     "ce\",\"pattern\":{\"String\":\" \"},\"content\":\"\342\226\201\"}]},\"pre_tokenizer\""
     ":null,\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToke"
     "n\":{\"id\":\"<s>\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"S"
     "pecialToken\":{\"id\":\"</s>\",\"type_id\":0}}],\"special_tokens\":{\"</s>\":{\"id\""
     ":\"</s>\",\"ids\":[47],\"tokens\":[\"</s>\"]},\"<s>\":{\"id\":\"<s>\",\"ids\":[46],\""
     "tokens\":[\"<s>\"]}}},\"decoder\":{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"R"
     "eplace\",\"pattern\":{\"String\":\"\342\226\201\"},\"content\":\" \"},{\"type\":\"By"
     "teFallback\"},{\"type\":\"Fuse\"},{\"type\":\"Strip\",\"content\":\" \",\"start\":1,"
     "\"stop\":0}]},\"model\":{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"fuse_unk\":true,"
     "\"byte_fallback\":true,\"vocab\":{\"<unk>\":0,\"<0x0A>\":1,\"<0xC3>\":2,\"<0xA9>\":3"
     ",\"<0xE4>\":4,\"<0xB8>\":5,\"<0xAD>\":6,\"'\":7,\"1\":8,\"2\":9,\"3\":10,\"a\":11,\""
     "c\":12,\"e\":13,\"h\":14,\"s\":15,\"t\":16,\"\303\251\":17,\"\342\226\201\":18,\"at\""
     ":19,\"at\342\226\201\":20,\"12\":21,\"e\342\226\201\":22,\"he\342\226\201\":23,\"the"
     "\342\226\201\":24,\"\342\226\201h\":25,\"\342\226\201the\342\226\201\":26,\"'s\":27,"
     "\"a\342\226\201the\342\226\201\":28,\"cat\":29,\"cat\342\226\201\":30,\"sat\342\226\201"
     "\":31,\"\342\226\20112\":32,\"\342\226\201a\342\226\201the\342\226\201\":33,\"\342\226"
     "\201cat\342\226\201\":34,\"ats\":35,\"at\342\226\201\303\251\":36,\"at\342\226\20112"
     "\":37,\"\342\226\201hats\":38,\"\342\226\201hat\342\226\201\303\251\":39,\"\342\226\201"
     "the\342\226\201cat\":40,\"'s\342\226\20112\":41,\"sat\342\226\201at\342\226\20112\":"
     "42,\"\342\226\201a\342\226\201the\342\226\201\342\226\201cat\342\226\201\":43},\"mer"
     "ges\":[[\"a\",\"t\"],[\"at\",\"\342\226\201\"],[\"1\",\"2\"],[\"e\",\"\342\226\201\""
     "],[\"h\",\"e\342\226\201\"],[\"t\",\"he\342\226\201\"],[\"\342\226\201\",\"h\"],[\"\342"
     "\226\201\",\"the\342\226\201\"],[\"'\",\"s\"],[\"a\",\"\342\226\201the\342\226\201\""
     "],[\"c\",\"at\"],[\"c\",\"at\342\226\201\"],[\"s\",\"at\342\226\201\"],[\"\342\226\201"
     "\",\"12\"],[\"\342\226\201\",\"a\342\226\201the\342\226\201\"],[\"\342\226\201\",\"c"
     "at\342\226\201\"],[\"at\",\"s\"],[\"at\342\226\201\",\"\303\251\"],[\"at\342\226\201"
     "\",\"12\"],[\"\342\226\201h\",\"ats\"],[\"\342\226\201h\",\"at\342\226\201\303\251\""
     "],[\"\342\226\201the\342\226\201\",\"cat\"],[\"'s\",\"\342\226\20112\"],[\"sat\342\226"
     "\201\",\"at\342\226\20112\"],[\"\342\226\201a\342\226\201the\342\226\201\",\"\342\226"
     "\201cat\342\226\201\"]]}}",
     {
         {"", 2, {46, 47}},
         {"the cat's hat", 6, {46, 40, 27, 25, 19, 47}},
         {" the  cat ", 5, {46, 18, 26, 34, 47}},
         {"\303\251 e ", 12, {46, 18, 17, 18, 13, 0, 18, 4, 5, 6, 1, 47}},
         {"a<s>x  sat satat 123", 15, {46, 18, 11, 45, 18, 18, 44, 47, 18, 15, 19, 37, 10, 0, 47}},
         {"     the", 15, {46, 18, 0, 18, 0, 18, 0, 18, 46, 18, 18, 16, 14, 13, 47}},
     }},
    {"Metaspace first, unsplit, byte fallback, unknowns apart",
     "{\"added_tokens\":[{\"id\":0,\"content\":\"<unk>\",\"special\":true},{\"id\":1,\"con"
     "tent\":\"<0x0A>\",\"special\":true},{\"id\":2,\"content\":\"<0xC3>\",\"special\":tru"
     "e},{\"id\":3,\"content\":\"<0xA9>\",\"special\":true},{\"id\":4,\"content\":\"<0xE4>"
     "\",\"special\":true},{\"id\":5,\"content\":\"<0xB8>\",\"special\":true},{\"id\":6,\""
     "content\":\"<0xAD>\",\"special\":true},{\"id\":44,\"content\":\"sat\",\"single_word\""
     ":true,\"normalized\":false},{\"id\":45,\"content\":\"<s>x\",\"normalized\":false},{\""
     "id\":46,\"content\":\"<s>\",\"special\":true},{\"id\":47,\"content\":\"</s>\",\"lstr"
     "ip\":true,\"rstrip\":true,\"special\":true}],\"normalizer\":null,\"pre_tokenizer\":{"
     "\"type\":\"Metaspace\",\"replacement\":\"\342\226\201\",\"prepend_scheme\":\"first\""
     ",\"split\":false},\"post_processor\":null,\"decoder\":{\"type\":\"Sequence\",\"decod"
     "ers\":[{\"type\":\"Replace\",\"pattern\":{\"String\":\"\342\226\201\"},\"content\":\""
     " \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},{\"type\":\"Strip\",\"content\""
     ":\" \",\"start\":1,\"stop\":0}]},\"model\":{\"type\":\"BPE\",\"unk_token\":\"<unk>\""
     ",\"byte_fallback\":true,\"vocab\":{\"<unk>\":0,\"<0x0A>\":1,\"<0xC3>\":2,\"<0xA9>\":"
     "3,\"<0xE4>\":4,\"<0xB8>\":5,\"<0xAD>\":6,\"'\":7,\"1\":8,\"2\":9,\"3\":10,\"a\":11,\""
     "c\":12,\"e\":13,\"h\":14,\"s\":15,\"t\":16,\"\303\251\":17,\"\342\226\201\":18,\"at\""
     ":19,\"at\342\226\201\":20,\"12\":21,\"e\342\226\201\":22,\"he\342\226\201\":23,\"the"
     "\342\226\201\":24,\"\342\226\201h\":25,\"\342\226\201the\342\226\201\":26,\"'s\":27,"
     "\"a\342\226\201the\342\226\201\":28,\"cat\":29,\"cat\342\226\201\":30,\"sat\342\226\201"
     "\":31,\"\342\226\20112\":32,\"\342\226\201a\342\226\201the\342\226\201\":33,\"\342\226"
     "\201cat\342\226\201\":34,\"ats\":35,\"at\342\226\201\303\251\":36,\"at\342\226\20112"
     "\":37,\"\342\226\201hats\":38,\"\342\226\201hat\342\226\201\303\251\":39,\"\342\226\201"
     "the\342\226\201cat\":40,\"'s\342\226\20112\":41,\"sat\342\226\201at\342\226\20112\":"
     "42,\"\342\226\201a\342\226\201the\342\226\201\342\226\201cat\342\226\201\":43},\"mer"
     "ges\":[[\"a\",\"t\"],[\"at\",\"\342\226\201\"],[\"1\",\"2\"],[\"e\",\"\342\226\201\""
     "],[\"h\",\"e\342\226\201\"],[\"t\",\"he\342\226\201\"],[\"\342\226\201\",\"h\"],[\"\342"
     "\226\201\",\"the\342\226\201\"],[\"'\",\"s\"],[\"a\",\"\342\226\201the\342\226\201\""
     "],[\"c\",\"at\"],[\"c\",\"at\342\226\201\"],[\"s\",\"at\342\226\201\"],[\"\342\226\201"
     "\",\"12\"],[\"\342\226\201\",\"a\342\226\201the\342\226\201\"],[\"\342\226\201\",\"c"
     "at\342\226\201\"],[\"at\",\"s\"],[\"at\342\226\201\",\"\303\251\"],[\"at\342\226\201"
     "\",\"12\"],[\"\342\226\201h\",\"ats\"],[\"\342\226\201h\",\"at\342\226\201\303\251\""
     "],[\"\342\226\201the\342\226\201\",\"cat\"],[\"'s\",\"\342\226\20112\"],[\"sat\342\226"
     "\201\",\"at\342\226\20112\"],[\"\342\226\201a\342\226\201the\342\226\201\",\"\342\226"
     "\201cat\342\226\201\"]]}}",
     {
         {"", 0, {0}},
         {"the cat's hat", 4, {40, 27, 25, 19}},
         {"the  cat ", 2, {26, 34}},
         {"\303\251 e ", 10, {18, 17, 18, 13, 0, 18, 4, 5, 6, 1}},
         {"a<s>x satsatat 123", 11, {18, 11, 45, 18, 44, 47, 15, 19, 37, 10, 0}},
         {"    the", 15, {18, 0, 0, 0, 18, 0, 18, 0, 0, 18, 46, 18, 16, 14, 13}},
     }},
    {"Metaspace always, split, unknowns fused",
     "{\"added_tokens\":[{\"id\":0,\"content\":\"<unk>\",\"special\":true},{\"id\":24,\"co"
     "ntent\":\"sat\",\"single_word\":true,\"normalized\":false},{\"id\":32,\"content\":\""
     "<s>x\",\"normalized\":false},{\"id\":33,\"content\":\"<s>\",\"special\":true},{\"id\""
     ":34,\"content\":\"</s>\",\"lstrip\":true,\"rstrip\":true,\"special\":true}],\"normal"
     "izer\":null,\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"\342\226\201"
     "\",\"prepend_scheme\":\"always\",\"split\":true},\"post_processor\":null,\"decoder\""
     ":{\"type\":\"Metaspace\",\"replacement\":\"\342\226\201\",\"prepend_scheme\":\"alway"
     "s\",\"split\":true},\"model\":{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"fuse_unk\""
     ":true,\"vocab\":{\"<unk>\":0,\"'\":1,\"1\":2,\"2\":3,\"3\":4,\"a\":5,\"c\":6,\"e\":7"
     ",\"h\":8,\"s\":9,\"t\":10,\"\303\251\":11,\"\342\226\201\":12,\"at\":13,\"12\":14,\""
     "cat\":15,\"he\":16,\"hat\":17,\"the\":18,\"\342\226\20112\":19,\"\342\226\201cat\":2"
     "0,\"\342\226\201hat\":21,\"\342\226\201the\":22,\"'s\":23,\"sat\":24,\"\342\226\201a"
     "\":25,\"\342\226\201\303\251\":26,\"\342\226\201at\":27,\"\342\226\201sat\":28,\"\342"
     "\226\201123\":29,\"\342\226\201cat's\":30,\"\342\226\201hats\":31},\"merges\":[[\"a\""
     ",\"t\"],[\"1\",\"2\"],[\"c\",\"at\"],[\"h\",\"e\"],[\"h\",\"at\"],[\"t\",\"he\"],[\""
     "\342\226\201\",\"12\"],[\"\342\226\201\",\"cat\"],[\"\342\226\201\",\"hat\"],[\"\342"
     "\226\201\",\"the\"],[\"'\",\"s\"],[\"s\",\"at\"],[\"\342\226\201\",\"a\"],[\"\342\226"
     "\201\",\"\303\251\"],[\"\342\226\201\",\"at\"],[\"\342\226\201\",\"sat\"],[\"\342\226"
     "\20112\",\"3\"],[\"\342\226\201cat\",\"'s\"],[\"\342\226\201hat\",\"s\"]]}}",
     {
         {"", 0, {0}},
         {"the cat's hat", 3, {22, 30, 21}},
         {"the  cat ", 4, {22, 12, 20, 12}},
         {"\303\251 e ", 6, {26, 12, 7, 0, 12, 0}},
         {"a<s>x sat satat 123", 9, {25, 32, 12, 24, 34, 28, 13, 29, 0}},
         {"    the", 9, {12, 0, 12, 0, 12, 0, 12, 33, 22}},
     }},
    {"Split Removed and Contiguous, inverted, no decoder",
     "{\"added_tokens\":[{\"id\":18,\"content\":\"sat\",\"single_word\":true,\"normalized\""
     ":false},{\"id\":19,\"content\":\"<s>x\",\"normalized\":false},{\"id\":20,\"content\""
     ":\"<s>\",\"special\":true},{\"id\":21,\"content\":\"</s>\",\"lstrip\":true,\"rstrip\""
     ":true,\"special\":true}],\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"Sequence\""
     ",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\s+\"},\"behavio"
     "r\":\"Removed\",\"invert\":false},{\"type\":\"Split\",\"pattern\":{\"String\":\"a\"}"
     ",\"behavior\":\"Contiguous\",\"invert\":true}]},\"post_processor\":null,\"decoder\":"
     "null,\"model\":{\"type\":\"BPE\",\"vocab\":{\"'\":0,\"1\":1,\"2\":2,\"3\":3,\"a\":4,"
     "\"c\":5,\"e\":6,\"h\":7,\"s\":8,\"t\":9,\"\303\251\":10,\"12\":11,\"he\":12,\"the\":"
     "13,\"'s\":14,\"ts\":15,\"t's\":16,\"123\":17},\"merges\":[[\"1\",\"2\"],[\"h\",\"e\""
     "],[\"t\",\"he\"],[\"'\",\"s\"],[\"t\",\"s\"],[\"t\",\"'s\"],[\"12\",\"3\"]]}}",
     {
         {"", 0, {0}},
         {"the c a t's h a t", 7, {13, 5, 4, 16, 7, 4, 9}},
         {"the c a t", 4, {13, 5, 4, 9}},
         {"\303\251 e", 2, {10, 6}},
         {"a <s>x sat s a t a t 123", 10, {4, 19, 18, 21, 8, 4, 9, 4, 9, 17}},
         {"the", 2, {20, 13}},
     }},
    {"Split MergedWithPrevious and MergedWithNext",
     "{\"added_tokens\":[{\"id\":24,\"content\":\"sat\",\"single_word\":true,\"normalized\""
     ":false},{\"id\":25,\"content\":\"<s>x\",\"normalized\":false},{\"id\":26,\"content\""
     ":\"<s>\",\"special\":true},{\"id\":27,\"content\":\"</s>\",\"lstrip\":true,\"rstrip\""
     ":true,\"special\":true}],\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"Regex\""
     ":\" {2,}\"},\"content\":\" \"},\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokeniz"
     "ers\":[{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"MergedWithP"
     "revious\",\"invert\":false},{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[ae]\"},\"b"
     "ehavior\":\"MergedWithNext\",\"invert\":false}]},\"post_processor\":null,\"decoder\""
     ":null,\"model\":{\"type\":\"BPE\",\"vocab\":{\" \":0,\"'\":1,\"1\":2,\"2\":3,\"3\":4"
     ",\"a\":5,\"c\":6,\"e\":7,\"h\":8,\"s\":9,\"t\":10,\"\303\251\":11,\"at\":12,\"at \":"
     "13,\"12\":14,\"e \":15,\"th\":16,\"'s\":17,\"a \":18,\"ats\":19,\"at's\":20,\"12 \":"
     "21,\"123\":22,\"at's \":23},\"merges\":[[\"a\",\"t\"],[\"at\",\" \"],[\"1\",\"2\"],["
     "\"e\",\" \"],[\"t\",\"h\"],[\"'\",\"s\"],[\"a\",\" \"],[\"at\",\"s\"],[\"at\",\"'s\""
     "],[\"12\",\" \"],[\"12\",\"3\"],[\"at's\",\" \"]]}}",
     {
         {"", 0, {0}},
         {"th e  c at's  h at", 6, {16, 15, 6, 23, 8, 12}},
         {"  th e  c at ", 5, {0, 16, 15, 6, 13}},
         {"\303\251   e ", 3, {11, 0, 15}},
         {"a <s>x   sat s at at  123", 9, {5, 25, 0, 24, 27, 9, 12, 13, 22}},
         {"        th e", 7, {0, 0, 0, 26, 0, 16, 7}},
     }},
};
enum { TOKENIZER_CASES = sizeof tokenizer_cases / sizeof tokenizer_cases[0] };

#endif
