"""The accelerator's int8 arithmetic, simulated in fp32 and open to gradients.

A row is divided by its scale, absmax / 127, and rounded to whole numbers from -127 to
127. Rows are tokens for activations and output channels for weights. A product of two
such matrices is exact in int32 on the device; here it is the product of the rounded
values, which fp32 gets right to its own rounding. For the gradient the rounding counts
as the identity (the straight-through estimator).
"""
import torch
from torch import nn


def unit_scale(x):
    """absmax / 127 of each row, as a constant; a row of zeros gets 1."""
    scale = x.detach().abs().amax(-1, keepdim=True) / 127
    return scale.masked_fill(scale == 0, 1.0)


class Round(torch.autograd.Function):
    @staticmethod
    def forward(_, x):
        scale = unit_scale(x)
        return (x / scale).round_().mul_(scale)

    @staticmethod
    def backward(_, gradient):
        return gradient


quantise = Round.apply


class QuantLinear(nn.Linear):
    """A linear layer; with int8 its weights are rounded (its input already is)."""

    def forward(self, x, int8=False):
        weight = quantise(self.weight) if int8 else self.weight
        return nn.functional.linear(x, weight, self.bias)
