// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of a variable's declaration, "name[axis, axis, ...]", and over<"axis">.
#pragma once

#include <array>
#include <string_view>

#include <gradus/graph.hpp>
#include <gradus/text.hpp>

namespace gradus {

/// over<"class">, over<"h", "w">: the axes along which to reduce, normalise or gather.
template <fixed_string... Names>
struct over_t {};
template <fixed_string... Names>
inline constexpr over_t<Names...> over{};

/// What is wrong with the text of a declaration.
enum class declaration_fault : std::uint8_t {
    none,
    name,      ///< no name where one must stand
    axis,      ///< no axis name where one must stand
    close,     ///< neither ',' nor ']' after an axis
    repeated,  ///< an axis is named twice
    trailing,  ///< text after ']'
    rank       ///< more than max_rank axes
};

/// A declaration, taken apart. The views refer to the text that was parsed.
struct declaration {
    std::string_view name;
    std::array<std::string_view, max_rank> axes{};
    int rank = 0;
    bool bracketed = false;
    declaration_fault fault = declaration_fault::none;
};

namespace detail {
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct declaration_parser {
    std::string_view rest;

    constexpr void skip_spaces() {
        while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    }
    constexpr bool take(std::string_view word) {
        skip_spaces();
        if (!rest.starts_with(word)) return false;
        rest.remove_prefix(word.size());
        return true;
    }
    /// A name, or an empty view where there is none.
    constexpr std::string_view identifier() {
        skip_spaces();
        std::size_t size = 0;
        while (size < rest.size() && (is_letter(rest[size]) || (size > 0 && is_digit(rest[size])))) ++size;
        const std::string_view word = rest.substr(0, size);
        rest.remove_prefix(size);
        return word;
    }
    constexpr declaration_fault axis(declaration& d) {
        const std::string_view name = take(ellipsis) ? ellipsis : identifier();
        if (name.empty()) return declaration_fault::axis;
        for (int i = 0; i < d.rank; ++i)
            if (d.axes[static_cast<std::size_t>(i)] == name) return declaration_fault::repeated;
        if (d.rank == max_rank) return declaration_fault::rank;
        d.axes[static_cast<std::size_t>(d.rank++)] = name;
        return declaration_fault::none;
    }
    constexpr declaration_fault axes(declaration& d) {
        if (take("]")) return declaration_fault::none;
        while (true) {
            if (const declaration_fault fault = axis(d); fault != declaration_fault::none) return fault;
            if (take("]")) return declaration_fault::none;
            if (!take(",")) return declaration_fault::close;
        }
    }
    constexpr declaration_fault run(declaration& d) {
        d.name = identifier();
        if (d.name.empty()) return declaration_fault::name;
        d.bracketed = take("[");
        if (d.bracketed)
            if (const declaration_fault fault = axes(d); fault != declaration_fault::none) return fault;
        skip_spaces();
        return rest.empty() ? declaration_fault::none : declaration_fault::trailing;
    }
};
}  // namespace detail

/// Takes "x[batch, class]" apart. Never fails: what is wrong is in `fault`.
constexpr declaration parse_declaration(std::string_view source) {
    declaration d;
    detail::declaration_parser parser{source};
    d.fault = parser.run(d);
    return d;
}

}  // namespace gradus
