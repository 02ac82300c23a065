// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gradus_golden DIR: every case of the golden data through the JIT, in float32 and float64, values and
// gradients. Without DIR: the directory in GRADUS_GOLDEN_DIR, else the data in the tree. The last line counts
// the cases; the exit status is 1 if one failed or none ran. --emulate, --gpu: the kernels on the emulator of a GPU or
// on the first CUDA device, but for those of layers.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <gradus/cuda.hpp>
#include <gradus/error.hpp>

#include "elsewhere.hpp"
#include "emulator/emulated_device.hpp"
#include "report.hpp"

namespace {

using namespace gradus::golden;

struct options {
    std::string directory, function, name;
    bool verbose = false, emulate = false, gpu = false;
    std::size_t part = 0, parts = 1;  ///< of the files
    bool everything() const { return function.empty() && name.empty() && parts == 1; }
};

/// What is wrong with the directory or the list rather than with a case.
using complaints = std::vector<std::string>;

std::vector<function_report> chosen_cases(const std::vector<golden_file>& files, const options& o) {
    std::vector<function_report> chosen;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const golden_file& file = files[i];
        if (i % o.parts != o.part || (!o.function.empty() && file.function != o.function)) continue;
        function_report function{&file, {}};
        for (const golden_case& c : file.cases)
            if (o.name.empty() || c.name == o.name) function.cases.push_back({&c, {}});
        if (!function.cases.empty() || o.everything()) chosen.push_back(std::move(function));
    }
    return chosen;
}

/// Runs the jobs on all cores.
void run_all(const std::vector<std::function<void()>>& jobs) {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < jobs.size(); i = next++) jobs[i]();
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < std::max(std::thread::hardware_concurrency(), 1U); ++i) threads.emplace_back(work);
    work();
}

verdict unmapped(precision p) {
    verdict made;
    made.in = p;
    made.fault = "the function has no mapping";
    return made;
}

std::vector<truth_row> judge_all(std::vector<function_report>& functions, const difference_list& differences) {
    std::vector<truth_row> rows(functions.size());
    std::vector<std::function<void()>> jobs;
    for (std::size_t f = 0; f < functions.size(); ++f) {
        const golden_file& file = *functions[f].file;
        const mapping* how = find_mapping(file.function);
        for (case_report& one : functions[f].cases)
            for (const precision p : {precision::float32, precision::float64})
                jobs.emplace_back([&file, &one, &differences, how, p] {
                    one.in[static_cast<std::size_t>(p)] =
                        how == nullptr ? unmapped(p) : judge(file, *one.c, *how, p, differences);
                });
        if (how != nullptr && !file.truth.empty())
            jobs.emplace_back([&rows, &file, how, f] { rows[f] = measure(file, *how); });
    }
    run_all(jobs);
    std::erase_if(rows, [](const truth_row& row) { return row.function.empty(); });
    return rows;
}

/// Rows of the list that named nothing, or nothing that needed them.
void check_list(const std::vector<function_report>& functions, const difference_list& differences, complaints& to) {
    std::map<std::size_t, bool> used;
    for (const function_report& function : functions)
        for (const case_report& one : function.cases)
            for (const verdict& v : one.in)
                for (const auto& [row, needed] : v.listings) used[row] = used[row] || needed;
    for (std::size_t i = 0; i < differences.rows.size(); ++i) {
        const auto found = used.find(i);
        const std::string name =
            "the difference listed for " + differences.rows[i].entry + " of " + differences.rows[i].cases;
        if (found == used.end()) to.push_back(name + " names nothing in the data");
        if (found != used.end() && !found->second) to.push_back(name + " is needed no more: every element agrees");
    }
}

/// Files that index.json promises.
void check_index(const std::filesystem::path& directory, const std::vector<golden_file>& files, complaints& to) {
    std::ifstream stream(directory / "index.json");
    if (!stream) return;
    const auto index = nlohmann::json::parse(stream);
    for (const auto& [function, promised] : index.at("files").items()) {
        std::size_t found = 0;
        for (const golden_file& file : files) found += file.function == function ? file.cases.size() : 0;
        if (found != promised.at("cases").get<std::size_t>())
            to.push_back(fmt::format("index.json promises {} cases of {}, there are {}", promised.at("cases").dump(),
                                     function, found));
    }
}

/// Prints everything; whether all is well.
bool report(const std::vector<function_report>& functions, const std::vector<truth_row>& truth,
            const complaints& complaints, bool verbose) {
    counts total;
    for (const function_report& function : functions) {
        fmt::print("{}", to_text(function, verbose));
        const counts one = count_cases(function);
        total.passed += one.passed;
        total.failed += one.failed;
        total.skipped += one.skipped;
    }
    if (!truth.empty()) fmt::print("{}", truth_table(truth));
    for (const std::string& complaint : complaints) fmt::print("FAILED: {}\n", complaint);
    total.failed += complaints.size();
    fmt::print("\n{} passed, {} failed, {} skipped\n", total.passed, total.failed, total.skipped);
    return total.failed == 0 && total.passed > 0;
}

/// Where kernels run; null for the host. Throws gradus::error for a GPU that is missing.
gradus::device* device_for(const options& o) {
    static gradus::testing::emulated_device emulator(20261127);
    if (o.emulate) return &emulator;
    if (!o.gpu) return nullptr;
    gradus::device& first = gradus::cuda_device();
    if (!first.missing().empty()) throw gradus::error(fmt::format("no GPU: {}", first.missing()));
    return &first;
}

bool run(const options& o) {
    if (gradus::device* const elsewhere = device_for(o)) compute_on(*elsewhere);
    const std::filesystem::path directory = o.directory;
    const std::vector<golden_file> files = read_directory(directory);
    const difference_list differences = read_differences(directory, GRADUS_GOLDEN_DATA);
    std::vector<function_report> functions = chosen_cases(files, o);
    const std::vector<truth_row> truth = judge_all(functions, differences);
    complaints found;
    if (gradus::device* const elsewhere = device_for(o)) {
        fmt::print("{} calls were computed on {}\n", calls_elsewhere(), elsewhere->name());
        if (calls_elsewhere() == 0) found.push_back("no call was computed there");
    }
    if (o.everything()) {
        check_index(directory, files, found);
        if (differences.of_this_data) check_list(functions, differences, found);
    }
    return report(functions, truth, found, o.verbose);
}

std::string default_directory() {
    const char* given = std::getenv("GRADUS_GOLDEN_DIR");
    return given != nullptr && *given != '\0' ? given : GRADUS_GOLDEN_DATA;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Golden data through the library's kernels: values and gradients, float32 and float64.");
    options o;
    o.directory = default_directory();
    app.add_option("directory", o.directory, "files of golden data")->capture_default_str();
    app.add_option("--function", o.function, "only this function");
    app.add_option("--case", o.name, "only the case of this name");
    app.add_option("--part", o.part, "only every file of that number, counted up to --parts");
    app.add_option("--parts", o.parts, "how many parts the files fall into")->check(CLI::PositiveNumber);
    app.add_flag("--verbose", o.verbose, "every case, with the worst element of each entry");
    app.add_flag("--emulate", o.emulate, "run kernels on the emulator of a GPU");
    app.add_flag("--gpu", o.gpu, "run kernels on the first CUDA device");
    CLI11_PARSE(app, argc, argv);
    try {
        return run(o) ? 0 : 1;
    } catch (const std::exception& fault) {
        fmt::print("{}\n\n0 passed, 1 failed, 0 skipped\n", fault.what());
        return 1;
    }
}
