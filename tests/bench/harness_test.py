# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""harness_test.py BENCH BUILD: the benchmark's judgements, on data of known outcome and with workers that misbehave."""

import sys
import tempfile
import unittest
from pathlib import Path

BENCH, BUILD = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
sys.path.insert(0, str(BENCH))

import compare  # noqa: E402
import growth  # noqa: E402
from harness import OURS, Absent, Library, Place, arena, quartiles, ratios  # noqa: E402

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
