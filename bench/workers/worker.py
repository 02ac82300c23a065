# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A worker in Python: the protocol of worker.hpp, for libraries that have no C++ interface that we use.

A library is a function `make(problem) -> call`, where `call()` solves the problem once and returns (value, results):
arrays, in the order of the slots y and gradient, that np.asarray understands. It raises Absent for what it lacks.
"""

import mmap
import os
import sys
import time
from typing import Callable, NamedTuple

import numpy as np


class Absent(Exception):
    """The library has no such function."""


def find(table: dict, name: str):
    """A library's function of that name."""
    if name not in table:
        raise Absent(f"no {name}")
    return table[name]


class Problem(NamedTuple):
    kind: str
    name: str
    extents: tuple[int, ...]
    x: np.ndarray
    second: np.ndarray
    third: np.ndarray
    label: np.ndarray


SLOTS = ["x", "second", "third", "x_work", "second_work", "y", "gradient", "y_reference", "gradient_reference"]
FUNCTIONS_OF_TENSORS = ("forward", "forward_derivative", "forward_backward")


class Arena:
    def __init__(self, file: str, slot_bytes: int):
        descriptor = os.open(file, os.O_RDWR)
        self.memory = mmap.mmap(descriptor, slot_bytes * len(SLOTS))
        os.close(descriptor)
        self.slot_bytes = slot_bytes

    def slot(self, name: str, extents: tuple[int, ...], dtype: type = np.float32) -> np.ndarray:
        count = int(np.prod(extents))
        if count * np.dtype(dtype).itemsize > self.slot_bytes:
            raise Absent("larger than a slot")
        return np.frombuffer(self.memory, dtype, count, SLOTS.index(name) * self.slot_bytes).reshape(extents)


def read_problem(words: list[str], arena: Arena) -> Problem:
    kind, name, _place, *extents_text = words
    extents = tuple(int(e) for e in extents_text)
    label_extents = extents[:1] + extents[2:] if kind == "label_loss" else (1,)
    return Problem(kind, name, extents, arena.slot("x", extents), arena.slot("second", extents),
                   arena.slot("third", extents), arena.slot("second", label_extents, np.int64))


def write_results(problem: Problem, arena: Arena, results: list) -> None:
    names = ["y", "gradient"] if problem.kind in FUNCTIONS_OF_TENSORS else ["gradient"]
    for name, result in zip(names, results, strict=problem.kind != "forward"):
        arena.slot(name, problem.extents)[...] = np.asarray(result).reshape(problem.extents)


class Server:
    def __init__(self, make: Callable[[Problem], Callable], about: str, arena: Arena):
        self.make, self.about, self.arena = make, about, arena

    def answer(self, line: str) -> str:
        command, *words = line.split()
        if command == "about":
            return self.about
        if command == "prepare":
            self.problem = read_problem(words, self.arena)
            self.call = self.make(self.problem)
            self.call()  # whatever is compiled is compiled now
            return "ready"
        if command == "sample":
            count = int(words[0])
            self.call()
            start, processor_start = time.perf_counter(), time.process_time()
            for _ in range(count):
                self.call()
            return f"{time.perf_counter() - start:.9g} {time.process_time() - processor_start:.9g}"
        if command == "output":
            value, results = self.call()
            write_results(self.problem, self.arena, results)
            return f"{float(value):.9g}"
        raise ValueError(f"unknown command {command}")


def serve(make_library: Callable[[int], tuple[Callable[[Problem], Callable], str]]) -> None:
    """`worker.py FILE SLOT_BYTES THREADS`; the library is made with the number of threads, and tells its version."""
    file, slot_bytes, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    try:
        server = Server(*make_library(threads), Arena(file, slot_bytes))
    except Exception as error:  # a library that is there but does not start
        sys.exit(f"{type(error).__name__}: {error}")
    for line in sys.stdin:
        try:
            answer = server.answer(line)
        except Absent as error:
            answer = f"absent {error}"
        except Exception as error:  # told to compare.py, which names it in its output
            answer = "absent " + f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
        print(answer, file=answers, flush=True)
