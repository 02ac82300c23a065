// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "judge.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <sstream>

#include <gradus/error.hpp>
#include <gradus/interpreter.hpp>
#include <gradus/kernel.hpp>
#include <gradus/rewrite.hpp>

#include "compile.hpp"
#include "enclose.hpp"

namespace gradus::fuzz {
namespace {

using sets = std::vector<std::vector<possible>>;

std::string to_text(const possible& p) {
    std::ostringstream out;
    out.precision(12);
    if (p.number()) out << '[' << p.low << ", " << p.high << ']';
    out << (p.nan ? p.number() ? " or NaN" : "NaN" : "");
    return out.str();
}
std::string place(std::size_t output, std::size_t element) {
    return "output " + std::to_string(output) + ", element " + std::to_string(element) + ": ";
}

/// Whether a result of this type is possible.
bool allows(possible p, double value, element type) {
    if (std::isnan(value)) return p.nan;
    const arithmetic format{type, 1, false, false, false};
    p = off_by(format, p, 0.5L);
    return p.contains(value);
}
bool is_decided(const possible& p) {
    return !p.number() || (!p.nan && p.high - p.low <= 1e-3L * std::max(std::abs(p.low), std::abs(p.high)));
}

/// Whether something is folded along an axis without elements.
bool folds_nothing(graph_view g, const problem& p) {
    for (const node& n : g.nodes) {
        if (about(n.code).shape != form::reduction && about(n.code).shape != form::along) continue;
        bool nothing = false;
        for_each_axis(n.over, [&](int axis) { nothing = nothing || p.extent(axis) == 0; });
        if (nothing) return true;
    }
    return false;
}
/// Gradients that are NaN as typed may be anything.
sets with_open_gradients(sets typed, graph_view g) {
    for (std::size_t k = 0; k < typed.size(); ++k)
        for (possible& p : typed[k])
            if (g.outputs[k].derivative && p.nan) p = anything();
    return typed;
}
bool fired(const graph& g, std::string_view name) {
    return std::any_of(g.log.begin(), g.log.end(), [&](const firing& f) { return detail::rule_names[f.rule] == name; });
}
/// Without the outputs of which rules have given up digits.
sets with_digits_given_up(sets typed, const graph& final) {
    for (std::size_t k = 0; k < typed.size(); ++k)
        if (fired(final, "softmax") ||
            (final.outputs[k].derivative &&
             (fired(final, "sech squared") || fired(final, "tanh and one") || fired(final, "complement of tanh"))))
            std::fill(typed[k].begin(), typed[k].end(), anything());
    return typed;
}
std::optional<fault> compare_sets(const sets& typed, const sets& final) {
    for (std::size_t k = 0; k < typed.size(); ++k)
        for (std::size_t i = 0; i < typed[k].size(); ++i) {
            const possible &a = typed[k][i], &b = final[k][i];
            const bool meet = (a.nan && b.nan) || (a.low <= b.high && b.low <= a.high);
            if (!meet) return fault{"rules", place(k, i) + "typed " + to_text(a) + ", rewritten " + to_text(b)};
        }
    return {};
}
std::optional<fault> compare_values(const char* stage, const std::vector<std::vector<double>>& got, const sets& wanted,
                                    graph_view g, bool own_type) {
    for (std::size_t k = 0; k < wanted.size(); ++k)
        for (std::size_t i = 0; i < wanted[k].size(); ++i)
            if (!allows(wanted[k][i], got[k][i], own_type ? g.outputs[k].type : element::float64)) {
                std::ostringstream out;
                out.precision(17);
                out << place(k, i) << got[k][i] << " is not in " << to_text(wanted[k][i]);
                return fault{stage, out.str()};
            }
    return {};
}

// ---- a call

constexpr std::size_t guard = 64;                    ///< bytes before and behind
constexpr auto untouched = static_cast<char>(0xA5);  ///< what memory holds before a call

/// A tensor in memory of its own.
struct tensor_memory {
    std::vector<char> bytes;
    argument arg;
    std::vector<std::size_t> at;  ///< by element, row-major: its byte

    tensor_memory(const std::vector<std::int64_t>& shape, element type, const arrangement& how) {
        arg.type = type;
        arg.rank = static_cast<int>(shape.size());
        std::int64_t next = how.step, count = 1;
        for (std::size_t i = 0; i < shape.size(); ++i) {
            const std::size_t k = how.reversed ? i : shape.size() - 1 - i;
            arg.extents[k] = shape[k];
            arg.strides[k] = (how.fixed >> k & 1) != 0 ? 0 : next;
            if (arg.strides[k] != 0) next *= std::max<std::int64_t>(shape[k], 1);
            count *= shape[k];
        }
        bytes.assign(2 * guard + static_cast<std::size_t>(next) * size_of(type), untouched);
        for (std::int64_t i = 0; i < count; ++i) at.push_back(guard + offset(i) * size_of(type));
    }
    argument as_argument() {
        arg.data = bytes.data() + guard;
        return arg;
    }

private:
    std::size_t offset(std::int64_t element) const {
        std::int64_t total = 0;
        for (std::size_t k = static_cast<std::size_t>(arg.rank); k-- > 0; element /= arg.extents[k])
            total += element % arg.extents[k] * arg.strides[k];
        return static_cast<std::size_t>(total);
    }
};
template <class T>
void put(char* to, double value) {
    const T typed = static_cast<T>(value);
    std::memcpy(to, &typed, sizeof typed);
}
void store(char* to, element type, double value) {
    switch (type) {
        case element::float32: return put<float>(to, value);
        case element::float64: return put<double>(to, value);
        case element::float16: return put<float16>(to, value);
        case element::bfloat16: return put<bfloat16>(to, value);
        case element::int8: return put<std::int8_t>(to, value);
        case element::int16: return put<std::int16_t>(to, value);
        case element::int32: return put<std::int32_t>(to, value);
        case element::int64: return put<std::int64_t>(to, value);
        case element::uint8: return put<std::uint8_t>(to, value);
        case element::uint16: return put<std::uint16_t>(to, value);
        case element::uint32: return put<std::uint32_t>(to, value);
        case element::uint64: return put<std::uint64_t>(to, value);
    }
}
double load(const char* from, element type) {
    float narrow = 0;
    double wide = 0;
    if (type == element::float64) {
        std::memcpy(&wide, from, sizeof wide);
        return wide;
    }
    std::memcpy(&narrow, from, sizeof narrow);
    return static_cast<double>(narrow);
}

class call {
public:
    call(const problem& p, graph_view g, const target& machine) {
        for (std::size_t i = 0; i < p.inputs.size(); ++i) {
            const input& in = p.formula.inputs[i];
            const bool seed = in.use == role::seed;
            inputs_.emplace_back(seed ? std::vector<std::int64_t>{} : p.shape(in.axes), p.inputs[i].type,
                                 p.inputs[i].how);
            for (std::size_t e = 0; e < inputs_.back().at.size(); ++e)
                store(inputs_.back().bytes.data() + inputs_.back().at[e], p.inputs[i].type, p.inputs[i].values[e]);
        }
        outputs_.reserve(g.outputs.size());
        for (std::size_t k = 0; k < g.outputs.size(); ++k) {
            const int place = p.outputs[k].in_place;
            if (place < 0) outputs_.emplace_back(p.shape(g.outputs[k].axes), g.outputs[k].type, p.outputs[k]);
            written_.push_back(place < 0 ? &outputs_.back() : &inputs_[static_cast<std::size_t>(place)]);
        }
        kernel code(g, "fuzz", [&](const layout& how, std::span<const element> types, std::string_view) {
            return compile(g, how, types, machine, "fuzz", false).code;
        });
        std::vector<argument> in, out;
        for (tensor_memory& m : inputs_) in.push_back(m.as_argument());
        for (tensor_memory* m : written_) out.push_back(m->as_argument());
        code.run(in, out);
    }
    std::vector<std::vector<double>> values() const {
        std::vector<std::vector<double>> all;
        for (const tensor_memory* m : written_) {
            all.emplace_back();
            for (const std::size_t at : m->at) all.back().push_back(load(m->bytes.data() + at, m->arg.type));
        }
        return all;
    }
    /// The number of an output beside whose elements something was written; -1: none.
    int trespassed() const {
        for (std::size_t k = 0; k < written_.size(); ++k) {
            std::vector<char> rest = written_[k]->bytes;
            for (const std::size_t at : written_[k]->at)
                std::fill_n(rest.begin() + static_cast<std::ptrdiff_t>(at), size_of(written_[k]->arg.type), untouched);
            for (const char byte : rest)
                if (byte != untouched) return static_cast<int>(k);
        }
        return -1;
    }
    /// The values as bits, all NaN alike: their signs and payloads depend on the processor.
    std::vector<std::vector<std::uint64_t>> bits() const {
        std::vector<std::vector<std::uint64_t>> all;
        for (const std::vector<double>& of_output : values()) {
            all.emplace_back();
            for (const double value : of_output)
                all.back().push_back(std::bit_cast<std::uint64_t>(std::isnan(value) ? std::nan("") : value));
        }
        return all;
    }

private:
    std::vector<tensor_memory> inputs_, outputs_;
    std::vector<tensor_memory*> written_;
};

// ---- requirements

/// What the interpreter says of data that violate a requirement; empty if it computes.
std::string refusal(graph_view g, const problem& p, std::vector<std::vector<double>>& values) {
    try {
        const std::vector<bound> inputs = bindings(p);
        for (const ndarray& result : interpret(g, {inputs.data(), inputs.size()}))
            values.emplace_back(result.begin(), result.end());
        return {};
    } catch (const std::out_of_range& e) {
        return e.what();
    } catch (const std::domain_error& e) {
        return e.what();
    }
}

class judging {
public:
    judging(const problem& p, const trial& how, tally& count) : p_(p), how_(how), count_(count) {}

    std::optional<fault> run() {
        ++count_.problems;
        const graph typed = build(p_, nullptr);
        graph final = build(p_, rewrite);
        if (how_.wrong_rule) final = how_.wrong_rule(final);
        std::vector<std::vector<double>> of_typed, of_final;
        const std::string refused = refusal(typed, p_, of_typed);
        if (refused.empty() != refusal(final, p_, of_final).empty())
            return fault{"requirements", refused.empty() ? "rewritten only: a requirement is violated" : refused};
        if (!refused.empty()) return refuse(final);
        const bool open = !p_.gradients.empty();
        const arithmetic room{element::float64, 8, true, open, has_second_gradient()};
        const arithmetic plain{element::float64, 8, false, open, false};
        const sets wanted = with_open_gradients(enclose(typed, p_, room), typed);
        empty_folds_ = folds_nothing(typed, p_);
        if (!empty_folds_) {
            if (auto f = compare_values("interpreter", of_typed, wanted, typed, false)) return f;
            if (auto f = compare_sets(wanted, enclose(final, p_, plain))) return f;
        }
        return compiled(typed, final);
    }

private:
    bool has_second_gradient() const {
        for (const gradient_request& r : p_.gradients)
            if (r.output >= p_.formula.outputs.size()) return true;
        return false;
    }
    std::optional<fault> refuse(const graph& final) {
        ++count_.refused;
        for (const target* machine : how_.targets) try {
                call(p_, final, *machine);
                return fault{"requirements", "the kernel accepts data that the interpreter refuses"};
            } catch (const error&) {
                continue;
            }
        return {};
    }
    std::optional<fault> compiled(const graph& typed, const graph& final) {
        if (how_.targets.empty()) return {};
        const element type = arithmetic_of(final);
        const sets of_final = enclose(final, p_, {type, 2, false, false, false});
        const arithmetic as_typed{type, 4, true, !p_.gradients.empty(), has_second_gradient()};
        const sets of_typed = with_digits_given_up(with_open_gradients(enclose(typed, p_, as_typed), typed), final);
        const graph code = how_.wrong_code ? how_.wrong_code(final) : final;
        std::vector<std::vector<std::uint64_t>> first;
        for (const target* machine : how_.targets) {
            ++count_.kernels;
            const call made(p_, code, *machine);
            const auto got = made.values();
            if (auto f = compare_values("kernel", got, of_final, final, true)) return on(*f, *machine);
            if (auto f = compare_values("accuracy", got, of_typed, final, true); f && !empty_folds_)
                return on(*f, *machine);
            if (const int k = made.trespassed(); k >= 0)
                return fault{"memory", machine->name + " wrote beside output " + std::to_string(k)};
            if (first.empty()) first = made.bits();
            if (first != made.bits())
                return fault{"target", machine->name + " and " + how_.targets[0]->name + " differ"};
        }
        for (const auto& output : of_final)
            for (const possible& p : output) {
                ++count_.elements;
                count_.decided += is_decided(p);
            }
        return {};
    }
    static fault on(fault f, const target& machine) {
        f.text += " (" + machine.name + ")";
        return f;
    }

    const problem& p_;
    const trial& how_;
    tally& count_;
    bool empty_folds_ = false;
};

}  // namespace

tally& tally::operator+=(const tally& other) {
    problems += other.problems;
    kernels += other.kernels;
    refused += other.refused;
    elements += other.elements;
    decided += other.decided;
    return *this;
}

std::optional<fault> judge(const problem& p, const trial& how, tally& count) {
    try {
        return judging(p, how, count).run();
    } catch (const std::exception& e) {
        return fault{"exception", e.what()};
    }
}

}  // namespace gradus::fuzz
