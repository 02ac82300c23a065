// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// softmax and cross-entropy where the usual forms lose their digits: rows that are nearly certain, logits and
// temperatures of any size, one class to a million. Expected values come from long double.
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gradus/gradus.hpp>

#include "support/catch.hpp"

using namespace gradus;

namespace {

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = cross_entropy(logits, target, over<"class">);
constexpr auto gradient = grad(sum(loss), logits);
constexpr auto logits64 = tensor<"logits64[batch, class]", double>;
constexpr auto loss64 = cross_entropy(logits64, target, over<"class">);
constexpr auto gradient64 = grad(sum(loss64), logits64);
constexpr auto beta = scalar<"beta">;
constexpr auto shares = softmax(logits, over<"class">);
constexpr auto tempered = softmax(logits, over<"class">, beta);

using real = long double;

/// The share of all elements but one, and of that one, of a row: Σ e^(x_j - m) without i, over that with it.
struct row_truth {
    std::vector<real> share, rest;
    template <class T>
    row_truth(const std::vector<T>& x, real scale = 1) {
        real largest = -std::numeric_limits<real>::infinity(), total = 0;
        for (const T v : x) largest = std::max(largest, scale * static_cast<real>(v));
        for (const T v : x) share.push_back(std::exp(scale * static_cast<real>(v) - largest));
        // From small to large, so that nothing is lost.
        std::vector<real> sorted = share;
        std::sort(sorted.begin(), sorted.end());
        for (const real s : sorted) total += s;
        const std::size_t top = static_cast<std::size_t>(std::max_element(share.begin(), share.end()) - share.begin());
        real others = 0;
        bool met = false;
        for (const real s : sorted) {
            if (!met && s == share[top])
                met = true;
            else
                others += s;
        }
        for (std::size_t i = 0; i < share.size(); ++i) {
            rest.push_back((i == top ? others : total - share[i]) / total);
            share[i] /= total;
        }
    }
    real loss(std::size_t i) const { return rest[i] < 0.5L ? -std::log1p(-rest[i]) : -std::log(share[i]); }
};

template <class T>
real ulp_at(real x) {
    const int exponent = std::max(std::ilogb(x), std::numeric_limits<T>::min_exponent - 1);
    return std::ldexp(real(1), exponent - (std::numeric_limits<T>::digits - 1));
}
template <class T>
real error_in_ulp(T got, real exact) {
    if (exact == 0) return got == 0 ? 0 : std::numeric_limits<real>::infinity();
    return std::fabs(static_cast<real>(got) - exact) / ulp_at<T>(exact);
}

template <class T, class Kernel, class Name>
void check_confident(Kernel& kernel, Name& name, const std::vector<T>& row, std::size_t label, real bound) {
    const auto classes = static_cast<std::int64_t>(row.size());
    std::vector<T> value(1), slope(row.size());
    const std::vector<std::int64_t> labels_here{static_cast<std::int64_t>(label)};
    kernel(name = view(row, {1, classes}), target = labels_here, outputs(value, view(slope, {1, classes})));
    const row_truth truth(row);
    CHECK(error_in_ulp(value[0], truth.loss(label)) <= bound);
    for (std::size_t i = 0; i < row.size(); ++i) {
        INFO("class " << i);
        CHECK(error_in_ulp(slope[i], i == label ? -truth.rest[i] : truth.share[i]) <= bound);
    }
}

template <class T>
std::vector<std::vector<T>> confident() {
    return {{18, 0, 0},    {0, 18, 0},  {40, 0, 1}, {80, -5, 0},   {3, 3, 3},
            {0, 100, 100}, {20, 20, 0}, {5},        {-3, 14, 16.5}};
}

float worst_share(const std::vector<float>& row, real scale, const std::vector<float>& got) {
    const row_truth truth(row, scale);
    real worst = 0;
    for (std::size_t i = 0; i < row.size(); ++i) worst = std::max(worst, error_in_ulp(got[i], truth.share[i]));
    return static_cast<float>(worst);
}

}  // namespace

TEST_CASE("loss and gradient of a confident row keep their digits") {
    auto kernel = jit<loss, gradient>();
    auto kernel64 = jit<loss64, gradient64>();
    for (const std::vector<float>& row : confident<float>())
        for (std::size_t label = 0; label < row.size(); ++label) {
            INFO("logits " << row[0] << " …, " << row.size() << " classes, label " << label);
            check_confident(kernel, logits, row, label, 1);
            const std::vector<double> row64(row.begin(), row.end());
            check_confident(kernel64, logits64, row64, label, 4);
        }
}

TEST_CASE("a confident row, as numbers") {
    // log(1 + 2 e^-18) = 2 e^-18 - 2 e^-36 + …, to eight digits.
    auto kernel = jit<loss, gradient>();
    const std::vector<float> row{18, 0, 0};
    std::vector<float> value(1), slope(3);
    kernel(logits = view(row, {1, 3}), target = std::vector<std::int64_t>{0}, outputs(value, view(slope, {1, 3})));
    CHECK(value[0] == Approx(3.0459959e-8).epsilon(1e-7));
    CHECK(slope[0] == Approx(-3.0459958e-8).epsilon(1e-7));
    CHECK(slope[1] == Approx(1.5229979e-8).epsilon(1e-7));
}

TEST_CASE("shares are right to 2 ULP for one class to a million") {
    auto kernel = jit<shares>();
    std::mt19937 random(5);
    for (const std::int64_t classes : {1, 2, 3, 17, 64, 100, 1000, 4097, 32'000, 1'000'000}) {
        for (const float size : {1.0F, 30.0F, 1e4F}) {
            std::normal_distribution<float> numbers(0, size);
            std::vector<float> row(static_cast<std::size_t>(classes)), got(row.size());
            for (float& v : row) v = numbers(random);
            kernel(logits = view(row, {1, classes}), outputs(view(got, {1, classes})));
            INFO(classes << " classes of size " << size);
            CHECK(worst_share(row, 1, got) <= 2);
        }
    }
}

TEST_CASE("shares of rows far from 0 are right to 2 ULP, along the lanes and across them") {
    constexpr auto images = tensor<"images[batch, class, pixel]">;
    constexpr std::int64_t classes = 301, pixels = 40;
    auto along = jit<shares>();
    auto across = jit(softmax(images, over<"class">));
    std::mt19937 random(7);
    for (const float centre : {0.0F, 3.0F, -40.0F, 511.0F, -6e4F, 131'000.0F, -131'072.0F, 131'080.0F, 1e6F, -1e8F})
        for (const float size : {0.01F, 1.0F, 60.0F}) {
            std::uniform_real_distribution<float> numbers(-size, size);
            std::vector<float> row(classes), got(classes), image(classes * pixels), of_image(image.size());
            for (float& v : row) v = centre + numbers(random);
            for (std::size_t i = 0; i < image.size(); ++i) image[i] = row[i / pixels];
            along(logits = view(row, {1, classes}), outputs(view(got, {1, classes})));
            across(images = view(image, {1, classes, pixels}), outputs(view(of_image, {1, classes, pixels})));
            INFO("numbers of " << size << " around " << centre);
            CHECK(worst_share(row, 1, got) <= 2);
            bool are_same = true;
            for (std::size_t i = 0; i < image.size(); ++i) are_same &= of_image[i] == got[i / pixels];
            CHECK(are_same);
        }
}

TEST_CASE("exponentials of what a row lacks of its largest number are within 0.62 ULP") {
    constexpr auto numbers = tensor<"numbers[row, n]">;
    auto kernel = jit(exp(numbers - max(numbers, over<"n">)));
    constexpr std::int64_t rows = 200, length = 1000;
    std::mt19937 random(8);
    std::uniform_real_distribution<float> sixteen(-16, 17), lacks(-87, 0);
    std::vector<float> x(rows * length), got(x.size());
    for (std::int64_t row = 0; row < rows; ++row) {
        const float largest = std::exp2(sixteen(random)) * (row % 2 == 0 ? 1.0F : -1.0F);
        for (std::int64_t i = 0; i < length; ++i)
            x[static_cast<std::size_t>(row * length + i)] = i == 0 ? largest : largest + lacks(random);
    }
    kernel(numbers = view(x, {rows, length}), outputs(view(got, {rows, length})));
    real worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const real difference = static_cast<real>(x[i]) - static_cast<real>(x[i / length * length]);
        worst = std::max(worst, error_in_ulp(got[i], std::exp(difference)));
    }
    CHECK(worst <= 0.62L);
    CHECK(worst > 0.4L);  // so many numbers have one that is hard to round
}

TEST_CASE("equal logits have equal shares, and the largest one alone has 1") {
    auto kernel = jit<shares>();
    for (const float logit : {0.0F, 0.3F, -7.77F, 123.456F, -1e5F, 3e7F, 3e38F}) {
        std::vector<float> row(4, logit), got(4);
        kernel(logits = view(row, {1, 4}), outputs(view(got, {1, 4})));
        CHECK(got == std::vector<float>(4, 0.25F));
        row = {logit, -INFINITY, -INFINITY, -INFINITY};
        kernel(logits = view(row, {1, 4}), outputs(view(got, {1, 4})));
        CHECK(got == std::vector<float>{1, 0, 0, 0});
    }
}

TEST_CASE("logits of any size, and temperatures") {
    auto kernel = jit<tempered>();
    std::mt19937 random(6);
    std::uniform_real_distribution<float> numbers(-1, 1);
    for (const float size : {1e-30F, 1e-3F, 1.0F, 6e4F, 1e10F, 1e30F})
        for (const float inverse : {1e-30F, 1e-10F, 0.7F, -3.0F, 1e10F, 1e30F}) {
            std::vector<float> row(50), got(50);
            for (float& v : row) v = size * numbers(random);
            row[7] = row[31];
            kernel(logits = view(row, {1, 50}), beta = inverse, outputs(view(got, {1, 50})));
            INFO("logits of " << size << ", inverse temperature " << inverse);
            CHECK(worst_share(row, inverse, got) <= 2);
        }
}

TEST_CASE("rows without a softmax are NaN") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    auto kernel = jit<shares, loss>();
    for (const std::vector<float>& row :
         {std::vector{-infinity, -infinity}, std::vector{infinity, 0.0F}, std::vector{NAN, 0.0F}}) {
        std::vector<float> share(2), value(1);
        kernel(logits = view(row, {1, 2}), target = std::vector<std::int64_t>{1}, outputs(view(share, {1, 2}), value));
        for (const float v : share) CHECK(std::isnan(v));
        CHECK(std::isnan(value[0]));
    }
    const std::vector<float> row{-infinity, 0};
    std::vector<float> share(2), value(1);
    kernel(logits = view(row, {1, 2}), target = std::vector<std::int64_t>{0}, outputs(view(share, {1, 2}), value));
    CHECK(share == std::vector<float>{0, 1});
    CHECK(value[0] == infinity);
}
