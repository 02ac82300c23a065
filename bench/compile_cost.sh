#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What the header and expressions with gradients cost the C++ compiler: seconds (median of three), peak
# memory, object bytes, longest symbol; for g++ and clang++-22, nothing optimised. Counts repeat
# exactly, seconds are illustration.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

program() {  # program COUNT: that many losses, each with its gradient
    echo '#include <gradus/dsl.hpp>'
    echo 'using namespace gradus;'
    echo 'constexpr auto x = tensor<"x[batch, class]">;'
    echo 'constexpr auto t = labels<"t[batch]">;'
    for ((i = 0; i < $1; ++i)); do
        echo "constexpr auto loss$i = mean(cross_entropy($i.5 * tanh(x) + x * x, t, over<\"class\">)) + $i * mean(x * sigmoid(x));"
        echo "constexpr auto dx$i = grad(loss$i, x);"
        echo "unsigned long hash$i() { return program<loss$i, dx$i>::view().hash; }"
    done
}
fifty() {  # one expression of 50 nodes
    echo '#include <gradus/dsl.hpp>'
    echo 'using namespace gradus;'
    echo 'constexpr auto x = tensor<"x[i]">;'
    printf 'constexpr auto y = sum(x'
    for ((i = 1; i <= 16; ++i)); do printf ' + %d.5 * tanh(x)' "$i"; done
    echo ');'
    echo 'constexpr auto dx = grad(y, x);'
    echo 'unsigned long hash() { return program<y, dx>::view().hash; }'
}
catalogue() {  # every activation and every loss, each with its gradient
    cat <<'END'
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[batch, class]">;
constexpr auto y = tensor<"y[batch, class]">;
constexpr auto z = tensor<"z[batch, class]">;
constexpr auto v = tensor<"v[batch]">;
constexpr auto t = labels<"t[batch]">;
constexpr auto list = labels<"list[batch, slot]">;
constexpr auto w = tensor<"w[class]">;
constexpr auto noise = uniform<"noise[batch, class]">;
constexpr auto classes = over<"class">;
END
    local i=0
    while read -r formula; do
        echo "constexpr auto f$i = sum($formula);"
        echo "constexpr auto d$i = grad(f$i, x);"
        echo "unsigned long hash$i() { return program<f$i, d$i>::view().hash; }"
        i=$((i + 1))
    done <<'END'
relu(x)
relu6(x)
leaky_relu(x)
prelu(x, w)
rrelu(x, noise)
elu(x)
celu(x)
selu(x)
softplus(x, 2)
gelu(x)
gelu_tanh(x)
sigmoid(x)
tanh(x)
softsign(x)
hardtanh(x)
threshold(x, 1, 0)
tanhshrink(x)
softshrink(x)
hardshrink(x)
logsigmoid(x)
silu(x)
mish(x)
hardsigmoid(x)
hardswish(x)
softmax(x, classes) * y
softmin(x, classes) * y
log_softmax(x, classes) * y
mse(x, y)
l1(x, y)
smooth_l1(x, y)
huber(x, y)
nll(x, t, classes, with::weight(w), with::ignore_index(-100))
cross_entropy(x, t, classes, with::weight(w), with::ignore_index(-100), with::label_smoothing(0.1))
cross_entropy(x, y, classes)
bce(x, y)
bce_with_logits(x, y, with::pos_weight(w))
kl_div(x, y)
entropy(x, classes)
cross_entropy_of(x, y, classes)
kl_divergence(x, y, classes)
poisson_nll(x, y)
gaussian_nll(x, y, v)
hinge_embedding(x, y)
soft_margin(x, y)
multi_margin(x, t, classes)
multilabel_margin(x, list, classes, over<"slot">)
multilabel_soft_margin(x, y, classes)
margin_ranking(x, y, z)
cosine_embedding(x, y, v, classes)
triplet_margin(x, y, z, classes, with::swap)
focal(x, t, classes)
sigmoid_focal(x, y)
END
}
echo '' >"$work/empty.cpp"
echo '#include <gradus/dsl.hpp>' >"$work/header.cpp"
for count in 1 10 20 40; do program $count >"$work/losses_$count.cpp"; done
fifty >"$work/nodes_50.cpp"
catalogue >"$work/catalogue.cpp"

printf '%-12s %-12s %8s %9s %10s %8s\n' program compiler seconds 'peak MB' 'object B' symbol
for name in empty header nodes_50 losses_1 losses_10 losses_20 losses_40 catalogue; do
    for compiler in g++ clang++-22; do
        command -v "$compiler" >/dev/null || continue
        times=()
        for _ in 1 2 3; do
            /usr/bin/time -o "$work/time" -f '%U %M' "$compiler" -std=c++20 -O0 -I"$root/dsl" -c "$work/$name.cpp" -o "$work/out.o"
            read -r seconds memory <"$work/time"
            times+=("$seconds")
        done
        median=$(printf '%s\n' "${times[@]}" | sort -n | sed -n 2p)
        symbol=$(nm "$work/out.o" | awk '{n = length($NF); if (n > m) m = n} END {print m + 0}')
        printf '%-12s %-12s %8s %9s %10s %8s\n' "$name" "$compiler" "$median" $((memory / 1024)) "$(stat -c %s "$work/out.o")" "$symbol"
    done
done
