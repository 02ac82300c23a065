# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Workers and how they are timed side by side: in turns, A B C A B C, on the same arrays.

A worker is a process that solves problems with one library; workers/worker.hpp has the lines that it is told.
"""

from __future__ import annotations

import ctypes.util
import math
import os
import platform
import select
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NamedTuple

HERE = Path(__file__).resolve().parent
SLOTS = 9  # problem.hpp: enum class slot
ANSWER_SECONDS = 300
PAUSE_SECONDS = 0.003  # between samples: threads of the last worker go to sleep


def default_peers() -> Path:
    """The virtual environment that peers.sh makes."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("GRADUS_BENCH_PEERS") or Path(cache) / "gradus-peers")


class Absent(Exception):
    """A worker, or a function that it lacks; the text says why."""


class Worker:
    def __init__(self, name: str, command: list[str], threads: int, answer_seconds: float = ANSWER_SECONDS):
        self.name, self.threads, self.answer_seconds = name, threads, answer_seconds
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, bufsize=1, env=environment())

    def ask(self, line: str) -> str:
        """The answer to a line. Raises Absent if the worker has none."""
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Absent(self.last_words()) from None
        if not select.select([self.process.stdout], [], [], self.answer_seconds)[0]:
            self.process.kill()
            self.process.wait()
            raise Absent(f"no answer to `{line}` in {self.answer_seconds} s")
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise Absent(self.last_words())
        if answer.startswith("absent"):
            raise Absent(answer.removeprefix("absent "))
        return answer

    def last_words(self) -> str:
        self.process.wait()
        lines = self.process.stderr.read().strip().splitlines()
        return lines[-1] if lines else f"ended with {self.process.returncode}"

    def sample(self, count: int) -> float:
        """Seconds of so many calls: of one thread its processor time, to which other jobs add little."""
        seconds, processor_seconds = map(float, self.ask(f"sample {count}").split())
        return processor_seconds if self.threads == 1 else seconds

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.stderr.close()
        self.process.terminate()
        self.process.wait()


ALLOCATOR = ctypes.util.find_library("jemalloc")


def environment() -> dict[str, str]:
    """An allocator that keeps what is freed, so that peers whose results are new arrays do not pay for fresh pages."""
    if ALLOCATOR is None:
        return dict(os.environ)
    return os.environ | {"LD_PRELOAD": ALLOCATOR, "MALLOC_CONF": "dirty_decay_ms:-1,muzzy_decay_ms:-1"}


@contextmanager
def arena(slot_bytes: int) -> Iterator[Path]:
    """A file in memory for the arrays of all workers; it ends with this process, whatever ends it."""
    descriptor = os.memfd_create("gradus_bench")
    try:
        os.ftruncate(descriptor, SLOTS * slot_bytes)
        yield Path(f"/proc/{os.getpid()}/fd/{descriptor}")
    finally:
        os.close(descriptor)


class Library(NamedTuple):
    """How a worker is started."""
    name: str
    program: str  # beside the build's benchmarks, or in workers/
    arguments: tuple[str, ...] = ()


OURS = Library("Gradus", "bench_worker_gradus")
MEMORY = Library("bytes", "bench_worker_memory")  # of a row in the caches: its cycles
OPERATIONS = Library("operations", "bench_worker_memory")
PEERS = [
    Library("PyTorch eager", "torch_worker.py"), Library("torch.compile", "torch_worker.py", ("compile",)),
    Library("JAX", "jax_worker.py"), Library("Dr.Jit", "drjit_worker.py"), Library("oneDNN", "bench_worker_onednn"),
    Library("Eigen", "bench_worker_eigen"), Library("SLEEF u10", "bench_worker_sleef"),
    Library("libmvec", "bench_worker_libmvec"),
]


class Place(NamedTuple):
    """Where workers come from."""
    build: Path
    python: Path


def start(library: Library, where: Place, memory: Path, slot_bytes: int, threads: int) -> Worker:
    if library.program.endswith(".py"):
        command = [str(where.python), str(HERE / "workers" / library.program)]
        present = where.python
    else:
        present = where.build / "bench" / library.program
        command = [str(present)]
    if not present.exists():
        raise Absent("not installed" if library.program.endswith(".py") else "not built")
    return Worker(library.name, command + [str(memory), str(slot_bytes), str(threads), *library.arguments], threads)


def calls_for(worker: Worker, seconds: float) -> int:
    """How many calls take about so long."""
    count = 1
    while True:
        taken = worker.sample(count)
        if taken > seconds / 4 or count >= 1 << 22:
            return max(1, min(1 << 22, round(count * seconds / max(taken, 1e-9))))
        count *= 8


def in_turns(workers: list[Worker], sample_seconds: float, budget_seconds: float) -> dict[str, list[float]]:
    """Seconds a call of all workers, a sample of each in every round; from 3 rounds on until the budget is spent."""
    counts = {w.name: calls_for(w, sample_seconds) for w in workers}
    times: dict[str, list[float]] = {w.name: [] for w in workers}
    end = time.monotonic() + budget_seconds
    while len(times[workers[0].name]) < 3 or (time.monotonic() < end and len(times[workers[0].name]) < 31):
        for worker in workers:
            time.sleep(PAUSE_SECONDS)
            times[worker.name].append(worker.sample(counts[worker.name]) / counts[worker.name])
    return times


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """First quartile, median, third quartile."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def ratios(numerator: list[float], denominator: list[float]) -> tuple[float, float, float]:
    """Quartiles of the ratios of two workers, round by round."""
    return quartiles([a / b if b > 0 else math.nan for a, b in zip(numerator, denominator, strict=True)])


def machine() -> dict[str, str]:
    """What the figures were taken on."""
    facts = {"date": time.strftime("%Y-%m-%d"), "system": f"{platform.system()} {platform.release()}",
             "processors": str(len(os.sched_getaffinity(0))), "python": platform.python_version()}
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
        named = {key.strip(): value.strip() for key, value in lines.items()}
        facts["cpu"] = (f"{named.get('model name', platform.machine())}, family {named.get('cpu family', '?')} model "
                        f"{named.get('model', '?')}, cache {named.get('cache size', '?')}")
        facts["load before"] = f"{os.getloadavg()[0]:.2f}"
    except OSError:
        facts["cpu"] = platform.machine()
    return facts


def of_threads(count: int) -> str:
    return f"{count} thread{'s' * (count > 1)}"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
