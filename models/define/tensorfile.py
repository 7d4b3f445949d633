"""Reading and writing *.safetensors by hand: a length, a JSON header, raw tensors.

https://github.com/huggingface/safetensors#format
"""
import json
import os
import struct

import numpy
import torch

NUMPY = {"F32": "<f4", "F16": "<f2"}


def write_f16(path, tensors):
    """Writes float tensors as F16, in the order given."""
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.detach().half().numpy().astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape),
                        "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)                # tensors start at a multiple of 8
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def to_float(kind, raw, shape):
    if kind == "BF16":                             # the upper half of a float32
        bits = numpy.frombuffer(raw, "<u2").astype("<u4") << 16
        array = bits.view("<f4")
    else:
        array = numpy.frombuffer(raw, NUMPY[kind]).astype("<f4")
    return torch.from_numpy(array.reshape(shape).copy())


def read_file(path):
    """{name: float32 tensor}."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        base = file.tell()
        tensors = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            start, stop = entry["data_offsets"]
            file.seek(base + start)
            tensors[name] = to_float(entry["dtype"], file.read(stop - start), entry["shape"])
    return tensors


def read_folder(folder):
    """All tensors of a checkpoint, in one file or sharded with an index."""
    index = os.path.join(folder, "model.safetensors.index.json")
    names = ["model.safetensors"]
    if os.path.exists(index):
        with open(index) as file:
            names = sorted(set(json.load(file)["weight_map"].values()))
    tensors = {}
    for name in names:
        tensors.update(read_file(os.path.join(folder, name)))
    return tensors
