# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""PyTorch, eager or, with `compile` as the last argument, by torch.compile."""

import sys
import warnings

import torch
import torch.nn.functional as F

from worker import Absent, Problem, find, serve

ACTIVATIONS = {
    "relu": F.relu, "relu6": F.relu6, "leaky_relu": F.leaky_relu,
    "prelu": lambda x: F.prelu(x, torch.tensor([0.25])), "rrelu": lambda x: F.rrelu(x, 1 / 8, 1 / 3, training=False),
    "elu": F.elu, "celu": F.celu, "selu": F.selu, "softplus": F.softplus, "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "sigmoid": torch.sigmoid, "tanh": torch.tanh,
    "softsign": F.softsign, "hardtanh": F.hardtanh, "threshold": lambda x: F.threshold(x, 1, -1),
    "tanhshrink": F.tanhshrink, "softshrink": F.softshrink, "hardshrink": F.hardshrink, "logsigmoid": F.logsigmoid,
    "silu": F.silu, "mish": F.mish, "hardsigmoid": F.hardsigmoid, "hardswish": F.hardswish,
    "exp": torch.exp, "expm1": torch.expm1, "erf": torch.erf,
}


def sigmoid_focal(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """torchvision.ops.sigmoid_focal_loss without alpha, gamma = 2."""
    p = torch.sigmoid(x)
    away = p * (1 - t) + (1 - p) * t
    return (F.binary_cross_entropy_with_logits(x, t, reduction="none") * away**2).mean()


LOSSES = {
    "mse": F.mse_loss, "l1": F.l1_loss, "smooth_l1": F.smooth_l1_loss, "huber": F.huber_loss,
    "poisson_nll": F.poisson_nll_loss, "bce": F.binary_cross_entropy,
    "bce_with_logits": F.binary_cross_entropy_with_logits, "sigmoid_focal": sigmoid_focal, "kl_div": F.kl_div,
    "hinge_embedding": F.hinge_embedding_loss, "soft_margin": F.soft_margin_loss,
    "gaussian_nll": F.gaussian_nll_loss, "margin_ranking": F.margin_ranking_loss,
}
LOSSES_OF_THREE = ("gaussian_nll", "margin_ranking")


def make_library(threads: int):
    torch.set_num_threads(threads)
    compiled = sys.argv[4:] == ["compile"]
    warnings.simplefilter("ignore")

    def ready(f):
        if not compiled:
            return f
        import torch._inductor.config
        torch._inductor.config.cpp.threads = threads
        torch._dynamo.reset()
        return torch.compile(f, dynamic=False)

    def pointwise(p: Problem):
        f = ready(find(ACTIVATIONS, p.name))
        x, upstream = torch.from_numpy(p.x), torch.from_numpy(p.second)
        if p.kind == "forward":
            return torch.no_grad()(lambda: (0, [f(x)]))
        x.requires_grad_()
        if p.kind == "forward_derivative":
            upstream = torch.ones_like(x)

        def call():
            y = f(x)
            (d,) = torch.autograd.grad(y, x, upstream)
            return 0, [y.detach(), d]
        return call

    def loss(p: Problem):
        if p.kind == "label_loss" and p.name != "cross_entropy":
            raise Absent(f"no {p.name}")
        f = ready(F.cross_entropy) if p.kind == "label_loss" else ready(find(LOSSES, p.name))
        x = torch.from_numpy(p.x).requires_grad_()
        others = [torch.from_numpy(p.label if p.kind == "label_loss" else p.second)]
        if p.name in LOSSES_OF_THREE:
            others.append(torch.from_numpy(p.third))

        def call():
            value = f(x, *others)
            return value.detach(), list(torch.autograd.grad(value, x))
        return call

    def make(p: Problem):
        return pointwise(p) if p.kind.startswith("forward") else loss(p)
    return make, torch.__version__


serve(make_library)
