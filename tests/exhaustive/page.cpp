// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "page.hpp"

#include <cmath>

#include <fmt/format.h>

#include "target.hpp"

namespace gradus::exhaustive {
namespace {

/// Rounded up in the last digit shown, since it is an upper bound.
std::string ulp_text(double error) {
    if (std::isinf(error)) return "∞";
    if (error < 1000) return fmt::format("{:.3f}", std::fmax(std::ceil(error * 1000 - 1e-4), 0) / 1000);
    const int power = static_cast<int>(std::floor(std::log10(error)));
    return fmt::format("{:.1f}·10^{}", error / std::pow(10.0, power), power);
}
std::string share_text(std::uint64_t part, std::uint64_t all) {
    if (part == 0) return "";
    return fmt::format("{:.3g} %", 100 * static_cast<double>(part) / static_cast<double>(all));
}
std::string input_text(const tally& t) {
    return t.maximum() < 0.001 ? "" : fmt::format("`{:a}`", float_of(t.worst.front().pattern));
}
std::string peer_text(const tally& t) { return t.count == 0 ? "" : ulp_text(t.maximum()); }

/// One of a function's two sides, in the words of the tables.
struct side {
    const char* what;
    double bound;
    const tally& ours;
    const tally& plain;
};
std::array<side, 2> sides_of(const result& r) {
    const traits& row = r.one->about;
    return {{{"value", row.value_bound, r.found.value, r.found.plain_value},
             {"gradient", row.slope_bound, r.found.slope, r.found.plain_slope}}};
}

std::string row_of(const std::string& name, const side& s, const tally* libmvec) {
    std::string row = fmt::format("| `{}` | {:g} | {}{} | {} |", name, s.bound, ulp_text(s.ours.maximum()),
                                  s.ours.maximum() > s.bound ? " **!**" : "", input_text(s.ours));
    for (const std::uint64_t part : s.ours.histogram) row += fmt::format(" {} |", share_text(part, s.ours.count));
    row += fmt::format(" {} |", peer_text(s.plain));
    if (libmvec != nullptr) row += fmt::format(" {} |", peer_text(*libmvec));
    return row + "\n";
}

std::string head_of(const std::string& title, const std::string& peers, int peer_columns) {
    std::string head = fmt::format(
        "\n## {}\n\n| function | bound | largest | at | ≤ 0.5 | ≤ 1 | ≤ 1.5 | ≤ 2 | ≤ 4 | "
        "more | {} |\n|---|---|---|---|---|---|---|---|---|---|",
        title, peers);
    for (int i = 0; i < peer_columns; ++i) head += "---|";
    return head + "\n";
}

std::string worst_inputs(const std::vector<result>& results) {
    std::string table =
        "\n## Worst inputs\n\nThose with more than 1 ULP.\n\n| function | of | input | exact | kernel | error in ULP "
        "|\n|---|---|---|---|---|---|\n";
    for (const result& r : results)
        for (const side& s : sides_of(r))
            for (const miss& m : s.ours.worst)
                if (m.error > 1)
                    table += fmt::format("| `{}` | {} | `{:a}` | {:.9g} | {:.9g} | {} |\n", r.one->about.name, s.what,
                                         float_of(m.pattern), m.expected, m.got, ulp_text(m.error));
    return table;
}

std::string float64_section(const std::vector<result>& results) {
    std::string table;
    for (const result& r : results) {
        const float64_outcome& found = r.in_float64;
        if (found.count == 0) continue;
        const double bound = r.one->about.float64_bound;
        table += fmt::format("| `{}` | {} | {} | `{:a}` | {} |\n", r.one->about.name,
                             std::isfinite(bound) ? fmt::format("{}", bound) : "", ulp_text(found.worst.error),
                             found.worst.x, found.count);
    }
    if (table.empty()) return table;
    return "\n## Values in float64\n\nOn hard points (neighbours of zeros, kinks, saturation points, powers of two, "
           "multiples of ln 2 / 2,\nπ / 4 and 1/8, the hardest number for the reduction by π) and random inputs, "
           "against long double with a\nrigorous error bound. Compositions without a bound carry the roundings of "
           "their parts.\n\n| function | bound | worst | at | inputs |\n|---|---|---|---|---|\n" +
           table;
}

std::string speeds(const std::vector<result>& results) {
    std::string table =
        "\n## Speed\n\nMillions of elements a second on one thread, arrays in the first-level cache; all rows from "
        "one\n"
        "run on one machine, so that the columns may be compared.\n\n"
        "| function | value | gradient | libmvec's value | value / libmvec |\n|---|---|---|---|---|\n";
    for (const result& r : results) {
        table += fmt::format("| `{}` | {:.0f} | {:.0f} |", r.one->about.name, r.fast.value / 1e6, r.fast.slope / 1e6);
        table += r.fast.libmvec == 0
                     ? " | |\n"
                     : fmt::format(" {:.0f} | {:.2f} |\n", r.fast.libmvec / 1e6, r.fast.value / r.fast.libmvec);
    }
    return table;
}

}  // namespace

std::string lines_of(const result& r) {
    std::string text;
    for (const side& s : sides_of(r)) {
        const bool broken = s.ours.maximum() > s.bound;
        text += fmt::format("{:<16} {:<8}  {:>12} ULP at {:<16}  bound {:<3}  plain {:>12}{}\n", r.one->about.name,
                            s.what, ulp_text(s.ours.maximum()), input_text(s.ours), s.bound, peer_text(s.plain),
                            broken ? "  BROKEN" : "");
        if (!broken) continue;
        for (const miss& m : s.ours.worst)
            text += fmt::format("    at {:a} = {:.9g} exactly {:.9g}, kernel {:.9g}, {} ULP\n", float_of(m.pattern),
                                float_of(m.pattern), m.expected, m.got, ulp_text(m.error));
    }
    if (const float64_outcome& found = r.in_float64; found.count > 0)
        text += fmt::format("{:<16} float64   {:>12} ULP at {:a} = {:.17g} exactly {:.17g}, {} inputs{}\n",
                            r.one->about.name, ulp_text(found.worst.error), found.worst.x, found.worst.got,
                            found.worst.expected, found.count,
                            found.worst.error > r.one->about.float64_bound ? "  BROKEN" : "");
    return text;
}

std::string page_of(const std::vector<result>& results, const settings& how) {
    const std::string inputs =
        how.every == 1 ? "all 2^32 float32 bit patterns, NaNs, infinities and subnormals included"
                       : fmt::format("one in {} of all float32 bit patterns, and special values", how.every);
    const std::string part_for_peers = how.peers_every == 1 ? ""
                                       : how.peers_every == 0
                                           ? " (neither was run)"
                                           : fmt::format(", both on one in {} of the inputs", how.peers_every);
    std::string page = fmt::format(
        "# Accuracy\n\n"
        "Made by `scripts/exhaustive.sh`. Each function of one input in float32, and its gradient, through the JIT on\n"
        "{}, against the mathematics: formulas and derivatives written by\n"
        "hand, in float64 with a rigorous error bound, and in 512 bits where that bound exceeds 1/64 ULP. A number is\n"
        "an upper bound of the error in ULP (distances of neighbouring float32 numbers at the exact value); ∞ says "
        "that\n"
        "a NaN, an infinity or the sign of a zero is wrong. The columns after *at*, the worst input, are shares of "
        "all\n"
        "inputs. *Plain float32* is the largest error of the textbook formula with the C library's float functions,\n"
        "*libmvec* that of glibc's vector function{}. Target of the kernels: {}; all targets give the same bits.\n",
        inputs, part_for_peers, host_target().name);
    page += head_of("Values", "plain float32 | libmvec", 2);
    for (const result& r : results) page += row_of(r.one->about.name, sides_of(r)[0], &r.found.libmvec);
    page += head_of("Gradients", "plain float32", 1);
    for (const result& r : results) page += row_of(r.one->about.name, sides_of(r)[1], nullptr);
    return page + worst_inputs(results) + float64_section(results) + speeds(results);
}

}  // namespace gradus::exhaustive
