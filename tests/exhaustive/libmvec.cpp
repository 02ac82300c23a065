// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "libmvec.hpp"

#if defined(__x86_64__) && defined(__GLIBC__)
#include <cstring>
#include <string>

#include <dlfcn.h>
#include <immintrin.h>
#endif

namespace gradus::exhaustive {

#if defined(__x86_64__) && defined(__GLIBC__)
namespace {

/// Calls `step` for each whole vector, and once more for a padded rest.
template <std::size_t Width, class Step>
void by_vectors(std::span<const float> x, float* result, Step step) {
    std::size_t i = 0;
    for (; i + Width <= x.size(); i += Width) step(x.data() + i, result + i);
    if (i == x.size()) return;
    float in[Width] = {}, out[Width];
    std::memcpy(in, x.data() + i, (x.size() - i) * sizeof(float));
    step(in, out);
    std::memcpy(result + i, out, (x.size() - i) * sizeof(float));
}

using sixteen = __m512 (*)(__m512);
using eight = __m256 (*)(__m256);

__attribute__((target("avx512f"))) void step_of_sixteen(void* f, const float* in, float* out) {
    _mm512_storeu_ps(out, reinterpret_cast<sixteen>(f)(_mm512_loadu_ps(in)));
}
__attribute__((target("avx2"))) void step_of_eight(void* f, const float* in, float* out) {
    _mm256_storeu_ps(out, reinterpret_cast<eight>(f)(_mm256_loadu_ps(in)));
}

void* symbol(const std::string& name) {
    static void* const library = dlopen("libmvec.so.1", RTLD_NOW);
    return library == nullptr ? nullptr : dlsym(library, name.c_str());
}

}  // namespace

vector_function libmvec_function(const char* scalar_name) {
    if (scalar_name == nullptr) return {};
    if (__builtin_cpu_supports("avx512f"))
        if (void* f = symbol(std::string("_ZGVeN16v_") + scalar_name))
            return [f](std::span<const float> x, float* result) {
                by_vectors<16>(x, result, [f](const float* in, float* out) { step_of_sixteen(f, in, out); });
            };
    if (__builtin_cpu_supports("avx2"))
        if (void* f = symbol(std::string("_ZGVdN8v_") + scalar_name))
            return [f](std::span<const float> x, float* result) {
                by_vectors<8>(x, result, [f](const float* in, float* out) { step_of_eight(f, in, out); });
            };
    return {};
}
#else
vector_function libmvec_function(const char*) { return {}; }
#endif

}  // namespace gradus::exhaustive
