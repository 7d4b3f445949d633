#!/usr/bin/python3
"""Writes the fp32 logits of any Hugging Face LLaMA folder for given token ids.

    make_logits.py --model DIR --ids 1,2,3 --out FILE      (--ids may come again)

FILE gets one row of logits per token, little-endian float32, sequence after sequence;
each --ids is a sequence of its own. It is what a C reference is checked against.
"""
import argparse

import torch

import llama


@torch.no_grad()
def logits_bytes(model, sequences, int8=False):
    """All rows of logits, as they are written."""
    rows = [model(torch.tensor([ids]), int8)[0] for ids in sequences]
    return torch.cat(rows).numpy().astype("<f4").tobytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="folder with config.json and weights")
    parser.add_argument("--ids", required=True, action="append", help="token ids, by commas")
    parser.add_argument("--out", required=True)
    parser.add_argument("--int8", action="store_true", help="simulate the int8 arithmetic")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model, config = llama.load(args.model)
    sequences = [[int(i) for i in ids.split(",")] for ids in args.ids]
    with open(args.out, "wb") as file:
        file.write(logits_bytes(model, sequences, args.int8))
    print("%s: %d rows of %d float32" % (args.out, sum(map(len, sequences)),
                                         config["vocab_size"]))


if __name__ == "__main__":
    main()
