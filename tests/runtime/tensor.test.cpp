// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <gradus/error.hpp>
#include <gradus/tensor.hpp>

#include "support/catch.hpp"

namespace gradus {
namespace {

static_assert(element_of<float> == element::float32);
static_assert(element_of<const double> == element::float64);
static_assert(element_of<signed char> == element::int8 && element_of<unsigned char> == element::uint8);
static_assert(element_of<short> == element::int16 && element_of<unsigned short> == element::uint16);
static_assert(element_of<int> == element::int32 && element_of<unsigned> == element::uint32);
static_assert(element_of<long long> == element::int64 && element_of<unsigned long long> == element::uint64);
static_assert(element_of<long> == (sizeof(long) == 8 ? element::int64 : element::int32));
static_assert(element_of<char> == (std::is_signed_v<char> ? element::int8 : element::uint8));
static_assert(!tensor_element<bool> && !tensor_element<long double> && !tensor_element<std::string>);

static_assert(viewable<std::vector<float>> && viewable<std::span<const int>> && viewable<std::array<double, 3>>);
static_assert(viewable<float[4]> && viewable<const float[2][4]> && viewable<float> && viewable<array<float, 2>>);
static_assert(!viewable<std::string> && !viewable<bool> && !viewable<std::vector<bool>>);
static_assert(view_of<std::vector<float>>::rank == 1 && view_of<float[2][3]>::rank == 2 && view_of<int>::rank == 0);
static_assert(std::is_const_v<view_of<const std::vector<float>>::value_type>);
static_assert(!std::is_const_v<view_of<array<float, 3>>::value_type>);

using extents_2 = std::array<std::int64_t, 2>;

TEST_CASE("a vector is a tensor of one axis") {
    std::vector<float> data{1, 2, 3};
    const tensor_view<float, 1> x = as_view(data);
    CHECK(x.data == data.data());
    CHECK(x.extents[0] == 3);
    CHECK(x.strides[0] == 1);
}

TEST_CASE("braced extents of mixed integer types fix the rank of a row-major view") {
    std::vector<float> data(6);
    const std::size_t rows = 2;
    const auto x = view(data, {rows, 3});
    static_assert(std::is_same_v<decltype(x), const tensor_view<float, 2>>);
    CHECK(x.extents == extents_2{2, 3});
    CHECK(x.strides == extents_2{3, 1});
    CHECK(&x(1, 2) == &data[5]);
}

TEST_CASE("a pointer takes extents and strides of any arrangement") {
    float data[12] = {};
    const auto x = view(&data[0], {2, 3}, {1, 4});
    CHECK(&x(1, 2) == &data[9]);
    const auto y = view(static_cast<const float*>(data), {3, 4});
    static_assert(std::is_same_v<decltype(y), const tensor_view<const float, 2>>);
    CHECK(y.strides == extents_2{4, 1});
}

TEST_CASE("extents that do not fit the data are an error that says what would") {
    std::vector<float> data(5);
    CHECK_THROWS_WITH(view(data, {2, 3}),
                      "gradus: a view with the extents {2, 3} needs 6 elements, but the data has "
                      "5: give extents whose product is 5");
    CHECK_THROWS_WITH(view(data, {-1, 5}), "gradus: a view has the extents {-1, 5}, but none may be negative");
    CHECK_THROWS_AS(view(std::span<float>(data), {4}), error);
}

TEST_CASE("a transposed view exchanges rows and columns") {
    std::vector<int> data{1, 2, 3, 4, 5, 6};
    const auto x = transpose(view(data, {2, 3}));
    CHECK(x.extents == extents_2{3, 2});
    CHECK(x(2, 0) == 3);
    CHECK(x(0, 1) == 4);
}

TEST_CASE("slices and steps take part of an axis") {
    std::vector<int> data{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const auto rows = view(data, {2, 5});
    const auto columns = slice(rows, 1, 1, 3);
    CHECK(columns.extents == extents_2{2, 3});
    CHECK(columns(1, 2) == 8);
    const auto odd = strided(rows, 1, 2);
    CHECK(odd.extents == extents_2{2, 3});
    CHECK(odd(1, 2) == 9);
    CHECK_THROWS_WITH(slice(rows, 1, 3, 3), "gradus: a slice of 3 elements from 3 on does not lie within an axis of 5");
}

TEST_CASE("a slice of a tensor without elements leaves its null pointer alone") {
    const std::vector<float> none;
    const auto columns = slice(view(none, {0, 5}), 1, 2, 3);
    CHECK(columns.data == nullptr);
    CHECK(columns.extents == extents_2{0, 3});
}

TEST_CASE("C arrays and std::array are views of their own memory") {
    float flat[3] = {1, 2, 3};
    const double table[2][3] = {{1, 2, 3}, {4, 5, 6}};
    std::array<int, 4> standard{1, 2, 3, 4};
    CHECK(as_view(flat).data == flat);
    CHECK(as_view(table).extents == extents_2{2, 3});
    CHECK(as_view(table)(1, 0) == 4);
    CHECK(as_view(standard).data == standard.data());
}

TEST_CASE("a number is a tensor of rank 0 that holds its element, in the type asked for") {
    const auto beta = as_view(0.5).to<float>();
    const argument made = make_argument(beta);
    CHECK(made.rank == 0);
    CHECK(made.type == element::float32);
    CHECK(*static_cast<const float*>(made.data) == 0.5f);
}

TEST_CASE("an array is row-major, aligned for the widest vectors and zero at first") {
    array<float, 2> x({3, 5});
    CHECK(reinterpret_cast<std::uintptr_t>(x.data()) % 64 == 0);
    CHECK(x.size() == 15);
    CHECK(&x(2, 1) == x.data() + 11);
    for (const float value : x) CHECK(value == 0);
    CHECK_THROWS_AS((array<float, 1>({-1})), error);
}

TEST_CASE("a copy of an array owns its elements, and a move hands them over") {
    array<int, 1> x({2});
    x[0] = 7;
    array<int, 1> copy = x;
    copy[0] = 8;
    CHECK(x[0] == 7);
    const int* memory = x.data();
    const array<int, 1> moved = std::move(x);
    CHECK(moved.data() == memory);
    copy = moved;
    CHECK(copy(0) == 7);
}

TEST_CASE("an array of rank 0 is one number") {
    array<float, 0> loss;
    loss() = 2.5f;
    const float value = loss;
    CHECK(value == 2.5f);
    CHECK(loss.size() == 1);
}

TEST_CASE("an array may be empty") {
    const array<float, 2> x({0, 3});
    CHECK(x.size() == 0);
    CHECK(x.begin() == x.end());
    CHECK(array<float, 2>().size() == 0);
}

TEST_CASE("an argument keeps pointer, element type, extents and strides") {
    std::vector<std::int16_t> data(6);
    const argument made = make_argument(transpose(view(data, {2, 3})));
    CHECK(made.data == data.data());
    CHECK(made.type == element::int16);
    CHECK(made.rank == 2);
    CHECK(made.extents[0] == 3);
    CHECK(made.strides[0] == 1);
    CHECK(made.strides[1] == 3);
}

}  // namespace
}  // namespace gradus
