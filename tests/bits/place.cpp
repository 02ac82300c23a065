// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "bits/place.hpp"

#include <bit>
#include <cstring>
#include <stdexcept>

namespace gradus::testing {
namespace {

constexpr std::size_t guard = 128;  ///< bytes around the elements that nobody may write
constexpr std::byte untouched{0xa5};

/// The strides of the extents, in elements.
std::vector<std::int64_t> strides_of(const std::vector<std::int64_t>& extents, arrangement how) {
    std::vector<std::int64_t> strides(extents.size());
    std::int64_t next = how == arrangement::spread ? 2 : 1;
    for (std::size_t k = 0; k < extents.size(); ++k) {
        const std::size_t d = how == arrangement::column_major ? k : extents.size() - 1 - k;
        strides[d] = next;
        next *= extents[d];
    }
    return strides;
}

}  // namespace

std::size_t count_of(const std::vector<std::int64_t>& extents) {
    std::int64_t count = 1;
    for (const std::int64_t extent : extents) count *= extent;
    return static_cast<std::size_t>(count);
}

place::place(element type, const std::vector<std::int64_t>& extents, arrangement how, std::size_t offset)
    : size_(size_of(type)),
      span_((how == arrangement::spread ? 2 : 1) * count_of(extents) * size_),
      extents_(extents),
      strides_(strides_of(extents, how)),
      bytes_(2 * guard + 64 + offset * size_ + span_, untouched) {
    const std::size_t behind = std::bit_cast<std::uintptr_t>(bytes_.data()) % 64;
    first_ = bytes_.data() + guard + (64 - behind) % 64 + offset * size_;
    argument_.data = first_;
    argument_.type = type;
    argument_.rank = static_cast<int>(extents_.size());
    for (std::size_t d = 0; d < extents_.size(); ++d) {
        argument_.extents[d] = extents_[d];
        argument_.strides[d] = strides_[d];
    }
}

template <class Visit>
void place::for_each_element(Visit visit) {
    const std::size_t count = count_of(extents_);
    for (std::size_t i = 0; i < count; ++i) {
        std::int64_t rest = static_cast<std::int64_t>(i), offset = 0;
        for (std::size_t d = extents_.size(); d-- > 0; rest /= extents_[d]) offset += rest % extents_[d] * strides_[d];
        visit(i * size_, first_ + offset * static_cast<std::int64_t>(size_));
    }
}

void place::write(const std::vector<std::byte>& values) {
    for_each_element([&](std::size_t from, std::byte* to) { std::memcpy(to, values.data() + from, size_); });
}

std::vector<std::byte> place::take() {
    std::vector<std::byte> values(count_of(extents_) * size_);
    for_each_element([&](std::size_t to, std::byte* from) {
        std::memcpy(values.data() + to, from, size_);
        std::memset(from, static_cast<int>(untouched), size_);
    });
    for (const std::byte b : bytes_)
        if (b != untouched) throw std::logic_error("an element outside of an output was written");
    return values;
}

}  // namespace gradus::testing
