// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "problem.hpp"

#include <cmath>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include <gradus/differentiate.hpp>
#include <gradus/read.hpp>

namespace gradus::fuzz {
namespace {

/// Makes the nodes of a formula anew, in another builder.
class replay {
public:
    replay(graph_view g, builder& to) : g_(g), to_(to) {
        for (std::size_t a = 0; a < g.axes.size(); ++a) to.axis(g.axis_name(static_cast<int>(a)));
        for (const input& in : g.inputs) inputs_.push_back(to.input_node(g.text_of(in.name), in));
        for (const node& n : g.nodes) made_.push_back(made(n));
        for (const requirement& r : g.requirements) require(r);
    }
    node_id operator[](node_id id) const { return made_[id]; }
    node_id input_node(std::size_t i) const { return inputs_[i]; }

private:
    node_id made(node n) {
        switch (n.code) {
            case op::constant: return to_.constant(n.value);
            case op::input:
            case op::uniform: return inputs_[n.ref];
            case op::index: return to_.index(std::countr_zero(n.over));
            case op::extent: return to_.extent(n.over);
            default: break;
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) n.args[i] = made_[n.args[i]];
        return to_.make(n);
    }
    void require(const requirement& r) {
        if (r.over != 0) return to_.require_label(made_[r.value], r.over);
        to_.require(made_[r.condition], r.value == no_node ? made_[r.condition] : made_[r.value]);
    }

    graph_view g_;
    builder& to_;
    std::vector<node_id> inputs_, made_;
};

std::size_t input_named(graph_view g, std::string_view name) {
    for (std::size_t i = 0; i < g.inputs.size(); ++i)
        if (g.text_of(g.inputs[i].name) == name) return i;
    throw std::invalid_argument("no input \"" + std::string(name) + "\"");
}

std::string text_of_value(double value) { return std::isnan(value) ? "nan" : (text() << number_text(value)).str(); }
double value_of_text(const std::string& word) {
    if (word == "nan") return std::nan("");
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    if (end == word.c_str() || *end != 0) throw std::invalid_argument("no number: \"" + word + "\"");
    return value;
}

/// The lines that follow the graph.
class problem_reader {
public:
    explicit problem_reader(problem& p) : p_(p), g_(p.formula) { p_.inputs.resize(g_.inputs.size()); }

    void read(const std::string& line) {
        std::istringstream words(line);
        std::string first;
        words >> first;
        if (first == "gradient") return gradient(words);
        if (first == "extent") return extent(words);
        if (first == "data") return data(words);
        if (first == "layout") return layout(words);
        throw std::invalid_argument("a line that is no part of a problem: \"" + line + "\"");
    }

private:
    void gradient(std::istringstream& words) {
        std::string variable, upstream;
        gradient_request r;
        words >> r.output >> variable >> upstream;
        r.variable = input_named(g_, variable);
        if (upstream != "-") r.upstream = static_cast<int>(input_named(g_, upstream));
        p_.gradients.push_back(r);
    }
    void extent(std::istringstream& words) {
        std::string name;
        words >> name;
        for (std::size_t a = 0; a < g_.axes.size(); ++a)
            if (g_.axis_name(static_cast<int>(a)) == name)
                for (std::int64_t part = 0; words >> part;) p_.extents[a].push_back(part);
    }
    static arrangement arranged(std::istringstream& words, bool with_fixed) {
        std::string word;
        arrangement how;
        words >> word >> how.reversed >> word >> how.step;
        if (with_fixed) words >> word >> how.fixed;
        if (!words) throw std::invalid_argument("an incomplete line of data or layout");
        return how;
    }
    void data(std::istringstream& words) {
        std::string name, type, equals;
        words >> name >> type;
        input_data& to = p_.inputs[input_named(g_, name)];
        for (int e = 0; e <= static_cast<int>(element::uint64); ++e)
            if (name_of(static_cast<element>(e)) == type) to.type = static_cast<element>(e);
        to.how = arranged(words, true);
        words >> equals;
        for (std::string value; words >> value;) to.values.push_back(value_of_text(value));
    }
    void layout(std::istringstream& words) {
        std::size_t k = 0;
        words >> k;
        p_.outputs.resize(std::max(p_.outputs.size(), k + 1));
        p_.outputs[k] = arranged(words, false);
        std::string word, place;
        words >> word >> place;
        if (place != "-") p_.outputs[k].in_place = static_cast<int>(input_named(g_, place));
    }

    problem& p_;
    graph_view g_;
};

}  // namespace

std::vector<std::int64_t> problem::shape(const axis_order& axes) const {
    std::vector<std::int64_t> all;
    for (std::size_t k = 0; k < axes.rank; ++k)
        for (const std::int64_t part : extents[axes.axis[k]]) all.push_back(part);
    return all;
}
std::int64_t problem::extent(int axis) const {
    std::int64_t product = 1;
    for (const std::int64_t part : extents[static_cast<std::size_t>(axis)]) product *= part;
    return product;
}
std::size_t problem::count(const axis_order& axes) const {
    std::int64_t product = 1;
    for (const std::int64_t part : shape(axes)) product *= part;
    return static_cast<std::size_t>(product);
}

graph build(const problem& p, builder::rewriter rewrite) {
    const graph_view g = p.formula;
    builder to(rewrite);
    const replay nodes(g, to);
    vec<output> outputs;
    for (output out : g.outputs) {
        out.value = nodes[out.value];
        out.name = to.add_name(g.text_of(out.name));
        outputs.push_back(out);
    }
    for (const gradient_request& r : p.gradients) {
        output out;
        const node_id upstream =
            r.upstream < 0 ? to.constant(1) : nodes.input_node(static_cast<std::size_t>(r.upstream));
        const output& of = outputs[r.output];
        const sym gathered = gradus::detail::gathered({&to, upstream}, {&to, of.value}, of.axes.set());
        out.value = differentiate(to, of.value, nodes.input_node(r.variable), gathered.id);
        out.type = g.inputs[r.variable].type;
        out.axes = g.inputs[r.variable].axes;
        out.derivative = true;
        outputs.push_back(out);
    }
    return to.finish(outputs);
}

std::vector<bound> bindings(const problem& p) {
    std::vector<bound> all;
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        const input& in = p.formula.inputs[i];
        bound b;
        if (in.use == role::seed) {
            b.seed = static_cast<std::uint64_t>(p.inputs[i].values.at(0));
        } else {
            for (const std::int64_t part : p.shape(in.axes)) b.extents.push_back(part);
            for (const double value : p.inputs[i].values) b.data.push_back(value);
        }
        all.push_back(std::move(b));
    }
    return all;
}

std::string to_text(const problem& p) {
    const graph_view g = p.formula;
    std::ostringstream out;
    out << gradus::to_text(g).str();
    const auto name_of_input = [&](int i) {
        return i < 0 ? std::string_view("-") : g.text_of(g.inputs[static_cast<std::size_t>(i)].name);
    };
    for (const gradient_request& r : p.gradients)
        out << "gradient " << r.output << ' ' << name_of_input(static_cast<int>(r.variable)) << ' '
            << name_of_input(r.upstream) << '\n';
    for (std::size_t a = 0; a < g.axes.size(); ++a) {
        out << "extent " << g.axis_name(static_cast<int>(a));
        for (const std::int64_t part : p.extents[a]) out << ' ' << part;
        out << '\n';
    }
    const auto arranged = [&](const arrangement& how) -> std::ostringstream& {
        out << " reversed " << how.reversed << " step " << how.step;
        return out;
    };
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        out << "data " << g.text_of(g.inputs[i].name) << ' ' << name_of(p.inputs[i].type);
        arranged(p.inputs[i].how) << " fixed " << p.inputs[i].how.fixed << " =";
        for (const double value : p.inputs[i].values) out << ' ' << text_of_value(value);
        out << '\n';
    }
    for (std::size_t k = 0; k < p.outputs.size(); ++k) {
        out << "layout " << k;
        arranged(p.outputs[k]) << " in " << name_of_input(p.outputs[k].in_place) << '\n';
    }
    return out.str();
}

problem read_problem(std::string_view source) {
    std::istringstream lines{std::string(source)};
    std::string graph_text, line;
    std::vector<std::string> rest;
    while (std::getline(lines, line)) {
        if (line.empty() || line.starts_with('#')) continue;
        const bool own = line.starts_with("gradient ") || line.starts_with("extent ") || line.starts_with("data ") ||
                         line.starts_with("layout ");
        if (own)
            rest.push_back(line);
        else
            graph_text += line + '\n';
    }
    problem p;
    p.formula = read_graph(graph_text);
    problem_reader reader(p);
    for (const std::string& one : rest) reader.read(one);
    p.outputs.resize(p.output_count());
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        const input& in = p.formula.inputs[i];
        const std::size_t wanted = in.use == role::seed ? 1 : p.count(in.axes);
        if (p.inputs[i].values.size() != wanted)
            throw std::invalid_argument("input " + std::to_string(i) + " has " +
                                        std::to_string(p.inputs[i].values.size()) + " values, but needs " +
                                        std::to_string(wanted));
    }
    return p;
}

}  // namespace gradus::fuzz
