// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The first bad node: where the first NaN or infinity of a call arose.
//
// The search starts at the first element of the outputs that is NaN or infinite and goes back along the operands
// that are so at the very positions that this element is made of, until a node all of whose operands are finite. So
// what reaches no output is never blamed: the branch of `where` that is not taken, an element that no label reads.
// A NaN is followed to the first NaN, and further to the infinity that it was made of, unless a constant or an
// argument holds that infinity on purpose: the NaN then arose where it was used.
//
// The values of nodes are those of the kernel: its own code, compiled again with nodes as outputs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/error.hpp>
#include <gradus/graph.hpp>
#include <gradus/tensor.hpp>

namespace gradus {

/// A position along one axis. The axes that "..." stands for are called "...[0]", "...[1]" if there are several.
struct coordinate {
    std::string axis;
    std::int64_t at = 0;
    friend bool operator==(const coordinate&, const coordinate&) = default;
};

/// A value that a bad one was computed from.
struct bad_operand {
    std::string formula;
    double value = 0;
    std::vector<coordinate> index;  ///< empty where it is that of the bad value
};

/// Where a NaN or an infinity arose.
struct bad_value {
    std::string formula;            ///< of the node, after rewriting; the name if it is an argument's own element
    std::string operation;          ///< "log", "div", "sum", …; "argument"
    double value = 0;               ///< as computed: a finite one is beyond the largest float32 that an output can hold
    std::vector<coordinate> index;  ///< in the order of the kernel's axes
    std::vector<bad_operand> operands;  ///< of a row the largest element; then the arguments' elements behind them
    bool given = false;                 ///< an argument holds it
    std::string rule;                   ///< the rewrite rule that made the node, empty if the user wrote it
    std::string place;                  ///< "loss.cpp:12" of a `located` formula, empty if there is none
    std::string kernel;                 ///< the names of the kernel's expressions
    std::string made_at;                ///< "train.cpp:30" of jit<...>(), empty if unknown
    std::string output;                 ///< the name of the output that it reaches; its number, from 1, if it has none
    double output_value = 0;
    std::vector<coordinate> output_index;

    /// log(x - 1) is -inf at [i = 3]: x - 1 = 0, x = 1 (loss.cpp:12); output loss is NaN
    std::string str() const;
};

/// What a call throws under GRADUS_CHECK=nan: an output holds a NaN, or an infinity, that the arguments do not
/// explain. The outputs are written.
class bad_value_error : public error {
public:
    explicit bad_value_error(bad_value report) : error(report.str()), report_(std::move(report)) {}
    const bad_value& report() const { return report_; }

private:
    bad_value report_;
};

/// Which bad elements of the outputs count.
enum class bad_scope : std::uint8_t {
    all,
    unexplained  ///< not those that stem from an argument's own NaN, or infinity if they are infinite
};

/// The first bad node of a call of a kernel of that graph and name; nothing if all outputs are finite. Throws
/// gradus::error for arguments that do not fit, as the call does.
std::optional<bad_value> find_first_bad(graph_view g, std::string_view name, std::string_view made_at,
                                        std::span<const argument> inputs, bad_scope scope = bad_scope::all);

}  // namespace gradus
