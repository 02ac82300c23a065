// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "blas.hpp"

#include <algorithm>

#include <cblas.h>

namespace gradus {
namespace {

/// A view as BLAS takes it.
struct operand {
    CBLAS_TRANSPOSE transposition;
    int leading;
};

template <class T>
operand operand_from(const tensor_view<T, 2>& x) {
    const auto leading = [](std::int64_t stride, std::int64_t extent) {
        return static_cast<int>(std::max({stride, extent, std::int64_t{1}}));
    };
    const bool by_rows = x.strides[1] == 1 && (x.extents[0] <= 1 || x.strides[0] >= x.extents[1]);
    if (by_rows) return {CblasNoTrans, leading(x.extents[0] <= 1 ? 0 : x.strides[0], x.extents[1])};
    return {CblasTrans, leading(x.extents[1] <= 1 ? 0 : x.strides[1], x.extents[0])};
}

void gemm(operand a, operand b, operand c, int m, int n, int k, const float* x, const float* y, float beta, float* z) {
    cblas_sgemm(CblasRowMajor, a.transposition, b.transposition, m, n, k, 1, x, a.leading, y, b.leading, beta, z,
                c.leading);
}
void gemm(operand a, operand b, operand c, int m, int n, int k, const double* x, const double* y, double beta,
          double* z) {
    cblas_dgemm(CblasRowMajor, a.transposition, b.transposition, m, n, k, 1, x, a.leading, y, b.leading, beta, z,
                c.leading);
}

/// c = beta c, for a product of no terms.
template <class T>
void scale(T beta, const tensor_view<T, 2>& c) {
    for (std::int64_t i = 0; i < c.extents[0]; ++i)
        for (std::int64_t j = 0; j < c.extents[1]; ++j) c(i, j) = beta == 0 ? T{} : beta * c(i, j);
}

}  // namespace

template <class T>
void multiply(const std::type_identity_t<tensor_view<const T, 2>>& a,
              const std::type_identity_t<tensor_view<const T, 2>>& b, std::type_identity_t<T> beta,
              const tensor_view<T, 2>& c) {
    const auto m = static_cast<int>(c.extents[0]), n = static_cast<int>(c.extents[1]);
    const auto k = static_cast<int>(a.extents[1]);
    if (m == 0 || n == 0) return;
    if (k == 0) return scale(beta, c);
    gemm(operand_from(a), operand_from(b), operand_from(c), m, n, k, a.data, b.data, beta, c.data);
}

template void multiply(const tensor_view<const float, 2>&, const tensor_view<const float, 2>&, float,
                       const tensor_view<float, 2>&);
template void multiply(const tensor_view<const double, 2>&, const tensor_view<const double, 2>&, double,
                       const tensor_view<double, 2>&);

}  // namespace gradus
