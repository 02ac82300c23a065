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

/// (e^r - 1 - r) / r^2 in r, |r| <= 0.053.
/// |r^2 (P - f) / (e^r - 1)| at most 2^-26.2.
constexpr std::array<double, 3> exp_near_zero_float{
    0x1.0000000000000p-1, 0x1.555f800000000p-3, 0x1.555abc0000000p-5};

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

/// 2^(n/16), rounded to double.
constexpr std::array<double, 16> exp2_sixteenths{
    0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};

/// a Phi(-a) in a, by pieces of this length: [k][n], of d^k.
/// |(P - f) / f| at most 2^-26.8.
constexpr double gelu_tail_step = 0x1.80ead2p-2;
constexpr std::array<std::array<double, 16>, 9> gelu_tail{{
    {0x0p+0, 0x1.1022648fa335p-3, 0x1.5c19dd4b1a6p-3, 0x1.2b9a4842c22a8p-3,
     0x1.9897f1de806dp-4, 0x1.cf47a10427bp-5, 0x1.bd742da87045p-6, 0x1.6eba2917ac5bp-7,
     0x1.03d7aff336facp-8, 0x1.3ddb96ce0ef6p-10, 0x1.504259040609p-12, 0x1.33fe0ebd97f5p-14,
     0x1.e8df1c9f0d71p-17, 0x1.505c7a7ff8dbp-19, 0x1.916a0438209bcp-22, 0x1.9f9086a3f1eep-25},
    {0x1p-1, 0x1.b5caa8p-3, -0x1.66455ep-28, -0x1.bc5824p-4,
     -0x1.04d09ap-3, -0x1.91dc28p-4, -0x1.e09c98p-5, -0x1.d5e594p-6,
     -0x1.8034b6p-7, -0x1.09dcecp-8, -0x1.3996ccp-10, -0x1.3ca72ep-12,
     -0x1.128f5ep-14, -0x1.99b64cp-17, -0x1.0777cep-19, -0x1.24630ap-22},
    {-0x1.988454p-2, -0x1.61c24cp-2, -0x1.b9d99p-3, -0x1.3b149cp-4,
     0x1.132f9cp-6, 0x1.ac25e2p-5, 0x1.8c7608p-5, 0x1.f8d434p-6,
     0x1.f48408p-7, 0x1.93eb06p-8, 0x1.0f056ep-9, 0x1.320914p-11,
     0x1.24f59ep-13, 0x1.dddeap-16, 0x1.4d3bd2p-18, 0x1.8e6486p-21},
    {0x1.ea1602p-21, 0x1.701446p-4, 0x1.0911b8p-3, 0x1.bbabf8p-4,
     0x1.cbf5ccp-5, 0x1.4759acp-7, -0x1.a3b996p-7, -0x1.06eb68p-6,
     -0x1.673d2cp-7, -0x1.670b72p-8, -0x1.1b97e6p-9, -0x1.6decf4p-11,
     -0x1.88788cp-13, -0x1.619ec4p-15, -0x1.0d86b6p-17, -0x1.5d40dp-20},
    {0x1.103d0cp-4, 0x1.808a52p-5, 0x1.2a439cp-8, -0x1.d9a78cp-6,
     -0x1.273e0ap-5, -0x1.8019fp-6, -0x1.eaf5c6p-8, 0x1.da824cp-10,
     0x1.0a2e94p-8, 0x1.8721e4p-9, 0x1.860cb8p-10, 0x1.2a6138p-11,
     0x1.6eaedep-13, 0x1.727316p-15, 0x1.37dcb8p-17, 0x1.b9652ep-20},
    {0x1.71a168p-12, -0x1.396cbp-6, -0x1.759492p-6, -0x1.6e43d6p-7,
     0x1.711a2ap-9, 0x1.25b2a6p-7, 0x1.d1408ep-8, 0x1.6fd5cp-9,
     -0x1.2ff976p-15, -0x1.bc9cc6p-11, -0x1.5c779ap-11, -0x1.557552p-12,
     -0x1.f3d35ep-14, -0x1.2186b4p-15, -0x1.11275ap-17, -0x1.aa8c2ap-20},
    {-0x1.989354p-7, -0x1.6c6692p-8, 0x1.3af7c4p-9, 0x1.bbdbb8p-8,
     0x1.3f6174p-8, 0x1.3bd5f4p-11, -0x1.bd86bcp-10, -0x1.c79902p-10,
     -0x1.84f182p-11, -0x1.01f83ep-14, 0x1.47387ep-13, 0x1.0775e2p-13,
     0x1.f4442ap-15, 0x1.5968cap-16, 0x1.7554d8p-18, 0x1.463566p-20},
    {0x1.22895ap-7, 0x1.1fd7fap-9, 0x1.6a3dfep-9, 0x1.ad8596p-12,
     -0x1.3ae276p-10, -0x1.9e62a6p-10, -0x1.21d75cp-14, 0x1.31228ep-12,
     0x1.a67bfp-12, 0x1.1fb7b2p-13, 0x1.486c2p-16, -0x1.c7830ep-16,
     -0x1.5e3aeep-16, -0x1.3b8f84p-17, -0x1.97c4fp-19, -0x1.98bbccp-21},
    {-0x1.72f0f8p-7, -0x1.0aab9p-9, 0x1.2c7212p-12, -0x1.1a82fap-10,
     -0x1.6e7b04p-11, 0x1.e4080cp-12, -0x1.ce267cp-11, 0x1.ddfbe6p-14,
     -0x1.19148p-12, 0x1.c05dc6p-17, -0x1.120cd8p-15, 0x1.3614b6p-18,
     0x1.096998p-18, 0x1.9963d8p-19, 0x1.589666p-20, 0x1.946e88p-22}}};

/// Phi(-a) - a phi(a) in a, by pieces of this length: [k][n], of d^k.
/// |(P - f) / f| at most 2^-28.3.
constexpr double gelu_slope_tail_step = 0x1.80ead2p-2;
constexpr std::array<std::array<double, 16>, 9> gelu_slope_tail{{
    {0x1.fffffffffffccp-2, 0x1.b5caa78287218p-3, -0x1.6737d8p-28, -0x1.bc5823e669a4cp-4,
     -0x1.04d099b348acp-3, -0x1.91dc2853def1p-4, -0x1.e09c971e23b1p-5, -0x1.d5e594080947ep-6,
     -0x1.8034b519600fp-7, -0x1.09dcec9f5785p-8, -0x1.3996cbe51d12p-10, -0x1.3ca72e7ee2adp-12,
     -0x1.128f5df8c2c4cp-14, -0x1.99b64c67824e8p-17, -0x1.0777ce6353618p-19, -0x1.24630afebb58p-22},
    {-0x1.9884533d3e15p-1, -0x1.61c24d655ceep-1, -0x1.b9d98f042aa9p-2, -0x1.3b149c6c4eabp-3,
     0x1.132f96bc43f4p-5, 0x1.ac25e4b698abp-4, 0x1.8c76029191a5p-4, 0x1.f8d433da041fcp-5,
     0x1.f484040d570e5p-6, 0x1.93eb08bef2eap-7, 0x1.0f056e3674c28p-8, 0x1.320916451f858p-10,
     0x1.24f59df78f116p-12, 0x1.ddde9fc07463cp-15, 0x1.4d3bd0dea84p-17, 0x1.8e648434af5f4p-20},
    {-0x1.6f735ep-32, 0x1.140fd4p-2, 0x1.8d9a94p-2, 0x1.4cc0eap-2,
     0x1.58f7bp-3, 0x1.eb0984p-6, -0x1.3acd7p-5, -0x1.8a610ep-5,
     -0x1.0d6e56p-5, -0x1.0d4832p-6, -0x1.a963f2p-8, -0x1.127192p-9,
     -0x1.265a6cp-11, -0x1.093702p-13, -0x1.9449e2p-16, -0x1.05f062p-18},
    {0x1.105838p-2, 0x1.8091e8p-3, 0x1.2a2efcp-6, -0x1.d9a668p-4,
     -0x1.273ca2p-3, -0x1.801c9cp-4, -0x1.ead858p-6, 0x1.da8308p-8,
     0x1.0a33f8p-6, 0x1.871e2cp-7, 0x1.860cbcp-8, 0x1.2a5fbcp-9,
     0x1.6eaeecp-11, 0x1.727328p-13, 0x1.37dcd8p-15, 0x1.b9655p-18},
    {-0x1.9ee0eep-26, -0x1.88ab26p-4, -0x1.d2f9bap-4, -0x1.c9a8c8p-5,
     0x1.d0b8c8p-7, 0x1.6ea4e4p-5, 0x1.2397f2p-5, 0x1.cbb242p-7,
     -0x1.5a199cp-13, -0x1.166ebep-8, -0x1.b37f7ap-9, -0x1.aaeb56p-10,
     -0x1.3862c6p-11, -0x1.69efd6p-13, -0x1.557e26p-15, -0x1.0aa76cp-17},
    {-0x1.ea392ep-5, -0x1.19f138p-5, 0x1.e3ff3cp-7, 0x1.4c3256p-5,
     0x1.dc3ccap-6, 0x1.ea8dccp-9, -0x1.5eacc6p-7, -0x1.55b9fp-7,
     -0x1.29d35p-8, -0x1.6101d4p-12, 0x1.ea67cep-11, 0x1.8cdc3ap-11,
     0x1.772896p-12, 0x1.0309e8p-13, 0x1.180124p-15, 0x1.e94a74p-18},
    {-0x1.daec6ap-19, 0x1.4baab8p-6, 0x1.3db2fep-6, 0x1.3a45c6p-9,
     -0x1.57ad18p-7, -0x1.45ac16p-7, -0x1.5f55fep-9, 0x1.170d3p-9,
     0x1.4d009cp-9, 0x1.2ba724p-10, 0x1.eec94ap-14, -0x1.807d46p-13,
     -0x1.331e82p-13, -0x1.11fc7ap-14, -0x1.606174p-16, -0x1.5fd726p-18},
    {0x1.3a971p-7, 0x1.19ed46p-8, -0x1.261d86p-8, -0x1.bffe0ap-8,
     -0x1.2d29e6p-9, 0x1.1b6baap-9, 0x1.5bbd8ep-9, 0x1.d62766p-11,
     -0x1.885494p-12, -0x1.1446c6p-11, -0x1.eeacbap-13, -0x1.a09f06p-16,
     0x1.10dcd2p-15, 0x1.9bd45cp-16, 0x1.55eefep-17, 0x1.95c9ecp-19},
    {-0x1.3e475ep-11, -0x1.b20204p-9, -0x1.c63be6p-10, 0x1.a3ddfp-11,
     0x1.82fa54p-10, 0x1.e34b5ep-11, -0x1.f7606ep-12, -0x1.4dcf8ep-11,
     -0x1.7cda5p-12, 0x1.16474ep-14, 0x1.a2a7cp-14, 0x1.4d48ecp-15,
     0x1.58067ap-19, -0x1.7b795p-18, -0x1.d754c4p-19, -0x1.61ba1ap-20}}};

/// a / (1 + e^a) in a, by pieces of this length: [k][n], of d^k.
/// |(P - f) / f| at most 2^-27.4.
constexpr double silu_tail_step = 0x1.474974p+0;
constexpr std::array<std::array<double, 16>, 9> silu_tail{{
    {0x0p+0, 0x1.1d25cf23dcf1p-2, 0x1.78d66181a759p-3, 0x1.4c0c75e5ef42ep-4,
     0x1.f4c7017be505p-6, 0x1.5e21be083b6bep-7, 0x1.d48fcd8d97c88p-9, 0x1.308cf8aaf425p-10,
     0x1.83b93477be028p-12, 0x1.e5dd7f712569p-14, 0x1.2ca915a832108p-15, 0x1.70621903e22p-17,
     0x1.bfa119b0d64fp-19, 0x1.0e1297d4536f4p-20, 0x1.43f67b0df60cp-22, 0x1.829f9fb244aap-24},
    {0x1p-1, -0x1.714bp-26, -0x1.94ae4ap-4, -0x1.dce936p-5,
     -0x1.8fdbd6p-6, -0x1.26c5d2p-7, -0x1.97426cp-9, -0x1.0e7af4p-10,
     -0x1.5dcce4p-12, -0x1.bba246p-14, -0x1.15247p-15, -0x1.56301ap-17,
     -0x1.a273ap-19, -0x1.fba546p-21, -0x1.31dce2p-22, -0x1.6e7674p-24},
    {-0x1p-2, -0x1.be1414p-4, 0x1.9d6f8cp-8, 0x1.1b99d2p-6,
     0x1.292744p-7, 0x1.de06e4p-9, 0x1.59cbc4p-10, 0x1.d8c228p-12,
     0x1.37ddb2p-13, 0x1.916604p-15, 0x1.fb3f38p-17, 0x1.3bfe0ap-18,
     0x1.85462p-20, 0x1.db255cp-22, 0x1.1fc34ap-23, 0x1.5a4d48p-25},
    {0x1.90fa26p-24, 0x1.907434p-5, 0x1.79cf06p-7, -0x1.b7664cp-10,
     -0x1.feb04ap-10, -0x1.e6cbe4p-11, -0x1.7ab786p-12, -0x1.0da0acp-13,
     -0x1.6d3676p-15, -0x1.dedfb8p-17, -0x1.32cddep-18, -0x1.82657cp-20,
     -0x1.e0212p-22, -0x1.2718bap-23, -0x1.678c9cp-25, -0x1.b2daa6p-27},
    {0x1.554d8cp-6, -0x1.353a2p-8, -0x1.65e45ep-8, -0x1.4f7222p-11,
     0x1.b17dcap-13, 0x1.4cf9b2p-13, 0x1.27aa0ap-14, 0x1.bfe27p-16,
     0x1.3a8b7ep-17, 0x1.a68788p-19, 0x1.13706cp-20, 0x1.5f792ep-22,
     0x1.b93b38p-24, 0x1.116cdcp-25, 0x1.4f6886p-27, 0x1.97f8b2p-29},
    {0x1.cd454p-17, -0x1.8fbf9cp-9, 0x1.2ad58cp-10, 0x1.602acp-12,
     0x1.2cf93p-16, -0x1.15c7f2p-16, -0x1.52643ap-17, -0x1.1ce4c6p-18,
     -0x1.a63d24p-20, -0x1.24ebp-21, -0x1.86875cp-23, -0x1.fa3f34p-25,
     -0x1.41bf18p-26, -0x1.92f06ap-28, -0x1.f236b2p-30, -0x1.30e7fep-31},
    {-0x1.178554p-9, 0x1.2031bep-10, -0x1.8999ap-16, -0x1.5e00ap-14,
     -0x1.c3233p-17, 0x1.353a9ep-24, 0x1.0beff6p-20, 0x1.194026p-21,
     0x1.c86a78p-23, 0x1.4a8072p-24, 0x1.c61c72p-26, 0x1.2b5798p-27,
     0x1.82935ap-29, 0x1.ec6082p-31, 0x1.3373a8p-32, 0x1.7a23d2p-34},
    {0x1.752708p-14, 0x1.2b8cf2p-15, -0x1.112bfep-14, 0x1.948184p-17,
     0x1.e79344p-19, 0x1.b0f2bcp-22, -0x1.00a0f8p-25, -0x1.8c3482p-25,
     -0x1.7c4b76p-26, -0x1.3617c8p-27, -0x1.bab304p-29, -0x1.37745cp-30,
     -0x1.976fcap-32, -0x1.f4e0fp-34, -0x1.3b827cp-35, -0x1.8f06aep-37},
    {0x1.287e18p-13, -0x1.8fb9b4p-14, 0x1.558916p-16, -0x1.69e3eep-22,
     -0x1.853148p-21, -0x1.7bec4p-24, -0x1.25c0e6p-26, 0x1.677b3ap-30,
     0x1.427dcp-31, 0x1.c78514p-31, 0x1.5039a8p-32, 0x1.57817cp-33,
     0x1.b662ccp-35, 0x1.4fc384p-37, 0x1.8ea68ap-39, 0x1.53f132p-40}}};

/// (1 - a / (1 + e^-a)) / (1 + e^a) in a, by pieces of this length: [k][n], of d^k.
/// |(P - f) / f| at most 2^-26.5.
constexpr double silu_slope_tail_step = 0x1.474974p+0;
constexpr std::array<std::array<double, 16>, 10> silu_slope_tail{{
    {0x1.fffffffff6baap-2, -0x1.848b9ep-29, -0x1.94ae499e32a78p-4, -0x1.dce935703297p-5,
     -0x1.8fdbd5358f8cp-6, -0x1.26c5d23625c34p-7, -0x1.97426b3b51edp-9, -0x1.0e7af3b3710a8p-10,
     -0x1.5dcce37d7a54p-12, -0x1.bba245f7aec2fp-14, -0x1.15246feb0966cp-15, -0x1.56301a8880cp-17,
     -0x1.a273a0863df5p-19, -0x1.fba5453db4c5p-21, -0x1.31dce179cbd8p-22, -0x1.6e7673a803aep-24},
    {-0x1.fffffff5939f1p-2, -0x1.be140fdb435cp-3, 0x1.9d6f73743be8p-7, 0x1.1b99d130b41fp-5,
     0x1.29274173df1dp-6, 0x1.de06e66693258p-8, 0x1.59cbc2b3e864p-9, 0x1.d8c226da96abp-11,
     0x1.37ddaf9371308p-12, 0x1.916603a6ce258p-14, 0x1.fb3f37292695p-16, 0x1.3bfe0be21daa4p-17,
     0x1.854621cf7766cp-19, 0x1.db2558ef9d95p-21, 0x1.1fc34793dd5ep-22, 0x1.5a4d4781fe278p-24},
    {-0x1.f51da6p-26, 0x1.2c5638p-3, 0x1.1b5b66p-5, -0x1.498d4ap-8,
     -0x1.7f04f8p-8, -0x1.6d18c4p-9, -0x1.1c09ecp-10, -0x1.94713ep-12,
     -0x1.11e91p-13, -0x1.6727ccp-15, -0x1.cc34dcp-17, -0x1.21cbdep-18,
     -0x1.681898p-20, -0x1.baa568p-22, -0x1.0da9aep-23, -0x1.46241cp-25},
    {0x1.5555e8p-4, -0x1.353e82p-6, -0x1.65e2dep-6, -0x1.4f70e8p-9,
     0x1.b18892p-11, 0x1.4cf79ap-11, 0x1.27ab5ep-12, 0x1.bfe36cp-14,
     0x1.3a8dbcp-15, 0x1.a687d8p-17, 0x1.1370c8p-18, 0x1.5f7746p-20,
     0x1.b9394cp-22, 0x1.116e4ap-23, 0x1.4f6ac6p-25, 0x1.97f942p-27},
    {-0x1.5edf44p-18, -0x1.f2d864p-7, 0x1.75664ap-8, 0x1.b833p-10,
     0x1.79e69ep-14, -0x1.5b52aep-14, -0x1.a6bbc2p-15, -0x1.640252p-16,
     -0x1.07cb4ap-17, -0x1.6e2636p-19, -0x1.e824aep-21, -0x1.3c8906p-22,
     -0x1.9251fep-24, -0x1.f78822p-26, -0x1.3747bap-27, -0x1.7d16e2p-29},
    {-0x1.98a7eap-7, 0x1.b0ef1cp-8, -0x1.2cf7aep-13, -0x1.06918cp-11,
     -0x1.549938p-14, 0x1.1a1644p-21, 0x1.8f9c6ep-18, 0x1.a520a2p-19,
     0x1.548ed6p-20, 0x1.ef80bcp-22, 0x1.545194p-23, 0x1.c29072p-25,
     0x1.22bc7ep-26, 0x1.702b26p-28, 0x1.cb6956p-30, 0x1.1b5adep-31},
    {-0x1.942066p-14, 0x1.1a164p-13, -0x1.d03486p-12, 0x1.68e83cp-14,
     0x1.994ee4p-16, 0x1.770dfep-19, -0x1.241022p-22, -0x1.67987ap-22,
     -0x1.58f81ap-23, -0x1.0e3a12p-24, -0x1.8262b8p-26, -0x1.06fc5ep-27,
     -0x1.59effcp-29, -0x1.bc2fe4p-31, -0x1.19017ap-32, -0x1.5d8f5ap-34},
    {0x1.edab5ap-10, -0x1.a1bfc2p-11, 0x1.64667cp-13, -0x1.9bb51cp-19,
     -0x1.45d0ecp-18, -0x1.c8a17ep-21, -0x1.3e974p-24, 0x1.55a94ap-26,
     0x1.0dda98p-26, 0x1.e466a4p-28, 0x1.689d6ep-29, 0x1.0145eap-30,
     0x1.5a8ddcp-32, 0x1.c422b4p-34, 0x1.26e16cp-35, 0x1.71de66p-37},
    {-0x1.e83f0cp-13, 0x1.4ecf4ap-13, -0x1.662466p-16, -0x1.f4d4d4p-19,
     0x1.57d944p-21, 0x1.75047cp-23, 0x1.63ac62p-26, 0x1.a84952p-31,
     -0x1.d0c8d8p-31, -0x1.2f80e2p-31, -0x1.3d1a54p-32, -0x1.c1f5c2p-34,
     -0x1.3d8e68p-35, -0x1.b8d1bcp-37, -0x1.c4610ap-39, -0x1.2e2032p-40},
    {-0x1.5aa7e4p-14, 0x1.51bc5ap-15, -0x1.61d5fap-18, 0x1.6b92d4p-20,
     -0x1.c867cep-26, -0x1.e102c2p-26, -0x1.20472cp-34, -0x1.4de974p-33,
     -0x1.70c83cp-33, -0x1.162304p-34, 0x1.159e0ap-34, 0x1.a6d9bcp-37,
     0x1.5776a6p-38, 0x1.13bf5ap-39, -0x1.3d3a3p-43, -0x1.acd10ap-48}}};

/// 1 / ((1 + e^a) (1 + e^-a)) in a, by pieces of this length: [k][n], of d^k.
/// |(P - f) / f| at most 2^-26.4.
constexpr double sigmoid_slope_tail_step = 0x1.474974p+0;
constexpr std::array<std::array<double, 16>, 9> sigmoid_slope_tail{{
    {0x1.ffffffffbb4d5p-3, 0x1.5cead2e7e43bp-3, 0x1.118bddb41eab8p-4, 0x1.52fadb2cadfap-6,
     0x1.855c6c20badf4p-8, 0x1.b5753b0f9956p-10, 0x1.e8718f3de2dbp-12, 0x1.1036234c0721p-13,
     0x1.2f4304262057cp-15, 0x1.51cee85e77dbp-17, 0x1.7846a2db0118p-19, 0x1.a31ea4b927eep-21,
     0x1.d2d725fdafda8p-23, 0x1.03ff412dd614p-24, 0x1.2199933ac17p-26, 0x1.4292bea8a0a8p-28},
    {0x1.0b7a8ep-29, -0x1.89d772p-4, -0x1.d45a3ep-5, -0x1.44a676p-6,
     -0x1.80b4eap-8, -0x1.b3fed6p-10, -0x1.e7fd04p-12, -0x1.10240cp-13,
     -0x1.2f3d68p-15, -0x1.51cd2ap-17, -0x1.784618p-19, -0x1.a31e7ap-21,
     -0x1.d2d718p-23, -0x1.03ff4p-24, -0x1.219992p-26, -0x1.4292bep-28},
    {-0x1.000016p-4, -0x1.f02b8p-10, 0x1.47df1p-6, 0x1.28e646p-7,
     0x1.777b42p-9, 0x1.b113ecp-11, 0x1.e71418p-13, 0x1.0fffep-14,
     0x1.2f323p-16, 0x1.51c9aep-18, 0x1.784502p-20, 0x1.a31e24p-22,
     0x1.d2d6fcp-24, 0x1.03ff3ep-25, 0x1.21999p-27, 0x1.4292bep-29},
    {0x1.5d269ep-20, 0x1.123d9cp-6, -0x1.f0197ap-10, -0x1.4565d4p-9,
     -0x1.dc5eb4p-11, -0x1.1cd7d6p-12, -0x1.438196p-14, -0x1.6a49c6p-16,
     -0x1.94247p-18, -0x1.c25962p-20, -0x1.f5aedep-22, -0x1.1768f2p-23,
     -0x1.373a16p-25, -0x1.5aa916p-27, -0x1.82227ap-29, -0x1.ae193cp-31},
    {0x1.54ffbap-7, -0x1.241d28p-8, -0x1.55a18cp-10, 0x1.85565cp-12,
     0x1.accebp-13, 0x1.152326p-14, 0x1.4114d6p-16, 0x1.69872ap-18,
     0x1.93e634p-20, 0x1.c247f6p-22, 0x1.f5abp-24, 0x1.1767fep-25,
     0x1.373ac4p-27, 0x1.5aa68cp-29, 0x1.8223b8p-31, 0x1.ae18f8p-33},
    {0x1.7481b8p-15, -0x1.038132p-10, 0x1.5ea362p-11, 0x1.e4b2ep-17,
     -0x1.0d8884p-15, -0x1.a2f6aep-17, -0x1.fa219cp-19, -0x1.2017b6p-20,
     -0x1.42e698p-22, -0x1.67f4d8p-24, -0x1.91278ap-26, -0x1.bf0a9ap-28,
     -0x1.f1cbbap-30, -0x1.1578aep-31, -0x1.34c4fep-33, -0x1.57ff1ep-35},
    {-0x1.9fff78p-10, 0x1.a11b5cp-11, -0x1.14453p-13, -0x1.c37bacp-16,
     0x1.59c1ccp-19, 0x1.edddep-20, 0x1.47d416p-21, 0x1.7de2e6p-23,
     0x1.aef20cp-25, 0x1.dedb1p-27, 0x1.0ad4d8p-28, 0x1.2a187cp-30,
     0x1.4b49dp-32, 0x1.735da8p-34, 0x1.9ae13cp-36, 0x1.cac752p-38},
    {0x1.44f302p-13, -0x1.173672p-14, -0x1.6dc928p-17, 0x1.27961ap-17,
     0x1.dd9fecp-22, -0x1.a172bap-23, -0x1.5ade4p-24, -0x1.a8c632p-26,
     -0x1.df06b4p-28, -0x1.1a7b46p-29, -0x1.39ecc4p-31, -0x1.56feccp-33,
     -0x1.8552c6p-35, -0x1.9d28d2p-37, -0x1.e67448p-39, -0x1.0b7528p-40},
    {0x1.8532bp-14, -0x1.08d45ap-14, 0x1.aeb308p-17, -0x1.9553f4p-20,
     -0x1.067b46p-22, 0x1.4249eep-27, 0x1.e7bb96p-28, 0x1.49d5aep-29,
     0x1.5f8d0cp-31, 0x1.3d5fccp-32, 0x1.697e06p-34, 0x1.4d75a6p-36,
     0x1.b69b36p-38, 0x1.256136p-40, 0x1.17a2eap-41, 0x1.06d3b4p-43}}};

/// 1 / cosh^2(a) in a, by pieces of this length: [k][n], of d^k.
/// |(P - f) / f| at most 2^-26.7.
constexpr double tanh_slope_tail_step = 0x1.4p-1;
constexpr std::array<std::array<double, 16>, 9> tanh_slope_tail{{
    {0x1.ffffffffc87e1p-1, 0x1.6284c3490a34p-1, 0x1.1f25131704a6p-2, 0x1.6fcfa6db0dfdp-4,
     0x1.b3afe1fda1c75p-6, 0x1.f81bd887d166p-8, 0x1.21a7ae3b8d7fcp-9, 0x1.4c3652257fb08p-11,
     0x1.7ccec13a1cb3p-13, 0x1.b470edf0d71c6p-15, 0x1.f42ddfa4795cp-17, 0x1.1e9be779381dp-18,
     0x1.4875bcf699e6p-20, 0x1.786be94ef10bp-22, 0x1.af62e7bbb3c1p-24, 0x1.ee60865da312p-26},
    {0x1.ba02d6p-27, -0x1.893b5ep-1, -0x1.e72916p-2, -0x1.5ee892p-3,
     -0x1.addae6p-5, -0x1.f62a8cp-7, -0x1.2155b4p-8, -0x1.4c1b6p-10,
     -0x1.7cc5e8p-12, -0x1.b46e06p-14, -0x1.f42cecp-16, -0x1.1e9bcp-17,
     -0x1.4875bp-19, -0x1.786be4p-21, -0x1.af62e6p-23, -0x1.ee6086p-25},
    {-0x1.000012p+0, -0x1.b63ba6p-5, 0x1.4cbb12p-2, 0x1.3e44aep-3,
     0x1.a24ee6p-5, 0x1.f24ad2p-7, 0x1.20b1e2p-8, 0x1.4be58p-10,
     0x1.7cb436p-12, 0x1.b46836p-14, 0x1.f42b06p-16, 0x1.1e9b72p-17,
     0x1.487596p-19, 0x1.786bd8p-21, 0x1.af62e4p-23, 0x1.ee6086p-25},
    {0x1.218abep-15, 0x1.1a6af2p-1, -0x1.9c806p-5, -0x1.55d596p-4,
     -0x1.07b52cp-5, -0x1.470d72p-7, -0x1.7f38aep-9, -0x1.b9f73ap-11,
     -0x1.fb6b68p-13, -0x1.22e85ep-14, -0x1.4d6f48p-16, -0x1.7e235ep-18,
     -0x1.b5f1b8p-20, -0x1.f5e5b8p-22, -0x1.1f9758p-23, -0x1.4995aap-25},
    {0x1.550cacp-1, -0x1.1a4de6p-2, -0x1.891f3ep-4, 0x1.7b9344p-6,
     0x1.d423eep-7, 0x1.3cd65cp-8, 0x1.7bd134p-10, 0x1.b8d54cp-12,
     0x1.fb0b14p-14, 0x1.22d8cp-15, 0x1.4d68dcp-17, 0x1.7e1f3ep-19,
     0x1.b5f09cp-21, 0x1.f5e9acp-23, 0x1.1f9704p-24, 0x1.499542p-26},
    {0x1.44e7b4p-8, -0x1.276492p-3, 0x1.75da3ap-4, 0x1.ef1fd2p-9,
     -0x1.1b19aap-8, -0x1.da7e98p-10, -0x1.2a7856p-11, -0x1.5f035p-13,
     -0x1.951ef4p-15, -0x1.d128p-17, -0x1.0abee8p-18, -0x1.31cd7ep-20,
     -0x1.5e6016p-22, -0x1.91497ep-24, -0x1.cc11bap-26, -0x1.07a8f8p-27},
    {-0x1.9d0342p-2, 0x1.a982cap-3, -0x1.0b4b82p-5, -0x1.0fc34ap-7,
     0x1.230802p-11, 0x1.114a8p-11, 0x1.7fd19p-13, 0x1.d0dabcp-15,
     0x1.0de0e4p-16, 0x1.35ee6p-18, 0x1.645134p-20, 0x1.991f32p-22,
     0x1.d38b6ap-24, 0x1.0a474ap-25, 0x1.32db26p-27, 0x1.5fc136p-29},
    {0x1.2c3b76p-4, -0x1.b50f3cp-6, -0x1.1e142cp-7, 0x1.516bp-8,
     0x1.63c9f2p-12, -0x1.b4bddcp-14, -0x1.93811p-15, -0x1.fd8cdcp-17,
     -0x1.3180a2p-18, -0x1.644ffp-20, -0x1.94de36p-22, -0x1.cb21b4p-24,
     -0x1.0ba4dap-25, -0x1.3eadfep-27, -0x1.6465b6p-29, -0x1.955dfp-31},
    {0x1.99d85cp-4, -0x1.217f72p-4, 0x1.e94776p-7, -0x1.d22b64p-10,
     -0x1.28a368p-12, 0x1.2b50fep-17, 0x1.397ec4p-17, 0x1.5b1534p-19,
     0x1.f4b07p-21, 0x1.5aaecep-22, 0x1.552084p-24, 0x1.501c38p-26,
     0x1.f1eaa4p-28, 0x1.ad90b8p-29, 0x1.58a6c8p-31, 0x1.84015ep-33}}};

}  // namespace gradus::vector_math::coefficients
