// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// jit: expressions into one callable kernel.
//
//     auto step = jit<loss, dlogits>();                            // variables with static storage, by name
//     auto [value, dX] = step(logits = X, target = T);             // results that own their memory, where X lives
//     step(logits = X, target = T, outputs(value, dX));            // or the caller's
//     auto tuned = jit(mean(elu(x, alpha_from_a_file)));           // constants known at run time
//     auto bad = step.first_bad(logits = X, target = T);           // where the first NaN or infinity arose
//     auto ready = step.compile_async(logits = X, target = T);     // a std::future: compiles meanwhile
//
// The machine code for a layout of the arguments is made at the first call that shows it, or before by compile_async.
// Calls may be made from several threads at once.
#pragma once

#include <array>
#include <cstddef>
#include <future>
#include <memory>
#include <new>
#include <source_location>
#include <tuple>

#include <gradus/arguments.hpp>
#include <gradus/explain.hpp>
#include <gradus/first_bad.hpp>
#include <gradus/kernel.hpp>
#include <gradus/located.hpp>
#include <gradus/tensor.hpp>

namespace gradus {

/// A kernel for a graph, not yet compiled for any layout. Kernels are kept by content: equal graphs and
/// names share one, and with it the machine code. `made_at`: the place of the user's call, for reports.
std::shared_ptr<kernel> kernel_for(graph_view g, std::string_view name, std::string_view made_at = {});

/// Compiles what a call with such arguments needs, in the background; see kernel::preparation. All errors are thrown by
/// the future's get().
std::future<void> compile_in_background(std::shared_ptr<kernel> code, std::span<const argument> inputs,
                                        std::span<const argument> outputs);

/// Where a call writes: variables for results without axes, containers or views of the right extents.
template <class... T>
struct outputs_t {
    std::tuple<T&...> to;
};
template <class... T>
constexpr outputs_t<std::remove_reference_t<T>...> outputs(T&&... to) {
    return {{to...}};
}

namespace detail {

template <class T>
inline constexpr bool is_outputs = false;
template <class... T>
inline constexpr bool is_outputs<outputs_t<T...>> = true;

template <element Type>
struct cpp_type_of {
    using type = float;
};
template <>
struct cpp_type_of<element::float64> {
    using type = double;
};
template <>
struct cpp_type_of<element::float16> {
    using type = float16;
};
template <>
struct cpp_type_of<element::bfloat16> {
    using type = bfloat16;
};
/// The C++ type of a real element type.
template <element Type>
using cpp_type = typename cpp_type_of<Type>::type;

template <class T>
using element_in = std::remove_const_t<typename view_of<T>::value_type>;

/// What a kernel accepts: views of the declared element type; numbers for scalars and seeds.
struct kernel_traits {
    template <class T>
    static constexpr int rank() {
        if constexpr (is_number<T>)
            return 0;
        else
            return view_of<T>::rank;
    }
    template <class T>
    static constexpr bool fits(const declared_input& in) {
        if constexpr (is_number<T>) {
            return in.use == role::labels || in.use == role::seed ? std::is_integral_v<T> : true;
        } else {
            using item = element_in<T>;
            if (in.use == role::seed) return std::is_same_v<item, std::uint64_t>;
            if (in.any_integer) return std::is_integral_v<item>;
            return !std::is_integral_v<item> && in.type == element_of<item>;
        }
    }
    template <role Use, element Type>
    using wanted = std::conditional_t<Use == role::labels || Use == role::seed, any_integer_type, cpp_type<Type>>;
    template <class T>
    struct type_in {
        using type = element_in<T>;
    };
    template <class T>
        requires is_number<T>
    struct type_in<T> {
        using type = T;
    };
    template <class T>
    using element_type = typename type_in<T>::type;
};

/// The C++ type of a number in the element type that its variable declares.
template <role Use, element Type>
using number_type = std::conditional_t<Use == role::seed, std::uint64_t,
                                       std::conditional_t<Use == role::labels, std::int64_t, cpp_type<Type>>>;
/// Room for such a number; the argument refers to it.
struct scalar_storage {
    alignas(8) std::array<std::byte, 8> memory;

    template <class T>
    T& hold(T value) {
        return *::new (static_cast<void*>(memory.data())) T(value);
    }
};
template <role Use, element Type, class T>
void set_input(argument& to, T& value, scalar_storage& storage) {
    if constexpr (is_number<std::remove_const_t<T>>) {
        using stored = number_type<Use, Type>;
        const stored& place = storage.hold(static_cast<stored>(value));
        set_argument(to, tensor_view<const stored, 0>{&place, {}, {}});
    } else {
        set_argument(to, as_view(value));
    }
}

/// How many axes "..." stands for in a call, known from the types of its arguments.
template <class Signature, class... Pair>
constexpr int ellipsis_rank() {
    int rank = 0;
    const auto look = [&]<class P>() {
        const declared_input& in =
            Signature::inputs[static_cast<std::size_t>(position_of<Signature>(key_text<key_type<P>>()))];
        if (has_ellipsis(in)) rank = kernel_traits::rank<bound_type<P>>() - named_axes(in);
    };
    (look.template operator()<Pair>(), ...);
    return rank;
}
template <expression E, class Signature, class... Pair>
constexpr int result_rank() {
    constexpr axis_names axes = E::axes();
    return axes.has(ellipsis) ? axes.count - 1 + ellipsis_rank<Signature, Pair...>() : axes.count;
}
/// "train.cpp:30", empty if the place is unknown.
inline std::string made_at(const std::source_location& where) {
    return where.line() == 0 ? std::string() : place_text(where.file_name(), where.line()).str();
}

/// A result that owns its memory. On a device it is there, else a number if it has no axes.
template <class T, int Rank, bool OnDevice>
struct owned {
    using type = array<T, Rank>;
};
template <class T>
struct owned<T, 0, false> {
    using type = T;
};
template <class T, int Rank>
struct owned<T, Rank, true> {
    using type = device_array<T, Rank>;
};

/// Whether an argument's type is that of a tensor on a device.
template <class T>
consteval bool lives_on_device() {
    if constexpr (is_number<T>)
        return false;
    else
        return is_device_view<view_of<T>>;
}

template <class T>
argument output_argument(T& to) {
    if constexpr (is_number<T>) {
        return make_argument(tensor_view<T, 0>{&to, {}, {}});
    } else {
        return make_argument(as_view(to));
    }
}

}  // namespace detail

/// A callable kernel of the expressions E...
template <expression... E>
class jit_function {
public:
    explicit jit_function(std::shared_ptr<kernel> code, const std::source_location& made_at = {})
        : kernel_(std::move(code)), made_at_(made_at) {}

    /// Binds every variable by name and runs; see the head of the file. Throws gradus::error for
    /// arguments that do not fit each other, before anything is written.
    template <class... Argument>
    auto operator()(const Argument&... argument) const {
        if constexpr ((false || ... || hana::Struct<Argument>::value))
            return hana::unpack(detail::bindings_from(argument...), [&](const auto&... pair) { return call(pair...); });
        else
            return call(argument...);
    }

    /// Where the first NaN or infinity of a call with these arguments arose; nothing if all results are finite.
    /// Computes again, slowly, node by node; see first_bad.hpp. Throws gradus::error as the call does.
    template <class... Argument>
    std::optional<bad_value> first_bad(const Argument&... argument) const {
        if constexpr ((false || ... || hana::Struct<Argument>::value))
            return hana::unpack(detail::bindings_from(argument...),
                                [&](const auto&... pair) { return search(pair...); });
        else
            return search(argument...);
    }

    /// Compiles the code for a call with these arguments on threads in the background, as many at once as the processor
    /// runs; calls that need it wait for it. Nothing is read or written: only types, extents and strides matter, and
    /// pointers may be null. The future's get() throws gradus::error where the call would, for arguments or code; it may
    /// be dropped.
    template <class... Argument>
    std::future<void> compile_async(const Argument&... argument) const {
        if constexpr ((false || ... || hana::Struct<Argument>::value))
            return hana::unpack(detail::bindings_from(argument...),
                                [&](const auto&... pair) { return prepare(pair...); });
        else
            return prepare(argument...);
    }

    /// What became of the expressions, stage by stage.
    explanation explain(int ellipsis_rank = 1, std::string target = {}) const {
        return explanation(kernel_->view(), kernel_->name(), ellipsis_rank, std::move(target));
    }
    graph_view view() const { return kernel_->view(); }
    /// The kernel itself, for its statistics.
    kernel& code() const { return *kernel_; }

private:
    using signature = detail::signature<E...>;

    template <class... Argument>
    auto call(const Argument&... argument) const {
        if constexpr ((false || ... || detail::is_outputs<Argument>))
            return outputs_first([this](const auto& to, const auto&... pair) { this->run(output_arguments(to), pair...); },
                                 argument...);
        else
            return run_owned(argument...);
    }

    template <class... Argument>
    auto prepare(const Argument&... argument) const {
        if constexpr ((false || ... || detail::is_outputs<Argument>)) {
            const auto with_outputs = [this](const auto& to, const auto&... pair) {
                return this->prepare_for(output_arguments(to), pair...);
            };
            return outputs_first(with_outputs, argument...);
        } else {
            return prepare_for({}, argument...);
        }
    }

    /// Calls act(outputs(...), the other arguments), of which outputs(...) is the last.
    template <class Act, class... Argument>
    static auto outputs_first(const Act& act, const Argument&... argument) {
        const auto all = std::tie(argument...);
        constexpr std::size_t last = sizeof...(Argument) - 1;
        static_assert(detail::is_outputs<std::tuple_element_t<last, std::tuple<Argument...>>>,
                      "gradus: outputs(...) is the last argument of a call");
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return act(std::get<last>(all), std::get<I>(all)...);
        }(std::make_index_sequence<last>{});
    }

    template <class... Output>
    static std::array<argument, sizeof...(E)> output_arguments(const outputs_t<Output...>& to) {
        static_assert(sizeof...(Output) == sizeof...(E), "gradus: outputs(...) takes one place for each expression");
        return std::apply([](auto&... place) { return std::array{detail::output_argument(place)...}; }, to.to);
    }

    template <class... Pair>
    void run(const std::array<argument, sizeof...(E)>& results, const Pair&... pair) const {
        static_assert(detail::call_is_right<signature, detail::kernel_traits, Pair...>());
        std::array<detail::scalar_storage, sizeof...(Pair) + 1> storage;
        kernel_->run(input_arguments(storage, pair...), results);
    }

    /// Without outputs, those that run_owned makes are meant.
    template <class... Pair>
    std::future<void> prepare_for(std::span<const argument> results, const Pair&... pair) const {
        static_assert(detail::call_is_right<signature, detail::kernel_traits, Pair...>());
        std::array<detail::scalar_storage, sizeof...(Pair) + 1> storage;
        return compile_in_background(kernel_, input_arguments(storage, pair...), results);
    }

    template <class... Pair>
    auto run_owned(const Pair&... pair) const {
        static_assert(detail::call_is_right<signature, detail::kernel_traits, Pair...>());
        std::array<detail::scalar_storage, sizeof...(Pair) + 1> storage;
        const auto inputs = input_arguments(storage, pair...);
        return make_results<Pair...>(inputs, std::index_sequence_for<E...>{});
    }

    template <class... Pair>
    std::optional<bad_value> search(const Pair&... pair) const {
        static_assert(detail::call_is_right<signature, detail::kernel_traits, Pair...>());
        std::array<detail::scalar_storage, sizeof...(Pair) + 1> storage;
        return find_first_bad(kernel_->view(), kernel_->name(), detail::made_at(made_at_),
                              input_arguments(storage, pair...));
    }

    template <class... Pair, std::size_t... K>
    auto make_results(const auto& inputs, std::index_sequence<K...>) const {
        std::tuple<decltype(make_result<E, Pair...>(inputs, K))...> results{make_result<E, Pair...>(inputs, K)...};
        const std::array<argument, sizeof...(E)> places{detail::output_argument(std::get<K>(results))...};
        kernel_->run(inputs, places);
        if constexpr (sizeof...(E) == 1)
            return std::move(std::get<0>(results));
        else
            return results;
    }

    template <expression One, class... Pair>
    auto make_result(const auto& inputs, std::size_t k) const {
        constexpr int rank = detail::result_rank<One, signature, Pair...>();
        using item = detail::cpp_type<detail::result_type<One>(detail::common_type<E...>())>;
        constexpr bool on_device = (false || ... || detail::lives_on_device<detail::bound_type<Pair>>());
        using result = typename detail::owned<item, rank, on_device>::type;
        if constexpr (rank == 0 && !on_device) {
            return result{};
        } else {
            const auto extents = output_extents(kernel_->view(), inputs, static_cast<int>(k));
            std::array<std::int64_t, static_cast<std::size_t>(rank)> fixed{};
            for (std::size_t i = 0; i < fixed.size(); ++i) fixed[i] = extents[i];
            if constexpr (on_device)
                return result(device_of(inputs), fixed);
            else
                return result(fixed);
        }
    }

    /// One argument for each input of the graph, in its order.
    template <class... Pair>
    auto input_arguments(auto& storage, const Pair&... pair) const {
        std::array<argument, signature::size> inputs;  // not {}, which would set every extent and stride to 0
        std::size_t next = 0;
        const auto place = [&](const auto& one) {
            using key = detail::key_type<decltype(one)>;
            constexpr int position = detail::position_of<signature>(detail::key_text<key>());
            if constexpr (position >= 0) {
                constexpr auto i = static_cast<std::size_t>(position);
                constexpr declared_input in = signature::inputs[i];
                detail::set_input<in.use, in.type>(inputs[i], hana::second(one).value, storage[next++]);
            }
        };
        (place(pair), ...);
        return inputs;
    }

    std::shared_ptr<kernel> kernel_;
    std::source_location made_at_;  ///< line 0 if unknown
};

/// The kernel of expressions with static storage: its graph and gradients exist before main.
template <const auto&... E>
jit_function<std::remove_cvref_t<decltype(E)>...> jit(
    const std::source_location& made_at = std::source_location::current()) {
    static const std::shared_ptr<kernel> slot =
        kernel_for(program<E...>::view(), program<E...>::name(), detail::made_at(made_at));
    return jit_function<std::remove_cvref_t<decltype(E)>...>(slot, made_at);
}

/// The kernel of expressions whose numbers may be known only at run time.
template <expression... E>
    requires(sizeof...(E) > 0)
jit_function<E...> jit(const E&... e) {
    return jit_function<E...>(kernel_for(lower(e...), "kernel"));
}

}  // namespace gradus
