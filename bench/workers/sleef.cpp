// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// SLEEF's functions of at most 1.0 ULP.
#include <sleef.h>

#include "vectors.hpp"

namespace gradus::bench {
namespace {

struct sleef {
#ifdef __AVX512F__
    static vector exp(vector v) { return Sleef_expf16_u10avx512f(v); }
    static vector expm1(vector v) { return Sleef_expm1f16_u10avx512f(v); }
    static vector log1p(vector v) { return Sleef_log1pf16_u10avx512f(v); }
    static vector tanh(vector v) { return Sleef_tanhf16_u10avx512f(v); }
    static vector erf(vector v) { return Sleef_erff16_u10avx512f(v); }
#else
    static vector exp(vector v) { return Sleef_expf8_u10avx2(v); }
    static vector expm1(vector v) { return Sleef_expm1f8_u10avx2(v); }
    static vector log1p(vector v) { return Sleef_log1pf8_u10avx2(v); }
    static vector tanh(vector v) { return Sleef_tanhf8_u10avx2(v); }
    static vector erf(vector v) { return Sleef_erff8_u10avx2(v); }
#endif
};

}  // namespace
}  // namespace gradus::bench

int main(int count, char** arguments) {
    using namespace gradus::bench;
    const std::string version = std::to_string(SLEEF_VERSION_MAJOR) + '.' + std::to_string(SLEEF_VERSION_MINOR) + '.' +
                                std::to_string(SLEEF_VERSION_PATCHLEVEL);
    return serve(count, arguments, version, vector_task<sleef>);
}
