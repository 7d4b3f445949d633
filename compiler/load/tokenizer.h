// Text to token ids and back, from a Hugging Face tokenizer.json.
//
// Models: BPE, byte-level (GPT-2, Llama 3) and SentencePiece-style (Llama 2,
// with byte fallback). Normalizers: NFC, NFD, NFKC, NFKD, Prepend, Replace,
// Sequence. Pre-tokenizers: ByteLevel, Metaspace, Split, Digits, Sequence.
// Post-processors: TemplateProcessing, ByteLevel, Sequence. Decoders:
// ByteLevel, Metaspace, Replace, ByteFallback, Fuse, Strip, Sequence. Any other
// kind is refused by its name when the file is read, so that a tokenizer that
// opens gives the ids that the original gives.
//
// A tokenizer is read-only after opening: several threads may encode with one.
#ifndef SYSTOLE_COMPILER_LOAD_TOKENIZER_H
#define SYSTOLE_COMPILER_LOAD_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/base/status.h"

typedef struct systole_tokenizer systole_tokenizer;

systole_status systole_tokenizer_read(const char *path, systole_tokenizer **out,
                                      systole_error *err);

// The same from `size` bytes in memory; `label` stands for the file's name in messages.
systole_status systole_tokenizer_parse(const char *json, size_t size, const char *label,
                                       systole_tokenizer **out, systole_error *err);

void systole_tokenizer_close(systole_tokenizer *tokenizer);  // NULL is allowed

// One more than the highest id, added tokens included.
int32_t systole_tokenizer_size(const systole_tokenizer *tokenizer);

// The token's text as the file spells it ("\u0120the", "<0x0A>"), or NULL.
const char *systole_tokenizer_piece(const systole_tokenizer *tokenizer, int32_t id);

// The id of exactly this token, or -1.
int32_t systole_tokenizer_id(const systole_tokenizer *tokenizer, const char *piece);

// True for added tokens marked special (begin, end, ...): decoding leaves them out.
bool systole_tokenizer_is_special(const systole_tokenizer *tokenizer, int32_t id);

// Encodes `size` bytes of UTF-8 (anything else is SYSTOLE_E_FORMAT, naming the
// byte). add_special adds what the post-processor says, usually a begin token.
// *ids is allocated for the caller to free(), never NULL on success.
systole_status systole_tokenizer_encode(const systole_tokenizer *tokenizer, const char *text,
                                        size_t size, bool add_special, int32_t **ids,
                                        size_t *count, systole_error *err);

// Decodes ids to UTF-8, special tokens left out; bytes that do not form UTF-8
// become U+FFFD. *text is zero-terminated, for the caller to free().
systole_status systole_tokenizer_decode(const systole_tokenizer *tokenizer, const int32_t *ids,
                                        size_t count, char **text, size_t *size,
                                        systole_error *err);

// Decoding one token at a time, for text that appears while it is generated.
// A character whose bytes come from several tokens appears with its last one.
typedef struct systole_stream systole_stream;

systole_status systole_stream_create(const systole_tokenizer *tokenizer, systole_stream **out,
                                     systole_error *err);
void systole_stream_close(systole_stream *stream);  // NULL is allowed

// Adds a token. *text (zero-terminated, often empty) is what can be shown now;
// it belongs to the stream and lasts until the next call on it.
systole_status systole_stream_push(systole_stream *stream, int32_t id, const char **text,
                                   size_t *size, systole_error *err);

// Ends the text: what was held back (as U+FFFD if it is not a whole
// character), and makes the stream ready for a new text.
systole_status systole_stream_finish(systole_stream *stream, const char **text, size_t *size,
                                     systole_error *err);

#endif
