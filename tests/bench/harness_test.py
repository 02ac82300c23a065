# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""harness_test.py BENCH BUILD: the benchmark's judgements, on data of known outcome and with workers that misbehave."""

import math
import platform
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

BENCH, BUILD = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
sys.path.insert(0, str(BENCH))

import compare  # noqa: E402
import growth  # noqa: E402
import operations  # noqa: E402
import page  # noqa: E402
from harness import OPERATIONS, OURS, Absent, Library, Place, arena, quartiles, ratios, start  # noqa: E402
from operations import Operations  # noqa: E402

SLOT_BYTES = 1 << 16
ROW = compare.Row("cores", "forward exp out_of_place 64", ("peer",), "cycle 64", (1,))
WORKER = """#!{python}
import sys
for line in sys.stdin:
    command = line.split()[0]
    answers = {{"about": "a peer of tests", "prepare": "ready", "output": "{value}", "sample": "{seconds} {seconds}"}}
    if command == "{ends_at}":
        sys.exit("ended on purpose")
    print(answers[command], flush=True)
"""


def points(seconds_of: dict[int, float]) -> list[dict]:
    return [{"size": n, "elements": n, "seconds": t} for n, t in seconds_of.items()]


class Judgements(unittest.TestCase):
    def test_quartiles_and_ratios_are_taken_round_by_round(self):
        self.assertEqual(quartiles([4, 1, 3, 2, 5]), (2, 3, 4))
        self.assertEqual(quartiles([7]), (7, 7, 7))
        self.assertEqual(ratios([2, 40, 600], [1, 10, 100]), (3, 4, 5))

    def test_a_leap_up_is_found_at_the_larger_size(self):
        found = growth.leaps(points({30: 30, 31: 31, 32: 60, 40: 70}))
        self.assertEqual([(leap["from"], leap["to"], leap["dear"]) for leap in found], [(31, 32, 32)])

    def test_a_larger_size_that_is_cheaper_blames_the_smaller(self):
        found = growth.leaps(points({100: 100, 101: 150, 102: 102}))
        self.assertEqual([(leap["to"], leap["dear"]) for leap in found], [(101, 101), (102, 101)])

    def test_growth_with_the_work_and_constant_cost_are_no_leaps(self):
        self.assertEqual(growth.leaps(points({n: float(n) for n in (10, 12, 15, 19)})), [])
        self.assertEqual(growth.leaps(points({n: 7.0 for n in (10, 12, 15, 19)})), [])

    def test_sizes_far_apart_are_no_neighbours(self):
        self.assertEqual(growth.leaps(points({10: 1, 20: 100})), [])

    def test_sizes_hold_the_seams(self):
        chosen = growth.sizes(1, 1 << 16)
        self.assertEqual(chosen, sorted(set(chosen)))
        self.assertTrue({1, 15, 16, 17, 4095, 4096, 4097, 65536} <= set(chosen))


# How often it ran, machine code, assembly: a loop of 3 turns over 16 elements each, and one over 8 under a mask.
LOOP = [(1, "31c0", "xor %eax,%eax"),
        (3, "62f17c481006", "vmovups (%rsi),%zmm0"),
        (3, "62f2754898c2", "vfmadd132ps %zmm2,%zmm1,%zmm0"),
        (3, "62f17c4858c1", "vaddps %zmm1,%zmm0,%zmm0"),
        (3, "62f2754816c2", "vpermps %zmm2,%zmm1,%zmm0"),
        (3, "c5fa58c1", "vaddss %xmm1,%xmm0,%xmm0"),
        (3, "62f17c481107", "vmovups %zmm0,(%rdi)"),
        (3, "75dc", "jne back"),
        (1, "62f17c2959c1", "vmulps %ymm1,%ymm0,%ymm0{%k1}"),
        (1, "c3", "ret"),
        (0, "62f17c4859c1", "vmulps %zmm1,%zmm0,%zmm0 never ran")]
OF_LOOP = Operations(multiplications=3 * 16 + 8, others=2 * 3 * 16)


class Stepped:
    """A worker that has run LOOP."""

    def __init__(self, first_place: int = 0):
        self.first_place = first_place

    def ask(self, line: str) -> str:
        if line != "instructions":
            return "ready"
        ran, place = [], self.first_place
        for count, code, _ in LOOP:
            if count:
                ran.append(f"{place}:{count}")
            place += len(code) // 2
        return " ".join(["".join(code for _, code, _ in LOOP), *ran])


class Counts(unittest.TestCase):
    def test_vector_instructions_count_by_their_lanes_and_moves_do_not(self):
        self.assertEqual(operations.tally([(text, count) for count, _, text in LOOP], 1), OF_LOOP)
        moves = ["vbroadcastss 0x4(%rip),%zmm1", "vpbroadcastd %eax,%zmm1", "vmovaps %zmm1,%zmm0{%k1}",
                 "kandw %k1,%k2,%k0", "vinsertf64x4 $0x1,%ymm9,%zmm8,%zmm8", "vextractf64x4 $0x1,%zmm8,%ymm9",
                 "vxorps %xmm0,%xmm0,%xmm0", "vgatherqps (%rdi,%zmm1,4),%ymm2{%k3}",
                 "vscatterqps %ymm10,(,%zmm13){%k3}", "vmaskmovps (%rdx),%ymm1,%ymm3"]
        self.assertEqual(operations.tally([(text, 5) for text in moves], 1), Operations(0, 0))

    def test_operations_are_those_of_one_element(self):
        self.assertEqual(operations.tally([("vmulpd %zmm1,%zmm0,%zmm0", 6), ("vsubps %ymm1,%ymm0,%ymm0", 4)], 32),
                         Operations(3, 1))

    def test_kinds_of_multiplication(self):
        for name, is_one in {"vmulps": 1, "vmulpd": 1, "vfmadd213ps": 1, "vfnmadd231pd": 1, "vfmsub132ps": 1,
                             "vfixupimmps": 0, "vfpclassps": 0, "vdivps": 0, "vmaxps": 0, "vpmulld": 0,
                             "vscalefps": 0}.items():
            found = operations.tally([(f"{name} %zmm1,%zmm0,%zmm0", 1)], 16)
            self.assertEqual(found, Operations(is_one, 1 - is_one), name)

    @unittest.skipUnless(shutil.which("objdump") and platform.machine() == "x86_64", "needs objdump for x86-64")
    def test_what_a_worker_ran_is_counted_through_its_machine_code(self):
        self.assertEqual(operations.operations_of(Stepped(), "forward exp in_place 1"), OF_LOOP)
        with self.assertRaisesRegex(Absent, "no instruction at byte 1 "):
            operations.operations_of(Stepped(first_place=1), "forward exp in_place 1")

    @unittest.skipUnless(shutil.which("objdump") and platform.machine() == "x86_64", "needs objdump for x86-64")
    def test_our_worker_takes_as_many_operations_for_each_element_of_a_larger_problem(self):
        with arena(SLOT_BYTES) as memory:
            worker = start(OURS, Place(BUILD, Path()), memory, SLOT_BYTES, 1)
            few, many = (operations.operations_of(worker, f"forward tanh out_of_place {n}") for n in (4096, 8192))
            copied = operations.operations_of(worker, "forward relu out_of_place 4096")
            worker.stop()
        for one, other in zip(few, many, strict=True):
            self.assertLess(abs(one - other), 0.05 * one)
        self.assertGreater(few.multiplications, 5)  # a polynomial, at least
        self.assertEqual(copied.multiplications, 0)
        self.assertGreaterEqual(copied.others, 1)  # a maximum, or a comparison

    def test_problems_that_are_counted_are_small_and_of_the_same_kind(self):
        for row in compare.rows(compare.LARGE):
            kind, name, place, *words = row.problem.split()
            same = operations.small(row.problem).split()
            extents, fewer = [int(w) for w in words], [int(w) for w in same[3:]]
            self.assertEqual(same[:3], [kind, name, place])
            self.assertLessEqual(math.prod(fewer), operations.COUNTED_ELEMENTS)
            self.assertTrue(all(1 < b <= a for a, b in zip(extents, fewer, strict=True)), row.problem)
        self.assertEqual(operations.small("label_loss cross_entropy in_place 65536 10"),
                         "label_loss cross_entropy in_place 1024 10")
        self.assertEqual(operations.small("loss mse in_place 100"), "loss mse in_place 100")


class Bounds(unittest.TestCase):
    def row(self, group: str = "headline", **seconds: float) -> dict:
        return {"group": group, "operations": (20, 34), "seconds": {name: [s] * 3 for name, s in seconds.items()}}

    def test_the_bound_is_what_takes_longer(self):
        row = self.row(Gradus=4, bytes=1, operations=2)
        self.assertEqual((page.bound(row), page.share(row)), ("operations", "50 % (50–50)"))
        row = self.row(Gradus=4, bytes=3, operations=2)
        self.assertEqual((page.bound(row), page.share(row)), ("bytes", "75 % (75–75)"))

    def test_in_the_caches_only_operations_bound(self):
        row = self.row("cores", Gradus=4, bytes=3, operations=2)
        self.assertEqual((page.bound(row), page.share(row)), ("operations", "50 % (50–50)"))
        self.assertEqual(page.share(self.row("cores", Gradus=4, bytes=3)), "–")

    def test_a_row_without_operations_is_bound_by_bytes(self):
        row = self.row(Gradus=4, bytes=1) | {"operations": None}
        self.assertEqual((page.bound(row), page.operations(row)), ("bytes", "–"))
        self.assertEqual(page.operations(self.row()), "54 (20)")

    def test_the_loop_beside_a_row_computes_as_many_numbers(self):
        with arena(SLOT_BYTES) as memory:
            bench = compare.Bench([OPERATIONS], Place(BUILD, Path()), memory, SLOT_BYTES, 1)
            asked = []
            bench.workers[OPERATIONS.name].stop()
            bench.workers[OPERATIONS.name] = type("Told", (), {"name": OPERATIONS.name, "ask": asked.append})
            bench.bounds(ROW, Operations(2.5, 0))
        self.assertEqual(asked, ["prepare bandwidth operations in_place 160 1"])


    def test_the_loop_of_operations_is_no_faster_than_a_processor_and_no_slower_than_its_vectors(self):
        count = 1 << 24
        with arena(SLOT_BYTES) as memory:
            worker = start(OPERATIONS, Place(BUILD, Path()), memory, SLOT_BYTES, 1)

            def seconds(loop: str) -> float:
                worker.ask(f"prepare bandwidth {loop}")
                return min(worker.sample(1) for _ in range(5))

            for loop in (f"operations in_place {count}", f"operations in_place {count // 2} {count // 2}"):
                self.assertLess(seconds(f"cycle in_place {count // 128}"), seconds(loop))
                self.assertLess(seconds(loop), seconds(f"cycle in_place {count // 2}"))
            worker.stop()


class Workers(unittest.TestCase):
    def measure(self, value: float = 0, seconds: float = 1, ends_at: str = "never") -> tuple[compare.Bench, dict]:
        """The row measured with ours and a peer that answers so."""
        with tempfile.TemporaryDirectory() as folder, arena(SLOT_BYTES) as memory:
            program = Path(folder) / "peer"
            program.write_text(WORKER.format(python=sys.executable, value=value, seconds=seconds, ends_at=ends_at))
            program.chmod(0o700)
            where = Place(BUILD, Path("/nonexistent"))
            bench = compare.Bench([OURS, Library("peer", str(program))], where, memory, SLOT_BYTES, 1)
            try:
                return bench, bench.measure(ROW, 1e-4, 0)
            finally:
                bench.stop()

    def test_a_peer_with_our_results_is_timed_in_every_round(self):
        _, row = self.measure(seconds=8)
        self.assertEqual(len(row["seconds"]["peer"]), len(row["seconds"][OURS.name]))
        self.assertEqual(row["seconds"]["peer"][0], 8)
        self.assertEqual(row["apart"], {"peer": 0})
        self.assertEqual(row["absent"], {})

    def test_a_wrong_answer_is_not_timed(self):
        _, row = self.measure(value=3)
        self.assertNotIn("peer", row["seconds"])
        self.assertIn("another result", row["absent"]["peer"])

    def test_a_peer_that_ends_is_left_out_with_its_last_words(self):
        bench, row = self.measure(ends_at="output")
        self.assertNotIn("peer", row["seconds"])
        self.assertEqual(bench.absent["peer"], "ended on purpose")

    def test_a_peer_that_does_not_start_is_left_out(self):
        bench, row = self.measure(ends_at="about")
        self.assertEqual(bench.absent["peer"], "ended on purpose")
        self.assertEqual(row["absent"], {})

    def test_a_program_that_was_not_built_is_named(self):
        with arena(SLOT_BYTES) as memory:
            bench = compare.Bench([Library("peer", "no_such_worker")], Place(BUILD, Path()), memory, SLOT_BYTES, 1)
            self.assertEqual(bench.absent["peer"], "not built")

    def test_an_unknown_command_is_answered(self):
        with arena(SLOT_BYTES) as memory:
            bench = compare.Bench([OURS], Place(BUILD, Path()), memory, SLOT_BYTES, 1)
            with self.assertRaisesRegex(Absent, "prepare a problem first"):
                bench.workers[OURS.name].ask("nonsense")
            bench.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
