# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What gpu.py needs of PyTorch: data, peers, times by events of the device, results in float64.

A peer is a function `make(task) -> call`, where `call(fresh)` solves the task once and returns (value, results): those
of untouched inputs if `fresh`. Liger writes its gradient over its input; the calls that are timed let it.
"""

from __future__ import annotations

import math
import mmap
import os
import warnings
from pathlib import Path
from typing import Any, Callable

import torch
import torch.nn.functional as F

from harness import SLOTS, Absent

DEVICE = "cuda"
SPOILER_BYTES = 1 << 30  # filled before every call: many times the cache, and long enough for the host to get ahead
WARM_UP = 2  # calls of every sample that are not counted
PIECE = 1 << 24  # elements that are computed in float64 at a time
SLOT_NAMES = ["x", "second", "third", "x_work", "second_work", "y", "gradient", "y_reference", "gradient_reference"]

FUNCTIONS = {"gelu": F.gelu, "silu": F.silu, "leaky_relu": F.leaky_relu,
             "mse": lambda x, target: F.mse_loss(x, target, reduction="none")}
LOSSES = {"smooth_l1": F.smooth_l1_loss, "bce_with_logits": F.binary_cross_entropy_with_logits,
          "cross_entropy": F.cross_entropy}

slots: dict[str, torch.Tensor] = {}  # bytes of each, shared with our worker
spoiler: torch.Tensor | None = None


def missing() -> str:
    """Why PyTorch has no GPU; empty if it has one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return "" if torch.cuda.is_available() else f"PyTorch {torch.__version__} finds no CUDA device"


def about() -> str:
    import importlib.metadata as metadata
    found = [f"PyTorch {torch.__version__}"]
    for package in ("triton", "liger_kernel"):
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            pass
    return ", ".join(found)


def open_slots(file: Path, slot_bytes: int) -> None:
    descriptor = os.open(file, os.O_RDWR)
    memory = mmap.mmap(descriptor, slot_bytes * SLOTS)
    os.close(descriptor)
    for i, name in enumerate(SLOT_NAMES):
        slots[name] = torch.frombuffer(memory, dtype=torch.uint8, count=slot_bytes, offset=i * slot_bytes)


# ---- a problem with its data

class Task:
    def __init__(self, row: Any):
        self.row, self.type = row, getattr(torch, row.type)
        torch.manual_seed(1)
        extents = row.extents
        self.x = self.draw(torch.randn, extents)
        self.target = self.upstream = None
        if row.kind == "label_loss":
            self.target = torch.randint(extents[1], extents[:1], device=DEVICE)
        elif row.kind == "loss" or row.name == "mse":
            self.target = self.draw(torch.rand if row.name == "bce_with_logits" else torch.randn, extents)
        if row.kind == "forward_backward":
            self.upstream = self.draw(torch.randn, extents)

    def draw(self, how: Callable, extents: tuple[int, ...]) -> torch.Tensor:
        return how(*extents, device=DEVICE).to(self.type)

    @property
    def function(self) -> Callable:
        return (FUNCTIONS if self.row.kind == "forward_backward" else LOSSES)[self.row.name]

    def slot(self, name: str, like: torch.Tensor) -> torch.Tensor:
        return slots[name][:like.numel() * like.element_size()].view(like.dtype).view(like.shape)

    def write_inputs(self) -> None:
        """To where our worker reads them: as in problem.hpp, the target of a function of two tensors in `third`."""
        given = [self.upstream, self.target] if self.row.kind == "forward_backward" else [self.target]
        for name, tensor in zip(("x", "second", "third"), [self.x, *given]):
            if tensor is not None:
                self.slot(name, tensor).copy_(tensor)

    def apart_of_slots(self, value: float) -> float:
        names = ["y", "gradient"] if self.row.kind == "forward_backward" else ["gradient"]
        return self.apart(value, [self.slot(name, self.x).to(DEVICE) for name in names])

    def apart(self, value: Any, results: list[torch.Tensor]) -> float:
        """The largest distance of a result from float64's, by norms, as a part of it; infinite with NaN."""
        results = [r.detach() for r in results]
        exact, difference, norm = 0.0, [0.0] * len(results), [0.0] * len(results)
        rows = self.x.shape[0]
        step = max(1, PIECE * rows // self.x.numel())
        for first in range(0, rows, step):
            piece = slice(first, first + step)
            part, wanted = self.in_float64(piece)
            exact += part
            for k, (result, right) in enumerate(zip(results, wanted, strict=True)):
                difference[k] += float(((result[piece].double() - right)**2).sum())
                norm[k] += float((right**2).sum())
        apart = [math.sqrt(d / n) if n > 0 else math.sqrt(d) for d, n in zip(difference, norm)]
        if self.row.kind != "forward_backward":
            apart.append(abs(float(value) - exact) / abs(exact))
        return math.inf if any(math.isnan(a) for a in apart) else max(apart)

    def in_float64(self, piece: slice) -> tuple[float, list[torch.Tensor]]:
        """The part of the value that some rows add, and their results."""
        x = self.x[piece].double().requires_grad_()
        target = () if self.target is None else (self.target[piece],)
        if self.row.kind != "label_loss":
            target = tuple(t.double() for t in target)
        if self.row.kind == "forward_backward":
            y = self.function(x, *target)
            return 0.0, [y.detach(), *torch.autograd.grad(y, x, self.upstream[piece].double())]
        count = self.x.shape[0] if self.row.kind == "label_loss" else self.x.numel()
        value = self.function(x, *target, reduction="sum") / count
        return float(value.detach()), list(torch.autograd.grad(value, x))


# ---- times

def sampler(call: Callable) -> Callable[[int], list[float]]:
    """Milliseconds of each of so many calls."""
    def sample(count: int) -> list[float]:
        global spoiler
        if spoiler is None:
            spoiler = torch.empty(SPOILER_BYTES, dtype=torch.uint8, device=DEVICE)
        for _ in range(WARM_UP):
            call(False)
        marks = [[torch.cuda.Event(enable_timing=True) for _ in range(2)] for _ in range(count)]
        for start, stop in marks:
            spoiler.zero_()
            start.record()
            call(False)
            stop.record()
        torch.cuda.synchronize()
        return [start.elapsed_time(stop) for start, stop in marks]
    return sample


def copy_of(count: int) -> Callable[[int], list[float]]:
    """A copy of so many bytes."""
    source = torch.randint(256, (count,), dtype=torch.uint8, device=DEVICE)
    target = torch.empty_like(source)
    return sampler(lambda _fresh: target.copy_(source))


# ---- the peers

def step(task: Task, function: Callable) -> Callable:
    """Forward and backward, as a training step calls them."""
    x = task.x.detach().requires_grad_()
    target = () if task.target is None else (task.target,)

    def call(_fresh: bool) -> tuple[Any, list[torch.Tensor]]:
        y = function(x, *target)
        (gradient,) = torch.autograd.grad(y, x, task.upstream)
        return (0.0, [y, gradient]) if task.upstream is not None else (y.detach(), [gradient])
    return call


def eager(task: Task) -> Callable:
    return step(task, task.function)


def compiled(task: Task) -> Callable:
    import torch._dynamo
    torch._dynamo.reset()
    return step(task, torch.compile(task.function, dynamic=False))


def liger(task: Task) -> Callable:
    try:
        from liger_kernel.transformers.functional import liger_cross_entropy
    except Exception as error:  # its imports reach far
        raise Absent(f"cannot be imported: {type(error).__name__}: {error}") from None
    work = task.x.clone().requires_grad_()

    def call(fresh: bool) -> tuple[Any, list[torch.Tensor]]:
        logits = task.x.clone().requires_grad_() if fresh else work
        value = liger_cross_entropy(logits, task.target)
        (gradient,) = torch.autograd.grad(value, logits)
        return value.detach(), [gradient]
    return call


PEERS: dict[str, Callable[[Task], Callable]] = {"PyTorch eager": eager, "torch.compile": compiled, "Liger": liger}
