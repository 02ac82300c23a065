# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Dr.Jit with its LLVM back end. Its arrays are copies of the slots, made once."""

import glob
import os

from worker import Absent, Problem, find, serve


def make_library(threads: int):
    libraries = sorted(glob.glob("/usr/lib/llvm-*/lib/libLLVM.so*"))
    if libraries:
        os.environ.setdefault("DRJIT_LIBLLVM_PATH", libraries[-1])
    import drjit as dr
    from drjit.llvm.ad import Float

    dr.set_thread_count(threads)

    def sigmoid(x):
        return 1 / (1 + dr.exp(-x))

    activations = {
        "relu": lambda x: dr.maximum(x, 0), "sigmoid": sigmoid, "silu": lambda x: x * sigmoid(x),
        "gelu": lambda x: 0.5 * x * (1 + dr.erf(x * 0.5**0.5)), "tanh": dr.tanh, "exp": dr.exp, "erf": dr.erf,
        "softplus": lambda x: dr.maximum(x, 0) + dr.log(1 + dr.exp(-dr.abs(x))),
    }

    def smooth_l1(d):
        return dr.select(d < 1, 0.5 * d * d, d - 0.5)

    losses = {"mse": lambda x, t: dr.square(x - t), "l1": lambda x, t: dr.abs(x - t),
              "smooth_l1": lambda x, t: smooth_l1(dr.abs(x - t)), "huber": lambda x, t: smooth_l1(dr.abs(x - t))}

    def pointwise(p: Problem):
        f = find(activations, p.name)
        source = Float(p.x.ravel())
        upstream = dr.full(Float, 1, p.x.size) if p.kind == "forward_derivative" else Float(p.second.ravel())

        def call():
            x = Float(source)
            if p.kind == "forward":
                y = f(x)
                dr.eval(y)
                dr.sync_thread()
                return 0, [y]
            dr.enable_grad(x)
            y = f(x)
            dr.set_grad(y, upstream)
            dr.enqueue(dr.ADMode.Backward, y)
            dr.traverse(dr.ADMode.Backward)
            y, d = dr.detach(y), dr.grad(x)
            dr.eval(y, d)
            dr.sync_thread()
            return 0, [y, d]
        return call

    def loss(p: Problem):
        f = find(losses, p.name)
        source, target = Float(p.x.ravel()), Float(p.second.ravel())

        def call():
            x = Float(source)
            dr.enable_grad(x)
            value = dr.mean(f(x, target))
            dr.backward(value)
            d = dr.grad(x)
            value = dr.detach(value)
            dr.eval(value, d)
            dr.sync_thread()
            return value[0], [d]
        return call

    def make(p: Problem):
        if p.kind == "label_loss":
            raise Absent("no label_loss")
        return pointwise(p) if p.kind.startswith("forward") else loss(p)
    return make, f"{dr.__version__}, {os.path.basename(os.environ.get('DRJIT_LIBLLVM_PATH', 'LLVM'))}"


serve(make_library)
