// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gradus_exhaustive [function...]: proves the error bounds of float32 functions of one input, value and gradient.
// By default every 257th bit pattern and special values; with --all every one of 2^32. With --float64 values in float64
// as well. The exit status is 1 if a bound is broken, 2 for a wrong command.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <mutex>

#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "page.hpp"

namespace {

using namespace gradus::exhaustive;

struct command {
    std::vector<std::string> functions;
    settings how{.every = 257};
    std::string page;
    std::uint64_t float64 = 0;
    bool all = false, list = false;
};

/// A bar on standard error if that is a terminal.
class bar {
public:
    explicit bar(std::string name) : name_(std::move(name)), shown_(isatty(STDERR_FILENO) == 1) {}
    ~bar() {
        if (shown_) fmt::print(stderr, "\r{:78}\r", "");
    }
    void operator()(double part) {
        using namespace std::chrono_literals;
        if (!shown_ || !mutex_.try_lock()) return;
        const std::lock_guard lock(mutex_, std::adopt_lock);
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < 200ms) return;
        last_ = now;
        const std::chrono::duration<double> passed = now - start_;
        fmt::print(stderr, "\r{:<16} [{:<40}] {:3.0f} % {:4.0f} s", name_,
                   std::string(static_cast<std::size_t>(40 * part), '#'), 100 * part, passed.count());
    }

private:
    std::string name_;
    bool shown_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_{};
};

std::vector<const subject*> chosen_of(const std::vector<subject>& table, const std::vector<std::string>& names) {
    std::vector<const subject*> chosen;
    for (const std::string& name : names)
        if (std::ranges::none_of(table, [&](const subject& s) { return s.about.name == name; }))
            throw CLI::ValidationError("function", "expected a name that --list shows, got " + name);
    for (const subject& s : table)
        if (names.empty() || std::ranges::count(names, s.about.name) > 0) chosen.push_back(&s);
    return chosen;
}

result run(const subject& one, const command& c) {
    bar shown(one.about.name);
    const input_set inputs(c.how.every, one.about.kinks);
    result r{&one, judge(one, inputs, c.how, std::ref(shown)), {}, {}};
    // One that promises nothing is measured only.
    const std::uint64_t count = std::isfinite(one.about.float64_bound) ? c.float64 : c.float64 / 100;
    if (count > 0) r.in_float64 = judge_float64(one, count, std::ref(shown));
    if (!c.page.empty()) r.fast = measure_speed(one);
    return r;
}

void write_page(const command& c, const std::vector<result>& results) {
    std::ofstream file(c.page);
    file << page_of(results, c.how);
    if (!file.flush()) throw CLI::FileError("page: cannot write " + c.page);
}

int prove(const command& c) {
    const std::vector<subject> table = subjects();
    if (c.list) {
        for (const subject& s : table) fmt::print("{}\n", s.about.name);
        return 0;
    }
    std::vector<result> results;
    std::size_t broken = 0;
    for (const subject* one : chosen_of(table, c.functions)) {
        const auto start = std::chrono::steady_clock::now();
        results.push_back(run(*one, c));
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
        const result& r = results.back();
        if (!holds(*one, r.found) || r.in_float64.worst.error > one->about.float64_bound) ++broken;
        fmt::print("{}    {} inputs, {} results by 512 bits, {:.1f} s\n", lines_of(r), r.found.value.count,
                   r.found.refined, passed.count());
        std::fflush(stdout);
    }
    if (!c.page.empty()) write_page(c, results);
    fmt::print("{} of {} functions keep their bounds\n", results.size() - broken, results.size());
    return broken == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    command c;
    CLI::App app("Error bounds of float32 functions of one input, value and gradient, against the mathematics");
    app.add_option("function", c.functions, "those functions only, by the names that --list shows");
    app.add_flag("--all", c.all, "all 2^32 inputs");
    app.add_option("--every", c.how.every, "every n-th bit pattern (default 257) and special values")
        ->check(CLI::Range(std::uint64_t{1}, input_set::patterns));
    app.add_option("--float64", c.float64,
                   "values in float64 as well, on hard points and so many random inputs (a hundredth for\n"
                   "compositions, which have no bound there)");
    app.add_option("--peers-every", c.how.peers_every,
                   "plain float32 and libmvec compute every n-th block of inputs (default 1: all; 0: none)");
    app.add_option("--page", c.page, "write the Markdown page to this file, with speeds");
    app.add_flag("--list", c.list, "the functions");
    try {
        app.parse(argc, argv);
        if (c.all) c.how.every = 1;
        return prove(c);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
}
