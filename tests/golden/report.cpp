// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report.hpp"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace gradus::golden {
namespace {

using text_buffer = std::back_insert_iterator<std::string>;

void write(text_buffer out, const char* word, const finding& f) {
    fmt::format_to(out, "        {} {}[{}]: got {:.17g}, expected {:.17g}, {:.3g} ULP, {:.3g} of the tolerance\n", word,
                   f.entry, f.element, f.got, f.expected, f.off.ulp, f.off.part);
}

void write(text_buffer out, const golden_case& c, const verdict& v, bool verbose) {
    if (!v.failed() && !verbose) return;
    fmt::format_to(out, "    {} {} in {}{}\n", v.failed() ? "FAILED" : "passed", c.name, name_of(v.in),
                   v.fault.empty() ? "" : ": " + v.fault);
    constexpr std::size_t most = 6;
    for (std::size_t i = 0; i < v.wrong.size() && (verbose || i < most); ++i) write(out, "wrong", v.wrong[i]);
    if (v.wrong.size() > most && !verbose) fmt::format_to(out, "        … {} elements are wrong\n", v.wrong.size());
    if (verbose)
        for (const finding& f : v.worst) write(out, "worst", f);
}

/// Elements left out of a function's cases, by reason; both precisions leave out the same ones or one does.
std::map<std::string, std::size_t> left_out_of(const function_report& function) {
    std::map<std::string, std::size_t> sums;
    for (const case_report& one : function.cases) {
        std::map<std::string, std::size_t> larger;
        for (const verdict& v : one.in)
            for (const auto& [reason, elements] : v.left_out) larger[reason] = std::max(larger[reason], elements);
        for (const auto& [reason, elements] : larger) sums[reason] += elements;
    }
    return sums;
}

std::string cell(const extreme& e) { return e.points == 0 ? "-" : fmt::format("{:.3g}", e.ulp); }

}  // namespace

counts count_cases(const function_report& function) {
    counts sum;
    for (const case_report& one : function.cases)
        ++(one.failed() ? sum.failed : one.skipped() ? sum.skipped : sum.passed);
    return sum;
}

std::string to_text(const function_report& function, bool verbose) {
    std::string text;
    const auto out = std::back_inserter(text);
    const counts sum = count_cases(function);
    fmt::format_to(out, "{:32}{:4} passed {:4} failed {:4} skipped\n", function.file->function, sum.passed, sum.failed,
                   sum.skipped);
    for (const case_report& one : function.cases)
        for (const verdict& v : one.in) write(out, *one.c, v, verbose);
    for (const auto& [reason, elements] : left_out_of(function))
        fmt::format_to(out, "    {} element{} not PyTorch's: {}\n", elements, elements == 1 ? "" : "s", reason);
    return text;
}

std::string truth_table(const std::vector<truth_row>& rows) {
    std::string text =
        "\nAgainst the true values, largest error in ULP: at every point | where |truth| >= 1e-5 (at x)\n";
    const auto out = std::back_inserter(text);
    fmt::format_to(out, "{:14}{:>7}  {:37}{:37}{:37}{:37}\n", "function", "points", "float64 value",
                   "float64 derivative", "float32 value", "float32 derivative");
    for (const truth_row& row : rows) {
        fmt::format_to(out, "{:14}", row.function);
        if (!row.fault.empty()) fmt::format_to(out, " {}", row.fault);
        if (row.fault.empty()) fmt::format_to(out, "{:7}  ", row.value[1].all.points);
        for (const accuracy* a : {&row.value[1], &row.deriv[1], &row.value[0], &row.deriv[0]})
            if (row.fault.empty())
                fmt::format_to(
                    out, "{:36}",
                    fmt::format("{} ({:.4g}) | {} ({:.4g})", cell(a->all), a->all.at, cell(a->main), a->main.at));
        text += '\n';
    }
    return text;
}

}  // namespace gradus::golden
