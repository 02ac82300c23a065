#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times our kernels beside other libraries, and beside loops that move the same bytes or compute as many numbers, on
the same arrays, in turns.

    bench/compare.py --out build/compare.json               every row
    bench/compare.py --rows 'gelu|cross_entropy'            those whose text matches
    bench/compare.py --elements 4096 --without-peers        a trial

Writes raw times as JSON; bench/page.py makes the table and the plot of it. What is missing is named in the output.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from pathlib import Path
from typing import Any, Iterator, NamedTuple

from harness import (ALLOCATOR, MEMORY, OPERATIONS, OURS, PEERS, Absent, Library, Place, Worker, arena, default_peers,
                     in_turns, machine, of_threads, say, start)
from operations import COUNTED_ELEMENTS, Operations, operations_of

LARGE = 1 << 25  # elements of 128 MiB: beyond any cache
WRONG = 2e-3  # a larger difference, as a part of the largest result, is a wrong answer and not rounding
EAGER = ("PyTorch eager",)
FRAMEWORKS = ("PyTorch eager", "torch.compile", "JAX", "Dr.Jit", "oneDNN", "Eigen")
VECTORS = ("SLEEF u10", "libmvec", "Eigen", "oneDNN")

ACTIVATIONS = ["relu", "relu6", "leaky_relu", "prelu", "rrelu", "elu", "celu", "selu", "softplus", "gelu_tanh",
               "sigmoid", "tanh", "softsign", "hardtanh", "threshold", "tanhshrink", "softshrink", "hardshrink",
               "logsigmoid", "silu", "mish", "hardsigmoid", "hardswish"]
LOSSES = ["mse", "l1", "huber", "poisson_nll", "bce_with_logits", "sigmoid_focal", "kl_div", "hinge_embedding",
          "soft_margin", "gaussian_nll", "margin_ranking"]
IN_L1, IN_L2 = 3072, 1 << 16  # elements whose inputs and results lie in the first- and second-level cache


class Row(NamedTuple):
    group: str
    problem: str  # KIND NAME PLACE EXTENT…, as in problem.hpp
    peers: tuple[str, ...]
    bound: str  # `bandwidth` NAME COUNT that moves the same bytes, or `cycle` COUNT where arithmetic is the bound
    threads: tuple[int, ...] = (1, 2)


PATIENCE = {"headline": 4, "cores": 0.5, "pointwise": 1}  # how much of --budget each row of a group has


def in_memory(group: str, kind: str, name: str, peers: tuple[str, ...], bound: str, *extents: int) -> Row:
    return Row(group, f"{kind} {name} in_place {' '.join(map(str, extents))}", peers, bound)


def headline(large: int) -> list[Row]:
    classes = [(4096, 1000), (1024, 32000), (256, 128256), (65536, 10), (8, 21, 256, 256)]
    return [
        in_memory("headline", "forward_backward", "gelu", FRAMEWORKS, f"in_place {2 * large}", large),
        Row("headline", f"forward_backward gelu out_of_place {large}", (), f"copy_past {2 * large}"),
        in_memory("headline", "loss", "smooth_l1", FRAMEWORKS, f"in_place_read {large}", large),
        *(in_memory("headline", "label_loss", "cross_entropy", FRAMEWORKS, f"in_place {math.prod(e)}", *e)
          for e in classes if math.prod(e) <= large)]


def cores() -> list[Row]:
    functions = [Row("cores", f"forward {name} out_of_place {count}", VECTORS, f"cycle {count}", (1,))
                 for name in ("exp", "expm1", "sigmoid", "tanh", "softplus", "erf") for count in (IN_L1, IN_L2)]
    gelu = [Row("cores", f"forward_derivative gelu out_of_place {count}", VECTORS[:2], f"cycle {count}", (1,))
            for count in (IN_L1 * 2 // 3, IN_L2)]
    return functions + gelu


def pointwise(large: int) -> list[Row]:
    found = [in_memory("pointwise", "forward_backward", name, EAGER, f"in_place {2 * large}", large)
             for name in ACTIVATIONS]
    for name in LOSSES:
        bound = "in_place_read_two" if name in ("gaussian_nll", "margin_ranking") else "in_place_read"
        found.append(in_memory("pointwise", "loss", name, EAGER, f"{bound} {large}", large))
    # Its gradient is no probability, which a second call in place would take for one.
    return [*found, Row("pointwise", f"loss bce out_of_place {large}", EAGER, f"copy_past_read {large}")]


def rows(large: int) -> list[Row]:
    """Every row; `large`: elements of the pointwise ones that are to lie in memory."""
    return headline(large) + cores() + pointwise(large // 2)


class Bench:
    """The workers of one number of threads."""

    def __init__(self, libraries: list[Library], where: Place, memory: Path, slot_bytes: int, threads: int):
        self.threads = threads
        self.workers: dict[str, Worker] = {}
        self.absent: dict[str, str] = {}
        self.about: dict[str, str] = {}
        for library in libraries:
            try:
                self.workers[library.name] = start(library, where, memory, slot_bytes, threads)
            except Absent as reason:
                self.absent[library.name] = str(reason)
        if ALLOCATOR is None:
            self.absent["jemalloc"] = "peers pay for fresh pages"
        for name in list(self.workers):
            try:
                self.about[name] = self.workers[name].ask("about")
            except Absent as reason:
                self.leave_out(name, str(reason))

    def leave_out(self, name: str, reason: str) -> None:
        self.absent[name] = reason
        self.workers.pop(name).stop()

    def bounds(self, row: Row, operations: Operations | None) -> list[Worker]:
        """The workers of the row's bounds."""
        loops = {MEMORY.name: "{} in_place {}".format(*row.bound.split())}
        if operations is not None:
            elements = math.prod(map(int, row.problem.split()[3:]))
            counts = (max(1, round(of_one * elements)) for of_one in operations)  # a problem has no empty extent
            loops[OPERATIONS.name] = "operations in_place {} {}".format(*counts)
        ready = [self.workers[name] for name in loops if name in self.workers]
        for worker in ready:
            worker.ask(f"prepare bandwidth {loops[worker.name]}")
        return ready

    def prepare(self, row: Row) -> tuple[list[Worker], dict[str, float], dict[str, str]]:
        """Those that solve the row, how far their results are from ours, and why the others do not."""
        ours = self.workers[OURS.name]
        ours.ask(f"prepare {row.problem}")
        ours.ask("inputs")
        values = {OURS.name: float(ours.ask("output"))}
        ours.ask("keep")
        ready, apart, absent = [ours], {}, {}
        for name in row.peers:
            if name not in self.workers:
                continue
            try:
                self.workers[name].ask(f"prepare {row.problem}")
                values[name] = float(self.workers[name].ask("output"))
                apart[name] = max(float(ours.ask("difference")),
                                  abs(values[name] - values[OURS.name]) / max(1e-30, abs(values[OURS.name])))
                if not apart[name] <= WRONG:
                    raise Absent(f"another result: {apart[name]:.2g} apart")
                ready.append(self.workers[name])
            except Absent as reason:
                absent[name] = str(reason)
                if self.workers[name].process.poll() is not None:
                    self.leave_out(name, str(reason))
        return ready, apart, absent

    def measure(self, row: Row, sample_seconds: float, budget_seconds: float,
                operations: Operations | None = None) -> dict:
        ready, apart, absent = self.prepare(row)
        ready += self.bounds(row, operations)
        return {"group": row.group, "problem": row.problem, "threads": self.threads, "bound": row.bound,
                "operations": operations, "absent": absent, "apart": apart,
                "seconds": in_turns(ready, sample_seconds, PATIENCE[row.group] * budget_seconds)}

    def stop(self) -> None:
        for worker in self.workers.values():
            worker.stop()


def bandwidths(where: Place, options: argparse.Namespace) -> list[dict]:
    """Bytes and operations a second of the machine, for each number of threads."""
    found = []
    count = 8 * options.elements  # 1 GiB
    loops = [(name, moved, f"{name} in_place {count}")
             for name, moved in (("read", 4), ("in_place", 8), ("copy", 8), ("copy_past", 8), ("cycle", 0))]
    loops += [("multiplications", 0, f"operations in_place {count}"),
              ("operations", 0, f"operations in_place {count // 2} {count // 2}")]
    slot_bytes = 4 * count
    with arena(slot_bytes) as memory:
        for threads in options.threads:
            bench = Bench([MEMORY], where, memory, slot_bytes, threads)
            for name, moved, loop in loops:
                worker = bench.workers.get(MEMORY.name)
                try:
                    if worker is None:
                        raise Absent(bench.absent[MEMORY.name])
                    worker.ask(f"prepare bandwidth {loop}")
                    seconds = in_turns([worker], options.sample, 0)[MEMORY.name]
                    found.append({"name": name, "threads": threads, "count": count, "bytes": moved * count,
                                  "seconds": seconds})
                except Absent as reason:
                    found.append({"name": name, "threads": threads, "absent": str(reason)})
            bench.stop()
    return found


def counted(problems: list[str], where: Place) -> tuple[dict[str, Operations], str]:
    """The operations of an element of each problem; why one of them is missing."""
    found, missing = {}, ""
    slot_bytes = max(1 << 20, 8 * COUNTED_ELEMENTS)
    with arena(slot_bytes) as memory:
        worker = start(OURS, where, memory, slot_bytes, 1)
        for problem in dict.fromkeys(problems):
            try:
                found[problem] = operations_of(worker, problem)
            except Absent as reason:
                missing = f"{problem}: {reason}"
        worker.stop()
    return found, missing


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/default"), help="where the workers were built")
    parser.add_argument("--peers", type=Path, default=default_peers(), help="virtual environment of bench/peers.sh")
    parser.add_argument("--without-peers", action="store_true", help="ours and the bounds only")
    parser.add_argument("--rows", default="", help="a regular expression for the rows' text")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--elements", type=int, default=LARGE, help="of the problems that are to lie in memory")
    parser.add_argument("--sample", type=float, default=0.03, help="seconds a sample")
    parser.add_argument("--budget", type=float, default=1, help="seconds a row of the pointwise ones")
    parser.add_argument("--out", type=Path, default=Path("compare.json"))
    return parser.parse_args()


def compare(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """What has been measured, after every row."""
    where = Place(options.build.resolve(), options.peers / "bin" / "python")
    libraries = [OURS, MEMORY, OPERATIONS] + ([] if options.without_peers else PEERS)
    result: dict[str, Any] = {"machine": machine(), "about": {}, "absent": {}, "rows": []}
    result["bandwidth"] = bandwidths(where, options)
    yield result
    chosen = [row for row in rows(options.elements) if re.search(options.rows, row.problem)]
    say("operations of an element")
    operations, missing = counted([row.problem for row in chosen], where)
    if missing:
        result["absent"]["operations"] = missing
    slot_bytes = max(1 << 20, 4 * options.elements)
    with arena(slot_bytes) as memory:
        for threads in options.threads:
            bench = Bench(libraries, where, memory, slot_bytes, threads)
            result["about"] |= bench.about
            result["absent"] |= bench.absent
            for row in chosen:
                if threads in row.threads:
                    say(f"{of_threads(threads)}: {row.problem}")
                    result["rows"].append(bench.measure(row, options.sample, options.budget,
                                                        operations.get(row.problem)))
                    result["absent"] |= bench.absent
                    yield result
            bench.stop()


def main() -> None:
    options = arguments()
    for result in compare(options):
        options.out.write_text(json.dumps(result, indent=1))
    say(f"written: {options.out}")
    for name, reason in result["absent"].items():
        say(f"absent: {name}: {reason}")


if __name__ == "__main__":
    main()
