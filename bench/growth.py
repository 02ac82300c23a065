#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How the cost of our kernels grows with rows, classes and threads, and where it leaps from one size to the next.

    bench/growth.py --out build/growth.json
    bench/growth.py --sweeps classes --threads 1

Every size is timed several times, in another order each time; the fastest time counts. Between neighbouring sizes a
call should neither become dearer by more than the work it gains nor cheaper; what it leaps beyond that is listed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
from pathlib import Path
from typing import Any, Callable, NamedTuple

from harness import OURS, Place, Worker, arena, calls_for, machine, of_threads, say, start

ELEMENTS = 1 << 20  # of the sweeps that keep the number of elements about constant
AROUND = (16, 32, 64, 128, 256, 1024, 4096, 65536)  # lengths of vectors, blocks of sums
LEAP = 1.25  # what is listed
DOUBTS = 3  # how often the sizes of a leap are timed again, in case something else ran


class Sweep(NamedTuple):
    name: str
    of: str  # what grows
    problem: Callable[[int], str]
    sizes: list[int]


def sizes(first: int, last: int, steps: float = 3) -> list[int]:
    """So many sizes an octave, and those beside the numbers where code has its seams."""
    count = round(steps * math.log2(last / first))
    grid = {round(first * 2 ** (i / steps)) for i in range(count + 1)}
    seams = {n + d for n in AROUND for d in (-1, 0, 1)}
    return sorted(n for n in grid | seams if first <= n <= last)


def sweeps() -> list[Sweep]:
    def pointwise(kind: str, name: str) -> Sweep:
        return Sweep(f"{kind} {name}", "elements", lambda n: f"{kind} {name} out_of_place {n}", sizes(1, 1 << 21))

    def rows(classes: int, last: int) -> Sweep:
        return Sweep(f"cross_entropy of {classes} classes", "rows",
                     lambda n: f"label_loss cross_entropy out_of_place {n} {classes}", sizes(1, last))
    return [
        pointwise("forward", "relu"), pointwise("forward_backward", "gelu"), pointwise("loss", "smooth_l1"),
        rows(10, 10**6), rows(1000, 4096),
        Sweep(f"cross_entropy of about {ELEMENTS} elements", "classes",
              lambda n: f"label_loss cross_entropy out_of_place {max(1, ELEMENTS // n)} {n}", sizes(2, 10**5)),
        Sweep("cross_entropy of 16 planes of 64 × 64", "classes",
              lambda n: f"label_loss cross_entropy out_of_place 16 {n} 64 64", sizes(2, 200)),
    ]


def elements(problem: str) -> int:
    return math.prod(int(word) for word in problem.split()[3:])


def leaps(points: list[dict]) -> list[dict]:
    """Neighbouring sizes (at most a third apart) whose times differ by more than their work, the worst first."""
    found = []
    for a, b in itertools.pairwise(points):
        work = b["elements"] / a["elements"]
        time = b["seconds"] / a["seconds"]
        dearer, cheaper = time / max(1, work), 1 / time / max(1, 1 / work)
        if b["size"] <= 4 / 3 * a["size"] and max(dearer, cheaper) > LEAP:
            found.append({"from": a["size"], "to": b["size"], "factor": max(dearer, cheaper),
                          "dear": b["size"] if dearer > cheaper else a["size"]})
    return sorted(found, key=lambda leap: -leap["factor"])


def measure(worker: Worker, sweep: Sweep, sample_seconds: float, rounds: int) -> list[dict]:
    problems = [sweep.problem(n) for n in sweep.sizes]
    points = [{"size": n, "elements": elements(p), "seconds": math.inf}
              for n, p in zip(sweep.sizes, problems, strict=True)]
    counts = [0] * len(points)

    def time_again(chosen: list[int]) -> None:
        for _ in range(rounds):
            for i in random.sample(chosen, len(chosen)):
                worker.ask(f"prepare {problems[i]}")
                worker.ask("inputs")
                counts[i] = counts[i] or calls_for(worker, sample_seconds)
                points[i]["seconds"] = min(points[i]["seconds"], worker.sample(counts[i]) / counts[i])

    time_again(list(range(len(points))))
    for _ in range(DOUBTS):
        suspected = {size for leap in leaps(points) for size in (leap["from"], leap["to"])}
        time_again([i for i, point in enumerate(points) if point["size"] in suspected])
    return points


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/default"), help="where the workers were built")
    parser.add_argument("--sweeps", default="", help="what grows, or a part of the sweep's name")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--sample", type=float, default=0.003, help="seconds a sample")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=int, default=1 << 24, help="leave out sizes of more elements")
    parser.add_argument("--out", type=Path, default=Path("growth.json"))
    return parser.parse_args()


def main() -> None:
    options = arguments()
    where = Place(options.build.resolve(), Path())
    result: dict[str, Any] = {"machine": machine(), "sweeps": []}
    with arena(slot_bytes := 1 << 26) as memory:
        for threads in options.threads:
            worker = start(OURS, where, memory, slot_bytes, threads)
            for sweep in sweeps():
                if options.sweeps not in sweep.name and options.sweeps != sweep.of:
                    continue
                chosen = [n for n in sweep.sizes if elements(sweep.problem(n)) <= options.largest]
                sweep = sweep._replace(sizes=chosen)
                points = measure(worker, sweep, options.sample, options.rounds)
                found = leaps(points)
                worst = ", ".join(f"{leap['from']} → {leap['to']}: {leap['factor']:.2f}" for leap in found[:5])
                say(f"{of_threads(threads)}: {sweep.name}, {len(points)} sizes: {worst or 'no leap'}")
                result["sweeps"].append({"name": sweep.name, "of": sweep.of, "threads": threads, "points": points,
                                         "leaps": found})
            worker.stop()
    options.out.write_text(json.dumps(result, indent=1))
    say(f"written: {options.out}")


if __name__ == "__main__":
    main()
