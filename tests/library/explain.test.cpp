// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every stage can be looked at, on this machine and for the targets that are not it.
#include "support/catch.hpp"
#include "support/compare.hpp"

#include <boost/hana/define_struct.hpp>
#include <gradus/read.hpp>

#include <oneapi/tbb/global_control.h>

using namespace gradus;
using namespace gradus::testing;

namespace {
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);
using Catch::Matchers::Contains;
}  // namespace

TEST_CASE("an explanation holds formula, gradients, rewrites, graph, plan, IR and assembly") {
    const explanation e = jit<loss, dlogits>().explain();
    CHECK(e.formula() == "loss = -mean(at(log_softmax(logits, over<\"class\">), over<\"class\">, target))\n");
    CHECK_THAT(e.gradients(), Contains("dlogits = where(target == index<\"class\">, -(at(softmax_complement(logits, over<\"class\">)") &&
                                  Contains("softmax(logits, over<\"class\">) / extent<\"batch\">)"));
    CHECK_THAT(e.latex(), Contains("\\operatorname{softmax}_{\\text{class}}"));
    CHECK_THAT(e.plan(), Contains("stage 0: check 0 <= target < extent of class") && Contains("dlogits = ") &&
                             Contains("logits (4·batch·class B, contiguous)"));
    CHECK_THAT(e.llvm_ir(), Contains("define") && Contains("@loss_dlogits(") && Contains("n1."));
    CHECK_THAT(e.optimised_llvm_ir(), Contains("define") && Contains("@loss_dlogits("));
    CHECK_THAT(e.assembly(), Contains("loss_dlogits:"));
    CHECK_THAT(e.text(), Contains("== plan ==") && Contains("== assembly =="));
}

TEST_CASE("an explanation tells what the arguments must satisfy") {
    constexpr auto x = tensor<"x[i]", double>;
    const auto step = jit(log(require(x, x > 0)), grad(sum(log(require(x, x > 0))), x));
    CHECK(step.explain().formula() == "output 0 = log(x)\nrequire x > 0\n");
    CHECK_THAT(step.explain().plan(), Contains("stage 0: check x > 0 for [i] in parallel, lanes along i"));
    for (const char* name : {"avx512", "avx2", "aarch64"})
        CHECK_THAT(step.explain(1, name).assembly(), Contains("kernel:"));
}

TEST_CASE("the rewrites of an explanation carry their reasons") {
    constexpr auto x = tensor<"x[i]">;
    const std::string rewrites = jit(log(1 + exp(x))).explain().rewrites();
    CHECK_THAT(rewrites, Contains("softplus: exp(a) overflows above 88") && Contains("= softplus(x)"));
}

TEST_CASE("the graph of an explanation reads back to the same graph") {
    const auto step = jit<loss, dlogits>();
    CHECK(read_graph(step.explain().graph()).hash == step.view().hash);
}

TEST_CASE("the PTX of a GPU can be looked at on every machine: a kernel for each stage, aligned vectors, no parking") {
    for (const std::string name : {"sm_80", "sm_90", "sm_100"}) {
        INFO(name);
        const explanation e = jit<loss, dlogits>().explain(1, name);
        CHECK_THAT(e.assembly(), Contains(".target " + name) && Contains(".entry loss_dlogits_0(") &&
                                     Contains("ld.global.v4") && Contains("fma.rn.f32") && Contains("shfl.sync.bfly"));
        CHECK_THAT(e.plan(), Contains("unless rows fall to units") && Contains("merge the units of stage"));
        CHECK_THAT(e.plan(), !Contains("park"));
        CHECK_THAT(e.llvm_ir(), Contains("ptx_kernel"));
    }
    CHECK_THAT((jit<loss, dlogits>().explain(1, "avx2").plan()), !Contains("units"));
    CHECK_THROWS_WITH((jit<loss, dlogits>().explain(1, "sm_70").assembly()),
                      Contains("unknown target \"sm_70\"") && Contains("sm_80, sm_90 or sm_100"));
}

TEST_CASE("every target's code can be looked at on every machine") {
    for (const char* name : {"avx512", "avx2", "aarch64"}) {
        INFO(name);
        const std::string assembly = jit<loss, dlogits>().explain(1, name).assembly();
        CHECK_THAT(assembly, Contains("loss_dlogits"));
    }
    const std::string wide = jit<loss, dlogits>().explain(1, "avx512").assembly();
    CHECK_THAT(wide, Contains("zmm"));
}

TEST_CASE("softmax cross-entropy with its gradient sweeps the logits in one stage") {
    const std::string plan = jit<loss, dlogits>().explain().plan();
    INFO(plan);
    std::size_t sweeps = 0;
    for (std::size_t at = plan.find("sweep [class]"); at != std::string::npos; at = plan.find("sweep [class]", at + 1))
        ++sweeps;
    CHECK(sweeps == 2 * 3);  // maximum, sum of exponentials, gradient; for short rows and for others
    CHECK_THAT(plan, Contains("stage 1: for [batch] in parallel, lanes along batch, if rows are short") &&
                         Contains("stage 2: for [batch] in parallel, else"));
}

TEST_CASE("the same bits with one thread and with several") {
    const std::size_t rows = 4000, cols = 300;  // enough for several threads
    const std::vector<float> X = numbers<float>(rows * cols, -4, 4);
    std::vector<int> T(rows);
    for (std::size_t i = 0; i < rows; ++i) T[i] = static_cast<int>(i % cols);
    const auto step = jit<loss, dlogits>();
    const auto run = [&](std::size_t threads) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        return step(logits = view(X, {rows, cols}), target = T);
    };
    const auto [value, gradient] = run(1);
    const float total = jit(sum(logits))(logits = view(X, {rows, cols}));
    for (const std::size_t threads : {2U, 3U, 7U}) {
        const auto [other_value, other_gradient] = run(threads);
        CHECK(other_value == value);
        CHECK(std::equal(gradient.begin(), gradient.end(), other_gradient.begin()));
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        CHECK(jit(sum(logits))(logits = view(X, {rows, cols})) == total);
    }
}

TEST_CASE("kernels are shared by content") {
    constexpr auto x = tensor<"x[i]">;
    const auto a = jit(exp(x) * 2);
    const auto b = jit(2 * exp(x));
    CHECK(&a.code() == &b.code());
}

namespace batch_example {
struct batch {
    BOOST_HANA_DEFINE_STRUCT(batch, (std::vector<float>, x), (float, scale));
};
}  // namespace batch_example

TEST_CASE("a struct adapted for Hana is a whole argument pack") {
    constexpr auto x = tensor<"x[i]">;
    constexpr auto scale = scalar<"scale">;
    const batch_example::batch data{{1, 2, 3}, 2};
    CHECK(jit(sum(scale * x))(data) == 12);
    CHECK(evaluate(sum(scale * x), data) == 12);
}
