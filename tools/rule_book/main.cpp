// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gradus_rule_book: dsl/gradus/rule_book.hpp from the tables of rules, on standard output.
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#include <gradus/number_text.hpp>
#include <gradus/rules.hpp>

namespace {

using namespace gradus;

std::string number(double value) {
    if (value == detail::infinity) return "infinity";
    if (value == -detail::infinity) return "-infinity";
    return number_text(value).str();
}

std::string code_of(op code) {
    const std::string name(about(code).name);
    switch (code) {  // where the enumerator is not the name
        case op::logical_not: return "op::logical_not";
        case op::logical_and: return "op::logical_and";
        case op::logical_or: return "op::logical_or";
        case op::reduce_sum: return "op::reduce_sum";
        case op::reduce_max: return "op::reduce_max";
        case op::reduce_min: return "op::reduce_min";
        default: return "op::" + name;
    }
}

std::string condition_of(const rule& r) {
    if (r.holds == nullptr) return "nullptr";
    if (r.holds == detail::positive) return "positive";
    if (r.holds == detail::exact_difference) return "exact_difference";
    if (r.holds == detail::collectable) return "collectable";
    if (r.holds == detail::one_more) return "one_more";
    throw std::invalid_argument("the condition of the rule \"" + std::string(r.name) +
                                "\" has no name in tools/rule_book/main.cpp");
}

void print_node(const detail::pattern_node& n, std::size_t position) {
    std::cout << "    {" << code_of(n.code);
    const auto word = [](bool b) { return b ? ", true" : ", false"; };
    std::cout << ", {";
    for (int i = 0; i < (n.code == op::wildcard ? 1 : n.operands); ++i) std::cout << (i > 0 ? ", " : "") << n.args[i];
    std::cout << "}, " << int{n.operands};
    if (n.commutes || n.along || n.value != 0) std::cout << word(n.commutes);
    if (n.along || n.value != 0) std::cout << word(n.along);
    if (n.value != 0) std::cout << ", " << number(n.value);
    std::cout << "},  // " << position << '\n';
}

void print_rule(const detail::compiled_rule& r) {
    const rule& row = rules[r.row];
    std::cout << "    {" << code_of(r.root) << ", " << r.from << ", " << r.to << ", " << r.row << ", "
              << condition_of(row) << ", " << (r.of_variable ? "true" : "false") << ", {" << code_of(r.operand[0])
              << ", " << code_of(r.operand[1]) << "}},  // " << row.name << '\n';
}

void print_book() {
    const detail::rule_draft draft = detail::draft_rules(rules);
    std::cout
        << "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"
           "// Written by gradus_rule_book (tools/rule_book) from the tables of rules (stabilise.hpp, simplify.hpp).\n"
           "#pragma once\n\n#include <gradus/compiled_rule.hpp>\n\nnamespace gradus::detail {\n\n"
           "/// The names of all rules, by row.\ninline constexpr const char* rule_names[] = {\n";
    for (const rule& r : rules) std::cout << "    \"" << r.name << "\",\n";
    std::cout << "};\n\n/// The nodes of all forms.\ninline constexpr pattern_node book_nodes[] = {\n";
    for (std::size_t i = 0; i < draft.nodes.size(); ++i) print_node(draft.nodes[i], i);
    std::cout << "};\n\n/// The rules that are patterns, by root and row.\n"
                 "inline constexpr compiled_rule book_rules[] = {\n";
    for (const detail::compiled_rule& r : draft.rules) print_rule(r);
    std::cout << "};\n\n}  // namespace gradus::detail\n";
}

}  // namespace

int main() try {
    print_book();
    return 0;
} catch (const std::exception& e) {
    std::cerr << "gradus_rule_book: " << e.what() << '\n';
    return 1;
}
