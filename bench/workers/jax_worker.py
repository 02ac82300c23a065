# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""JAX on the CPU, jitted. Its arrays are copies of the slots, made once."""

import os

from worker import Problem, find, serve


def make_library(threads: int):
    # XLA has as many threads as processors that it may run on.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import jax.numpy as jnp

    activations = {
        "relu": jax.nn.relu, "relu6": jax.nn.relu6, "leaky_relu": jax.nn.leaky_relu, "elu": jax.nn.elu,
        "celu": jax.nn.celu, "selu": jax.nn.selu, "softplus": jax.nn.softplus, "sigmoid": jax.nn.sigmoid,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False), "gelu_tanh": jax.nn.gelu, "tanh": jnp.tanh,
        "softsign": jax.nn.soft_sign, "hardtanh": jax.nn.hard_tanh, "logsigmoid": jax.nn.log_sigmoid,
        "silu": jax.nn.silu, "mish": jax.nn.mish, "hardsigmoid": jax.nn.hard_sigmoid, "hardswish": jax.nn.hard_swish,
        "exp": jnp.exp, "expm1": jnp.expm1, "erf": jax.lax.erf,
    }

    def smooth_l1(x, t):
        d = jnp.abs(x - t)
        return jnp.mean(jnp.where(d < 1, 0.5 * d * d, d - 0.5))

    def bce_with_logits(x, t):
        return jnp.mean(jax.nn.softplus(x) - x * t)

    losses = {
        "mse": lambda x, t: jnp.mean((x - t) ** 2), "l1": lambda x, t: jnp.mean(jnp.abs(x - t)),
        "smooth_l1": smooth_l1, "huber": smooth_l1, "bce_with_logits": bce_with_logits,
    }

    def cross_entropy(x, label):
        log_p = jax.nn.log_softmax(x, axis=1)
        return -jnp.mean(jnp.take_along_axis(log_p, jnp.expand_dims(label, 1), axis=1))

    def pointwise(p: Problem):
        f = find(activations, p.name)
        x, upstream = jnp.array(p.x), jnp.array(p.second)
        if p.kind == "forward":
            kernel = jax.jit(f)
            return lambda: (0, [kernel(x).block_until_ready()])
        if p.kind == "forward_derivative":
            upstream = jnp.ones_like(x)

        @jax.jit
        def both(x, g):
            y, back = jax.vjp(f, x)
            return y, back(g)[0]
        return lambda: (0, list(jax.block_until_ready(both(x, upstream))))

    def loss(p: Problem):
        labels = p.kind == "label_loss"
        f = find({"cross_entropy": cross_entropy} if labels else losses, p.name)
        kernel = jax.jit(jax.value_and_grad(f))
        x, other = jnp.array(p.x), jnp.array(p.label if labels else p.second)

        def call():
            value, gradient = jax.block_until_ready(kernel(x, other))
            return value, [gradient]
        return call

    def make(p: Problem):
        return pointwise(p) if p.kind.startswith("forward") else loss(p)
    return make, jax.__version__


serve(make_library)
