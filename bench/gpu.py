#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times our kernels on a GPU beside PyTorch eager, torch.compile and Liger, on the same data, in turns.

    bench/gpu.py --out gpu.json --table gpu.md            every row
    bench/gpu.py --rows 'label_loss|float32 .*gelu'       those whose text matches
    bench/gpu.py --elements 65536 --classes-of 64         a trial

A time is that between two events of the device around one call, after a fill of a gibibyte: it empties the cache, and
while it runs the host gets ahead. The bound counts each input as read once and each output as written once; the copies
beside it move as many bytes. Every result is compared with PyTorch's in float64, ours bit by bit with that of the host.
Exit status: 0; 1 if a result of ours is wrong; 3 if there is no GPU.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator, NamedTuple

from harness import Absent, Worker, arena, machine, quartiles, ratios, say

NO_GPU = 3  # exit status
OURS, COPY = "Gradus", "copy"
SAME = "the same"  # our worker's answer to `host`
ELEMENTS = 1 << 26  # of the pointwise problems: their tensors are several times the cache
CLASSES = ((4096, 128256), (8192, 32000), (4096, 1000))
FUNCTIONS = ("gelu", "silu", "leaky_relu", "mse")  # the last of two tensors
LOSSES = ("smooth_l1", "bce_with_logits")
BYTES = {"float32": 4, "bfloat16": 2}
LABEL_BYTES = 8
LARGE_COPY = 1 << 31  # bytes of the copy that says what the device's memory can do
ROUNDS, CALLS = 5, 10
ANSWER_SECONDS = 60  # then a call of ours is taken to hang
# Norm of the difference to float64, as a part of the norm of the result: beyond it, ours is wrong, or a peer's.
WRONG = {"float32": 1e-6, "bfloat16": 4e-3}
WRONG_PEER = {"float32": 1e-3, "bfloat16": 3e-2}


class Row(NamedTuple):
    type: str  # of the tensors
    problem: str  # KIND NAME PLACE EXTENT…, as in problem.hpp

    @property
    def kind(self) -> str:
        return self.problem.split()[0]

    @property
    def name(self) -> str:
        return self.problem.split()[1]

    @property
    def extents(self) -> tuple[int, ...]:
        return tuple(int(word) for word in self.problem.split()[3:])

    @property
    def bytes(self) -> int:
        """Each input read once, each output written once."""
        tensors = {"forward_backward": 5 if self.name == "mse" else 4, "loss": 3, "label_loss": 2}[self.kind]
        labels = self.extents[0] * LABEL_BYTES if self.kind == "label_loss" else 0
        return tensors * math.prod(self.extents) * BYTES[self.type] + labels

    @property
    def title(self) -> str:
        what = " and backward" if self.kind == "forward_backward" else ", mean and gradient"
        return f"{self.name}{what}, {'×'.join(map(str, self.extents))}"


def rows(elements: int, classes: tuple[tuple[int, int], ...]) -> list[Row]:
    """The dearest first, so that what ends early has them."""
    problems = [f"label_loss cross_entropy out_of_place {n} {c}" for n, c in classes]
    problems += [f"loss {name} out_of_place {elements}" for name in LOSSES]
    problems += [f"forward_backward {name} out_of_place {elements}" for name in FUNCTIONS]
    return [Row(element, problem) for problem in problems for element in BYTES]


class Ours:
    """Our worker. A process is of no more use once its device has failed: after an error the next row has a new one."""

    def __init__(self, program: Path, memory: Path, slot_bytes: int):
        self.command = [str(program), str(memory), str(slot_bytes)]
        self.worker: Worker | None = None

    def ask(self, line: str) -> str:
        if self.worker is None:
            self.worker = Worker(OURS, self.command, 0, ANSWER_SECONDS)
        return self.worker.ask(line)

    def sample(self, count: int) -> list[float]:
        return [float(word) for word in self.ask(f"sample {count}").split()]

    def stop(self) -> None:
        if self.worker is not None:
            self.worker.stop()
        self.worker = None


def in_turns(samples: dict[str, Any], absent: dict[str, str], rounds: int) -> dict[str, list[list[float]]]:
    """Milliseconds of calls by round. Who fails is left out and named."""
    times: dict[str, list[list[float]]] = {name: [] for name in samples}
    for _ in range(rounds):
        for name, sample in samples.items():
            if name in absent:
                continue
            try:
                times[name].append(sample(CALLS))
            except Exception as error:  # a device's errors have many types
                absent[name] = f"{type(error).__name__}: {error}".splitlines()[0]
    return {name: found for name, found in times.items() if name not in absent}


def measure(row: Row, ours: Ours, peers: Any, rounds: int) -> dict[str, Any]:
    """Checks everybody's results, then times them."""
    found: dict[str, Any] = {"type": row.type, "problem": row.problem, "bytes": row.bytes, "apart": {}, "absent": {}}
    work = peers.Task(row)
    samples = {COPY: peers.copy_of(row.bytes // 2)}

    def admit(name: str, apart: float, limit: float, sample: Any) -> None:
        found["apart"][name] = apart
        if not apart <= limit:
            raise Absent(f"a wrong result: {apart:.2g} apart from float64")
        samples[name] = sample

    def try_out(name: str, trial: Any) -> None:
        try:
            trial()
        except Exception as error:  # named in the table: a peer's errors have many types
            text = str(error) if isinstance(error, Absent) else f"{type(error).__name__}: {error}"
            found["absent"][name] = text.splitlines()[0][:300] if text else type(error).__name__

    def ours_first() -> None:
        work.write_inputs()
        ours.ask(f"prepare {row.type} {row.problem}")
        value = float(ours.ask("output"))
        apart = work.apart_of_slots(value)
        found["host"] = ours.ask("host")
        admit(OURS, apart, WRONG[row.type], ours.sample)

    try_out(OURS, ours_first)
    for name, make in peers.PEERS.items():
        if name == "Liger" and row.kind != "label_loss":
            continue

        def peer(name: str = name, make: Any = make) -> None:
            call = make(work)
            admit(name, work.apart(*call(True)), WRONG_PEER[row.type], peers.sampler(call))
        try_out(name, peer)
    found["milliseconds"] = in_turns(samples, found["absent"], rounds)
    if OURS in found["absent"]:
        ours.stop()
    return found


# ---- the table

def median_of(times: list[list[float]]) -> float:
    return quartiles([t for sample in times for t in sample])[1]


def bandwidth(row: dict, name: str) -> float:
    """Bytes a second."""
    return row["bytes"] / (1e-3 * median_of(row["milliseconds"][name]))


def by_round(row: dict, name: str) -> list[float]:
    return [quartiles(sample)[1] for sample in row["milliseconds"][name]]


def cell(row: dict, name: str, text: Any) -> str:
    return text(row) if name in row["milliseconds"] and OURS in row["milliseconds"] else "–"


def against(name: str) -> Any:
    """Somebody's time over ours, with the range of the quartiles of the rounds."""
    def text(row: dict) -> str:
        low, middle, high = ratios(by_round(row, name), by_round(row, OURS))
        return f"{middle:.2f} ({low:.2f}–{high:.2f})"
    return lambda row: cell(row, name, text)


def share(name: str, most: float) -> Any:
    return lambda row: f"{100 * bandwidth(row, name) / most:.0f} %" if name in row["milliseconds"] else "–"


def table(result: dict) -> list[str]:
    most = result["copy"]
    columns = [
        ("problem", lambda row: Row(row["type"], row["problem"]).title), ("type", lambda row: row["type"]),
        ("ours, ms", lambda row: cell(row, OURS, lambda r: f"{median_of(r['milliseconds'][OURS]):.4g}")),
        ("GB/s", lambda row: cell(row, OURS, lambda r: f"{bandwidth(r, OURS) / 1e9:.0f}")),
        ("share of the copy", share(OURS, most)), ("copy of as much ÷ ours", against(COPY)),
        *((f"{name} ÷ ours", against(name)) for name in ("PyTorch eager", "torch.compile", "Liger")),
        ("Liger's share", share("Liger", most)),
        ("bits of the host", lambda row: row.get("host", "–")),
        ("apart", lambda row: f"{row['apart'][OURS]:.1e}" if OURS in row["apart"] else "–")]
    lines = [" | ".join(text(row) for _, text in columns) for row in result["rows"]]
    return [" | ".join(name for name, _ in columns), "|".join("---" for _ in columns), *lines]


def absences(measured: list[dict]) -> list[str]:
    """Who was left out, why, and in which rows."""
    where: dict[str, list[str]] = {}
    for row in measured:
        for name, reason in row["absent"].items():
            where.setdefault(f"{name}: {reason}", []).append(f"{Row(row['type'], row['problem']).title}, {row['type']}")
    return [f"- Absent: {text} ({len(titles)} rows, the first: {titles[0]})." for text, titles in where.items()]


def page(result: dict) -> str:
    facts = result["machine"]
    copies = ", ".join(f"{name} {value / 1e9:.0f} GB/s" for name, value in result["copies"].items())
    return "\n".join([
        f"Taken on {facts['date']}: {result['device']}; {result['peers']}. A copy of {LARGE_COPY >> 30} GiB, bytes read "
        f"and written: {copies}; shares are of the faster.", "",
        *(f"| {line} |" for line in table(result)), "",
        *absences(result["rows"]), ""])


# ---- the run

def large_copies(ours: Ours, peers: Any) -> dict[str, float]:
    """Bytes read and written a second by a copy within the device, by PyTorch's and by ours."""
    ours.ask(f"prepare float32 bandwidth copy out_of_place {LARGE_COPY // 4}")
    samples = {"PyTorch": peers.copy_of(LARGE_COPY), OURS: ours.sample}
    return {name: 2 * LARGE_COPY / (1e-3 * median_of(times)) for name, times in in_turns(samples, {}, ROUNDS).items()}


def compare(options: argparse.Namespace, peers: Any, memory: Path, slot_bytes: int) -> Iterator[dict[str, Any]]:
    """What has been measured, after every row."""
    ours = Ours(worker_of(options.build), memory, slot_bytes)
    peers.open_slots(memory, slot_bytes)
    result: dict[str, Any] = {"machine": machine(), "device": ours.ask("about"), "peers": peers.about(), "rows": []}
    result["copies"] = large_copies(ours, peers)
    result["copy"] = max(result["copies"].values())
    end = time.monotonic() + options.seconds
    for row in rows(options.elements, options.classes):
        if not re.search(options.rows, f"{row.type} {row.problem}"):
            continue
        if time.monotonic() > end:
            say(f"no time left for: {row.type} {row.problem}")
            continue
        say(f"{row.type} {row.problem}")
        result["rows"].append(measure(row, ours, peers, options.rounds))
        yield result
    ours.stop()


def worker_of(build: Path) -> Path:
    return build.resolve() / "bench" / "bench_worker_gpu"


def missing(options: argparse.Namespace) -> str:
    """Why nothing can be measured here; empty if all is there."""
    if not worker_of(options.build).exists():
        return f"{worker_of(options.build)} was not built"
    ended = subprocess.run([str(worker_of(options.build))], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if ended.returncode != 0:
        return ended.stdout.strip()
    try:
        import gpu_peers
    except ImportError as error:
        return f"PyTorch, which makes the data, is absent ({error})"
    return gpu_peers.missing()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/default"), help="where the worker was built")
    parser.add_argument("--rows", default="", help="a regular expression for the rows' text")
    parser.add_argument("--elements", type=int, default=ELEMENTS, help="of the pointwise problems")
    parser.add_argument("--classes", type=int, nargs=2, action="append", metavar=("ROWS", "CLASSES"),
                        help="of a cross-entropy, instead of the usual ones; may be given several times")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=math.inf, help="after so long no row is begun")
    parser.add_argument("--out", type=Path, default=Path("gpu.json"))
    parser.add_argument("--table", type=Path, default=Path("gpu.md"))
    options = parser.parse_args()
    options.classes = options.classes or CLASSES
    return options


def main() -> int:
    options = arguments()
    if reason := missing(options):
        say(f"gpu.py: no GPU can be used: {reason}")
        return NO_GPU
    import gpu_peers
    slot_bytes = 4 * max(options.elements, *(math.prod(pair) for pair in options.classes))
    wrong = False
    with arena(slot_bytes) as memory:
        for result in compare(options, gpu_peers, memory, slot_bytes):
            options.out.write_text(json.dumps(result, indent=1))
            options.table.write_text(page(result))
            wrong = wrong or result["rows"][-1].get("host") != SAME or OURS in result["rows"][-1]["absent"]
    print(options.table.read_text())
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
