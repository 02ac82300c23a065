// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The intended differences: entries in which the library decides otherwise than PyTorch, listed by name in
// differences.json beside the data, each with its reason. data/README.md describes that file.
//
// A listing counts only where the data mark PyTorch's answer as doubtful (`may_differ`); if it states what the
// library gives instead, also where inputs are infinite or NaN, or PyTorch's answer is NaN. It speaks only of elements
// that are not PyTorch's; where it states a value, they must have it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "read.hpp"

namespace gradus::golden {

/// Which elements of an entry a listing means.
struct element_choice {
    bool all = false;
    std::vector<std::size_t> indices;
    std::string input;  ///< those where this input of the same extents …
    double value = 0;   ///< … is this value

    bool covers(const golden_case& c, std::size_t element) const;
};

struct difference {
    std::string cases;  ///< the name of a case; * stands for any text
    std::string entry;  ///< "outputs.y", "grads.x"
    element_choice at;
    std::optional<nlohmann::json> expect;  ///< what the library gives instead; data/README.md has its words
    std::string reason;

    bool names(const golden_case& c) const;
    /// The value stated for an element: nothing if none is, or one that the data lack (a limit, a true value).
    std::optional<double> stated(const golden_case& c, const golden_file& file, std::size_t element) const;
    /// The list says only that the element is a finite number.
    bool states_finite() const { return expect && *expect == "finite"; }
};

struct difference_list {
    std::vector<difference> rows;
    bool of_this_data = false;  ///< it lies beside the data, so each row must name something and be needed
};

/// Whether the data mark PyTorch's answer as doubtful.
bool may_differ(const golden_case& c);
/// Whether an input holds an infinity or a NaN.
bool has_nonfinite_inputs(const golden_case& c);

/// differences.json of the directory; where it has none, that of `fallback`.
difference_list read_differences(const std::filesystem::path& directory, const std::filesystem::path& fallback);

}  // namespace gradus::golden
