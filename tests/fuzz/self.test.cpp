// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The fuzzer itself: planted mistakes are found and shrunk, and without any there is nothing to find.
#include "support/catch.hpp"

#include "generate.hpp"
#include "shrink.hpp"

using namespace gradus;
using namespace gradus::fuzz;

namespace {

/// The graph with some of its nodes made differently.
template <class Make>
graph edited(const graph& g, Make make) {
    builder to;
    const graph_view view = g;
    for (std::size_t a = 0; a < g.axes.size(); ++a) to.axis(view.axis_name(static_cast<int>(a)));
    std::vector<node_id> inputs, made;
    for (const input& in : g.inputs) inputs.push_back(to.input_node(view.text_of(in.name), in));
    for (node n : g.nodes) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) n.args[i] = made[n.args[i]];
        const bool of_input = n.code == op::input || n.code == op::uniform;
        made.push_back(of_input ? inputs[n.ref] : make(to, n));
    }
    vec<output> outputs;
    for (output out : g.outputs) {
        out.value = made[out.value];
        outputs.push_back(out);
    }
    for (const requirement& r : g.requirements)
        if (r.over != 0)
            to.require_label(made[r.value], r.over);
        else
            to.require(made[r.condition], r.value == no_node ? made[r.condition] : made[r.value]);
    return to.finish(outputs);
}

/// tanh in place of softsign, as a wrong rule would have it.
graph with_wrong_rule(const graph& g) {
    return edited(g, [](builder& to, node n) {
        if (n.code == op::softsign) n.code = op::tanh;
        return to.intern(n);
    });
}
/// exp that is off by 2^-19, sixteen ULP or thirty-two.
graph with_inexact_exp(const graph& g) {
    return edited(g, [](builder& to, const node& n) {
        const node_id made = to.intern(n);
        return n.code == op::exp ? to.make(op::mul, made, to.constant(1 + 0x1p-19)) : made;
    });
}
/// Sums of one element too many.
graph with_wrong_sum(const graph& g) {
    return edited(g, [](builder& to, const node& n) {
        const node_id made = to.intern(n);
        return n.code == op::reduce_sum ? to.make(op::add, made, to.constant(1)) : made;
    });
}

struct found_and_shrunk {
    fault found;
    std::size_t nodes = 0;
    std::size_t elements = 0;
};
found_and_shrunk first_fault(const trial& how) {
    for (std::uint64_t i = 0; i < 3000; ++i) {
        const problem p = generate(mix(11, i));
        tally count;
        const auto found = judge(p, how, count);
        if (!found) continue;
        const shrunk s = shrink(p, *found, how);
        std::size_t elements = 0;
        for (const input_data& in : s.smallest.inputs) elements += in.values.size();
        return {s.found, s.smallest.formula.nodes.size(), elements};
    }
    return {};
}

}  // namespace

TEST_CASE("a wrong rule is found and shrunk to a few nodes") {
    trial how;
    how.wrong_rule = with_wrong_rule;
    const found_and_shrunk f = first_fault(how);
    CHECK(f.found.stage == "rules");
    // softsign(x), or as it is typed, x / (1 + |x|): nothing is left around it.
    CHECK((f.nodes == 2 || f.nodes == 5));
    CHECK(f.elements <= 4);
}

TEST_CASE("wrong code is found and shrunk to a few nodes, a function that is off by 32 ULP as well") {
    for (const auto wrong : {with_inexact_exp, with_wrong_sum}) {
        trial how;
        how.targets = {&host_target()};
        how.wrong_code = wrong;
        const found_and_shrunk f = first_fault(how);
        CHECK(f.found.stage == "kernel");
        CHECK(f.nodes > 0);
        CHECK(f.nodes <= 5);
        CHECK(f.elements <= 4);
    }
}

TEST_CASE("most elements are compared with one value, and no fault is found where none is planted") {
    trial how;
    how.targets = {&host_target()};
    tally count;
    for (std::uint64_t i = 0; i < 40; ++i) {
        const auto found = judge(generate(mix(12, i)), how, count);
        INFO("problem " << i << ": " << (found ? found->stage + ": " + found->text : std::string()));
        CHECK_FALSE(found);
    }
    CHECK(count.kernels > 20);
    CHECK(count.elements > 1000);
    CHECK(static_cast<double>(count.decided) > 0.8 * static_cast<double>(count.elements));
}

TEST_CASE("a problem read from its own text is the same problem") {
    for (std::uint64_t i = 0; i < 200; ++i) {
        const std::string text = to_text(generate(mix(13, i)));
        INFO(text);
        CHECK(to_text(read_problem(text)) == text);
    }
}

TEST_CASE("a problem without the values that its inputs need is an error") {
    const std::string text =
        "graph\naxes a\ninput x[a] tensor float32\n%0 = input x\noutput _[a] float32 = %0\nextent a 2\n";
    CHECK_THROWS_AS(read_problem(text), std::invalid_argument);
    CHECK_NOTHROW(read_problem(text + "data x float32 reversed 0 step 1 fixed 0 = 1 2\n"));
    CHECK_THROWS_AS(read_problem(text + "data x float32 reversed 0 step 1 fixed 0 = 1 two\n"), std::invalid_argument);
    CHECK_THROWS_AS(read_problem(text + "data y float32 reversed 0 step 1 fixed 0 = 1 2\n"), std::invalid_argument);
}
