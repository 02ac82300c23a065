// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gradus catalogue, gradus gallery: what follows from the table of the catalogue.
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <boost/hana/for_each.hpp>
#include <gradus/catalogue.hpp>
#include <gradus/dsl.hpp>

#include "pages.hpp"

namespace gradus::pages {
namespace {

constexpr auto x = scalar<"x", double>;

template <class Op, std::size_t Count>
std::string parameters_of(const activation<Op, Count>& row) {
    std::string list;
    for (const parameter& p : row.parameters)
        list += fmt::format("{}{} = {:.4g}", list.empty() ? "" : ", ", p.name, p.value);
    return list;
}

// ---- the gallery: one picture for each activation

constexpr double span = 5;              ///< x from -span to span
constexpr int steps = 400;              ///< points of a curve
constexpr double scale = 30;            ///< pixels a unit
constexpr double high = 4, low = -2.5;  ///< what the picture shows of y

std::string point(double at, double value) {
    return fmt::format("{:.1f},{:.1f} ", (at + span) * scale, (high - value) * scale);
}
/// The curve as polylines, cut where it jumps or leaves the picture.
std::string curve(const auto& f, const char* style) {
    std::string lines, points;
    double before = 0;
    const auto end = [&] {
        if (!points.empty()) lines += fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", style, points);
        points.clear();
    };
    for (int i = 0; i <= steps; ++i) {
        const double at = span * (2.0 * i / steps - 1), value = evaluate(f, x = at);
        if (value > high || value < low || (!points.empty() && std::abs(value - before) > 0.3)) end();
        if (value <= high && value >= low) points += point(at, value);
        before = value;
    }
    end();
    return lines;
}
std::string picture(std::string_view name, const auto& f) {
    const double width = 2 * span * scale, height = (high - low) * scale;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\">\n"
        "<style>polyline{{fill:none;stroke-width:2}}.f{{stroke:#1f5fbf}}.d{{stroke:#d0601f;stroke-dasharray:5 3}}"
        "line{{stroke:#bbb}}text{{font:13px sans-serif}}rect{{fill:#fff}}</style>\n<rect width=\"100%\" "
        "height=\"100%\"/>\n",
        width, height);
    svg += fmt::format("<line x1=\"0\" y1=\"{0:.0f}\" x2=\"{1:.0f}\" y2=\"{0:.0f}\"/>\n", high * scale, width);
    svg += fmt::format("<line x1=\"{0:.0f}\" y1=\"0\" x2=\"{0:.0f}\" y2=\"{1:.0f}\"/>\n", span * scale, height);
    for (int i = -4; i <= 4; ++i)
        svg += fmt::format("<line x1=\"{0:.0f}\" y1=\"{1:.0f}\" x2=\"{0:.0f}\" y2=\"{2:.0f}\"/>\n", (i + span) * scale,
                           high * scale - 3, high * scale + 3);
    svg += curve(f, "f") + curve(grad(f, x), "d");
    return svg + fmt::format("<text x=\"8\" y=\"18\">{}</text>\n</svg>\n", name);
}

// ---- the lists

void print_activations(bool markdown) {
    if (markdown)
        fmt::print(
            "## Activations\n\nPointwise; with the parameters shown. Along axes there are `softmax`, `softmin`, "
            "`log_softmax` and `glu`;\nwith a shape that is learnt `chebyshev`; `rrelu` stands here as it is in "
            "evaluation.\n\n| name | parameters | PyTorch | formula | derivative |\n|---|---|---|---|---|\n");
    hana::for_each(activations, [&](const auto& row) {
        const auto f = row(x);
        const std::string formula = to_text(f).str(), derivative = to_text(grad(f, x)).str();
        if (markdown)
            fmt::print("| `{}` | {} | `{}` | `{}` | `{}` |\n", row.name, parameters_of(row), row.torch, formula,
                       derivative);
        else
            fmt::print("{:12} {:32} {}\n", row.name, parameters_of(row), formula);
    });
}
void print_losses(bool markdown) {
    if (markdown)
        fmt::print(
            "\n## Losses\n\nOne value an element or row; `mean`, `sum` or `sum_and_weight` reduce them. Options "
            "at their defaults.\n\n| name | PyTorch | formula |\n|---|---|---|\n");
    hana::for_each(losses, [&](const auto& row) {
        const std::string formula = to_text(row.template of<float>()).str();
        if (markdown)
            fmt::print("| `{}` | {} | `{}` |\n", row.name, row.torch.empty() ? "" : fmt::format("`{}`", row.torch),
                       formula);
        else
            fmt::print("{:22} {}\n", row.name, formula);
    });
}

}  // namespace

void print_catalogue(bool markdown) {
    if (markdown)
        fmt::print(
            "# Catalogue\n\nMade by `gradus catalogue --markdown`. Formulas and derivatives as they stand after "
            "all rewrites.\n\n");
    print_activations(markdown);
    print_losses(markdown);
}

void write_gallery(const std::string& folder) {
    std::filesystem::create_directories(folder);
    std::string page =
        "# Gallery\n\nMade by `gradus gallery FOLDER`: each activation (line) and its derivative (dashed), "
        "evaluated from\nthe very expressions that become kernels. Parameters as in [the "
        "catalogue](../catalogue.md).\n\n";
    const auto write = [&](const std::string& name, const std::string& content) {
        std::ofstream file(std::filesystem::path(folder) / name);
        file << content;
        if (!file) throw std::runtime_error(fmt::format("cannot write {}/{}", folder, name));
    };
    hana::for_each(activations, [&](const auto& row) {
        write(std::string(row.name) + ".svg", picture(row.name, row(x)));
        page += fmt::format("![{0}]({0}.svg)\n", row.name);
    });
    write("README.md", page);
}

}  // namespace gradus::pages
