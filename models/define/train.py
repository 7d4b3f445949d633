#!/usr/bin/python3
"""Trains the model in this folder from WordNet's glosses, or checks what is saved.

    train.py             corpus, tokenizer, training, all files of this folder
    train.py --finish    only the last part, from the saved weights
    train.py --check     the figures and logits again from the saved files

The last part of the training computes every product with int8 operands, as the
accelerator will, so that the model learns weights that rounding does not hurt.
"""
import argparse
import os
import random
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"       # read when torch loads the library

import torch
from torch.nn.functional import cross_entropy

import bpe
import corpus
import evaluate
import export
import llama
from optimizer import make_optimizers

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20
VOCABULARY = 1024
CONTEXT = 256
BATCH_TOKENS = 2048
PACKED_SHARE = 0.15            # of the batches: rows full of definitions, CONTEXT long
INT8_SHARE = 0.35              # of the steps, the last ones
WARM_UP = 150                  # steps
FINISH_WARM_UP = 50
PRINT_EVERY = 50
PEAK_RATE = 4e-3
FINISH_RATE = 2e-3
WEIGHT_DECAY = 0.05

CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama",
    "vocab_size": VOCABULARY, "hidden_size": 128, "intermediate_size": 384,
    "num_hidden_layers": 5, "num_attention_heads": 8, "num_key_value_heads": 4,
    "head_dim": 16, "max_position_embeddings": CONTEXT, "hidden_act": "silu",
    "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "rope_scaling": None,
    "attention_bias": False, "attention_dropout": 0.0, "mlp_bias": False,
    "bos_token_id": VOCABULARY - 2, "eos_token_id": VOCABULARY - 1, "pad_token_id": None,
    "initializer_range": 0.04, "pretraining_tp": 1, "tie_word_embeddings": True,
    "torch_dtype": "float16", "use_cache": True,
}


# --- batches ------------------------------------------------------------------------

def single_rows(sequences, rng):
    """Batches of rows of one definition each, like with like in length."""
    ordered = sorted(sequences, key=lambda s: (len(s), rng.random()))
    batches, batch = [], []
    for sequence in ordered:
        if batch and len(sequence) * (len(batch) + 1) > BATCH_TOKENS:
            batches.append(batch)
            batch = []
        batch.append(sequence)
    return batches + [batch]


def packed_rows(sequences):
    """Batches of rows that run on from definition to definition for the whole context."""
    stream = [token for s in sequences for token in s[1:]]
    begin, width = sequences[0][0], CONTEXT - 1
    rows = [[begin] + stream[i:i + width] for i in range(0, len(stream) - width, width)]
    per_batch = BATCH_TOKENS // CONTEXT
    return [rows[i:i + per_batch] for i in range(0, len(rows), per_batch)]


def epoch_batches(lines, tokenizer, rng):
    sequences = evaluate.held_out_sequences(tokenizer, lines)
    packed = int(PACKED_SHARE * len(sequences))
    batches = single_rows(sequences[packed:], rng) + packed_rows(sequences[:packed])
    rng.shuffle(batches)
    return batches


def endless_batches(make_lines, training, tokenizer, rng):
    while True:
        yield from epoch_batches(make_lines(training, rng), tokenizer, rng)


# --- training -----------------------------------------------------------------------

class Clock:
    """How far the training has come, from 0 to 1: by steps, or else by minutes."""

    def __init__(self, minutes, steps=None):
        self.minutes, self.steps = minutes, steps
        self.step, self.started = 0, time.time()

    def seconds(self):
        return time.time() - self.started

    def progress(self):
        if self.steps:
            return self.step / self.steps
        return self.seconds() / (60 * self.minutes)


def learning_rate(peak, warm_up, step, progress):
    """A short linear start, then straight down to zero."""
    return peak * min(1.0, (step + 1) / warm_up) * max(0.0, 1 - progress)


def loss_of(model, rows, int8):
    logits = model(rows[:, :-1].clamp(min=0), int8=int8)
    return cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=-100)


def update(model, optimizers, loss, rate):
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate
    model.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()


def train(model, batches, clock, peak=PEAK_RATE, warm_up=WARM_UP,
          int8_share=INT8_SHARE):
    optimizers, total = make_optimizers(model, peak, WEIGHT_DECAY), 0.0
    while clock.progress() < 1:
        progress = clock.progress()
        int8 = progress >= 1 - int8_share
        loss = loss_of(model, evaluate.padded(next(batches), -100), int8)
        update(model, optimizers, loss, learning_rate(peak, warm_up, clock.step, progress))
        total += loss.item()
        clock.step += 1
        if clock.step % PRINT_EVERY == 0:
            print("step %d  loss %.3f  %s  %.0f s  %.0f %% done" % (
                clock.step, total / PRINT_EVERY, "int8" if int8 else "fp32", clock.seconds(),
                100 * progress), flush=True)
            total = 0.0


def round_to_f16(model):
    """From here on the weights are what the file will hold."""
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(weight.half().float())


def report(what, clock):
    print("%s: %d steps in %.1f minutes" % (what, clock.step, clock.seconds() / 60))


def finish(model, training, tokenizer, minutes):
    """The last part: all int8, a lower rate, and the famous words often."""
    print("seed of the last part", SEED + 1)
    rng, clock = random.Random(SEED + 1), Clock(minutes)
    train(model, endless_batches(corpus.finishing_lines, training, tokenizer, rng), clock,
          FINISH_RATE, FINISH_WARM_UP, 1.0)
    round_to_f16(model)
    report("finish", clock)


def train_all(folder, minutes, steps, finish_minutes):
    print("seed", SEED)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    training, held_out = corpus.split_glosses(corpus.read_glosses())
    merges = bpe.learn_merges(corpus.epoch_lines(training, random.Random(SEED)),
                              VOCABULARY - 258)
    tokenizer = bpe.Tokenizer(merges)
    model = llama.Llama(CONFIG)
    llama.initialise(model, CONFIG)
    clock = Clock(minutes, steps)
    train(model, endless_batches(corpus.epoch_lines, training, tokenizer, rng), clock)
    round_to_f16(model)
    report("train", clock)
    finish(model, training, tokenizer, finish_minutes)
    export.write_folder(folder, model, CONFIG, tokenizer, held_out)


def finish_saved(folder, minutes):
    model, config = llama.load(folder)
    tokenizer = bpe.load(os.path.join(folder, "tokenizer.json"))
    training, held_out = corpus.split_glosses(corpus.read_glosses())
    finish(model, training, tokenizer, minutes)
    export.write_folder(folder, model, config, tokenizer, held_out)


# --- checking -----------------------------------------------------------------------

PROMPTS = ("accelerator:", "river:", "guitar:", "teacher:", "transformer:", "truth:",
           "run:", "beautiful:")


def check(folder):
    """Prints the figures of what is saved; fails where the saved logits differ."""
    model, _ = llama.load(folder)
    tokenizer = bpe.load(os.path.join(folder, "tokenizer.json"))
    print("%d parameters, %d bytes of weights" % (
        sum(p.numel() for p in model.parameters()),
        os.path.getsize(os.path.join(folder, "model.safetensors"))))
    with open(os.path.join(folder, "heldout.txt"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    sequences = evaluate.held_out_sequences(tokenizer, lines)
    print(evaluate.describe(evaluate.measure(model, sequences)))
    for prompt in PROMPTS:
        for int8 in (False, True):
            print("int8 |" if int8 else "fp32 |",
                  evaluate.greedy(model, tokenizer, prompt, int8=int8))
    export.check_logits(folder, model)
    export.check_tokens(folder, tokenizer)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="no training, only figures")
    parser.add_argument("--finish", action="store_true", help="train on from what is saved")
    parser.add_argument("--finish-minutes", type=float, default=10, help="of the last part")
    parser.add_argument("--minutes", type=float, default=40, help="of training")
    parser.add_argument("--steps", type=int, help="train so many steps, however long")
    parser.add_argument("--out", default=HERE, help="the folder to write or check")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)             # gradients near zero are slow otherwise
    if args.finish:
        finish_saved(args.out, args.finish_minutes)
    elif not args.check:
        train_all(args.out, args.minutes, args.steps, args.finish_minutes)
    check(args.out)


if __name__ == "__main__":
    main()
