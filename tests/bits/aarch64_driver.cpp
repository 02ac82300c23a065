// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// aarch64_driver KERNELS CALL...: runs the calls that aarch64.cpp wrote (NAME.data.call, a call of the symbol NAME in
// the library KERNELS) and leaves the outputs in NAME.data.result. Items run one by one and the last one first, which
// the agreement of gradus/executable.hpp allows and no run on the other processor does.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <dlfcn.h>

namespace {

using kernel_function = std::int64_t (*)(void* const* data, const std::int64_t* shape, std::int64_t stage,
                                         std::int64_t begin, std::int64_t end);

[[noreturn]] void fail(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}

/// Memory that is aligned for elements of 8 bytes and no more.
class memory {
public:
    explicit memory(std::size_t size)
        : size_(size), block_(static_cast<char*>(std::aligned_alloc(64, (size + 127) / 64 * 64))) {}
    char* data() const { return block_.get() + 8; }
    std::size_t size() const { return size_; }

private:
    struct release {
        void operator()(char* block) const { std::free(block); }
    };
    std::size_t size_;
    std::unique_ptr<char, release> block_;
};

class reader {
public:
    explicit reader(const std::string& name) : file_(name, std::ios::binary), name_(name) {}
    std::int64_t number() {
        std::int64_t value = 0;
        read(reinterpret_cast<char*>(&value), sizeof value);
        return value;
    }
    std::vector<std::int64_t> numbers() {
        std::vector<std::int64_t> values(static_cast<std::size_t>(number()));
        for (std::int64_t& value : values) value = number();
        return values;
    }
    std::vector<memory> images() {
        std::vector<memory> all;
        for (std::int64_t left = number(); left > 0; --left) {
            all.emplace_back(static_cast<std::size_t>(number()));
            read(all.back().data(), all.back().size());
        }
        return all;
    }

private:
    void read(char* to, std::size_t size) {
        if (!file_.read(to, static_cast<std::streamsize>(size))) fail(name_ + " ends early");
    }
    std::ifstream file_;
    std::string name_;
};

void run(void* kernels, const std::string& file) {
    const std::string symbol = file.substr(file.rfind('/') + 1, file.find('.', file.rfind('/')) - file.rfind('/') - 1);
    const auto entry = reinterpret_cast<kernel_function>(dlsym(kernels, symbol.c_str()));
    if (entry == nullptr) fail("no symbol " + symbol);
    reader call(file);
    const std::vector<std::int64_t> items = call.numbers(), temporary_sizes = call.numbers(), shape = call.numbers();
    const std::vector<memory> inputs = call.images(), outputs = call.images();
    std::vector<memory> temporaries;
    for (const std::int64_t size : temporary_sizes) temporaries.emplace_back(static_cast<std::size_t>(size));
    std::vector<void*> data;
    for (const std::vector<memory>* list : {&inputs, &outputs, &std::as_const(temporaries)})
        for (const memory& m : *list) data.push_back(m.data());
    for (std::size_t stage = 0; stage < items.size(); ++stage)
        for (std::int64_t item = items[stage]; item-- > 0;)
            if (entry(data.data(), shape.data(), static_cast<std::int64_t>(stage), item, item + 1) >= 0)
                fail(symbol + " finds its data wrong");
    std::ofstream result(file.substr(0, file.rfind('.')) + ".result", std::ios::binary);
    for (const memory& m : outputs) result.write(m.data(), static_cast<std::streamsize>(m.size()));
    if (!result.flush()) fail("cannot write the result of " + file);
}

}  // namespace

int main(int count, char** words) {
    if (count < 3) fail("aarch64_driver KERNELS CALL...");
    void* const kernels = dlopen(words[1], RTLD_NOW);
    if (kernels == nullptr) fail(dlerror());
    for (int i = 2; i < count; ++i) run(kernels, words[i]);
}
