"""The optimizer: Muon for the layers' matrices, AdamW for the table and the gains.

Muon (https://kellerjordan.github.io/posts/muon/) replaces a matrix's averaged gradient
by the nearest orthogonal one. It learns more per step than AdamW here, and it leaves
no few directions much larger than the rest, which is what int8 likes.
"""
import torch


def orthogonal(g):
    """Roughly U V^T of g = U S V^T, by five steps of a quintic iteration."""
    tall = g.shape[-2] > g.shape[-1]
    x = g.transpose(-1, -2) if tall else g
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.transpose(-1, -2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.transpose(-1, -2) if tall else x


class Muon(torch.optim.Optimizer):
    """One step has the size that AdamW's would have at the same rate."""

    def __init__(self, matrices, lr, weight_decay, momentum=0.95):
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay,
                                    "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                self.step_one(weight, group)

    def step_one(self, weight, group):
        state = self.state[weight]
        mean = state.setdefault("mean", torch.zeros_like(weight))
        mean.lerp_(weight.grad, 1 - group["momentum"])
        ahead = weight.grad.lerp(mean, group["momentum"])
        size = 0.2 * max(weight.shape) ** 0.5
        weight.mul_(1 - group["lr"] * group["weight_decay"])
        weight.add_(orthogonal(ahead), alpha=-group["lr"] * size)


def make_optimizers(model, rate, weight_decay):
    """Weight decay for the matrices, none for the gains of the norms."""
    named = dict(model.named_parameters())
    gains = [p for p in named.values() if p.dim() == 1]
    table = [p for n, p in named.items() if p.dim() == 2 and ".layers." not in n]
    matrices = [p for n, p in named.items() if p.dim() == 2 and ".layers." in n]
    adam = torch.optim.AdamW([{"params": table, "weight_decay": weight_decay},
                              {"params": gains, "weight_decay": 0.0}],
                             lr=rate, betas=(0.9, 0.98))
    return [Muon(matrices, rate, weight_decay), adam]
