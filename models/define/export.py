"""Everything that is saved beside the weights, and its checking."""
import json
import os

import numpy

import corpus
import tensorfile
from make_logits import logits_bytes

HELD_OUT_LINES = 600
LOGIT_TOKENS = 24
LOGIT_TEXTS = ("accelerator: a scientific instrument that increases the kinetic energy of "
               "charged particles", None)          # None: held-out lines, run together

# Text that a tokenizer gets wrong easily: spaces, digits, contractions, other scripts,
# special tokens written out.
TOKEN_TEXTS = (
    "", "a", " ", "  ", "accelerator:", "accelerator: a pedal that controls the throttle valve",
    "Once upon a time", " leading space", "trailing space ", "two  spaces   three",
    "line\nbreak\n\n  indented\ttab \n", "don't we'll they've I'm he'd it's 'tis DON'T",
    "3.14159 and 1,000,000", "e=mc^2 (a+b)*c != {x}", "caf\u00e9 na\u00efve \u00fcber",
    "\u4f60\u597d\uff0c\u4e16\u754c", "\U0001f600 smile \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac \u0440\u0443\u0441\u0441\u043a\u0438\u0439 \u00bd\u00b2\u2167",
    "nbsp\u00a0here\u3000wide", "e\u0301 combining", "<|begin|>", "river: a stream<|end|>sea: water",
    "<|end|>", "<|endx|>", "_snake_case__", "MixedCASEWords", "\x00\x01\x7f", "a\r\nb",
)


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def write_tokenizer_config(folder, bpe_begin, bpe_end):
    names = {"bos_token": bpe_begin, "eos_token": bpe_end}
    write_json(os.path.join(folder, "tokenizer_config.json"), {
        **names, "add_bos_token": True, "clean_up_tokenization_spaces": False,
        "model_input_names": ["input_ids", "attention_mask"], "model_max_length": 256,
        "tokenizer_class": "PreTrainedTokenizerFast"})


def write_token_cases(path, tokenizer, lines):
    cases = [{"text": t, "ids": tokenizer.encode(t)} for t in (*TOKEN_TEXTS, *lines)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


def logit_sequences(tokenizer, lines):
    run_on = "".join(line + "<|end|>" for line in lines[:4])
    return [tokenizer.encode(text or run_on)[:LOGIT_TOKENS] for text in LOGIT_TEXTS]


def write_logits(folder, model, config, sequences):
    with open(os.path.join(folder, "logits.bin"), "wb") as file:
        file.write(logits_bytes(model, sequences))
    write_json(os.path.join(folder, "logits.json"), {
        "file": "logits.bin", "dtype": "float32, little-endian",
        "layout": "a row of vocab_size logits per token, sequence after sequence",
        "vocab_size": config["vocab_size"], "sequences": sequences})


def write_folder(folder, model, config, tokenizer, held_out):
    """The checkpoint in Hugging Face's layout, and the data to test others against."""
    os.makedirs(folder, exist_ok=True)
    lines = corpus.held_out_lines(held_out, HELD_OUT_LINES)
    weights = {n: w for n, w in model.state_dict().items() if n != "lm_head.weight"}
    tensorfile.write_f16(os.path.join(folder, "model.safetensors"), weights)
    write_json(os.path.join(folder, "config.json"), config)
    write_json(os.path.join(folder, "generation_config.json"), {
        "bos_token_id": config["bos_token_id"], "eos_token_id": config["eos_token_id"],
        "do_sample": False, "max_length": config["max_position_embeddings"]})
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    write_tokenizer_config(folder, "<|begin|>", "<|end|>")
    with open(os.path.join(folder, "heldout.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    write_logits(folder, model.eval(), config, logit_sequences(tokenizer, lines))
    write_token_cases(os.path.join(folder, "tokens.json"), tokenizer, lines[:40])


def check_logits(folder, model):
    """The saved logits against those that the saved weights give now."""
    with open(os.path.join(folder, "logits.json")) as file:
        sequences = json.load(file)["sequences"]
    now = numpy.frombuffer(logits_bytes(model, sequences), "<f4")
    saved = numpy.fromfile(os.path.join(folder, "logits.bin"), "<f4")
    error = float(numpy.abs(now - saved).max())
    print("logits.bin: %d rows, largest difference %.2g" % (sum(map(len, sequences)), error))
    if error > 1e-4:
        raise SystemExit("logits.bin does not belong to these weights")


def check_tokens(folder, tokenizer):
    with open(os.path.join(folder, "tokens.json")) as file:
        cases = json.load(file)
    wrong = [c["text"] for c in cases if tokenizer.encode(c["text"]) != c["ids"]]
    print("tokens.json: %d texts, %d wrong" % (len(cases), len(wrong)))
    if wrong:
        raise SystemExit("the tokenizer does not give the ids in tokens.json")
