"""A LLaMA in PyTorch whose parameters carry Hugging Face's names and layout.

Plain on purpose: it is the yardstick for the C reference, so each step is written as
the formula says. With `int8` every product is computed from int8 operands as the
accelerator does it (see int8.py); without, all is fp32.
"""
import json
import math
import os

import torch
from torch import nn

import tensorfile
from int8 import QuantLinear, quantise, unit_scale


class RMSNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def rotary_frequencies(config, head_size):
    """Radians per position of each rotary pair, with Llama 3.1's stretching if asked."""
    theta = config.get("rope_theta", 10000.0)
    freq = theta ** -(torch.arange(0, head_size, 2).double() / head_size)
    scaling = config.get("rope_scaling") or {}
    kind = scaling.get("rope_type", scaling.get("type", "default"))
    if kind == "linear":
        freq = freq / scaling["factor"]
    elif kind == "llama3":
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        turns = scaling["original_max_position_embeddings"] * freq / (2 * math.pi)
        mix = ((turns - low) / (high - low)).clamp(0, 1)
        freq = freq * (mix + (1 - mix) / scaling["factor"])
    elif kind != "default":
        raise ValueError("rope_scaling %s is not supported" % kind)
    return freq


def rotate(x, cos, sin):
    """Rotary positions, the pairs being (i, i + half): Hugging Face's rotate_half."""
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat((-b, a), -1) * sin


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, heads = config["hidden_size"], config["num_attention_heads"]
        self.heads, self.kv_heads = heads, config.get("num_key_value_heads") or heads
        self.size = config.get("head_dim") or hidden // heads
        bias = config.get("attention_bias", False)
        self.q_proj = QuantLinear(hidden, heads * self.size, bias)
        self.k_proj = QuantLinear(hidden, self.kv_heads * self.size, bias)
        self.v_proj = QuantLinear(hidden, self.kv_heads * self.size, bias)
        self.o_proj = QuantLinear(heads * self.size, hidden, bias)

    def split(self, x, heads):
        return x.view(x.shape[0], x.shape[1], heads, self.size).transpose(1, 2)

    def forward(self, x, cos, sin, mask, int8):
        if int8:
            x = quantise(x)
        q = rotate(self.split(self.q_proj(x, int8), self.heads), cos, sin)
        k = rotate(self.split(self.k_proj(x, int8), self.kv_heads), cos, sin)
        v = self.split(self.v_proj(x, int8), self.kv_heads)
        if int8:
            q, k = quantise(q), quantise(k)
        # The query heads that share a K and V become rows of one product.
        batch, length, group = x.shape[0], x.shape[1], self.heads // self.kv_heads
        q = q.reshape(batch, self.kv_heads, group * length, self.size)
        scores = (q @ k.transpose(-1, -2)) / math.sqrt(self.size)
        scores = scores.view(batch, self.kv_heads, group, length, length) + mask
        p = scores.softmax(-1)
        if int8:
            # V's scale per token moves into the softmax weights, so that the product
            # needs none: P V = (P * s) (V / s).
            scale = unit_scale(v)
            p = quantise(p * scale.transpose(-1, -2).unsqueeze(2))
            v = quantise(v) / scale
        out = p.view(batch, self.kv_heads, group * length, length) @ v
        out = out.view(batch, self.heads, length, self.size).transpose(1, 2)
        out = out.reshape(batch, length, self.heads * self.size)
        return self.o_proj(quantise(out) if int8 else out, int8)


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        bias = config.get("mlp_bias", False)
        self.gate_proj = QuantLinear(hidden, inner, bias)
        self.up_proj = QuantLinear(hidden, inner, bias)
        self.down_proj = QuantLinear(inner, hidden, bias)

    def forward(self, x, int8):
        if int8:
            x = quantise(x)
        y = nn.functional.silu(self.gate_proj(x, int8)) * self.up_proj(x, int8)
        return self.down_proj(quantise(y) if int8 else y, int8)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, eps = config["hidden_size"], config["rms_norm_eps"]
        self.self_attn, self.mlp = Attention(config), MLP(config)
        self.input_layernorm = RMSNorm(hidden, eps)
        self.post_attention_layernorm = RMSNorm(hidden, eps)

    def forward(self, x, cos, sin, mask, int8):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask, int8)
        return x + self.mlp(self.post_attention_layernorm(x), int8)


class Body(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RMSNorm(config["hidden_size"], config["rms_norm_eps"])


class Llama(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.model = Body(config)
        self.lm_head = QuantLinear(config["hidden_size"], config["vocab_size"], False)
        if config.get("tie_word_embeddings", False):
            self.lm_head.weight = self.model.embed_tokens.weight
        size = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
        self.frequencies = rotary_frequencies(config, size)

    def forward(self, ids, int8=False):
        """Token ids [batch, length] to logits [batch, length, vocabulary]."""
        length = ids.shape[1]
        angles = torch.arange(length)[:, None].double() * self.frequencies
        angles = torch.cat((angles, angles), -1)
        cos, sin = angles.cos().float(), angles.sin().float()
        mask = torch.full((length, length), float("-inf")).triu(1)
        x = self.model.embed_tokens(ids)
        for layer in self.model.layers:
            x = layer(x, cos, sin, mask, int8)
        x = self.model.norm(x)
        return self.lm_head(quantise(x) if int8 else x, int8)


def initialise(model, config):
    """Small normal weights; smaller still where a layer adds to the residual."""
    deep = 0.02 / math.sqrt(2 * config["num_hidden_layers"])
    for name, weight in model.named_parameters():
        if weight.dim() == 2:
            residual = name.endswith(("o_proj.weight", "down_proj.weight"))
            nn.init.normal_(weight, std=deep if residual else config["initializer_range"])


def load(folder):
    """(model, config) of a Hugging Face folder, computed in fp32."""
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    tensors = tensorfile.read_folder(folder)
    embed, head = "model.embed_tokens.weight", "lm_head.weight"
    if config.get("tie_word_embeddings", False):   # a file may hold either name
        tensors.setdefault(embed, tensors.get(head))
        tensors[head] = tensors[embed]
    model = Llama(config)
    wanted = model.state_dict()
    model.load_state_dict({name: tensors[name] for name in wanted})
    return model.eval(), config
