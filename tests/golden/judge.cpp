// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "judge.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::golden {
namespace {

struct trial {
    const golden_file& file;
    const golden_case& c;
    const difference_list& differences;
    verdict& to;
};

bool is_unstable(const golden_case& c, const std::string& entry, std::size_t element) {
    const auto listed = c.unstable.find(entry);
    return listed != c.unstable.end() &&
           std::find(listed->second.begin(), listed->second.end(), element) != listed->second.end();
}

/// What a row of the list says of an element.
enum class saying { nothing, right, wrong };
saying said_of(const trial& t, const difference& listed, const finding& at) {
    if (listed.states_finite()) return std::isfinite(at.got) ? saying::right : saying::wrong;
    const auto value = listed.stated(t.c, t.file, at.element);
    if (!value) return saying::nothing;
    const double allowed = allowed_difference(*value, *value, 1, t.to.in);
    return deviation_of(at.got, *value, allowed, t.to.in).agrees() ? saying::right : saying::wrong;
}

/// Whether the list may speak: of a doubtful answer, or with a statement where numbers are not finite.
bool may_speak(const golden_case& c, bool unstable, bool states, bool reference_is_nan) {
    return unstable || may_differ(c) || (states && (has_nonfinite_inputs(c) || reference_is_nan));
}

/// Whether the list explains an element that is not PyTorch's.
bool explained(const trial& t, const finding& at, bool unstable) {
    std::vector<std::size_t> unheard;  // rows that are needed, but do not explain it
    for (std::size_t row = 0; row < t.differences.rows.size(); ++row) {
        const difference& listed = t.differences.rows[row];
        if (listed.entry != at.entry || !listed.names(t.c) || !listed.at.covers(t.c, at.element)) continue;
        const saying said = said_of(t, listed, at);
        const bool heard = may_speak(t.c, unstable, said == saying::right, std::isnan(at.expected));
        if (said == saying::wrong || !heard) {
            unheard.push_back(row);
            continue;
        }
        t.to.listings[row] = true;
        ++t.to.left_out[listed.reason];
        if (said == saying::right) ++t.to.compared;
        return true;
    }
    for (const std::size_t row : unheard) t.to.listings[row] = true;
    return false;
}

bool covers_any(const element_choice& choice, const golden_case& c, std::size_t elements) {
    for (std::size_t i = 0; i < elements; ++i)
        if (choice.covers(c, i)) return true;
    return false;
}

/// Notes the rows of the list that name this entry; one that names a case it may not speak of is a fault.
void note_listings(const trial& t, const std::string& entry, const tensor_data& expected) {
    const bool has_nan =
        std::any_of(expected.data.begin(), expected.data.end(), [](double v) { return std::isnan(v); });
    for (std::size_t row = 0; row < t.differences.rows.size(); ++row) {
        const difference& listed = t.differences.rows[row];
        if (listed.entry != entry || !listed.names(t.c) || !covers_any(listed.at, t.c, expected.size())) continue;
        t.to.listings.try_emplace(row, false);
        const bool allowed = may_speak(t.c, t.c.unstable.contains(entry), listed.expect.has_value(), has_nan);
        if (!allowed && t.differences.of_this_data)
            t.to.fault = "a difference is listed for " + entry + ", but PyTorch's answer is not marked as doubtful";
    }
}

/// PyTorch's float32 value of an element, if the data have it.
const double* twin_of(const golden_case& c, const std::string& entry, std::size_t element) {
    const std::size_t dot = entry.find('.');
    const named_tensors& all = entry.substr(0, dot) == "grads" ? c.grads_f32 : c.outputs_f32;
    const auto found = all.find(entry.substr(dot + 1));
    return found != all.end() && element < found->second.size() ? &found->second.data[element] : nullptr;
}

bool on_other_side(const trial& t, const finding& at, double scale) {
    const double* twin = twin_of(t.c, at.entry, at.element);
    return t.to.in == precision::float32 && twin != nullptr && crosses_jump(at.got, at.expected, *twin, scale);
}

/// Judges one element; whether it was compared with the reference and agrees.
bool judge_element(const trial& t, const finding& at, double scale) {
    const bool unstable = is_unstable(t.c, at.entry, at.element);
    if (!unstable && at.off.agrees()) {
        ++t.to.compared;
        return true;
    }
    if (!at.off.agrees() && explained(t, at, unstable)) return false;
    if (unstable) {
        ++t.to.left_out["unstable: PyTorch's own loops disagree there"];
        return false;
    }
    ++t.to.compared;
    if (on_other_side(t, at, scale))
        ++t.to.left_out["float32 rounds across a jump, as in PyTorch's float32 run"];
    else
        t.to.wrong.push_back(at);
    return false;
}

void judge_entry(const trial& t, const std::string& entry, const tensor_data& expected, const results& got) {
    const auto found = got.find(entry);
    if (found == got.end()) {
        t.to.fault = "the mapping gives no " + entry;
        return;
    }
    note_listings(t, entry, expected);
    const std::vector<deviation> off = compare(found->second, expected, t.to.in);
    const std::vector<double> scales = row_scales(found->second, expected);
    finding worst{entry, 0, 0, 0, {-1, 0}};
    for (std::size_t i = 0; i < off.size(); ++i) {
        const finding at{entry, i, found->second.values[i], expected.data[i], off[i]};
        if (judge_element(t, at, scales[found->second.rows.row_of(i)]) && at.off.part > worst.off.part) worst = at;
    }
    if (worst.off.part >= 0) t.to.worst.push_back(worst);
}

}  // namespace

verdict judge(const golden_file& file, const golden_case& c, const mapping& how, precision p,
              const difference_list& differences) {
    verdict made;
    made.in = p;
    const trial t{file, c, differences, made};
    try {
        const results got = how.run(c, p);
        for (const auto& [name, tensor] : c.outputs) judge_entry(t, "outputs." + name, tensor, got);
        for (const auto& [name, tensor] : c.grads) judge_entry(t, "grads." + name, tensor, got);
    } catch (const std::exception& thrown) {
        made.fault = thrown.what();
    }
    return made;
}

}  // namespace gradus::golden
