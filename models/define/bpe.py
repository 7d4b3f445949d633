"""A byte-level BPE tokenizer: training, encoding, and Hugging Face's tokenizer.json.

The scheme is GPT-2's: text is cut into words by a pattern, a word is written with one
printable letter per byte, and learned merges join letters into tokens.
"""
import collections
import json
import re
import sys
import unicodedata

BEGIN, END = "<|begin|>", "<|end|>"


def byte_letters():
    """GPT-2's printable letter for each byte: itself where it has one, else U+0100 on."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {b: chr(b) for b in plain}
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + len(letters) - len(plain))
    return letters


def unicode_class(test):
    """The inside of a `[...]` for all characters that pass; re knows no \\p{L}."""
    ranges, start = [], None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and test(chr(code))
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append("\\U%08x-\\U%08x" % (start, code - 1))
            start = None
    return "".join(ranges)


def gpt2_pattern():
    """GPT-2's pattern, which ByteLevel with use_regex applies."""
    letter = unicode_class(lambda c: unicodedata.category(c)[0] == "L")
    number = unicode_class(lambda c: unicodedata.category(c)[0] == "N")
    # Unicode's White_Space; Python's \s would add four control characters.
    space = "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
    return re.compile(
        "'s|'t|'re|'ve|'m|'ll|'d| ?[%s]+| ?[%s]+| ?[^%s%s%s]+|[%s]+(?![^%s])|[%s]+"
        % (letter, number, space, letter, number, space, space, space))


PATTERN = gpt2_pattern()
LETTERS = byte_letters()


def to_letters(text):
    return "".join(LETTERS[byte] for byte in text.encode())


# --- training ---------------------------------------------------------------------

def count_words(lines):
    counts = collections.Counter()
    for line in lines:
        counts.update(PATTERN.findall(line))
    return counts


def merge_pair(symbols, pair):
    """The symbols with every occurrence of the pair joined, left to right."""
    out, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == pair:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


def learn_merges(lines, count):
    """The `count` most worthwhile merges. Only the words that hold the merged pair are
    counted anew, which is what makes this fast enough without native code."""
    words = sorted(count_words(lines).items())
    times = [n for _, n in words]
    symbols = [list(to_letters(word)) for word, _ in words]
    pairs = collections.Counter()
    homes = collections.defaultdict(set)           # pair -> the words it occurs in

    def tally(index, sign):
        for pair in zip(symbols[index], symbols[index][1:]):
            pairs[pair] += sign * times[index]
            homes[pair].add(index)

    for index in range(len(words)):
        tally(index, 1)
    merges = []
    while len(merges) < count:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        for index in homes.pop(best):
            tally(index, -1)
            symbols[index] = merge_pair(symbols[index], best)
            tally(index, 1)
        del pairs[best]
    return merges


# --- encoding ---------------------------------------------------------------------

class Tokenizer:
    """Ids: the 256 byte letters, then the merges in order, then begin and end."""

    def __init__(self, merges):
        self.merges = [tuple(pair) for pair in merges]
        tokens = sorted(LETTERS.values()) + [a + b for a, b in self.merges]
        self.ids = {token: i for i, token in enumerate(tokens)}
        self.tokens = tokens + [BEGIN, END]
        self.begin, self.end = len(tokens), len(tokens) + 1
        self.rank = {pair: i for i, pair in enumerate(self.merges)}
        self.bytes = {letter: byte for byte, letter in LETTERS.items()}
        self.cache = {}

    def encode_word(self, word):
        if word not in self.cache:
            symbols = list(to_letters(word))
            while len(symbols) > 1:
                best = min(zip(symbols, symbols[1:]), key=lambda p: self.rank.get(p, 1 << 30))
                if best not in self.rank:
                    break
                symbols = merge_pair(symbols, best)
            self.cache[word] = [self.ids[s] for s in symbols]
        return self.cache[word]

    def encode(self, text, begin=True):
        """Token ids; begin and end written out in the text are the special tokens."""
        ids = [self.begin] if begin else []
        for part in re.split("(%s|%s)" % (re.escape(BEGIN), re.escape(END)), text):
            if part in (BEGIN, END):
                ids.append(self.begin if part == BEGIN else self.end)
                continue
            for word in PATTERN.findall(part):
                ids += self.encode_word(word)
        return ids

    def decode(self, ids):
        letters = "".join(self.tokens[i] for i in ids if i < self.begin)
        return bytes(self.bytes[c] for c in letters).decode(errors="replace")

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.as_json(), file, ensure_ascii=False, indent=1)
            file.write("\n")

    def as_json(self):
        byte_level = {"type": "ByteLevel", "add_prefix_space": False,
                      "trim_offsets": True, "use_regex": True}
        special = [{"id": i, "content": text, "single_word": False, "lstrip": False,
                    "rstrip": False, "normalized": False, "special": True}
                   for i, text in ((self.begin, BEGIN), (self.end, END))]
        begin = {"SpecialToken": {"id": BEGIN, "type_id": 0}}
        begin_b = {"SpecialToken": {"id": BEGIN, "type_id": 1}}
        return {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": special, "normalizer": None, "pre_tokenizer": byte_level,
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [begin, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [begin, {"Sequence": {"id": "A", "type_id": 0}},
                         begin_b, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {BEGIN: {"id": BEGIN, "ids": [self.begin],
                                           "tokens": [BEGIN]}}},
            "decoder": byte_level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None,
                      "continuing_subword_prefix": None, "end_of_word_suffix": None,
                      "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                      "vocab": self.ids, "merges": ["%s %s" % m for m in self.merges]}}


def load(path):
    with open(path, encoding="utf-8") as file:
        model = json.load(file)["model"]
    return Tokenizer([tuple(m.split(" ")) for m in model["merges"]])
