// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where a balanced_sampler stands: a value to compare, to keep beside a checkpoint, and to write as one
// line of text. It holds numbers only; the rows are drawn again from the seed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gradus {

/// How an epoch draws: the same number of samples from every class, or every sample once.
enum class sampling : std::uint8_t { balanced, natural };

/// Position and origin of a sampler. All workers of a sharded sampler have the same state, and it may
/// be restored with another number of workers.
struct sampler_state {
    sampling phase = sampling::balanced;  ///< of the current epoch
    std::uint64_t balanced_epochs = 0;    ///< ended before the current one
    std::uint64_t natural_epochs = 0;     ///< ended before the current one
    std::uint64_t minibatches = 0;        ///< given in the current epoch
    // What the sampler was made from, so that a state is restored into no other.
    std::uint64_t seed = 0;
    std::uint64_t per_class = 0;
    std::uint64_t classes = 0;
    std::uint64_t samples = 0;
    std::uint64_t labels = 0;  ///< a digest of the labels in their order

    bool operator==(const sampler_state&) const = default;
};

/// One line of printable ASCII: a version, the members by name, and a checksum.
std::string to_text(const sampler_state& state);

/// The state that to_text wrote · Errors: another kind of text, another version, damaged text.
sampler_state read_sampler_state(std::string_view text);

}  // namespace gradus
