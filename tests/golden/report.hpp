// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the runner prints: a line for each function with its failures and what was left out below it, the
// table against the truth, and as the last line the counts.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "judge.hpp"
#include "truth.hpp"

namespace gradus::golden {

struct case_report {
    const golden_case* c = nullptr;
    std::array<verdict, 2> in;  ///< float32, float64

    bool failed() const { return in[0].failed() || in[1].failed(); }
    bool skipped() const { return !failed() && in[0].skipped() && in[1].skipped(); }
};

struct function_report {
    const golden_file* file = nullptr;
    std::vector<case_report> cases;
};

struct counts {
    std::size_t passed = 0, failed = 0, skipped = 0;
};

counts count_cases(const function_report& function);
/// verbose: also the worst element of each entry of the cases that passed.
std::string to_text(const function_report& function, bool verbose);
std::string truth_table(const std::vector<truth_row>& rows);

}  // namespace gradus::golden
