// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "read.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace gradus::golden {

using nlohmann::json;

bool golden_case::tagged(const std::string& tag) const {
    return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

const tensor_data& golden_case::input(const std::string& key) const {
    const auto found = inputs.find(key);
    if (found == inputs.end()) throw std::invalid_argument("the case has no input \"" + key + '"');
    return found->second;
}

namespace {

const json& parameter(const golden_case& c, const std::string& key) {
    const auto found = c.params.find(key);
    if (found == c.params.end()) throw std::invalid_argument("the case has no parameter \"" + key + '"');
    return *found;
}

}  // namespace

double golden_case::number(const std::string& key) const { return number_from(parameter(*this, key)); }
std::int64_t golden_case::integer(const std::string& key) const { return parameter(*this, key).get<std::int64_t>(); }
bool golden_case::flag(const std::string& key) const { return parameter(*this, key).get<bool>(); }
std::string golden_case::text(const std::string& key) const { return parameter(*this, key).get<std::string>(); }

tensor_data golden_case::upstream_of(const std::string& output) const {
    const auto given = upstream.find(output);
    return given != upstream.end() ? given->second : filled(outputs.at(output).shape, 0);
}

double number_from(const json& value) {
    if (!value.is_string()) return value.get<double>();
    const auto text = value.get<std::string>();
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    throw std::runtime_error("\"" + text + "\" is not a number");
}

namespace {

std::vector<double> numbers_from(const json& list) {
    std::vector<double> values;
    for (const json& value : list) values.push_back(number_from(value));
    return values;
}

/// float32 numbers are shortest decimals: they mean the nearest float.
std::vector<double> rounded_to_float(std::vector<double> values) {
    for (double& value : values) value = static_cast<double>(static_cast<float>(value));
    return values;
}

tensor_data tensor_from(const json& j) {
    tensor_data made{j.at("shape").get<shape_type>(), numbers_from(j.at("data")), j.at("dtype") == "int64"};
    if (j.at("dtype") == "float32") made.data = rounded_to_float(std::move(made.data));
    if (static_cast<std::int64_t>(made.size()) != count(made.shape))
        throw std::runtime_error("a tensor has more or fewer numbers than its shape says");
    return made;
}

named_tensors tensors_from(const json& j, const char* key) {
    named_tensors made;
    if (j.contains(key))
        for (const auto& [name, value] : j.at(key).items()) made.emplace(name, tensor_from(value));
    return made;
}

golden_case case_from(const json& j) {
    golden_case made;
    made.name = j.at("name").get<std::string>();
    made.function = j.at("function").get<std::string>();
    made.tags = j.at("tags").get<std::vector<std::string>>();
    made.params = j.at("params");
    made.inputs = tensors_from(j, "inputs");
    made.upstream = tensors_from(j, "upstream");
    made.outputs = tensors_from(j, "outputs");
    made.grads = tensors_from(j, "grads");
    made.outputs_f32 = tensors_from(j, "outputs_f32");
    made.grads_f32 = tensors_from(j, "grads_f32");
    if (j.contains("unstable"))
        for (const auto& [entry, places] : j.at("unstable").items())
            made.unstable[entry] = places.get<std::vector<std::size_t>>();
    return made;
}

truth_block truth_from(const json& j) {
    truth_block made;
    made.params = j.at("params");
    made.x = tensor_from(j.at("x"));
    made.value = tensor_from(j.at("value"));
    made.deriv = tensor_from(j.at("deriv"));
    made.value_lo = numbers_from(j.at("value_lo"));
    made.deriv_lo = numbers_from(j.at("deriv_lo"));
    if (j.contains("kink_indices")) made.kink_indices = j.at("kink_indices").get<std::vector<std::size_t>>();
    if (j.contains("limits")) {
        const json& limits = j.at("limits");
        made.limits.emplace(
            truth_block::limit_pairs{tensor_from(limits.at("value")).data, tensor_from(limits.at("deriv")).data});
    }
    return made;
}

golden_file file_from(const json& j) {
    if (j.at("schema") != "gradus-golden-1") throw std::runtime_error("its schema is not \"gradus-golden-1\"");
    golden_file made{j.at("function").get<std::string>(), j.at("kind").get<std::string>(), {}, {}};
    for (const json& c : j.at("cases")) made.cases.push_back(case_from(c));
    if (j.contains("truth"))
        for (const json& block : j.at("truth")) made.truth.push_back(truth_from(block));
    return made;
}

}  // namespace

golden_file read_file(const std::filesystem::path& path) {
    std::ifstream stream(path);
    if (!stream) throw std::runtime_error(path.string() + " cannot be read");
    try {
        return file_from(json::parse(stream));
    } catch (const std::exception& fault) {
        throw std::runtime_error(path.string() + ": " + fault.what());
    }
}

std::vector<golden_file> read_directory(const std::filesystem::path& directory) {
    if (!std::filesystem::is_directory(directory)) throw std::runtime_error(directory.string() + " is no directory");
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        const auto name = entry.path().filename();
        if (name.extension() == ".json" && name != "index.json" && name != "differences.json")
            paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<golden_file> files;
    for (const auto& path : paths) files.push_back(read_file(path));
    if (files.empty()) throw std::runtime_error(directory.string() + " holds no golden data");
    return files;
}

}  // namespace gradus::golden
