// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs a case in one precision and judges every element of every entry: compared with the reference, with a
// listed difference, or left out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "differences.hpp"
#include "mapping.hpp"

namespace gradus::golden {

/// An element that was compared, for the eye.
struct finding {
    std::string entry;
    std::size_t element = 0;
    double got = 0, expected = 0;
    deviation off;
};

/// What became of a case in one precision.
struct verdict {
    precision in = precision::float64;
    std::string fault;           ///< why the case could not be judged
    std::vector<finding> wrong;  ///< elements beyond the tolerance
    std::vector<finding> worst;  ///< the element of each entry that comes closest to it or passes it furthest
    std::size_t compared = 0;    ///< elements compared with the reference or a stated difference
    std::map<std::string, std::size_t> left_out;  ///< elements that are not PyTorch's, by reason
    std::map<std::size_t, bool> listings;         ///< rows of the list that named an element; whether one was needed

    bool failed() const { return !fault.empty() || !wrong.empty(); }
    /// Nothing was compared although there was something.
    bool skipped() const { return !failed() && compared == 0 && !left_out.empty(); }
};

verdict judge(const golden_file& file, const golden_case& c, const mapping& how, precision p,
              const difference_list& differences);

}  // namespace gradus::golden
