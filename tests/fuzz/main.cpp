// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gradus_fuzz --seed S --count N: random formulas through rewriting, differentiation and the JIT, each result held
// against the set of values that correct code can return (judge.hpp, possible.hpp). A fault is shrunk and printed in
// the form of a file in cases/. gradus_fuzz FILE...: problems from files. The exit status is 1 if there was a fault.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <gradus/read.hpp>

#include "generate.hpp"
#include "shrink.hpp"

namespace {

using namespace gradus::fuzz;

struct options {
    std::uint64_t seed = 0, first = 0, count = 1000;
    unsigned threads = 1;
    int compile_every = 1, most_faults = 1;
    std::vector<std::string> targets, files;
    bool print = false, keep_large = false;
};

std::vector<const gradus::target*> chosen_targets(const std::vector<std::string>& names) {
    std::vector<const gradus::target*> chosen;
    for (const gradus::target& t : gradus::targets()) {
        const bool named = std::find(names.begin(), names.end(), t.name) != names.end();
        if (t.runs_here && (named || names.empty())) chosen.push_back(&t);
    }
    return chosen;
}

/// What a thread works on, for a crash's last words.
thread_local char at_work[96] = "";
void last_words(int signal) {
    std::fputs("crashed at ", stderr);
    std::fputs(at_work, stderr);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

class session {
public:
    explicit session(const options& o) : o_(o), targets_(chosen_targets(o.targets)) {}

    int run() {
        const auto start = std::chrono::steady_clock::now();
        if (o_.files.empty())
            run_seeds();
        else
            for (const std::string& file : o_.files) run_file(file);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        fmt::print("{} problems, {} refused, {} kernels, {} elements, {:.1f} % of them decided; {} faults; {:.1f} s\n",
                   count_.problems, count_.refused, count_.kernels, count_.elements,
                   100.0 * static_cast<double>(count_.decided) /
                       static_cast<double>(std::max<std::int64_t>(count_.elements, 1)),
                   faults_.load(), taken.count());
        return faults_ == 0 && count_.problems > 0 ? 0 : 1;
    }

private:
    void run_seeds() {
        fmt::print("seed {}\n", o_.seed);
        std::fflush(stdout);
        std::atomic<std::uint64_t> next = o_.first;
        const auto work = [&] {
            tally mine;
            for (std::uint64_t i = next++; i < o_.first + o_.count && faults_ < o_.most_faults; i = next++)
                run_one(i, mine);
            const std::lock_guard lock(printing_);
            count_ += mine;
        };
        std::vector<std::jthread> threads;
        for (unsigned t = 1; t < o_.threads; ++t) threads.emplace_back(work);
        work();
    }
    void run_one(std::uint64_t i, tally& mine) {
        std::snprintf(at_work, sizeof at_work, "--seed %llu --first %llu --count 1\n",
                      static_cast<unsigned long long>(o_.seed), static_cast<unsigned long long>(i));
        const problem p = generate(gradus::mix(o_.seed, i));
        if (o_.print) fmt::print("{}\n", to_text(p));
        trial how;
        how.targets = targets_of(i);
        if (const auto found = judge(p, how, mine)) report(fmt::format("problem {}", i), p, *found, how);
    }
    /// One target after the other, and every eighth time all of them, which must then return the same bits.
    std::vector<const gradus::target*> targets_of(std::uint64_t i) const {
        const auto every = static_cast<std::uint64_t>(o_.compile_every);
        if (i % every != 0 || targets_.empty()) return {};
        const std::uint64_t k = i / every;
        if (k % 8 == 0) return targets_;
        return {targets_[k % targets_.size()]};
    }
    void run_file(const std::string& name) {
        std::snprintf(at_work, sizeof at_work, "%s\n", name.c_str());
        std::ifstream file(name);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const trial how{targets_, {}, {}};
        try {
            const problem p = read_problem(text);
            for (const auto rewriter : {gradus::builder::rewriter{}, gradus::builder::rewriter{gradus::rewrite}})
                if (o_.print) fmt::print("{}\n", gradus::to_text(build(p, rewriter)).str());
            if (const auto found = judge(p, how, count_)) report(name, p, *found, how);
        } catch (const std::exception& e) {
            ++faults_;
            fmt::print("{}: {}\n", name, e.what());
        }
    }
    void report(const std::string& where, const problem& p, const fault& found, const trial& how) {
        ++faults_;
        fmt::print("{}: {}: {}\n", where, found.stage, found.text);
        std::fflush(stdout);
        const shrunk s = o_.keep_large ? shrunk{p, found} : shrink(p, found, how);
        const std::lock_guard lock(printing_);
        fmt::print("# {}: {}\n{}\n", s.found.stage, s.found.text, to_text(s.smallest));
        std::fflush(stdout);
    }

    const options& o_;
    std::vector<const gradus::target*> targets_;
    std::atomic<int> faults_ = 0;
    tally count_;
    std::mutex printing_;
};

}  // namespace

int main(int argc, char** argv) {
    options o;
    o.seed = std::random_device()();
    CLI::App app("Random formulas: what is typed, rewritten and compiled must agree.");
    app.add_option("files", o.files, "problems to run instead of random ones")->check(CLI::ExistingFile);
    app.add_option("--seed", o.seed, "of the problems; a new one if it is not given, and printed");
    app.add_option("--first", o.first, "number of the first problem");
    app.add_option("--count", o.count, "number of problems");
    app.add_option("--threads", o.threads, "threads");
    app.add_option("--targets", o.targets, "names of targets; all that run here if not given")->delimiter(',');
    app.add_option("--compile-every", o.compile_every, "compile one problem in so many; rules are tried on all")
        ->check(CLI::PositiveNumber);
    app.add_option("--faults", o.most_faults, "stop after so many faults");
    app.add_flag("--print", o.print, "print every random problem, and of files the graphs as typed and rewritten");
    app.add_flag("--large", o.keep_large, "print faults as they were found, without shrinking");
    CLI11_PARSE(app, argc, argv);
    for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, last_words);
    return session(o).run();
}
