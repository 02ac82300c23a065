# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How many numbers a kernel computes for an element: its vector instructions that ran in one call, by their names.

A worker steps through the call (workers/steps.hpp), so that each way through the code counts as often as it is taken.
Counted are instructions on 256 or 512 bits, as many operations as 32-bit numbers fit in, masked or not; what only
moves numbers is none.
"""

from __future__ import annotations

import math
import re
import subprocess
import tempfile
from typing import Iterable, NamedTuple

from harness import Absent, Worker

COUNTED_ELEMENTS = 1 << 14  # at most so many, since a step takes microseconds
INSTRUCTION = re.compile(r"\s*([0-9a-f]+):\s+(\S.*)")
MOVES = re.compile(r"v(mov|p?broadcast|insert|extract|p?gather|p?scatter|p?maskmov|p?expand|p?compress|lddqu|zero)")
MULTIPLICATIONS = re.compile(r"v(mul|fn?m)")  # fused with an addition or not


class Operations(NamedTuple):
    """Of one element."""
    multiplications: float
    others: float


def small(problem: str) -> str:
    """The problem with fewer elements, and the same way through the kernel."""
    kind, name, place, *words = problem.split()
    extents = [int(word) for word in words]
    for axis in (0, *range(2, len(extents)), 1):
        while math.prod(extents) > COUNTED_ELEMENTS and axis < len(extents) and extents[axis] > 2:
            extents[axis] = (extents[axis] + 1) // 2
    return " ".join([kind, name, place, *map(str, extents)])


def lanes(instruction: str) -> int:
    """32-bit numbers in the widest register of an instruction, 0 if that is no whole vector."""
    return 16 if "%zmm" in instruction else 8 if "%ymm" in instruction else 0


def tally(ran: Iterable[tuple[str, int]], elements: int) -> Operations:
    """Of instructions and how often each ran."""
    computed = [(text, count * lanes(text)) for text, count in ran if not MOVES.match(text)]
    multiplications = sum(count for text, count in computed if MULTIPLICATIONS.match(text))
    return Operations(multiplications / elements, (sum(count for _, count in computed) - multiplications) / elements)


def disassembled(code: bytes) -> dict[int, str]:
    """The instructions of x86-64 machine code, by their places."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(code)
        file.flush()
        try:
            lines = subprocess.run(["objdump", "-D", "-w", "-b", "binary", "-m", "i386:x86-64", "--no-show-raw-insn",
                                    file.name], check=True, capture_output=True, text=True).stdout.splitlines()
        except (OSError, subprocess.CalledProcessError) as error:
            raise Absent(f"objdump: {error}") from None
    return {int(found[1], 16): found[2] for line in lines if (found := INSTRUCTION.match(line))}


def operations_of(worker: Worker, problem: str) -> Operations:
    """The operations of a problem, which a worker of one thread solves. Raises Absent if they cannot be counted."""
    fewer = small(problem)
    worker.ask(f"prepare {fewer}")
    worker.ask("inputs")
    code, *ran = worker.ask("instructions").split()
    texts = disassembled(bytes.fromhex(code))
    places = [tuple(map(int, pair.split(":"))) for pair in ran]
    if unknown := [place for place, _ in places if place not in texts]:
        raise Absent(f"objdump sees no instruction at byte {unknown[0]} of the code")
    return tally([(texts[place], times) for place, times in places], math.prod(map(int, fewer.split()[3:])))
