"""How well a model predicts held-out definitions, in fp32 and in simulated int8.

Every line is a sequence of its own: begin, the line's tokens, end. Everything after
begin counts as predicted. Perplexity is exp of the mean negative log-likelihood.
"""
import math

import torch
from torch.nn.functional import cosine_similarity, cross_entropy, log_softmax


def held_out_sequences(tokenizer, lines):
    return [tokenizer.encode(line) + [tokenizer.end] for line in lines]


def padded(sequences, fill):
    width = max(map(len, sequences))
    return torch.tensor([s + [fill] * (width - len(s)) for s in sequences])


@torch.no_grad()
def measure(model, sequences):
    """Perplexities, top-1 agreement and cosine of the logits over all predictions."""
    model.eval()
    sums = dict(tokens=0, fp32=0.0, int8=0.0, agree=0, right=0, cosine=0.0, kl=0.0)
    for start in range(0, len(sequences), 64):
        rows = padded(sequences[start:start + 64], -100)
        wanted = rows[:, 1:].flatten()
        keep = wanted != -100                      # padding comes last, so nothing sees it
        wanted, ids = wanted[keep], rows[:, :-1].clamp(min=0)
        exact = model(ids).flatten(0, 1)[keep]
        rounded = model(ids, int8=True).flatten(0, 1)[keep]
        p, q = log_softmax(exact, -1), log_softmax(rounded, -1)
        sums["tokens"] += len(wanted)
        sums["fp32"] += cross_entropy(exact, wanted, reduction="sum").item()
        sums["int8"] += cross_entropy(rounded, wanted, reduction="sum").item()
        sums["agree"] += (exact.argmax(-1) == rounded.argmax(-1)).sum().item()
        sums["right"] += (exact.argmax(-1) == wanted).sum().item()
        sums["cosine"] += cosine_similarity(exact, rounded, -1).sum().item()
        sums["kl"] += (p.exp() * (p - q)).sum().item()
    n = sums["tokens"]
    return {"tokens": n, "ppl_fp32": math.exp(sums["fp32"] / n),
            "ppl_int8": math.exp(sums["int8"] / n), "agreement": sums["agree"] / n,
            "accuracy_fp32": sums["right"] / n, "cosine": sums["cosine"] / n,
            "kl": sums["kl"] / n}


def describe(figures):
    worse = 100 * (figures["ppl_int8"] / figures["ppl_fp32"] - 1)
    return ("%(tokens)d held-out tokens: perplexity %(ppl_fp32).3f fp32, "
            "%(ppl_int8).3f simulated int8 (" % figures + "%+.2f %%); " % worse +
            "top-1 agreement %.2f %%, logit cosine %.5f; fp32 top-1 accuracy %.1f %%"
            % (100 * figures["agreement"], figures["cosine"], 100 * figures["accuracy_fp32"]))


@torch.no_grad()
def greedy(model, tokenizer, prompt, limit=60, int8=False):
    """The most likely continuation of the prompt, up to the end token."""
    model.eval()
    ids = tokenizer.encode(prompt)
    while len(ids) < limit:
        best = model(torch.tensor([ids]), int8)[0, -1].argmax().item()
        if best == tokenizer.end:
            break
        ids.append(best)
    return tokenizer.decode(ids)
