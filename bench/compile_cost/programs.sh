#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Programs whose compilation is measured: `write_program NAME` prints one, for seconds.sh, growth.sh and
# tests/compile_cost/gate.sh, which source this file.
#
#   header, umbrella     one include
#   losses_N             N losses in one file, each with its gradient
#   nodes_50             one expression of 50 nodes with its gradient
#   catalogue            every activation and every loss, each with its gradient
#   unshared_N           a sum of N operations, none of which occurs twice, with its gradient
#   shared_N             N operations, each result of which is used twice: as a tree 2^(N/2) nodes

one_program() {  # one_program LOSS: a loss, its gradient, and what needs their graph
    echo "constexpr auto loss$2 = $1;"
    echo "constexpr auto dx$2 = grad(loss$2, x);"
    echo "unsigned long hash$2() { return program<loss$2, dx$2>::view().hash; }"
}
dsl_header() {
    echo '#include <gradus/dsl.hpp>'
    echo 'using namespace gradus;'
}
losses() {  # losses COUNT
    dsl_header
    echo 'constexpr auto x = tensor<"x[batch, class]">;'
    echo 'constexpr auto t = labels<"t[batch]">;'
    for ((i = 0; i < $1; ++i)); do
        one_program "mean(cross_entropy($i.5 * tanh(x) + x * x, t, over<\"class\">)) + $i * mean(x * sigmoid(x))" "$i"
    done
}
fifty() {
    dsl_header
    echo 'constexpr auto x = tensor<"x[i]">;'
    local sum=x
    for ((i = 1; i <= 16; ++i)); do sum+=" + $i.5 * tanh(x)"; done
    one_program "sum($sum)" ''
}
many() {  # many START STEP COUNT: y = START, then COUNT times y = STEP, in an operation of its own
    dsl_header
    echo 'constexpr auto x = tensor<"x[i]">;'
    echo 'constexpr auto many = make_op<"many">([](auto x) {'
    echo "    auto y = $1;"
    echo "    for (int i = 1; i <= $3; ++i) y = $2;"
    echo '    return y;'
    echo '});'
    one_program 'sum(many(x))' ''
}
formulas() {
    cat <<'END'
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
catalogue() {  # catalogue FORMULA...: those, each with its gradient
    dsl_header
    cat <<'END'
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
    for formula in "$@"; do
        one_program "sum($formula)" "$i"
        i=$((i + 1))
    done
}
write_program() {
    local all count=${1##*_}
    case $1 in
        empty) ;;
        header) dsl_header ;;
        umbrella) echo '#include <gradus/gradus.hpp>' ;;
        nodes_50) fifty ;;
        losses_*) losses "$count" ;;
        catalogue) mapfile -t all < <(formulas) && catalogue "${all[@]}" ;;
        unshared_*) many 'tanh(x)' 'y + exp((1.0 + i) * x)' $(((count - 1) / 3)) ;;
        shared_*) many 'tanh(x)' 'y * exp(y)' $(((count - 1) / 2)) ;;
        *) echo "programs.sh: no program is named $1" >&2 && return 1 ;;
    esac
}
