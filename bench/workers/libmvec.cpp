// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The vector functions of glibc, of at most 4 ULP, by the names that compilers call them with.
#include <gnu/libc-version.h>

#include "vectors.hpp"

extern "C" {
#ifdef __AVX512F__
__m512 _ZGVeN16v_expf(__m512);
__m512 _ZGVeN16v_expm1f(__m512);
__m512 _ZGVeN16v_log1pf(__m512);
__m512 _ZGVeN16v_tanhf(__m512);
__m512 _ZGVeN16v_erff(__m512);
#else
__m256 _ZGVdN8v_expf(__m256);
__m256 _ZGVdN8v_expm1f(__m256);
__m256 _ZGVdN8v_log1pf(__m256);
__m256 _ZGVdN8v_tanhf(__m256);
__m256 _ZGVdN8v_erff(__m256);
#endif
}

namespace gradus::bench {
namespace {

struct libmvec {
#ifdef __AVX512F__
    static vector exp(vector v) { return _ZGVeN16v_expf(v); }
    static vector expm1(vector v) { return _ZGVeN16v_expm1f(v); }
    static vector log1p(vector v) { return _ZGVeN16v_log1pf(v); }
    static vector tanh(vector v) { return _ZGVeN16v_tanhf(v); }
    static vector erf(vector v) { return _ZGVeN16v_erff(v); }
#else
    static vector exp(vector v) { return _ZGVdN8v_expf(v); }
    static vector expm1(vector v) { return _ZGVdN8v_expm1f(v); }
    static vector log1p(vector v) { return _ZGVdN8v_log1pf(v); }
    static vector tanh(vector v) { return _ZGVdN8v_tanhf(v); }
    static vector erf(vector v) { return _ZGVdN8v_erff(v); }
#endif
};

}  // namespace
}  // namespace gradus::bench

int main(int count, char** arguments) {
    using namespace gradus::bench;
    return serve(count, arguments, std::string("glibc ") + gnu_get_libc_version(), vector_task<libmvec>);
}
