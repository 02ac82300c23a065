// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A problem that is timed: what is computed, of how many elements, and in which memory. The kernels of this library and
// those of its peers work on the same arrays: slots of equal size in one file that every worker maps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::bench {

/// What is computed, as a line of text: `KIND NAME PLACE EXTENT…`.
///
///     kind                 inputs                 results
///     forward              x                      y = f(x)
///     forward_derivative   x                      y = f(x), f'(x)
///     forward_backward     x, second              y = f(x), second · f'(x): `second` is the upstream gradient
///     loss                 x, second (, third)    the mean of f, its gradient for x
///     label_loss           x, labels              the mean of f along axis 1 of x, its gradient for x
///     bandwidth            (workers/memory.cpp)   bytes are read and written, or numbers computed, nothing else
struct problem {
    std::string kind;
    std::string name;       ///< of the function: gelu, smooth_l1, cross_entropy
    bool in_place = false;  ///< `in_place`: what has the extents of an input is written over it; else `out_of_place`
    std::vector<std::int64_t> extents;

    std::int64_t size() const;
};
/// Throws std::invalid_argument, naming what was read, if the text is no problem.
problem read_problem(std::istream& words);
/// The number of elements of the problem's labels: the product of all extents but that of axis 1.
std::int64_t rows(const problem& what);

/// The slots. Inputs stay as they are: what works in place works on copies.
enum class slot { x, second, third, x_work, second_work, y, gradient, y_reference, gradient_reference };
inline constexpr int slot_count = 9;

/// Memory of all slots, mapped from a file that other processes map too, or of this process alone.
class arena {
public:
    /// Throws std::system_error if the file cannot be mapped.
    arena(const std::string& file, std::int64_t slot_bytes);
    explicit arena(std::int64_t slot_bytes);
    ~arena();
    arena(const arena&) = delete;
    arena& operator=(const arena&) = delete;

    float* at(slot s) const { return reinterpret_cast<float*>(bytes(s)); }
    std::int64_t* labels() const { return reinterpret_cast<std::int64_t*>(bytes(slot::second)); }
    std::int64_t slot_bytes() const { return slot_bytes_; }

private:
    void map(int descriptor);
    std::byte* bytes(slot s) const { return memory_ + static_cast<std::int64_t>(s) * slot_bytes_; }

    std::byte* memory_ = nullptr;
    std::int64_t slot_bytes_;
};

/// Writes the inputs of a problem, the same at every call: bell-shaped numbers of variance 1, probabilities, signs,
/// positive numbers or labels, as the function needs them.
void write_inputs(const problem& what, const arena& memory);

/// `count` elements of one slot to another.
struct transfer {
    slot from, to;
    std::int64_t count;
};
/// A problem that is ready to run.
struct task {
    std::function<double(std::int64_t count)> run;  ///< so many calls; the value of the last, 0 if there is none
    std::vector<transfer> fresh;                    ///< what brings fresh inputs to where calls overwrite them
    std::vector<transfer> results;                  ///< where a call leaves its results, and in which slot they belong
};

/// The slots that a problem works in.
struct place {
    slot x, second, y, gradient;
};
place place_of(const problem& what);
/// A task with the transfers of the problem. Throws std::invalid_argument if the arrays do not fit into the slots.
task make_task(const problem& what, const arena& memory, std::function<double(std::int64_t)> run);

}  // namespace gradus::bench
