// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gradus kinks: the kinks of the catalogue with the derivative that each policy takes there.
#include <vector>

#include <fmt/format.h>
#include <boost/hana/for_each.hpp>
#include <gradus/catalogue.hpp>
#include <gradus/dsl.hpp>

#include "pages.hpp"

namespace gradus::pages {
namespace {

constexpr auto x = scalar<"x", double>;

/// Further parameters to show than the catalogue's own.
struct variant {
    std::string_view name;
    std::vector<double> values;
};
const std::vector<variant> variants{{"leaky_relu", {0.25}}, {"elu", {0.5}},           {"celu", {2}},
                                    {"softplus", {2, 5}},   {"hardtanh", {-0.25, 2}}, {"threshold", {-1, 3}},
                                    {"softshrink", {1.25}}, {"hardshrink", {1.25}}};

class kink_page {
public:
    explicit kink_page(bool markdown) : markdown_(markdown) {
        if (markdown)
            fmt::print(
                "# Kinks\n\nMade by `gradus kinks --markdown`: where the functions of the catalogue have no "
                "derivative, "
                "those from\nboth sides, and what each policy takes. `kinks::torch`, PyTorch's choice, is the "
                "default; `kinks::left` and\n`kinks::right` take the derivative of that side, `kinks::midpoint` the "
                "mean. Losses as functions of x.\n\n"
                "| function | parameters | at | left | right | torch | midpoint | value |\n"
                "|---|---|---|---|---|---|---|---|\n");
    }
    template <expression F>
    void add(std::string_view name, const std::string& parameters, const F& f) {
        const kinks found(f);
        for (const kink& k : found) {
            const std::string value = k.is_jump()
                                          ? fmt::format("{:.9g} → {:.9g}", k.value_left + 0.0, k.value_right + 0.0)
                                          : fmt::format("{:.9g}", k.value + 0.0);
            fmt::print(
                fmt::runtime(markdown_ ? "| `{}` | {} | {:.9g} | {:.9g} | {:.9g} | {:.9g} | {:.9g} | {} |\n"
                                       : "{:16} {:28} at {:<6.9g} left {:<12.9g} right {:<12.9g} torch {:<12.9g} "
                                         "midpoint {:<12.9g} value {}\n"),
                name, parameters, k.at, k.left + 0.0, k.right + 0.0, k.torch + 0.0, k.midpoint() + 0.0, value);
        }
        if (found.size() == 0)
            without_.push_back(parameters.empty() ? fmt::format("`{}`", name)
                                                  : fmt::format("`{}` ({})", name, parameters));
        if (!found.complete()) throw std::runtime_error(fmt::format("the kinks of {} are not all known", name));
    }
    void finish() const {
        if (markdown_)
            fmt::print(
                "\nWithout kinks: {}.\n\n"
                "Hinges of the losses along a class or feature axis, max(0, z) at z = 0: `multi_margin` and "
                "`multilabel_margin` 0;\n`cosine_embedding` and `triplet_margin` let the gradient pass.\n",
                fmt::join(without_, ", "));
    }

private:
    bool markdown_;
    std::vector<std::string> without_;
};

template <class Op, std::size_t Count>
std::string parameters_of(const activation<Op, Count>& row, const std::array<double, Count>& values) {
    std::string list;
    for (std::size_t i = 0; i < Count; ++i)
        list += fmt::format("{}{} = {:.4g}", list.empty() ? "" : ", ", row.parameters[i].name, values[i]);
    return list;
}

template <class Op, std::size_t Count>
void add_activation(kink_page& page, const activation<Op, Count>& row) {
    std::array<double, Count> values{};
    for (std::size_t i = 0; i < Count; ++i) values[i] = row.parameters[i].value;
    page.add(row.name, parameters_of(row, values), row.with(x, values));
    for (const variant& v : variants) {
        if (v.name != row.name) continue;
        for (std::size_t i = 0; i < Count; ++i) values[i] = v.values[i];
        page.add(row.name, parameters_of(row, values), row.with(x, values));
    }
}

}  // namespace

void print_kinks(bool markdown) {
    kink_page page(markdown);
    hana::for_each(activations, [&](const auto& row) { add_activation(page, row); });
    page.add("l1", "t = 0", l1(x, 0));
    page.add("smooth_l1", "t = 0, beta = 1", smooth_l1(x, 0));
    page.add("huber", "t = 0, delta = 1", huber(x, 0));
    page.add("hinge_embedding", "t = -1, margin = 1", hinge_embedding(x, -1));
    page.add("hinge_embedding", "t = -1, margin = 0.5", hinge_embedding(x, -1, 0.5));
    page.add("margin_ranking", "x2 = 0, t = 1, margin = 0", margin_ranking(x, 0, 1));
    page.add("margin_ranking", "x2 = 0, t = 1, margin = 0.5", margin_ranking(x, 0, 1, 0.5));
    page.add("soft_margin", "t = 1", soft_margin(x, 1));
    page.finish();
}

}  // namespace gradus::pages
