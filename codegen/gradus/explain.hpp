// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the compiler made of a formula, stage by stage, each as text.
#pragma once

#include <memory>
#include <string>

#include <gradus/graph.hpp>
#include <gradus/layout.hpp>

namespace gradus {

/// The stages of one kernel, for row-major arguments. Each is made when it is first asked for.
class explanation {
public:
    /// `ellipsis_rank`: how many axes "..." stands for. `target`: "avx512", "avx2", "aarch64", or of
    /// NVIDIA's GPUs "sm_80", "sm_90", "sm_100", for tensors whose rows start at multiples of 16 bytes; empty for the
    /// processor of this machine. Any of them can be looked at on any machine.
    explanation(graph_view g, std::string name, int ellipsis_rank = 1, std::string target = {});
    ~explanation();
    explanation(explanation&&) noexcept;

    std::string formula() const;            ///< each output that is no derivative, "name = formula", and conditions
    std::string gradients() const;          ///< each output that is a derivative
    std::string latex() const;              ///< all outputs as LaTeX
    std::string rewrites() const;           ///< the rules that fired, each with its reason and what it made
    std::string graph() const;              ///< the final graph; read_graph reads it back
    std::string plan() const;               ///< stages, sweeps, folds and stores as pseudo-code
    std::string llvm_ir() const;            ///< LLVM IR as emitted
    std::string optimised_llvm_ir() const;  ///< LLVM IR after optimisation
    std::string assembly() const;           ///< the target's assembly; PTX
    std::string text() const;               ///< all of them, with headings

private:
    struct stages;
    std::unique_ptr<stages> stages_;
};

}  // namespace gradus
