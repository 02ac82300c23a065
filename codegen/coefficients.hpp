// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Written by gradus_coefficients (tools/coefficients): polynomials P with small weighted errors, and a bound
// of the error of each, its coefficients rounded as they stand here. How they are found and bounded:
// tools/coefficients/fit.hpp.
#pragma once

#include <array>

namespace gradus::vector_math::coefficients {

/// (e^r - 1 - r) / r^2 in r, |r| <= ln 2 / 2.
/// |r^2 (P - f) / (e^r - 1)| at most 2^-26.0.
constexpr std::array<double, 5> exp_float{
    0x1.fffffe0000000p-2, 0x1.5554b20000000p-3, 0x1.5557140000000p-5, 0x1.12265e0000000p-7,
    0x1.6b75300000000p-10};

/// (e^r - 1 - r) / r^2 in r, |r| <= ln 2 / 2.
/// |r^2 (P - f) / (e^r - 1)| at most 2^-30.9.
constexpr std::array<double, 6> expm1_float{
    0x1.0000000000000p-1, 0x1.5555540000000p-3, 0x1.5554f40000000p-5, 0x1.1112ec0000000p-7,
    0x1.6d3ed80000000p-10, 0x1.9e45d80000000p-13};

/// (e^r - 1 - r) / r^2 in r, |r| <= ln 2 / 2.
/// |r^2 (P - f) / (e^r - 1)| at most 2^-61.4.
constexpr std::array<double, 11> exp_double{
    0x1.0000000000000p-1, 0x1.5555555555559p-3, 0x1.5555555555553p-5, 0x1.111111110f671p-7,
    0x1.6c16c16c18084p-10, 0x1.a01a01aff2fb7p-13, 0x1.a01a019b2928dp-16, 0x1.71ddf8408cd5ap-19,
    0x1.27e4f80894b24p-22, 0x1.af5ece8a3722fp-26, 0x1.1f42be781fa96p-29};

/// (e^r - 1 - r) / r^2 in r, |r| <= ln 2 / 2.
/// |r^2 (P - f) / (e^r - 1)| at most 2^-37.3.
constexpr std::array<double, 7> exp_short{
    0x1.0000000016fd2p-1, 0x1.555555734dfb3p-3, 0x1.555554f3e7e25p-5, 0x1.1110b224feea9p-7,
    0x1.6c17658d9a73dp-10, 0x1.a16f5eb736d29p-13, 0x1.a005414838894p-16};

/// (2^r - 1) / r in r, |r| <= 1/2.
/// |r (P - f) / 2^r| at most 2^-28.1.
constexpr std::array<double, 6> exp2_float{
    0x1.62e4300000000p-1, 0x1.ebfbdc0000000p-3, 0x1.c6af760000000p-5, 0x1.3b2dcc0000000p-7,
    0x1.5f0b840000000p-10, 0x1.41818a0000000p-13};

/// (2^r - 1) / r in r, |r| <= 1/2.
/// |r (P - f) / 2^r| at most 2^-59.3.
constexpr std::array<double, 12> exp2_double{
    0x1.62e42fefa39efp-1, 0x1.ebfbdff82c58cp-3, 0x1.c6b08d704a1c2p-5, 0x1.3b2ab6fba583ap-7,
    0x1.5d87fe78798aap-10, 0x1.430912f5ab118p-13, 0x1.ffcbfd2b0e0f2p-17, 0x1.62c02cf331ce3p-20,
    0x1.b523771266015p-24, 0x1.e4a975c6968bbp-28, 0x1.ec0419d64ca00p-32, 0x1.f5e9bb7dbeacap-36};

/// (2^r - 1) / r in r, |r| <= 1/2.
/// |r (P - f) / 2^r| at most 2^-40.0.
constexpr std::array<double, 8> exp2_short{
    0x1.62e42fef89d5cp-1, 0x1.ebfbdff8ee49bp-3, 0x1.c6b08dcecbfddp-5, 0x1.3b2ab5ecee99cp-7,
    0x1.5d874d0ed3342p-10, 0x1.430aa9269cbc3p-13, 0x1.00d84e2c56f5dp-16, 0x1.61c47a3a4334fp-20};

/// (log(1 + f) - f + f^2/2) / f^3 in f, -1/4 <= f <= 1/2.
/// |f^3 (P - f) / log(1 + f)| at most 2^-29.9.
constexpr std::array<double, 9> log_float{
    0x1.55555a0000000p-2, -0x1.00006e0000000p-2, 0x1.9997620000000p-3, -0x1.5519d00000000p-3,
    0x1.2463ce0000000p-3, -0x1.04ae1c0000000p-3, 0x1.df18a40000000p-4, -0x1.74f30e0000000p-4,
    0x1.33f9ae0000000p-5};

/// (log((1 + s) / (1 - s)) / s - 2) / s^2 in s^2, |s| <= (sqrt 2 - 1) / (sqrt 2 + 1).
/// |s^3 (P - f) / log((1 + s) / (1 - s))| at most 2^-59.3.
constexpr std::array<double, 7> log_double{
    0x1.5555555555592p-1, 0x1.999999997ff57p-2, 0x1.24924941dc37dp-2, 0x1.c71c52193f419p-3,
    0x1.74663bd1eee95p-3, 0x1.39a206df65546p-3, 0x1.2f028231b118dp-3};

/// (log(1 + f) - f) / f^2 in f, 1/sqrt 2 <= 1 + f <= sqrt 2.
/// |f^2 (P - f) / log(1 + f)| at most 2^-38.2.
constexpr std::array<double, 13> log_short{
    -0x1.fffffffeee113p-2, 0x1.5555556522f84p-2, -0x1.000001588328bp-2, 0x1.999988a259024p-3,
    -0x1.555468f838a8bp-3, 0x1.2494e2a0ea857p-3, -0x1.0022a7bf0e699p-3, 0x1.c6e448fab6ecfp-4,
    -0x1.94b54d8249746p-4, 0x1.71e0e98933059p-4, -0x1.7da907ebf0ce1p-4, 0x1.77c132c71b7c6p-4,
    -0x1.8c7bfb9d87423p-5};

/// (log(1 + f) - f) / f^2 in f, 0 <= f <= 1.
/// |f^2 (P - f) / log(1 + f)| at most 2^-38.0.
constexpr std::array<double, 13> log_of_unit_short{
    -0x1.fffffff1ead45p-2, 0x1.555550d96c75dp-2, -0x1.fffefeaa83111p-3, 0x1.998af084e0b3dp-3,
    -0x1.54d5ae4aa02ffp-3, 0x1.21bc0c4b18da0p-3, -0x1.e9ab82ffea40ap-4, 0x1.87d96836d912ap-4,
    -0x1.1477956304347p-4, 0x1.3b763fea0d6b2p-5, -0x1.0722278cb5d23p-6, 0x1.16857f78b7ba3p-8,
    -0x1.14d0da066b0fap-11};

/// (log((1 + s) / (1 - s)) / s - 2 - 2/3 s^2) / s^4 in s^2, |s| <= (sqrt 2 - 1) / (sqrt 2 + 1).
/// |s^5 (P - f) / log((1 + s) / (1 - s))| at most 2^-66.1.
constexpr std::array<double, 7> pow_double{
    0x1.9999999999b2fp-2, 0x1.2492492457f3dp-2, 0x1.c71c722d3c806p-3, 0x1.745ce9f1ba525p-3,
    0x1.3b1ee97420f5fp-3, 0x1.0f8025a822d8fp-3, 0x1.0e4084730dc6ep-3};

/// (tanh(x) / x - 1) / x^2 in x^2, |x| <= 0.55.
/// |x^3 (P - f) / tanh x| at most 2^-29.5.
constexpr std::array<double, 5> tanh_float{
    -0x1.55554a0000000p-2, 0x1.110cfc0000000p-3, -0x1.b9226c0000000p-5, 0x1.5910260000000p-6,
    -0x1.9a47e20000000p-8};

/// (x - tanh x) / x^3 in x^2, |x| <= 1.
/// |(P - f) / f| at most 2^-53.8.
constexpr std::array<double, 17> shrink_double{
    0x1.5555555555555p-2, -0x1.1111111111036p-3, 0x1.ba1ba1ba0c533p-5, -0x1.664f487f1c5f9p-6,
    0x1.226e34e5a18d1p-7, -0x1.d6d3bd8e97cc6p-9, 0x1.7da25cbcb7b4dp-10, -0x1.354e520e93142p-11,
    0x1.f4f6291b5a89dp-13, -0x1.93cf1a52ccfcdp-14, 0x1.3f522989c32adp-15, -0x1.dc4668bca1273p-17,
    0x1.351f1d9f38e5bp-18, -0x1.2f32751671caep-20, 0x1.4a65780c75150p-23, 0x1.f8b35b8c74033p-29,
    -0x1.d9df72ea1d6cbp-29};

/// (x - tanh x) / x^3 in x^2, |x| <= 1.
/// |(P - f) / f| at most 2^-38.0.
constexpr std::array<double, 11> shrink_short{
    0x1.5555555550a46p-2, -0x1.111111081e5e2p-3, 0x1.ba1b9c13ceed9p-5, -0x1.664e9546f4d49p-6,
    0x1.2262b80768111p-7, -0x1.d5f53acafe107p-9, 0x1.784bf41e96ff7p-10, -0x1.1fafc71a9ed6ep-11,
    0x1.7f31188c522ccp-13, -0x1.753d66a80ea11p-15, 0x1.76cb06205db04p-18};

/// erf(x) / x - 1 in x^2, |x| <= 1.
/// |x (P - f) / erf x| at most 2^-29.2.
constexpr std::array<double, 7> erf_float{
    0x1.06eba80000000p-3, -0x1.81273e0000000p-2, 0x1.ce2cee0000000p-4, -0x1.b7f8240000000p-6,
    0x1.53fdb80000000p-8, -0x1.a3bb120000000p-11, 0x1.48c6180000000p-14};

/// erf(x) / x - 1 in x^2, |x| <= 1.
/// |x (P - f) / erf x| at most 2^-56.2.
constexpr std::array<double, 13> erf_double{
    0x1.06eba8214db69p-3, -0x1.812746b037a0bp-2, 0x1.ce2f21a043fc2p-4, -0x1.b82ce312d3818p-6,
    0x1.565bcd17f0049p-8, -0x1.c02db5781ee20p-11, 0x1.f9a34c32a4104p-14, -0x1.f4d4ca6e071b0p-17,
    0x1.ba0187da879abp-20, -0x1.602e6f7e45706p-23, 0x1.0134e2e02e4dbp-26, -0x1.57d5830f9ace1p-30,
    0x1.560b9e321003fp-34};

/// erf(x) / x - 1 in x^2, |x| <= 1.
/// |x (P - f) / erf x| at most 2^-40.0.
constexpr std::array<double, 9> erf_short{
    0x1.06eba821459e3p-3, -0x1.812746adb395cp-2, 0x1.ce2f2097ab02ap-4, -0x1.b82cb8fc39e9bp-6,
    0x1.56586d78db05bp-8, -0x1.bfdf639226504p-11, 0x1.f56c4dc90a2d2p-14, -0x1.d25f066aab524p-17,
    0x1.1b908ee0cc6d8p-20};

/// log erfc(1 + t) in t, 0 <= t <= 3.
/// |erfc (P - f) / erf| at most 2^-26.5.
constexpr std::array<double, 8> erf_tail_float{
    -0x1.d97fc00000000p+0, -0x1.51c98a0000000p+1, -0x1.afb42a0000000p-1, -0x1.51c7300000000p-5,
    0x1.2fc1500000000p-7, -0x1.24334c0000000p-10, -0x1.aa462c0000000p-13, 0x1.5075440000000p-14};

/// log erfc(1 + t) in t, 0 <= t <= 5.
/// |erfc (P - f) / erf| at most 2^-56.6.
constexpr std::array<double, 18> erf_tail_double{
    -0x1.d97fbf27aa2a1p+0, -0x1.51c9b0006c22ap+1, -0x1.afabc11a2a6a4p-1, -0x1.5477f09a4f87fp-5,
    0x1.48c9d39567524p-7, -0x1.033f5bf3afa67p-9, 0x1.f1b0b82603612p-13, 0x1.b9253ffedc8cap-16,
    -0x1.c84353a5043d9p-16, 0x1.445cbce04247dp-17, -0x1.1d8e1e86a82fdp-19, 0x1.b141ce90513cep-23,
    0x1.ffbeebbdd5c60p-25, -0x1.23c720231e099p-25, 0x1.29d015715d7d1p-27, -0x1.7196e00b95896p-30,
    0x1.0c185bf6c7babp-33, -0x1.5eabc374b1453p-38};

/// log erfc(1 + t) in t, 0 <= t <= 4.
/// |erfc (P - f) / erf| at most 2^-39.9.
constexpr std::array<double, 11> erf_tail_short{
    -0x1.d97fbf27a5293p+0, -0x1.51c9b0026656bp+1, -0x1.afabc01f76731p-1, -0x1.5478a941104cfp-5,
    0x1.48da8bebbd4eep-7, -0x1.041984452e7a9p-9, 0x1.0651295ee36d5p-12, 0x1.59d10cd2fd04cp-17,
    -0x1.e6a8aff785d09p-17, 0x1.c0789faf50e0ap-19, -0x1.3c8a1bdd66581p-22};

/// erf(x) / x - 1 in x^2, |x| <= 1/2.
/// |x (P - f) / erfc x| at most 2^-61.0.
constexpr std::array<double, 10> erfc_double{
    0x1.06eba8214db69p-3, -0x1.812746b037a12p-2, 0x1.ce2f21a0453b5p-4, -0x1.b82ce3139a9b7p-6,
    0x1.565bcd4f36676p-8, -0x1.c02dc61a5573bp-11, 0x1.f9a62d7af409cp-14, -0x1.f51c022bf27d5p-17,
    0x1.bd236bc9d7de7p-20, -0x1.5e47779a878b0p-23};

/// erf(x) / x - 1 in x^2, |x| <= 1/2.
/// |x (P - f) / erfc x| at most 2^-37.4.
constexpr std::array<double, 6> erfc_short{
    0x1.06eba81d64306p-3, -0x1.812745e9beea1p-2, 0x1.ce2ec4632821ap-4, -0x1.b819b997f9d52p-6,
    0x1.546a02cd1f040p-8, -0x1.8eca6ea166805p-11};

/// (Phi(x) - 1/2) / x in x^2, |x| <= 0.71.
/// |x (P - f) / Phi(-|x|)| at most 2^-58.5.
constexpr std::array<double, 10> cdf_double{
    0x1.9884533d43651p-2, -0x1.1058377e2cf91p-4, 0x1.46d04297738aep-7, -0x1.37403f7037cabp-10,
    0x1.e42b0f8c58bd5p-14, -0x1.3ce94d219da37p-17, 0x1.6598a31fb7e48p-21, -0x1.63a80aebcad9ep-25,
    0x1.4e97341ffdde6p-29, -0x1.760a0e5277612p-33};

/// (Phi(x) - 1/2) / x in x^2, |x| <= 0.71.
/// |x (P - f) / Phi(-|x|)| at most 2^-37.3.
constexpr std::array<double, 6> cdf_short{
    0x1.9884533c89578p-2, -0x1.105836ebf6a1bp-4, 0x1.46cffe7b633f8p-7, -0x1.37325dda1843cp-10,
    0x1.e15fc7d0ebb68p-14, -0x1.19b712208a5b2p-17};

/// e^{y^2} erfc(y) / w in w - 47/256, w = 1 / (y + 5/2), 1/2 <= y <= 27.5.
/// |(P - f) / f| at most 2^-53.9.
constexpr std::array<double, 21> mills_double{
    0x1.fb6293851aea8p-1, 0x1.d57cce9e0a0b5p+1, 0x1.4a5de14fe40ecp+3, 0x1.42de32c55e58ep+4,
    0x1.391d20db746a9p+4, -0x1.2b0f193374aebp+4, -0x1.348fbe8be2b68p+6, -0x1.1ba84763c4bedp+1,
    0x1.15765684e8d32p+8, 0x1.2fbe322115fb6p+6, -0x1.27df9c159ec89p+10, -0x1.0f43d8f4efda3p+6,
    0x1.6742b7d66ba61p+12, -0x1.9f17c854d3898p+11, -0x1.b5cc5a050c5c0p+14, 0x1.5de2591f0ce35p+15,
    0x1.c08d12a3d84fap+16, -0x1.5f75b298a886ep+18, -0x1.1a1b7ed015561p+18, 0x1.79d35d3af2de9p+20,
    0x1.ca390208a533ep+16};

/// e^{y^2} erfc(y) / w in w - 47/256, w = 1 / (y + 5/2), 1/2 <= y <= 27.5.
/// |(P - f) / f| at most 2^-36.9.
constexpr std::array<double, 13> mills_short{
    0x1.fb6293850e6d6p-1, 0x1.d57cce9edc208p+1, 0x1.4a5de15e2b8d3p+3, 0x1.42de323d5776dp+4,
    0x1.391d0be46bda7p+4, -0x1.2b0e4daf5a34ep+4, -0x1.348a058f7a51ep+6, -0x1.1fd76ff3b87d0p+1,
    0x1.14b82c839cc3fp+8, 0x1.3b08230811254p+6, -0x1.1b1905d70a999p+10, -0x1.8f1a63fc76b8dp+7,
    0x1.edf11c03fbd49p+11};

/// the derivative of e^{y^2} erfc(y) in w - 47/256, w = 1 / (y + 5/2), 1/2 <= y <= 27.5.
/// |w (P - f) / e^{y^2} erfc(y)| at most 2^-7.6.
constexpr std::array<double, 4> mills_slope{
    0x1.a9565da453069p+0, 0x1.66d7836453d66p+3, 0x1.5c4494a202144p+5, 0x1.58622caa6af45p+6};

/// (sin r / r - 1) / r^2 in r^2, |r| <= pi/4.
/// |r^3 (P - f) / sin r| at most 2^-57.7.
constexpr std::array<double, 6> sin_double{
    -0x1.5555555555548p-3, 0x1.111111110f75ep-7, -0x1.a01a019bf27e9p-13, 0x1.71de355f82685p-19,
    -0x1.ae5e54f096c38p-26, 0x1.5d8e605a6e6e0p-33};

/// (sin r / r - 1) / r^2 in r^2, |r| <= pi/4.
/// |r^3 (P - f) / sin r| at most 2^-37.3.
constexpr std::array<double, 4> sin_short{
    -0x1.5555554c70fc2p-3, 0x1.11110869d9eecp-7, -0x1.a00f7ec94102fp-13, 0x1.6cd1dceac4e08p-19};

/// (cos r - 1 + r^2/2) / r^4 in r^2, |r| <= pi/4.
/// |r^4 (P - f) / cos r| at most 2^-63.7.
constexpr std::array<double, 6> cos_double{
    0x1.555555555554bp-5, -0x1.6c16c16c15015p-10, 0x1.a01a019c8f179p-16, -0x1.27e4f7f17c675p-22,
    0x1.1ee9dbba6b86ep-29, -0x1.8fa67755abf04p-37};

/// (cos r - 1 + r^2/2) / r^4 in r^2, |r| <= pi/4.
/// |r^4 (P - f) / cos r| at most 2^-42.7.
constexpr std::array<double, 4> cos_short{
    0x1.5555554edc7dep-5, -0x1.6c16b82d05030p-10, 0x1.a010e0b2412cep-16, -0x1.241efd7824247p-22};

}  // namespace gradus::vector_math::coefficients
