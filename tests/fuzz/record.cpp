// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// libFuzzer on the files of the cache: what is no record is refused, what is one reads back as the same, and its object
// is loaded or refused, never a crash. The input is a record without its checksum, which is made right here, as the
// fuzzer could not guess it; every other run starts from a compiled kernel's object with the input's bytes written over
// it.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <gradus/gradus.hpp>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "object.hpp"
#include "record.hpp"
using namespace gradus;

namespace {

constexpr auto x = tensor<"x[i]">;

const compiled& example() {
    static const compiled made = [] {
        const graph g = lower(sum(exp(x)));
        return compile(g, row_major(g), std::vector{element::float32}, host_target(), "example", false);
    }();
    return made;
}

std::string with_checksum(std::string_view rest) {
    const std::uint64_t sum = XXH3_64bits(rest.data(), rest.size());
    std::string bytes = "gradusk1";
    bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    return bytes.append(rest);
}

void load_or_refuse(std::string_view object, std::string_view symbol) {
    void* entry = nullptr;
    try {
        load(object, symbol, &entry);
        if (entry == nullptr) std::abort();
    } catch (const internal_error&) {
    }
}

void read_bytes(std::string_view rest) {
    const std::string bytes = with_checksum(rest);
    const auto record = read_record(bytes);
    if (!record) return;
    if (to_bytes(*record) != bytes) std::abort();
    load_or_refuse(record->object, record->symbol);
}

/// The example's object with pieces of up to 8 bytes replaced: each a position (2 bytes), a length and the bytes.
void load_patched(std::string_view patches) {
    std::string object(example().object.begin(), example().object.end());
    while (patches.size() > 3) {
        std::uint16_t at;
        std::memcpy(&at, patches.data(), sizeof at);
        const std::size_t size = std::min<std::size_t>(patches[2] & 7, patches.size() - 3);
        for (std::size_t i = 0; i < size; ++i) object[(at + i) % object.size()] = patches[3 + i];
        patches.remove_prefix(3 + size);
    }
    load_or_refuse(object, example().symbol);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (input.empty()) return 0;
    if ((data[0] & 1) != 0)
        load_patched(input.substr(1));
    else
        read_bytes(input.substr(1));
    return 0;
}

/// The first input: a whole record of the example.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    if (seed % 16 == 0) {
        const compiled& made = example();
        const std::string bytes =
            to_bytes({"key", made.code, made.symbol, {made.object.data(), made.object.size()}}).substr(16);
        if (bytes.size() + 1 <= most) {
            data[0] = 0;
            std::memcpy(data + 1, bytes.data(), bytes.size());
            size = bytes.size() + 1;
        }
    }
    return LLVMFuzzerMutate(data, size, most);
}
