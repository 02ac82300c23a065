# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""gpu_test.py BENCH BUILD: what the benchmark of a GPU makes of answers of known outcome, without a GPU or PyTorch."""

import os
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path

BENCH, BUILD = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
sys.path.insert(0, str(BENCH))
sys.dont_write_bytecode = True

import gpu  # noqa: E402
from harness import Absent  # noqa: E402

WORKER = """#!{python}
import sys
for line in sys.stdin:
    word, *rest = line.split()
    if word == "sample":
        if {dies}:
            sys.exit("the device has failed")
        print(" ".join(["2.0"] * int(rest[0])), flush=True)
    else:
        print({{"prepare": "ready", "output": "0.5", "host": "{host}"}}[word], flush=True)
"""
ROW = gpu.Row("float32", "label_loss cross_entropy out_of_place 100 50")


class Task:
    """Results as far from float64 as they say."""

    def __init__(self, row):
        self.row = row

    def write_inputs(self):
        pass

    def apart_of_slots(self, value):
        return {0.5: 1e-8}[value]

    def apart(self, value, results):
        return value


def absent(task):
    raise Absent("cannot be imported")


PEERS = types.SimpleNamespace(
    Task=Task, copy_of=lambda count: lambda calls: [1.0] * calls, sampler=lambda call: lambda calls: [4.0] * calls,
    PEERS={"PyTorch eager": lambda task: lambda fresh: (1e-7, []),
           "torch.compile": lambda task: lambda fresh: (0.5, []), "Liger": absent})


class Rows(unittest.TestCase):
    def test_each_input_is_read_once_and_each_output_written_once(self):
        self.assertEqual(ROW.bytes, 2 * 100 * 50 * 4 + 100 * 8)  # logits, gradient, labels
        self.assertEqual(gpu.Row("bfloat16", "loss smooth_l1 out_of_place 1000").bytes, 3 * 1000 * 2)
        self.assertEqual(gpu.Row("float32", "forward_backward gelu out_of_place 1000").bytes, 4 * 1000 * 4)
        self.assertEqual(gpu.Row("float32", "forward_backward mse out_of_place 1000").bytes, 5 * 1000 * 4)

    def test_every_problem_is_there_in_both_types(self):
        found = gpu.rows(64, gpu.CLASSES)
        self.assertEqual(len(found), 2 * (len(gpu.CLASSES) + len(gpu.FUNCTIONS) + len(gpu.LOSSES)))
        self.assertEqual({row.type for row in found}, {"float32", "bfloat16"})
        self.assertEqual(found[0].extents, (4096, 128256))


class Measured(unittest.TestCase):
    def measure(self, host: str = gpu.SAME, dies: bool = False) -> dict:
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "worker"
            program.write_text(WORKER.format(python=sys.executable, host=host, dies=dies))
            program.chmod(0o700)
            ours = gpu.Ours(program, Path("/nothing"), 1)
            try:
                found = gpu.measure(ROW, ours, PEERS, 3)
                self.assertEqual(ours.worker is None, dies)
                return found
            finally:
                ours.stop()

    def test_all_are_timed_in_turns_and_who_is_wrong_or_absent_is_named(self):
        row = self.measure()
        self.assertEqual(row["milliseconds"][gpu.OURS], [[2.0] * gpu.CALLS] * 3)
        self.assertEqual(row["milliseconds"]["PyTorch eager"], [[4.0] * gpu.CALLS] * 3)
        self.assertEqual(set(row["milliseconds"]), {gpu.OURS, gpu.COPY, "PyTorch eager"})
        self.assertIn("wrong result", row["absent"]["torch.compile"])
        self.assertEqual(row["absent"]["Liger"], "cannot be imported")

    def test_a_worker_whose_device_fails_is_named_and_ended(self):
        row = self.measure(dies=True)
        self.assertIn("the device has failed", row["absent"][gpu.OURS])
        self.assertNotIn(gpu.OURS, row["milliseconds"])
        self.assertEqual(row["milliseconds"]["PyTorch eager"], [[4.0] * gpu.CALLS] * 3)

    def test_the_table_has_bandwidth_share_and_ratios(self):
        row = self.measure()
        bandwidth = ROW.bytes / 2e-3  # ours takes 2 ms
        result = {"machine": {"date": "today"}, "device": "a GPU", "peers": "PyTorch", "rows": [row],
                  "copy": 2 * bandwidth, "copies": {"PyTorch": 2 * bandwidth}}
        text = gpu.page(result)
        self.assertIn("| cross_entropy, mean and gradient, 100×50 | float32 | 2 | 0 | 50 % | 0.50 (0.50–0.50) | "
                      "2.00 (2.00–2.00) | – | – | – | the same | 1.0e-08 |", text)
        self.assertIn("- Absent: Liger: cannot be imported (1 rows, the first: ", text)

    def test_a_row_without_ours_is_still_a_line(self):
        result = {"machine": {"date": "today"}, "device": "", "peers": "", "rows": [self.measure(dies=True)],
                  "copy": 1e9, "copies": {}}
        self.assertIn("| float32 | – | – | – | – | – |", gpu.page(result))


class NoGpu(unittest.TestCase):
    def check_refusal(self, *command: str) -> None:
        """The program looks for a driver, says so and ends with the status of its own."""
        ended = subprocess.run(command, env=os.environ | {"GRADUS_CUDA_DRIVER": "/nowhere/libcuda.so"}, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertIn("/nowhere/libcuda.so was looked for", ended.stdout)
        self.assertEqual(ended.returncode, gpu.NO_GPU)

    def test_the_worker_says_what_was_looked_for(self):
        self.check_refusal(str(BUILD / "bench" / "bench_worker_gpu"))

    def test_so_does_the_script(self):
        self.check_refusal(str(BENCH.parent / "scripts" / "gpu.sh"), "--built", str(BUILD))

    def test_so_does_the_benchmark(self):
        self.check_refusal(sys.executable, str(BENCH / "gpu.py"), "--build", str(BUILD))

    def test_a_worker_that_was_not_built_is_named(self):
        ended = subprocess.run([sys.executable, str(BENCH / "gpu.py"), "--build", "/nowhere"], text=True,
                               stderr=subprocess.PIPE)
        self.assertIn("/nowhere/bench/bench_worker_gpu was not built", ended.stderr)
        self.assertEqual(ended.returncode, gpu.NO_GPU)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
