// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Libraries of vector functions: one function of the widest vectors along an array, on one thread.
#pragma once

#include <stdexcept>
#include <string>

#include <immintrin.h>

#include "worker.hpp"

namespace gradus::bench {

#ifdef __AVX512F__
using vector = __m512;
inline vector load(const float* from) { return _mm512_loadu_ps(from); }
inline void store(float* to, vector v) { _mm512_storeu_ps(to, v); }
inline vector all(float value) { return _mm512_set1_ps(value); }
inline vector max(vector a, vector b) { return _mm512_max_ps(a, b); }
#else
using vector = __m256;
inline vector load(const float* from) { return _mm256_loadu_ps(from); }
inline void store(float* to, vector v) { _mm256_storeu_ps(to, v); }
inline vector all(float value) { return _mm256_set1_ps(value); }
inline vector max(vector a, vector b) { return _mm256_max_ps(a, b); }
#endif
inline constexpr std::int64_t width = sizeof(vector) / sizeof(float);

/// exp, expm1, log1p, tanh and erf of a library.
template <class Library>
struct vector_functions {
    static vector sigmoid(vector v) { return all(1) / (all(1) + Library::exp(-v)); }
    static vector softplus(vector v) { return max(v, all(0)) + Library::log1p(Library::exp(-max(v, -v))); }
    /// x Φ(x) with its derivative Φ(x) + x φ(x), as it is usually written.
    static void gelu(vector x, vector& y, vector& d) {
        const vector phi = all(0.5F) * (all(1) + Library::erf(x * all(0.70710678F)));
        y = x * phi;
        d = phi + x * (Library::exp(x * x * all(-0.5F)) * all(0.39894228F));
    }
};

/// The problem, whole vectors of it, with a library's functions.
template <class Library>
task vector_task(const problem& what, const arena& memory, int threads) {
    using own = vector_functions<Library>;
    if (threads != 1) throw std::invalid_argument("one vector at a time has one thread");
    if (what.size() % width != 0) throw std::invalid_argument("whole vectors only");
    const place p = place_of(what);
    const float* const x = memory.at(p.x);
    float* const y = memory.at(p.y);
    float* const d = memory.at(p.gradient);
    const std::int64_t size = what.size();
    const auto along = [&](auto f) {
        return make_task(what, memory, [=](std::int64_t count) {
            for (std::int64_t call = 0; call < count; ++call)
                for (std::int64_t i = 0; i < size; i += width) f(i);
            return 0.0;
        });
    };
    if (what.kind == "forward") {
        if (what.name == "exp") return along([=](std::int64_t i) { store(y + i, Library::exp(load(x + i))); });
        if (what.name == "expm1") return along([=](std::int64_t i) { store(y + i, Library::expm1(load(x + i))); });
        if (what.name == "tanh") return along([=](std::int64_t i) { store(y + i, Library::tanh(load(x + i))); });
        if (what.name == "erf") return along([=](std::int64_t i) { store(y + i, Library::erf(load(x + i))); });
        if (what.name == "sigmoid") return along([=](std::int64_t i) { store(y + i, own::sigmoid(load(x + i))); });
        if (what.name == "softplus") return along([=](std::int64_t i) { store(y + i, own::softplus(load(x + i))); });
    }
    if (what.kind == "forward_derivative" && what.name == "gelu")
        return along([=](std::int64_t i) {
            vector value, slope;
            own::gelu(load(x + i), value, slope);
            store(y + i, value);
            store(d + i, slope);
        });
    throw std::invalid_argument("no " + what.kind + " of " + what.name);
}

}  // namespace gradus::bench
