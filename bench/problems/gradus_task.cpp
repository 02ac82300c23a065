// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "gradus_task.hpp"

#include <memory>
#include <optional>
#include <span>
#include <stdexcept>

#include <oneapi/tbb/task_arena.h>
#include <boost/hana/for_each.hpp>
#include <gradus/catalogue_activations.hpp>
#include <gradus/gradus.hpp>

namespace gradus::bench {
namespace {

constexpr auto x = tensor<"x[i]">;
constexpr auto second = tensor<"second[i]">;
constexpr auto third = tensor<"third[i]">;
constexpr auto matrix = tensor<"x[batch, class]">;
constexpr auto planes = tensor<"x[batch, class, row, column]">;
constexpr auto label = labels<"label[batch]">;
constexpr auto label_plane = labels<"label[batch, row, column]">;

/// `call` again and again on so many threads, the calling one among them.
template <class Call>
std::function<double(std::int64_t)> on_threads(int threads, Call call) {
    const auto workers = std::make_shared<oneapi::tbb::task_arena>(threads);
    return [workers, call](std::int64_t count) {
        return workers->execute([&] {
            double value = 0;
            for (std::int64_t i = 0; i < count; ++i) value = call();
            return value;
        });
    };
}
std::span<float> elements(const problem& what, const arena& memory, slot s) {
    return {memory.at(s), static_cast<std::size_t>(what.size())};
}

/// What a pointwise problem needs to be made.
struct setting {
    const problem& what;
    const arena& memory;
    int threads;

    std::span<float> at(slot s) const { return elements(what, memory, s); }
    template <class Call>
    task make(Call call) const {
        return make_task(what, memory, on_threads(threads, call));
    }
};

template <expression F>
task forward(const setting& in, const F& f) {
    const place p = place_of(in.what);
    return in.make([kernel = jit(f), X = in.at(p.x), Y = in.at(p.y)] {
        kernel(x = X, outputs(Y));
        return 0.0;
    });
}
template <expression F>
task forward_derivative(const setting& in, const F& f) {
    const place p = place_of(in.what);
    return in.make([kernel = jit(f, grad(sum(f), x)), X = in.at(p.x), Y = in.at(p.y), dX = in.at(p.gradient)] {
        kernel(x = X, outputs(Y, dX));
        return 0.0;
    });
}
template <expression F>
task forward_backward(const setting& in, const F& f) {
    const place p = place_of(in.what);
    return in.make([kernel = jit(f, vjp(f, x, second)), X = in.at(p.x), G = in.at(p.second), Y = in.at(p.y),
                    dX = in.at(p.gradient)] {
        kernel(x = X, second = G, outputs(Y, dX));
        return 0.0;
    });
}
template <expression F>
task loss_of_two(const setting& in, const F& f) {
    const place p = place_of(in.what);
    return in.make(
        [kernel = jit(mean(f), grad(mean(f), x)), X = in.at(p.x), T = in.at(p.second), dX = in.at(p.gradient)] {
            float value = 0;
            kernel(x = X, second = T, outputs(value, dX));
            return static_cast<double>(value);
        });
}
template <expression F>
task loss_of_three(const setting& in, const F& f) {
    const place p = place_of(in.what);
    return in.make([kernel = jit(mean(f), grad(mean(f), x)), X = in.at(p.x), T = in.at(p.second),
                    U = in.at(slot::third), dX = in.at(p.gradient)] {
        float value = 0;
        kernel(x = X, second = T, third = U, outputs(value, dX));
        return static_cast<double>(value);
    });
}

/// A function of x by name: an activation of the catalogue or a word of the language, handed to `use`.
template <class Use>
std::optional<task> of_name(std::string_view name, Use use) {
    std::optional<task> made;
    boost::hana::for_each(activations, [&](const auto& row) {
        if (row.name == name) made = use(row(x));
    });
    if (made) return made;
    if (name == "exp") return use(exp(x));
    if (name == "expm1") return use(expm1(x));
    if (name == "erf") return use(erf(x));
    return std::nullopt;
}

std::optional<task> pointwise(const setting& in) {
    if (in.what.kind == "forward") return of_name(in.what.name, [&](const auto& f) { return forward(in, f); });
    if (in.what.kind == "forward_derivative")
        return of_name(in.what.name, [&](const auto& f) { return forward_derivative(in, f); });
    return of_name(in.what.name, [&](const auto& f) { return forward_backward(in, f); });
}

std::optional<task> loss(const setting& in) {
    const std::string_view name = in.what.name;
    if (name == "mse") return loss_of_two(in, mse(x, second));
    if (name == "l1") return loss_of_two(in, l1(x, second));
    if (name == "smooth_l1") return loss_of_two(in, smooth_l1(x, second));
    if (name == "huber") return loss_of_two(in, huber(x, second));
    if (name == "poisson_nll") return loss_of_two(in, poisson_nll(x, second));
    if (name == "bce") return loss_of_two(in, bce(x, second));
    if (name == "bce_with_logits") return loss_of_two(in, bce_with_logits(x, second));
    if (name == "sigmoid_focal") return loss_of_two(in, sigmoid_focal(x, second));
    if (name == "kl_div") return loss_of_two(in, kl_div(x, second));
    if (name == "hinge_embedding") return loss_of_two(in, hinge_embedding(x, second));
    if (name == "soft_margin") return loss_of_two(in, soft_margin(x, second));
    if (name == "gaussian_nll") return loss_of_three(in, gaussian_nll(x, second, third));
    if (name == "margin_ranking") return loss_of_three(in, margin_ranking(x, second, third));
    return std::nullopt;
}

task cross_entropy_of_rows(const setting& in) {
    static constexpr auto f = mean(cross_entropy(matrix, label, over<"class">));
    const std::int64_t batches = in.what.extents[0], classes = in.what.extents[1];
    const place p = place_of(in.what);
    const auto X = view(in.memory.at(p.x), {batches, classes}), dX = view(in.memory.at(p.gradient), {batches, classes});
    return in.make([kernel = jit(f, grad(f, matrix)), X, dX, T = view(in.memory.labels(), {batches})] {
        float value = 0;
        kernel(matrix = X, label = T, outputs(value, dX));
        return static_cast<double>(value);
    });
}
task cross_entropy_of_planes(const setting& in) {
    static constexpr auto f = mean(cross_entropy(planes, label_plane, over<"class">));
    const auto& e = in.what.extents;
    const place p = place_of(in.what);
    const auto X = view(in.memory.at(p.x), {e[0], e[1], e[2], e[3]});
    const auto dX = view(in.memory.at(p.gradient), {e[0], e[1], e[2], e[3]});
    return in.make([kernel = jit(f, grad(f, planes)), X, dX, T = view(in.memory.labels(), {e[0], e[2], e[3]})] {
        float value = 0;
        kernel(planes = X, label_plane = T, outputs(value, dX));
        return static_cast<double>(value);
    });
}
std::optional<task> label_loss(const setting& in) {
    if (in.what.name != "cross_entropy") return std::nullopt;
    return in.what.extents.size() == 2 ? cross_entropy_of_rows(in) : cross_entropy_of_planes(in);
}

}  // namespace

task gradus_task(const problem& what, const arena& memory, int threads) {
    const setting in{what, memory, threads};
    std::optional<task> made;
    if (what.kind == "loss") made = loss(in);
    if (what.kind == "label_loss") made = label_loss(in);
    if (what.kind.starts_with("forward")) made = pointwise(in);
    if (!made) throw std::invalid_argument("no " + what.kind + " of " + what.name);
    return std::move(*made);
}

}  // namespace gradus::bench
