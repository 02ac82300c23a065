// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "differences.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace gradus::golden {

using nlohmann::json;

namespace {

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Whether a text fits a pattern in which * stands for any text.
bool fits(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() != '*')
        return !text.empty() && pattern.front() == text.front() && fits(pattern.substr(1), text.substr(1));
    for (std::size_t skipped = 0; skipped <= text.size(); ++skipped)
        if (fits(pattern.substr(1), text.substr(skipped))) return true;
    return false;
}

/// "all", [indices], or "input=value".
element_choice choice_from(const json& j) {
    element_choice made;
    if (j.is_array()) {
        made.indices = j.get<std::vector<std::size_t>>();
        return made;
    }
    const auto text = j.get<std::string>();
    made.all = text == "all";
    if (made.all) return made;
    const std::size_t equal = text.find('=');
    if (equal == std::string::npos) throw std::runtime_error("\"" + text + "\" chooses no elements");
    made.input = text.substr(0, equal);
    const std::string value = text.substr(equal + 1);
    const bool word = value == "NaN" || value == "Infinity" || value == "-Infinity";
    made.value = number_from(word ? json(value) : json::parse(value));
    return made;
}

difference difference_from(const json& j) {
    difference made;
    made.cases = j.at("case").get<std::string>();
    made.entry = j.at("entry").get<std::string>();
    made.at = choice_from(j.at("at"));
    if (j.contains("expect")) made.expect = j.at("expect");
    made.reason = j.at("reason").get<std::string>();
    if (made.reason.empty()) throw std::runtime_error("the difference of " + made.cases + " gives no reason");
    return made;
}

}  // namespace

bool element_choice::covers(const golden_case& c, std::size_t element) const {
    if (all) return true;
    if (input.empty()) return std::find(indices.begin(), indices.end(), element) != indices.end();
    const auto found = c.inputs.find(input);
    return found != c.inputs.end() && element < found->second.size() && same(found->second.data[element], value);
}

bool difference::names(const golden_case& c) const { return fits(cases, c.name); }

namespace {

/// The upstream gradient of an element: of a reduced loss, the only one.
double upstream_at(const golden_case& c, std::size_t element) {
    const tensor_data upstream = c.upstream_of("y");
    return upstream.data.at(upstream.size() == 1 ? 0 : element);
}

/// The limit of the value or the derivative at an infinite x, times the upstream gradient, where the data have it.
std::optional<double> limit_at(const golden_case& c, const golden_file& file, const std::string& entry,
                               std::size_t element) {
    const double x = c.input("x").data.at(element);
    for (const truth_block& block : file.truth) {
        if (block.params != c.params || !block.limits || !std::isinf(x)) continue;
        const std::size_t side = x < 0 ? 0 : 1;
        if (entry == "outputs.y") return block.limits->value.at(side);
        return block.limits->deriv.at(side) * upstream_at(c, element);
    }
    return std::nullopt;
}

/// Whether a truth block is of the parameters of a case; of a loss, of its other inputs at an element.
bool is_of(const truth_block& block, const golden_case& c, std::size_t element) {
    for (const auto& [name, value] : block.params.items()) {
        const auto given = c.inputs.find(name);
        const double own = given != c.inputs.end() ? given->second.data.at(element) : c.number(name);
        if (own != number_from(value)) return false;
    }
    return true;
}

/// The true value or derivative at the same x, the derivative times the upstream gradient, where the data have it.
std::optional<double> truth_at(const golden_case& c, const golden_file& file, const std::string& entry,
                               std::size_t element) {
    for (const truth_block& block : file.truth) {
        const auto& x = block.x.data;
        const auto found = std::find(x.begin(), x.end(), c.input("x").data.at(element));
        if (!is_of(block, c, element) || found == x.end()) continue;
        const auto at = static_cast<std::size_t>(found - x.begin());
        if (entry == "outputs.y") return block.value.data[at];
        return block.deriv.data[at] * upstream_at(c, element);
    }
    return std::nullopt;
}

}  // namespace

std::optional<double> difference::stated(const golden_case& c, const golden_file& file, std::size_t element) const {
    if (!expect || states_finite()) return std::nullopt;
    if (*expect == "limit") return limit_at(c, file, entry, element);
    if (*expect == "truth") return truth_at(c, file, entry, element);
    const bool of_input = expect->is_string() && c.inputs.contains(expect->get<std::string>());
    const double value = of_input                ? c.input(expect->get<std::string>()).data.at(element)
                         : *expect == "upstream" ? 1
                                                 : number_from(*expect);
    const bool scales = entry.starts_with("grads.") && value != 0 && std::isfinite(value);
    return scales ? value * upstream_at(c, element) : value;
}

bool may_differ(const golden_case& c) { return c.tagged("torch_quirk") || c.tagged("special_upstream"); }

bool has_nonfinite_inputs(const golden_case& c) {
    for (const auto& [name, tensor] : c.inputs)
        for (const double value : tensor.data)
            if (!std::isfinite(value)) return true;
    return false;
}

difference_list read_differences(const std::filesystem::path& directory, const std::filesystem::path& fallback) {
    difference_list made;
    made.of_this_data = std::filesystem::exists(directory / "differences.json");
    const auto path = (made.of_this_data ? directory : fallback) / "differences.json";
    std::ifstream stream(path);
    if (!stream) throw std::runtime_error(path.string() + " cannot be read");
    try {
        const json file = json::parse(stream);
        for (const json& row : file.at("differences")) made.rows.push_back(difference_from(row));
    } catch (const std::exception& fault) {
        throw std::runtime_error(path.string() + ": " + fault.what());
    }
    return made;
}

}  // namespace gradus::golden
