// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace gradus::coefficients {
namespace {

using vector = std::vector<real>;

/// The zeros of the Chebyshev polynomial of degree n, moved to [low, high].
vector nodes(const real& low, const real& high, std::size_t n) {
    vector x(n);
    for (std::size_t j = 0; j < n; ++j)
        x[j] =
            (low + high) / 2 + (high - low) / 2 * cos(pi() * (2 * static_cast<int>(j) + 1) / (2 * static_cast<int>(n)));
    return x;
}

/// A fit at its nodes.
struct samples {
    vector u, f, weight;
};

samples sample(const fit& wanted, std::size_t n) {
    samples s;
    for (const real& x : nodes(wanted.low, wanted.high, n)) {
        s.u.push_back(wanted.u(x));
        s.f.push_back(wanted.f(x));
        s.weight.push_back(wanted.weight(x));
    }
    return s;
}

/// c of the symmetric positive definite system m c = right, by Cholesky's decomposition in place.
vector solve_system(std::vector<vector>& m, vector right) {
    const std::size_t n = right.size();
    for (std::size_t j = 0; j < n; ++j)
        for (std::size_t i = j; i < n; ++i) {
            real sum = m[i][j];
            for (std::size_t k = 0; k < j; ++k) sum -= m[i][k] * m[j][k];
            m[i][j] = i == j ? sqrt(sum) : sum / m[j][j];
        }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) right[i] -= m[i][k] * right[k];
        right[i] /= m[i][i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) right[i] -= m[k][i] * right[k];
        right[i] /= m[i][i];
    }
    return right;
}

/// Coefficients c of weight * (sum of c[k] u^(first + k)) close to weight * residual by least squares in which
/// the square at each node counts `emphasis`.
vector least_squares(const std::vector<vector>& basis, const vector& values, const vector& emphasis) {
    const std::size_t count = basis.front().size();
    std::vector<vector> normal(count, vector(count));
    vector right(count);
    for (std::size_t j = 0; j < basis.size(); ++j)
        for (std::size_t i = 0; i < count; ++i) {
            const real scaled = emphasis[j] * basis[j][i];
            right[i] += scaled * values[j];
            for (std::size_t k = 0; k <= i; ++k) normal[i][k] += scaled * basis[j][k];
        }
    return solve_system(normal, right);
}

/// The coefficient of u^first in the best polynomial of terms u^first to u^degree for the residual.
/// `emphasis` goes on from one coefficient to the next.
real first_coefficient(const samples& s, const vector& residual, int first, int degree, vector& emphasis, int rounds) {
    const std::size_t n = s.u.size();
    std::vector<vector> basis(n);
    vector values(n);
    for (std::size_t j = 0; j < n; ++j) {
        real power = s.weight[j] * pow(s.u[j], first);
        for (int k = first; k <= degree; ++k, power *= s.u[j]) basis[j].push_back(power);
        values[j] = s.weight[j] * residual[j];
    }
    vector best, best_emphasis = emphasis;
    real best_error = 0;
    for (int round = 0; round < rounds; ++round) {
        const vector c = least_squares(basis, values, emphasis);
        vector error(n);
        real largest = 0, mean = 0;
        for (std::size_t j = 0; j < n; ++j) {
            real e = -values[j];
            for (std::size_t k = 0; k < c.size(); ++k) e += basis[j][k] * c[k];
            error[j] = abs(e);
            largest = std::max(largest, error[j]);
            mean += error[j] / static_cast<int>(n);
        }
        if (best.empty() || largest < best_error) {
            best = c;
            best_error = largest;
            best_emphasis = emphasis;
        }
        if (mean == 0) break;
        for (std::size_t j = 0; j < n; ++j) emphasis[j] *= error[j] / mean + real(1e-3);
        const real top = *std::max_element(emphasis.begin(), emphasis.end());
        for (real& e : emphasis) e = e / top + real(1e-12);
    }
    emphasis = best_emphasis;
    return best.front();
}

double rounded(const real& value, int digits) {
    if (digits == 53) return static_cast<double>(value);
    const double high = static_cast<double>(static_cast<float>(value));
    return digits == 24 ? high : high + static_cast<double>(static_cast<float>(value - real(high)));
}

real polynomial(const std::vector<double>& c, const real& u) {
    real sum = 0;
    for (std::size_t k = c.size(); k-- > 0;) sum = sum * u + real(c[k]);
    return sum;
}

/// A bound of |weight (P - f)| on the interval, see fit.hpp.
real bound(const fit& wanted, const std::vector<double>& c) {
    constexpr std::size_t n = 256, kept = n / 4;
    const samples s = sample(wanted, n);
    vector error(n);
    real largest = 0;
    for (std::size_t j = 0; j < n; ++j) {
        error[j] = s.weight[j] * (polynomial(c, s.u[j]) - s.f[j]);
        largest = std::max(largest, real(abs(error[j])));
    }
    vector cosines(4 * n);
    for (std::size_t k = 0; k < 4 * n; ++k) cosines[k] = cos(pi() * static_cast<int>(k) / (2 * static_cast<int>(n)));
    real rest = 0;
    for (std::size_t k = kept + 1; k < n; ++k) {
        real term = 0;
        for (std::size_t j = 0; j < n; ++j) term += error[j] * cosines[k * (2 * j + 1) % (4 * n)];
        rest += 2 * abs(term) / static_cast<int>(n) * 2;
    }
    return (largest + rest) / cosines[kept] + rest;
}

}  // namespace

table solve(const fit& wanted) {
    const samples s = sample(wanted, 10 * static_cast<std::size_t>(wanted.degree + 2));
    vector emphasis(s.u.size(), real(1)), residual = s.f;
    table result;
    for (int k = 0; k <= wanted.degree; ++k) {
        const real exact = first_coefficient(s, residual, k, wanted.degree, emphasis, k == 0 ? 40 : 8);
        result.coefficients.push_back(rounded(exact, k < wanted.in_two ? 2 * wanted.digits : wanted.digits));
        for (std::size_t j = 0; j < residual.size(); ++j)
            residual[j] = s.f[j] - polynomial(result.coefficients, s.u[j]);
    }
    result.log2_bound = static_cast<double>(log2(bound(wanted, result.coefficients)));
    return result;
}

}  // namespace gradus::coefficients
