// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The files of golden data as values. data/README.md describes the format.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tensor.hpp"

namespace gradus::golden {

using named_tensors = std::map<std::string, tensor_data>;

/// One call of a function with what PyTorch made of it.
struct golden_case {
    std::string name, function;
    std::vector<std::string> tags;
    nlohmann::json params = nlohmann::json::object();
    named_tensors inputs, upstream, outputs, grads;
    named_tensors outputs_f32, grads_f32;                      ///< PyTorch's own float32 run, where the data have it
    std::map<std::string, std::vector<std::size_t>> unstable;  ///< flat indices, by entry such as "grads.x"

    bool tagged(const std::string& tag) const;
    bool has(const std::string& input) const { return inputs.contains(input); }
    /// An input or a parameter that the function needs; throws std::invalid_argument if it is missing.
    const tensor_data& input(const std::string& name) const;
    double number(const std::string& name) const;
    std::int64_t integer(const std::string& name) const;
    bool flag(const std::string& name) const;
    std::string text(const std::string& name) const;
    /// The upstream gradient of an output; zero where the file gives none.
    tensor_data upstream_of(const std::string& output) const;
};

/// True values of an elementwise function, each as the sum of two doubles.
struct truth_block {
    nlohmann::json params = nlohmann::json::object();
    tensor_data x, value, deriv;
    std::vector<double> value_lo, deriv_lo;
    std::vector<std::size_t> kink_indices;  ///< where deriv is a convention
    /// Limits at -inf and inf: of the value and of the derivative.
    struct limit_pairs {
        std::vector<double> value, deriv;
    };
    std::optional<limit_pairs> limits;
};

struct golden_file {
    std::string function, kind;
    std::vector<golden_case> cases;
    std::vector<truth_block> truth;
};

/// A number, or one of "NaN", "Infinity", "-Infinity".
double number_from(const nlohmann::json& value);

/// One file. Throws std::runtime_error that names the file if it cannot be read or is not in the format.
golden_file read_file(const std::filesystem::path& path);
/// Every function's file of a directory, by name. Throws std::runtime_error if there is none.
std::vector<golden_file> read_directory(const std::filesystem::path& directory);

}  // namespace gradus::golden
