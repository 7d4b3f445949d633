"""WordNet's glosses as lines of text, `word: definition`, split for training.

The split goes by the text of the gloss, not by the word: synonyms share a gloss, so
a split by word would let the model read in training what it is asked in the test.
"""
import hashlib
import random
import re

WORDNET = "/usr/share/wordnet"
FILES = ("noun", "verb", "adj", "adv")
HELD_OUT_ONE_IN = 40

# What a visitor is likely to try first. Their definitions are read more often in
# training; README.md says so, and held-out glosses are never among them.
FAMOUS = """
accelerator transformer array memory computer processor chip machine engine language
model word dictionary book river mountain ocean star moon sun heart water fire music
guitar piano dog cat horse bird fish tree flower bread cheese wine coffee tea house
bridge road train ship car wheel clock hammer knife window door king queen teacher
doctor friend child love war peace truth science mathematics physics philosophy history
run walk think write read sing cold bright beautiful slow quickly
""".split()

WORD = re.compile(r"[a-z][a-z'-]*( [a-z][a-z'-]*){0,2}")
GLOSS = re.compile(r"[A-Za-z][A-Za-z0-9 ,.'-]*[A-Za-z0-9]")


def clean_gloss(gloss):
    """The first plain statement of a gloss: no examples, no asides."""
    gloss = re.sub(r"\([^)]*\)", " ", gloss)
    gloss = gloss.split('"')[0].split(";")[0]
    gloss = re.sub(r"\s+", " ", gloss).strip(" ,.:")
    return gloss.replace(" ,", ",")


def clean_word(lemma):
    """`throttle_valve` -> `throttle valve`; an adjective's marker `(a)` goes."""
    return re.sub(r"\(\w+\)$", "", lemma).replace("_", " ")


def read_synset(line):
    """The words and the gloss of one line of a data file (format: man wndb)."""
    fields, _, gloss = line.partition(" | ")
    fields = fields.split(" ")
    count = int(fields[3], 16)
    lemmas = fields[4:4 + 2 * count:2]
    words = [clean_word(lemma) for lemma in lemmas]
    return [w for w in words if WORD.fullmatch(w)], clean_gloss(gloss)


def read_glosses(folder=WORDNET):
    """{gloss: [words]} over all four parts of speech, in file order."""
    glosses = {}
    for part in FILES:
        with open("%s/data.%s" % (folder, part), encoding="latin-1") as file:
            for line in file:
                if line.startswith("  "):          # the licence at the head
                    continue
                words, gloss = read_synset(line)
                if words and 12 <= len(gloss) <= 120 and GLOSS.fullmatch(gloss):
                    known = glosses.setdefault(gloss, [])
                    known.extend(w for w in words if w not in known)
    return glosses


def is_held_out(gloss):
    """The same answer on every machine, and whatever else changes in the corpus."""
    digest = hashlib.sha256(gloss.encode()).digest()
    return int.from_bytes(digest[:4], "big") % HELD_OUT_ONE_IN == 0


def split_glosses(glosses):
    """(training, held out), both lists of (words, gloss)."""
    parts = ([], [])
    for gloss, words in glosses.items():
        parts[is_held_out(gloss)].append((words, gloss))
    return parts


def held_out_lines(held_out, count):
    """A fixed sample of held-out lines, each with the gloss's first word."""
    order = sorted(held_out, key=lambda item: hashlib.sha256(item[1].encode()).digest())
    return ["%s: %s" % (words[0], gloss) for words, gloss in order[:count]]


def epoch_lines(training, rng, famous_times=4):
    """One pass: every gloss once, under one of its words; the famous ones more."""
    lines = []
    for words, gloss in training:
        lines.append("%s: %s" % (rng.choice(words), gloss))
        if words[0] in FAMOUS_SET:                 # WordNet names the chief word first
            lines.extend(["%s: %s" % (words[0], gloss)] * famous_times)
    rng.shuffle(lines)
    return lines


def first_offsets(part, folder):
    """{offset of the synset: word} for the commonest sense of the famous words: the
    first of the offsets that end a line of the index (format: man wndb)."""
    offsets = {}
    with open("%s/index.%s" % (folder, part)) as file:
        for line in file:
            fields = line.split()
            if fields[0] in FAMOUS_SET and not line.startswith(" "):
                offsets[fields[-int(fields[2])]] = fields[0]
    return offsets


def famous_lines(folder=WORDNET):
    """The famous words with their commonest sense in each part of speech."""
    lines = []
    for part in FILES:
        offsets = first_offsets(part, folder)
        with open("%s/data.%s" % (folder, part), encoding="latin-1") as file:
            for line in file:
                word, gloss = offsets.get(line[:8]), clean_gloss(line.partition(" | ")[2])
                if word and GLOSS.fullmatch(gloss) and not is_held_out(gloss):
                    lines.append("%s: %s" % (word, gloss))
    return lines


def finishing_lines(training, rng, times=250):
    """A pass for the end of the training, with the famous lines again and again."""
    lines = epoch_lines(training, rng) + times * famous_lines()
    rng.shuffle(lines)
    return lines


FAMOUS_SET = frozenset(FAMOUS)

if __name__ == "__main__":
    train, held = split_glosses(read_glosses())
    sample = epoch_lines(train, random.Random(1))
    print(len(train), "glosses for training,", len(held), "held out;",
          sum(map(len, sample)), "characters an epoch")
    print("\n".join(sample[:20]))
