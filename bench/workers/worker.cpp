// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "worker.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <limits>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "steps.hpp"

namespace gradus::bench {
namespace {

void move(const arena& memory, const std::vector<transfer>& transfers) {
    for (const transfer& t : transfers)
        if (t.from != t.to) std::copy_n(memory.at(t.from), t.count, memory.at(t.to));
}
slot reference_of(slot result) { return result == slot::y ? slot::y_reference : slot::gradient_reference; }

double difference(const arena& memory, const transfer& result) {
    const float* const now = memory.at(result.to);
    const float* const then = memory.at(reference_of(result.to));
    double largest = 0, scale = 0;
    for (std::int64_t i = 0; i < result.count; ++i) {
        const double apart = std::abs(static_cast<double>(now[i]) - static_cast<double>(then[i]));
        if (std::isnan(apart)) return std::numeric_limits<double>::infinity();
        largest = std::max(largest, apart);
        scale = std::max(scale, std::abs(static_cast<double>(then[i])));
    }
    return largest == 0 ? 0 : largest / scale;
}

/// Processor time of all threads of the process.
double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class server {
public:
    server(const arena& memory, int threads, const std::string& about, const maker& make)
        : memory_(memory), threads_(threads), about_(about), make_(make) {}

    /// The answer to one line.
    std::string answer(const std::string& line) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        if (command == "about") return about_;
        if (command == "prepare") return prepare(words);
        if (!task_) throw std::invalid_argument("prepare a problem first");
        if (command == "inputs") return write_inputs(what_, memory_), "ready";
        if (command == "sample") return sample(words);
        if (command == "output") return output();
        if (command == "keep") return keep();
        if (command == "difference") return text(largest_difference());
        if (command == "instructions") return instructions();
        throw std::invalid_argument("unknown command " + command);
    }

private:
    static std::string text(double value) {
        std::ostringstream out;
        out << std::setprecision(9) << value;
        return out.str();
    }
    std::string prepare(std::istream& words) {
        task_.reset();
        what_ = read_problem(words);
        task_ = make_(what_, memory_, threads_);
        return "ready";
    }
    std::string sample(std::istream& words) {
        std::int64_t count = 0;
        if (!(words >> count) || count < 1) throw std::invalid_argument("sample COUNT expected");
        move(memory_, task_->fresh);
        task_->run(1);
        const double processor_before = processor_seconds();
        const auto start = std::chrono::steady_clock::now();
        task_->run(count);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        return text(seconds.count()) + ' ' + text(processor_seconds() - processor_before);
    }
    std::string output() {
        move(memory_, task_->fresh);
        const double value = task_->run(1);
        move(memory_, task_->results);
        return text(value);
    }
    std::string keep() {
        for (const transfer& r : task_->results) move(memory_, {{r.to, reference_of(r.to), r.count}});
        return "ready";
    }
    std::string instructions() {
        if (threads_ != 1) throw std::invalid_argument("instructions are counted on one thread");
        output();  // compiles
        move(memory_, task_->fresh);
        const steps ran = steps_of([&] { task_->run(1); });
        std::ostringstream out;
        for (const unsigned byte : ran.code) out << std::hex << std::setw(2) << std::setfill('0') << byte;
        for (const auto& [place, count] : ran.count) out << std::dec << ' ' << place << ':' << count;
        return out.str();
    }
    double largest_difference() const {
        double largest = 0;
        for (const transfer& r : task_->results) largest = std::max(largest, difference(memory_, r));
        return largest;
    }

    const arena& memory_;
    int threads_;
    const std::string& about_;
    const maker& make_;
    problem what_;
    std::optional<task> task_;
};

}  // namespace

void serve(std::istream& in, std::ostream& out, const arena& memory, int threads, const std::string& about,
           const maker& make) {
    server worker(memory, threads, about, make);
    for (std::string line; std::getline(in, line);) {
        try {
            out << worker.answer(line) << std::endl;
        } catch (const std::exception& e) {
            out << "absent " << e.what() << std::endl;
        }
    }
}

int serve(int count, char** arguments, const std::string& about, const maker& make) {
    try {
        if (count != 4) throw std::invalid_argument("usage: worker FILE SLOT_BYTES THREADS");
        const arena memory(arguments[1], std::stoll(arguments[2]));
        serve(std::cin, std::cout, memory, std::stoi(arguments[3]), about, make);
        return 0;
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}

}  // namespace gradus::bench
