// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions, gathers and broadcasts through the JIT against the interpreter in every layout: contiguous,
// transposed, strided, of sizes 0, 1, 7 and 4 097; labels of every integer type; views of every kind.
#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

constexpr auto x = tensor<"x[row, col]">;
constexpr auto y = tensor<"y[row, col]">;
constexpr auto r = tensor<"r[row]">;
constexpr auto c = tensor<"c[col]">;
constexpr auto t = labels<"t[row]">;

/// A matrix in memory of one of three layouts.
struct matrix {
    std::vector<float> data;
    tensor_view<float, 2> view;
};
enum class arrangement { contiguous, transposed, strided };
matrix make(std::int64_t rows, std::int64_t cols, arrangement how, std::uint64_t seed = 1) {
    const std::int64_t pad = 3;
    matrix m;
    const std::int64_t size = how == arrangement::strided ? rows * (2 * cols + pad) : rows * cols;
    m.data = numbers<float>(static_cast<std::size_t>(size), -3, 3, seed);
    if (how == arrangement::contiguous) m.view = gradus::view(m.data.data(), {rows, cols});
    if (how == arrangement::transposed) m.view = gradus::view(m.data.data(), {rows, cols}, {std::int64_t{1}, rows});
    if (how == arrangement::strided)
        m.view = gradus::view(m.data.data(), {rows, cols}, {2 * cols + pad, std::int64_t{2}});
    return m;
}
constexpr std::array arrangements{arrangement::contiguous, arrangement::transposed, arrangement::strided};
constexpr std::array<std::pair<int, int>, 10> shapes{
    {{0, 0}, {0, 7}, {7, 0}, {1, 1}, {1, 7}, {7, 1}, {7, 7}, {3, 4097}, {4097, 3}, {33, 65}}};

template <class Check>
void for_each_layout(Check check) {
    for (const auto& [rows, cols] : shapes)
        for (const arrangement how : arrangements) {
            INFO(rows << " x " << cols << ", "
                      << (how == arrangement::contiguous   ? "contiguous"
                          : how == arrangement::transposed ? "transposed"
                                                           : "strided"));
            check(rows, cols, how);
        }
}
/// What the sum of n terms of size up to `size` may lose in float32.
tolerance sums(double n, double size) { return {4, 2e-7 * size * std::sqrt(n + 1) * 4}; }

}  // namespace

TEST_CASE("reductions over a named axis agree in every layout") {
    for_each_layout([](int rows, int cols, arrangement how) {
        const matrix m = make(rows, cols, how);
        CHECK(compare(sum(x, over<"col">), sums(cols, 3), x = m.view) == "");
        CHECK(compare(sum(x, over<"row">), sums(rows, 3), x = m.view) == "");
        CHECK(compare(max(x, over<"col">), {0, 0}, x = m.view) == "");
        CHECK(compare(min(x, over<"row">), {0, 0}, x = m.view) == "");
        CHECK(compare(logsumexp(x, over<"col">), {4, 1e-6}, x = m.view) == "");
        CHECK(compare(logsumexp(x, over<"row">), {4, 1e-6}, x = m.view) == "");
    });
}

TEST_CASE("reductions over everything agree in every layout") {
    for_each_layout([](int rows, int cols, arrangement how) {
        const matrix m = make(rows, cols, how);
        const double n = static_cast<double>(rows) * cols;
        CHECK(compare(sum(x), sums(n, 3), x = m.view) == "");
        CHECK(compare(mean(x * x), {8, 1e-6}, x = m.view) == "");
        CHECK(compare(max(x), {0, 0}, x = m.view) == "");
        CHECK(compare(min(x), {0, 0}, x = m.view) == "");
    });
}

TEST_CASE("softmax agrees along either axis in every layout") {
    for_each_layout([](int rows, int cols, arrangement how) {
        const matrix m = make(rows, cols, how);
        CHECK(compare(softmax(x, over<"col">), {16, 0}, x = m.view) == "");
        CHECK(compare(softmax(x, over<"row">), {16, 0}, x = m.view) == "");
    });
}

TEST_CASE("broadcasts by name agree in every layout, and their gradients are summed back") {
    for_each_layout([](int rows, int cols, arrangement how) {
        const matrix m = make(rows, cols, how), n = make(rows, cols, how, 5);
        const std::vector<float> R = numbers<float>(static_cast<std::size_t>(rows), -2, 2, 2);
        const std::vector<float> C = numbers<float>(static_cast<std::size_t>(cols), -2, 2, 3);
        CHECK(compare(x * r + c, {2, 1e-6}, x = m.view, r = R, c = C) == "");
        CHECK(compare(r * c, {1, 0}, r = R, c = C) == "");
        CHECK(compare(vjp(x * c, c, y), sums(rows, 9), x = m.view, c = C, y = n.view) == "");
        CHECK(compare(vjp(x * r, r, y), sums(cols, 9), x = m.view, r = R, y = n.view) == "");
    });
}

TEST_CASE("gathers by label agree in every layout") {
    for_each_layout([](int rows, int cols, arrangement how) {
        if (cols == 0) return;
        const matrix m = make(rows, cols, how);
        std::vector<int> T(static_cast<std::size_t>(rows));
        for (std::size_t i = 0; i < T.size(); ++i) T[i] = static_cast<int>(i * 7 % static_cast<std::size_t>(cols));
        CHECK(compare(at(x, over<"col">, t), {0, 0}, x = m.view, t = T) == "");
        CHECK(compare(at(exp(x) * c, over<"col">, t), {3, 0}, x = m.view, t = T,
                      c = numbers<float>(static_cast<std::size_t>(cols), -2, 2, 3)) == "");
        CHECK(compare(at(mean(x, over<"row">), over<"col">, t), sums(rows, 1), x = m.view, t = T) == "");
        CHECK(compare(x * (index<"col"> == t), {0, 0}, x = m.view, t = T) == "");
        CHECK(compare(x + index<"row"> * extent<"col"> + index<"col">, {1, 0}, x = m.view) == "");
        CHECK(compare(mean(cross_entropy(x, t, over<"col">)), {8, 1e-6}, x = m.view, t = T) == "");
        CHECK(compare(grad(mean(cross_entropy(x, t, over<"col">)), x), {16, 1e-7}, x = m.view, t = T) == "");
    });
}

TEST_CASE("labels of every integer type give the same result") {
    const std::vector<float> X = numbers<float>(4 * 5, -2, 2);
    const std::vector<int> wanted{0, 3, 4, 1};
    const auto expected = evaluate(at(x, over<"col">, t), x = view(X, {4, 5}), t = wanted);
    const auto check = [&]<class T>(T) {
        const std::vector<T> labels_of_type(wanted.begin(), wanted.end());
        const auto got = jit(at(x, over<"col">, t))(x = view(X, {4, 5}), t = labels_of_type);
        CHECK(difference(got.data(), got.size(), expected.data, {0, 0}) == "");
    };
    check(std::int8_t{}), check(std::int16_t{}), check(std::int32_t{}), check(std::int64_t{});
    check(std::uint8_t{}), check(std::uint16_t{}), check(std::uint32_t{}), check(std::uint64_t{});
}

TEST_CASE("every tail length gives the bits of the same element in a long array") {
    constexpr auto v = tensor<"v">;
    constexpr auto f = exp(v) / (1 + v * v);
    const std::vector<float> V = numbers<float>(131, -3, 3);
    const auto whole = jit(f)(v = V);
    for (std::size_t n = 0; n <= 130; ++n) {
        const auto part = jit(f)(v = view(V.data(), {n}));
        REQUIRE(part.size() == n);
        for (std::size_t i = 0; i < n; ++i) CHECK(part[i] == whole[i]);
    }
}

TEST_CASE("a sum along a contiguous axis and along a strided one follow the same tree: the same bits") {
    for (const int n : {1, 5, 63, 64, 65, 130, 4095, 4096, 4097, 20000}) {
        INFO(n);
        const std::vector<float> V = numbers<float>(static_cast<std::size_t>(3 * n), -1, 1);
        const auto horizontal = jit(sum(x, over<"col">))(x = view(V, {3, n}));
        std::vector<float> turned(V.size());
        for (int i = 0; i < 3; ++i)
            for (int j = 0; j < n; ++j)
                turned[static_cast<std::size_t>(j * 3 + i)] = V[static_cast<std::size_t>(i * n + j)];
        const auto vertical = jit(sum(x, over<"row">))(x = view(turned, {n, 3}));
        const auto everything = jit(sum(r))(r = view(V.data(), {n}));
        for (std::size_t i = 0; i < 3; ++i) CHECK(horizontal[i] == vertical[i]);
        CHECK(horizontal[0] == everything);
    }
}

TEST_CASE("\"...\" stands for any number of axes, kept in the result") {
    constexpr auto a = tensor<"a">;
    constexpr auto b = tensor<"b[channel, ...]">;
    constexpr auto slope = tensor<"slope[channel]">;
    const std::vector<float> A = numbers<float>(24, -2, 2);
    const auto cube = jit(a * a)(a = view(A, {2, 3, 4}));
    static_assert(decltype(cube)::rank == 3);
    for (std::size_t i = 0; i < A.size(); ++i) CHECK(cube[i] == A[i] * A[i]);
    CHECK(jit(a + 1)(a = 2.0F) == 3.0F);
    CHECK(compare(where(b > 0, b, slope * b), {0.5, 0}, b = view(A, {2, 3, 4}),
                  slope = std::vector<float>{0.1F, 0.2F}) == "");
    CHECK(compare(vjp(where(b > 0, b, slope * b), slope, b), sums(12, 4), b = view(A, {2, 3, 4}),
                  slope = std::vector<float>{0.1F, 0.2F}) == "");
    // Not contiguous: the parts of "..." run in loops of their own.
    const tensor_view<const float, 3> turned{A.data(), {4, 3, 2}, {1, 4, 12}};
    CHECK(compare(exp(a), {1, 0}, a = turned) == "");
    CHECK(compare(sum(a), sums(24, 2), a = turned) == "");
}

TEST_CASE("uniform numbers are a function of seed and position alone") {
    constexpr auto u = uniform<"u[row, col]">;
    CHECK(compare(u + 0 * x, {0, 0}, u = 42u, x = make(5, 37, arrangement::contiguous).view) == "");
    CHECK(compare(u + 0 * x, {0, 0}, u = 0xfedcba9876543210u, x = make(5, 37, arrangement::transposed).view) == "");
    const matrix m = make(64, 64, arrangement::contiguous);
    const float average = jit(mean(u + 0 * x))(u = 7u, x = m.view);
    CHECK(average == Approx(0.5).margin(0.03));
}

TEST_CASE("float64 kernels agree to float64 accuracy") {
    constexpr auto d = tensor<"d[row, col]", double>;
    const std::vector<double> D = numbers<double>(33 * 65, -3, 3);
    CHECK(compare(sum(exp(d), over<"col">), {8, 0}, d = view(D, {33, 65})) == "");
    CHECK(compare(softmax(d, over<"row">), {16, 0}, d = view(D, {33, 65})) == "");
    CHECK(compare(mean(d * d), {8, 0}, d = view(D, {33, 65})) == "");
}

TEST_CASE("float32 data beside float64 data is computed in float64") {
    constexpr auto d = tensor<"d[row]", double>;
    const std::vector<float> R{0.1F, 0.2F};
    const std::vector<double> D{1e-9, 1e-10};
    const auto got = jit(r + d)(r = R, d = D);
    static_assert(std::is_same_v<std::remove_cvref_t<decltype(got[0])>, double>);
    CHECK(got[0] == static_cast<double>(0.1F) + 1e-9);
    const auto gradient = jit(grad(sum(r * d), r))(r = R, d = D);
    static_assert(std::is_same_v<std::remove_cvref_t<decltype(gradient[0])>, float>);
    CHECK(gradient[0] == 1e-9F);
}

TEST_CASE("results may be written in place and to strided outputs") {
    std::vector<float> X = numbers<float>(100, -2, 2);
    const std::vector<float> before = X;
    constexpr auto v = tensor<"v[i]">;
    const auto f = jit(2 * v + 1);
    f(v = X, outputs(X));
    for (std::size_t i = 0; i < X.size(); ++i) CHECK(X[i] == 2 * before[i] + 1);
    std::vector<float> wide(200, -7);
    f(v = before, outputs(view(wide.data(), {100}, {2})));
    for (std::size_t i = 0; i < 100; ++i) {
        CHECK(wide[2 * i] == 2 * before[i] + 1);
        CHECK(wide[2 * i + 1] == -7);
    }
}
