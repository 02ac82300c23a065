// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Written by gradus_rule_book (tools/rule_book) from the tables of rules (stabilise.hpp, simplify.hpp).
#pragma once

#include <gradus/compiled_rule.hpp>

namespace gradus::detail {

/// The names of all rules, by row.
inline constexpr const char* rule_names[] = {
    "constant folding",
    "known condition",
    "missing axis",
    "select outermost",
    "sum of a row's select",
    "row's select outermost",
    "sum of one element",
    "softplus",
    "softplus of log1p",
    "sigmoid of exp ratio",
    "sigmoid",
    "scaled sigmoid",
    "log-sigmoid",
    "complement of sigmoid",
    "expm1",
    "negative expm1",
    "log of exp",
    "log1p",
    "log1p of difference",
    "logsumexp",
    "softmax",
    "log-softmax",
    "log-softmax of a label",
    "shifted difference",
    "shifted difference, negative",
    "shifted difference at a label",
    "cross-entropy",
    "softmax of log-softmax",
    "complement of softmax",
    "softmax less one",
    "complement of softmax at a label",
    "tanh",
    "sech squared",
    "complement of tanh",
    "tanh and one",
    "tanhshrink",
    "softsign",
    "normal distribution",
    "normal distribution, scaled",
    "normal distribution, above",
    "normal distribution, above, scaled",
    "complement of erf",
    "erf and one",
    "complement of erfc",
    "log2 of exp2",
    "GELU at infinity",
    "SiLU at infinity",
    "entropy term",
    "relative entropy term",
    "absolute value",
    "double negation",
    "negated product",
    "negated quotient",
    "negated difference",
    "negated select",
    "negated select, left",
    "zero term",
    "zero minuend",
    "subtracted constant",
    "subtracted negation",
    "negated minuend",
    "added negation",
    "sum of selects",
    "difference of selects",
    "sum of selects, apart",
    "sum of selects, apart, exchanged",
    "sum of exclusive selects",
    "sum of nested selects",
    "collected constants",
    "doubled term",
    "like terms",
    "like term",
    "repeated term",
    "repeated scaled term",
    "repeated scaled terms",
    "unit factor",
    "negative unit factor",
    "product of constants",
    "negated factor",
    "constant of a factor",
    "product with a reciprocal",
    "product with a constant quotient",
    "scaled select of constants",
    "scaled select of constants, right",
    "scaled by zero",
    "scaled by a constant",
    "unit divisor",
    "negated dividend",
    "negated divisor",
    "zeroth power",
    "first power",
    "square",
    "reciprocal",
    "absolute value of a negation",
    "nested absolute value",
    "absolute value of a square",
    "symmetry of cos",
    "oddness of sin",
    "oddness of tanh",
    "oddness of erf",
    "constant on the right of <",
    "constant on the right of <=",
    "constant on the right of >",
    "constant on the right of >=",
    "shifted comparison, >",
    "reflected comparison, >",
    "shifted comparison, >=",
    "reflected comparison, >=",
    "shifted comparison, <",
    "reflected comparison, <",
    "shifted comparison, <=",
    "reflected comparison, <=",
    "select on a negation",
    "select of equals",
    "nested select, taken",
    "nested select, not taken",
    "nested select, taken above",
    "nested select, taken below",
    "nested select, not taken above",
    "nested select, not taken below",
    "ELU",
    "ELU of slope 1",
    "CELU",
    "sum of a negation",
    "equal operands of max",
    "equal operands of min",
};

/// The nodes of all forms.
inline constexpr pattern_node book_nodes[] = {
    {op::wildcard, {0}, 0},  // 0
    {op::wildcard, {1}, 0},  // 1
    {op::wildcard, {2}, 0},  // 2
    {op::wildcard, {3}, 0},  // 3
    {op::wildcard, {4}, 0},  // 4
    {op::wildcard, {5}, 0},  // 5
    {op::wildcard, {6}, 0},  // 6
    {op::wildcard, {7}, 0},  // 7
    {op::constant, {}, 0, false, false, 1},  // 8
    {op::exp, {0}, 1},  // 9
    {op::add, {8, 9}, 2, true},  // 10
    {op::log, {10}, 1},  // 11
    {op::softplus, {0}, 1},  // 12
    {op::log1p, {9}, 1},  // 13
    {op::div, {9, 10}, 2},  // 14
    {op::sigmoid, {0}, 1},  // 15
    {op::div, {8, 10}, 2},  // 16
    {op::neg, {0}, 1},  // 17
    {op::sigmoid, {17}, 1},  // 18
    {op::div, {1, 10}, 2},  // 19
    {op::mul, {1, 18}, 2, true},  // 20
    {op::log, {15}, 1},  // 21
    {op::softplus, {17}, 1},  // 22
    {op::neg, {22}, 1},  // 23
    {op::sub, {8, 15}, 2},  // 24
    {op::constant, {}, 0, false, false, -1},  // 25
    {op::add, {9, 25}, 2, true},  // 26
    {op::expm1, {0}, 1},  // 27
    {op::sub, {8, 9}, 2},  // 28
    {op::neg, {27}, 1},  // 29
    {op::log, {9}, 1},  // 30
    {op::add, {8, 0}, 2, true},  // 31
    {op::log, {31}, 1},  // 32
    {op::log1p, {0}, 1},  // 33
    {op::sub, {8, 0}, 2},  // 34
    {op::log, {34}, 1},  // 35
    {op::log1p, {17}, 1},  // 36
    {op::reduce_sum, {9}, 1, false, true},  // 37
    {op::log, {37}, 1},  // 38
    {op::logsumexp, {0}, 1, false, true},  // 39
    {op::div, {9, 37}, 2},  // 40
    {op::softmax, {0}, 1, false, true},  // 41
    {op::log, {41}, 1},  // 42
    {op::log_softmax, {0}, 1, false, true},  // 43
    {op::at, {41, 1}, 2, false, true},  // 44
    {op::log, {44}, 1},  // 45
    {op::at, {43, 1}, 2, false, true},  // 46
    {op::sub, {0, 39}, 2},  // 47
    {op::sub, {39, 0}, 2},  // 48
    {op::neg, {43}, 1},  // 49
    {op::at, {0, 1}, 2, false, true},  // 50
    {op::sub, {50, 39}, 2},  // 51
    {op::sub, {39, 50}, 2},  // 52
    {op::neg, {46}, 1},  // 53
    {op::exp, {43}, 1},  // 54
    {op::sub, {8, 41}, 2},  // 55
    {op::softmax_complement, {0}, 1, false, true},  // 56
    {op::add, {41, 25}, 2, true},  // 57
    {op::neg, {56}, 1},  // 58
    {op::sub, {8, 44}, 2},  // 59
    {op::at, {56, 1}, 2, false, true},  // 60
    {op::exp, {17}, 1},  // 61
    {op::sub, {9, 61}, 2},  // 62
    {op::add, {9, 61}, 2, true},  // 63
    {op::div, {62, 63}, 2},  // 64
    {op::tanh, {0}, 1},  // 65
    {op::mul, {65, 65}, 2, true},  // 66
    {op::sub, {8, 66}, 2},  // 67
    {op::constant, {}, 0, false, false, 4},  // 68
    {op::constant, {}, 0, false, false, 2},  // 69
    {op::mul, {69, 0}, 2, true},  // 70
    {op::sigmoid, {70}, 1},  // 71
    {op::constant, {}, 0, false, false, -2},  // 72
    {op::mul, {72, 0}, 2, true},  // 73
    {op::sigmoid, {73}, 1},  // 74
    {op::mul, {71, 74}, 2, true},  // 75
    {op::mul, {68, 75}, 2, true},  // 76
    {op::sub, {8, 65}, 2},  // 77
    {op::mul, {69, 74}, 2, true},  // 78
    {op::add, {8, 65}, 2, true},  // 79
    {op::mul, {69, 71}, 2, true},  // 80
    {op::sub, {0, 65}, 2},  // 81
    {op::tanhshrink, {0}, 1},  // 82
    {op::abs, {0}, 1},  // 83
    {op::add, {8, 83}, 2, true},  // 84
    {op::div, {0, 84}, 2},  // 85
    {op::softsign, {0}, 1},  // 86
    {op::constant, {}, 0, false, false, 1.4142135623730951},  // 87
    {op::div, {0, 87}, 2},  // 88
    {op::erf, {88}, 1},  // 89
    {op::add, {8, 89}, 2, true},  // 90
    {op::normal_cdf, {0}, 1},  // 91
    {op::mul, {69, 91}, 2, true},  // 92
    {op::constant, {}, 0, false, false, 0.7071067811865476},  // 93
    {op::mul, {93, 0}, 2, true},  // 94
    {op::erf, {94}, 1},  // 95
    {op::add, {8, 95}, 2, true},  // 96
    {op::sub, {8, 89}, 2},  // 97
    {op::normal_cdf, {17}, 1},  // 98
    {op::mul, {69, 98}, 2, true},  // 99
    {op::sub, {8, 95}, 2},  // 100
    {op::erf, {0}, 1},  // 101
    {op::sub, {8, 101}, 2},  // 102
    {op::erfc, {0}, 1},  // 103
    {op::add, {8, 101}, 2, true},  // 104
    {op::erfc, {17}, 1},  // 105
    {op::sub, {8, 103}, 2},  // 106
    {op::exp2, {0}, 1},  // 107
    {op::log2, {107}, 1},  // 108
    {op::mul, {0, 91}, 2, true},  // 109
    {op::constant, {}, 0, false, false, infinity},  // 110
    {op::greater_equal, {0, 110}, 2},  // 111
    {op::constant, {}, 0, false, false, -infinity},  // 112
    {op::less_equal, {0, 112}, 2},  // 113
    {op::constant, {}, 0},  // 114
    {op::where, {113, 114, 109}, 3},  // 115
    {op::where, {111, 0, 115}, 3},  // 116
    {op::mul, {0, 15}, 2, true},  // 117
    {op::where, {113, 114, 117}, 3},  // 118
    {op::where, {111, 0, 118}, 3},  // 119
    {op::log, {0}, 1},  // 120
    {op::mul, {0, 120}, 2, true},  // 121
    {op::scaled, {0, 120}, 2},  // 122
    {op::div, {0, 1}, 2},  // 123
    {op::log, {123}, 1},  // 124
    {op::mul, {0, 124}, 2, true},  // 125
    {op::scaled, {0, 124}, 2},  // 126
    {op::mul, {0, 0}, 2, true},  // 127
    {op::sqrt, {127}, 1},  // 128
    {op::neg, {17}, 1},  // 129
    {op::mul, {6, 0}, 2, true},  // 130
    {op::neg, {130}, 1},  // 131
    {op::neg, {6}, 1},  // 132
    {op::mul, {132, 0}, 2, true},  // 133
    {op::div, {6, 0}, 2},  // 134
    {op::neg, {134}, 1},  // 135
    {op::div, {132, 0}, 2},  // 136
    {op::sub, {0, 1}, 2},  // 137
    {op::neg, {137}, 1},  // 138
    {op::sub, {1, 0}, 2},  // 139
    {op::where, {0, 1, 6}, 3},  // 140
    {op::neg, {140}, 1},  // 141
    {op::neg, {1}, 1},  // 142
    {op::where, {0, 142, 132}, 3},  // 143
    {op::where, {0, 6, 1}, 3},  // 144
    {op::neg, {144}, 1},  // 145
    {op::where, {0, 132, 142}, 3},  // 146
    {op::add, {0, 114}, 2, true},  // 147
    {op::sub, {114, 0}, 2},  // 148
    {op::sub, {0, 6}, 2},  // 149
    {op::add, {0, 132}, 2, true},  // 150
    {op::sub, {0, 142}, 2},  // 151
    {op::add, {0, 1}, 2, true},  // 152
    {op::sub, {17, 1}, 2},  // 153
    {op::neg, {152}, 1},  // 154
    {op::add, {0, 142}, 2, true},  // 155
    {op::where, {0, 1, 2}, 3},  // 156
    {op::where, {0, 3, 4}, 3},  // 157
    {op::add, {156, 157}, 2, true},  // 158
    {op::add, {1, 3}, 2, true},  // 159
    {op::add, {2, 4}, 2, true},  // 160
    {op::where, {0, 159, 160}, 3},  // 161
    {op::sub, {156, 157}, 2},  // 162
    {op::sub, {1, 3}, 2},  // 163
    {op::sub, {2, 4}, 2},  // 164
    {op::where, {0, 163, 164}, 3},  // 165
    {op::where, {0, 1, 114}, 3},  // 166
    {op::add, {166, 5}, 2, true},  // 167
    {op::where, {0, 114, 4}, 3},  // 168
    {op::add, {167, 168}, 2, true},  // 169
    {op::where, {0, 1, 4}, 3},  // 170
    {op::add, {170, 5}, 2, true},  // 171
    {op::where, {0, 114, 2}, 3},  // 172
    {op::add, {172, 5}, 2, true},  // 173
    {op::where, {0, 3, 114}, 3},  // 174
    {op::add, {173, 174}, 2, true},  // 175
    {op::where, {0, 3, 2}, 3},  // 176
    {op::add, {176, 5}, 2, true},  // 177
    {op::where, {0, 114, 3}, 3},  // 178
    {op::where, {2, 114, 178}, 3},  // 179
    {op::add, {166, 179}, 2, true},  // 180
    {op::where, {2, 114, 3}, 3},  // 181
    {op::where, {0, 1, 181}, 3},  // 182
    {op::where, {2, 114, 168}, 3},  // 183
    {op::add, {182, 183}, 2, true},  // 184
    {op::add, {3, 4}, 2, true},  // 185
    {op::where, {2, 114, 185}, 3},  // 186
    {op::where, {0, 1, 186}, 3},  // 187
    {op::add, {0, 6}, 2, true},  // 188
    {op::add, {188, 7}, 2, true},  // 189
    {op::add, {6, 7}, 2, true},  // 190
    {op::add, {0, 190}, 2, true},  // 191
    {op::add, {0, 0}, 2, true},  // 192
    {op::mul, {7, 0}, 2, true},  // 193
    {op::add, {130, 193}, 2, true},  // 194
    {op::mul, {190, 0}, 2, true},  // 195
    {op::add, {130, 0}, 2, true},  // 196
    {op::add, {6, 8}, 2, true},  // 197
    {op::mul, {197, 0}, 2, true},  // 198
    {op::add, {152, 1}, 2, true},  // 199
    {op::mul, {69, 1}, 2, true},  // 200
    {op::add, {0, 200}, 2, true},  // 201
    {op::mul, {6, 1}, 2, true},  // 202
    {op::add, {0, 202}, 2, true},  // 203
    {op::add, {203, 1}, 2, true},  // 204
    {op::mul, {197, 1}, 2, true},  // 205
    {op::add, {0, 205}, 2, true},  // 206
    {op::mul, {7, 1}, 2, true},  // 207
    {op::add, {203, 207}, 2, true},  // 208
    {op::mul, {190, 1}, 2, true},  // 209
    {op::add, {0, 209}, 2, true},  // 210
    {op::mul, {8, 0}, 2, true},  // 211
    {op::mul, {25, 0}, 2, true},  // 212
    {op::mul, {6, 193}, 2, true},  // 213
    {op::mul, {6, 7}, 2, true},  // 214
    {op::mul, {214, 0}, 2, true},  // 215
    {op::mul, {17, 1}, 2, true},  // 216
    {op::mul, {0, 1}, 2, true},  // 217
    {op::neg, {217}, 1},  // 218
    {op::mul, {130, 1}, 2, true},  // 219
    {op::mul, {6, 217}, 2, true},  // 220
    {op::div, {8, 1}, 2},  // 221
    {op::mul, {0, 221}, 2, true},  // 222
    {op::div, {6, 1}, 2},  // 223
    {op::mul, {0, 223}, 2, true},  // 224
    {op::div, {130, 1}, 2},  // 225
    {op::where, {0, 7, 1}, 3},  // 226
    {op::mul, {6, 226}, 2, true},  // 227
    {op::where, {0, 214, 202}, 3},  // 228
    {op::where, {0, 1, 7}, 3},  // 229
    {op::mul, {6, 229}, 2, true},  // 230
    {op::where, {0, 202, 214}, 3},  // 231
    {op::scaled, {114, 0}, 2},  // 232
    {op::scaled, {6, 0}, 2},  // 233
    {op::div, {0, 8}, 2},  // 234
    {op::div, {17, 1}, 2},  // 235
    {op::neg, {123}, 1},  // 236
    {op::div, {0, 142}, 2},  // 237
    {op::pow, {0, 114}, 2},  // 238
    {op::pow, {0, 8}, 2},  // 239
    {op::pow, {0, 69}, 2},  // 240
    {op::pow, {0, 25}, 2},  // 241
    {op::div, {8, 0}, 2},  // 242
    {op::abs, {17}, 1},  // 243
    {op::abs, {83}, 1},  // 244
    {op::abs, {127}, 1},  // 245
    {op::cos, {17}, 1},  // 246
    {op::cos, {0}, 1},  // 247
    {op::sin, {17}, 1},  // 248
    {op::sin, {0}, 1},  // 249
    {op::neg, {249}, 1},  // 250
    {op::tanh, {17}, 1},  // 251
    {op::neg, {65}, 1},  // 252
    {op::erf, {17}, 1},  // 253
    {op::neg, {101}, 1},  // 254
    {op::less, {6, 0}, 2},  // 255
    {op::greater, {0, 6}, 2},  // 256
    {op::less_equal, {6, 0}, 2},  // 257
    {op::greater_equal, {0, 6}, 2},  // 258
    {op::greater, {6, 0}, 2},  // 259
    {op::less, {0, 6}, 2},  // 260
    {op::greater_equal, {6, 0}, 2},  // 261
    {op::less_equal, {0, 6}, 2},  // 262
    {op::greater, {188, 7}, 2},  // 263
    {op::sub, {7, 6}, 2},  // 264
    {op::greater, {0, 264}, 2},  // 265
    {op::sub, {6, 0}, 2},  // 266
    {op::greater, {266, 7}, 2},  // 267
    {op::sub, {6, 7}, 2},  // 268
    {op::less, {0, 268}, 2},  // 269
    {op::greater_equal, {188, 7}, 2},  // 270
    {op::greater_equal, {0, 264}, 2},  // 271
    {op::greater_equal, {266, 7}, 2},  // 272
    {op::less_equal, {0, 268}, 2},  // 273
    {op::less, {188, 7}, 2},  // 274
    {op::less, {0, 264}, 2},  // 275
    {op::less, {266, 7}, 2},  // 276
    {op::greater, {0, 268}, 2},  // 277
    {op::less_equal, {188, 7}, 2},  // 278
    {op::less_equal, {0, 264}, 2},  // 279
    {op::less_equal, {266, 7}, 2},  // 280
    {op::greater_equal, {0, 268}, 2},  // 281
    {op::logical_not, {0}, 1},  // 282
    {op::where, {282, 1, 2}, 3},  // 283
    {op::where, {0, 2, 1}, 3},  // 284
    {op::where, {0, 1, 1}, 3},  // 285
    {op::where, {0, 156, 3}, 3},  // 286
    {op::where, {0, 1, 3}, 3},  // 287
    {op::where, {0, 2, 3}, 3},  // 288
    {op::where, {0, 1, 288}, 3},  // 289
    {op::greater, {0, 1}, 2},  // 290
    {op::greater_equal, {0, 1}, 2},  // 291
    {op::where, {291, 2, 3}, 3},  // 292
    {op::where, {290, 292, 4}, 3},  // 293
    {op::where, {290, 2, 4}, 3},  // 294
    {op::less, {0, 1}, 2},  // 295
    {op::less_equal, {0, 1}, 2},  // 296
    {op::where, {296, 2, 3}, 3},  // 297
    {op::where, {295, 297, 4}, 3},  // 298
    {op::where, {295, 2, 4}, 3},  // 299
    {op::where, {290, 3, 4}, 3},  // 300
    {op::where, {291, 2, 300}, 3},  // 301
    {op::where, {291, 2, 4}, 3},  // 302
    {op::where, {295, 3, 4}, 3},  // 303
    {op::where, {296, 2, 303}, 3},  // 304
    {op::where, {296, 2, 4}, 3},  // 305
    {op::max, {0, 114}, 2, true},  // 306
    {op::mul, {6, 27}, 2, true},  // 307
    {op::min, {307, 114}, 2, true},  // 308
    {op::add, {306, 308}, 2, true},  // 309
    {op::greater, {0, 114}, 2},  // 310
    {op::where, {310, 0, 307}, 3},  // 311
    {op::min, {27, 114}, 2, true},  // 312
    {op::add, {306, 312}, 2, true},  // 313
    {op::where, {310, 0, 27}, 3},  // 314
    {op::div, {0, 6}, 2},  // 315
    {op::expm1, {315}, 1},  // 316
    {op::mul, {6, 316}, 2, true},  // 317
    {op::min, {317, 114}, 2, true},  // 318
    {op::add, {306, 318}, 2, true},  // 319
    {op::where, {310, 0, 317}, 3},  // 320
    {op::reduce_sum, {17}, 1, false, true},  // 321
    {op::reduce_sum, {0}, 1, false, true},  // 322
    {op::neg, {322}, 1},  // 323
    {op::max, {0, 0}, 2, true},  // 324
    {op::min, {0, 0}, 2, true},  // 325
};

/// The rules that are patterns, by root and row.
inline constexpr compiled_rule book_rules[] = {
    {op::neg, 129, 0, 50, nullptr, false, {op::neg, op::wildcard}},  // double negation
    {op::neg, 131, 133, 51, nullptr, false, {op::mul, op::wildcard}},  // negated product
    {op::neg, 135, 136, 52, nullptr, false, {op::div, op::wildcard}},  // negated quotient
    {op::neg, 138, 139, 53, nullptr, false, {op::sub, op::wildcard}},  // negated difference
    {op::neg, 141, 143, 54, nullptr, false, {op::where, op::wildcard}},  // negated select
    {op::neg, 145, 146, 55, nullptr, false, {op::where, op::wildcard}},  // negated select, left
    {op::abs, 243, 83, 93, nullptr, false, {op::neg, op::wildcard}},  // absolute value of a negation
    {op::abs, 244, 83, 94, nullptr, false, {op::abs, op::wildcard}},  // nested absolute value
    {op::abs, 245, 127, 95, nullptr, false, {op::mul, op::wildcard}},  // absolute value of a square
    {op::exp, 54, 41, 27, nullptr, false, {op::log_softmax, op::wildcard}},  // softmax of log-softmax
    {op::log, 11, 12, 7, nullptr, false, {op::add, op::wildcard}},  // softplus
    {op::log, 21, 23, 12, nullptr, false, {op::sigmoid, op::wildcard}},  // log-sigmoid
    {op::log, 30, 0, 16, nullptr, false, {op::exp, op::wildcard}},  // log of exp
    {op::log, 32, 33, 17, nullptr, false, {op::add, op::wildcard}},  // log1p
    {op::log, 35, 36, 18, nullptr, false, {op::sub, op::wildcard}},  // log1p of difference
    {op::log, 38, 39, 19, nullptr, false, {op::reduce_sum, op::wildcard}},  // logsumexp
    {op::log, 42, 43, 21, nullptr, false, {op::softmax, op::wildcard}},  // log-softmax
    {op::log, 45, 46, 22, nullptr, false, {op::at, op::wildcard}},  // log-softmax of a label
    {op::log2, 108, 0, 44, nullptr, false, {op::exp2, op::wildcard}},  // log2 of exp2
    {op::log1p, 13, 12, 8, nullptr, false, {op::exp, op::wildcard}},  // softplus of log1p
    {op::sqrt, 128, 83, 49, nullptr, false, {op::mul, op::wildcard}},  // absolute value
    {op::tanh, 251, 252, 98, nullptr, false, {op::neg, op::wildcard}},  // oddness of tanh
    {op::erf, 253, 254, 99, nullptr, false, {op::neg, op::wildcard}},  // oddness of erf
    {op::sin, 248, 250, 97, nullptr, false, {op::neg, op::wildcard}},  // oddness of sin
    {op::cos, 246, 247, 96, nullptr, false, {op::neg, op::wildcard}},  // symmetry of cos
    {op::add, 26, 27, 14, nullptr, false, {op::exp, op::constant}},  // expm1
    {op::add, 57, 58, 29, nullptr, false, {op::softmax, op::constant}},  // softmax less one
    {op::add, 79, 80, 34, nullptr, false, {op::constant, op::tanh}},  // tanh and one
    {op::add, 90, 92, 37, nullptr, false, {op::constant, op::erf}},  // normal distribution
    {op::add, 96, 92, 38, nullptr, false, {op::constant, op::erf}},  // normal distribution, scaled
    {op::add, 104, 105, 42, nullptr, false, {op::constant, op::erf}},  // erf and one
    {op::add, 147, 0, 56, nullptr, false, {op::wildcard, op::constant}},  // zero term
    {op::add, 155, 137, 61, nullptr, false, {op::wildcard, op::neg}},  // added negation
    {op::add, 158, 161, 62, nullptr, false, {op::where, op::where}},  // sum of selects
    {op::add, 169, 171, 64, nullptr, false, {op::add, op::where}},  // sum of selects, apart
    {op::add, 175, 177, 65, nullptr, false, {op::add, op::where}},  // sum of selects, apart, exchanged
    {op::add, 180, 182, 66, nullptr, false, {op::where, op::where}},  // sum of exclusive selects
    {op::add, 184, 187, 67, nullptr, false, {op::where, op::where}},  // sum of nested selects
    {op::add, 189, 191, 68, collectable, false, {op::add, op::constant}},  // collected constants
    {op::add, 192, 70, 69, nullptr, false, {op::wildcard, op::wildcard}},  // doubled term
    {op::add, 194, 195, 70, collectable, false, {op::mul, op::mul}},  // like terms
    {op::add, 196, 198, 71, one_more, false, {op::mul, op::wildcard}},  // like term
    {op::add, 199, 201, 72, nullptr, false, {op::add, op::wildcard}},  // repeated term
    {op::add, 204, 206, 73, one_more, false, {op::add, op::wildcard}},  // repeated scaled term
    {op::add, 208, 210, 74, collectable, false, {op::add, op::mul}},  // repeated scaled terms
    {op::add, 309, 311, 120, positive, false, {op::max, op::min}},  // ELU
    {op::add, 313, 314, 121, nullptr, false, {op::max, op::min}},  // ELU of slope 1
    {op::add, 319, 320, 122, positive, false, {op::max, op::min}},  // CELU
    {op::sub, 24, 18, 13, nullptr, false, {op::constant, op::sigmoid}},  // complement of sigmoid
    {op::sub, 28, 29, 15, nullptr, false, {op::constant, op::exp}},  // negative expm1
    {op::sub, 47, 43, 23, nullptr, false, {op::wildcard, op::logsumexp}},  // shifted difference
    {op::sub, 48, 49, 24, nullptr, false, {op::logsumexp, op::wildcard}},  // shifted difference, negative
    {op::sub, 51, 46, 25, nullptr, false, {op::at, op::logsumexp}},  // shifted difference at a label
    {op::sub, 52, 53, 26, nullptr, false, {op::logsumexp, op::at}},  // cross-entropy
    {op::sub, 55, 56, 28, nullptr, false, {op::constant, op::softmax}},  // complement of softmax
    {op::sub, 59, 60, 30, nullptr, false, {op::constant, op::at}},  // complement of softmax at a label
    {op::sub, 67, 76, 32, nullptr, false, {op::constant, op::mul}},  // sech squared
    {op::sub, 77, 78, 33, nullptr, false, {op::constant, op::tanh}},  // complement of tanh
    {op::sub, 81, 82, 35, nullptr, false, {op::wildcard, op::tanh}},  // tanhshrink
    {op::sub, 97, 99, 39, nullptr, false, {op::constant, op::erf}},  // normal distribution, above
    {op::sub, 100, 99, 40, nullptr, false, {op::constant, op::erf}},  // normal distribution, above, scaled
    {op::sub, 102, 103, 41, nullptr, false, {op::constant, op::erf}},  // complement of erf
    {op::sub, 106, 101, 43, nullptr, false, {op::constant, op::erfc}},  // complement of erfc
    {op::sub, 148, 17, 57, nullptr, false, {op::constant, op::wildcard}},  // zero minuend
    {op::sub, 149, 150, 58, nullptr, false, {op::wildcard, op::constant}},  // subtracted constant
    {op::sub, 151, 152, 59, nullptr, false, {op::wildcard, op::neg}},  // subtracted negation
    {op::sub, 153, 154, 60, nullptr, false, {op::neg, op::wildcard}},  // negated minuend
    {op::sub, 162, 165, 63, nullptr, false, {op::where, op::where}},  // difference of selects
    {op::mul, 109, 116, 45, nullptr, false, {op::wildcard, op::normal_cdf}},  // GELU at infinity
    {op::mul, 117, 119, 46, nullptr, false, {op::wildcard, op::sigmoid}},  // SiLU at infinity
    {op::mul, 121, 122, 47, nullptr, false, {op::wildcard, op::log}},  // entropy term
    {op::mul, 125, 126, 48, nullptr, true, {op::wildcard, op::log}},  // relative entropy term
    {op::mul, 211, 0, 75, nullptr, false, {op::constant, op::wildcard}},  // unit factor
    {op::mul, 212, 17, 76, nullptr, false, {op::constant, op::wildcard}},  // negative unit factor
    {op::mul, 213, 215, 77, nullptr, false, {op::constant, op::mul}},  // product of constants
    {op::mul, 216, 218, 78, nullptr, false, {op::neg, op::wildcard}},  // negated factor
    {op::mul, 219, 220, 79, nullptr, false, {op::mul, op::wildcard}},  // constant of a factor
    {op::mul, 222, 123, 80, nullptr, false, {op::wildcard, op::div}},  // product with a reciprocal
    {op::mul, 224, 225, 81, nullptr, false, {op::wildcard, op::div}},  // product with a constant quotient
    {op::mul, 227, 228, 82, nullptr, false, {op::constant, op::where}},  // scaled select of constants
    {op::mul, 230, 231, 83, nullptr, false, {op::constant, op::where}},  // scaled select of constants, right
    {op::div, 14, 15, 9, nullptr, false, {op::exp, op::add}},  // sigmoid of exp ratio
    {op::div, 16, 18, 10, nullptr, false, {op::constant, op::add}},  // sigmoid
    {op::div, 19, 20, 11, nullptr, false, {op::wildcard, op::add}},  // scaled sigmoid
    {op::div, 40, 41, 20, nullptr, false, {op::exp, op::reduce_sum}},  // softmax
    {op::div, 64, 65, 31, nullptr, false, {op::sub, op::add}},  // tanh
    {op::div, 85, 86, 36, nullptr, false, {op::wildcard, op::add}},  // softsign
    {op::div, 234, 0, 86, nullptr, false, {op::wildcard, op::constant}},  // unit divisor
    {op::div, 235, 236, 87, nullptr, false, {op::neg, op::wildcard}},  // negated dividend
    {op::div, 237, 236, 88, nullptr, false, {op::wildcard, op::neg}},  // negated divisor
    {op::scaled, 232, 114, 84, nullptr, false, {op::constant, op::wildcard}},  // scaled by zero
    {op::scaled, 233, 130, 85, nullptr, false, {op::constant, op::wildcard}},  // scaled by a constant
    {op::pow, 238, 8, 89, nullptr, false, {op::wildcard, op::constant}},  // zeroth power
    {op::pow, 239, 0, 90, nullptr, false, {op::wildcard, op::constant}},  // first power
    {op::pow, 240, 127, 91, nullptr, false, {op::wildcard, op::constant}},  // square
    {op::pow, 241, 242, 92, nullptr, false, {op::wildcard, op::constant}},  // reciprocal
    {op::min, 325, 0, 125, nullptr, false, {op::wildcard, op::wildcard}},  // equal operands of min
    {op::max, 324, 0, 124, nullptr, false, {op::wildcard, op::wildcard}},  // equal operands of max
    {op::less, 255, 256, 100, nullptr, false, {op::constant, op::wildcard}},  // constant on the right of <
    {op::less, 274, 275, 108, exact_difference, false, {op::add, op::constant}},  // shifted comparison, <
    {op::less, 276, 277, 109, exact_difference, false, {op::sub, op::constant}},  // reflected comparison, <
    {op::less_equal, 257, 258, 101, nullptr, false, {op::constant, op::wildcard}},  // constant on the right of <=
    {op::less_equal, 278, 279, 110, exact_difference, false, {op::add, op::constant}},  // shifted comparison, <=
    {op::less_equal, 280, 281, 111, exact_difference, false, {op::sub, op::constant}},  // reflected comparison, <=
    {op::greater, 259, 260, 102, nullptr, false, {op::constant, op::wildcard}},  // constant on the right of >
    {op::greater, 263, 265, 104, exact_difference, false, {op::add, op::constant}},  // shifted comparison, >
    {op::greater, 267, 269, 105, exact_difference, false, {op::sub, op::constant}},  // reflected comparison, >
    {op::greater_equal, 261, 262, 103, nullptr, false, {op::constant, op::wildcard}},  // constant on the right of >=
    {op::greater_equal, 270, 271, 106, exact_difference, false, {op::add, op::constant}},  // shifted comparison, >=
    {op::greater_equal, 272, 273, 107, exact_difference, false, {op::sub, op::constant}},  // reflected comparison, >=
    {op::where, 283, 284, 112, nullptr, false, {op::logical_not, op::wildcard}},  // select on a negation
    {op::where, 285, 1, 113, nullptr, false, {op::wildcard, op::wildcard}},  // select of equals
    {op::where, 286, 287, 114, nullptr, false, {op::wildcard, op::where}},  // nested select, taken
    {op::where, 289, 287, 115, nullptr, false, {op::wildcard, op::wildcard}},  // nested select, not taken
    {op::where, 293, 294, 116, nullptr, false, {op::greater, op::where}},  // nested select, taken above
    {op::where, 298, 299, 117, nullptr, false, {op::less, op::where}},  // nested select, taken below
    {op::where, 301, 302, 118, nullptr, false, {op::greater_equal, op::wildcard}},  // nested select, not taken above
    {op::where, 304, 305, 119, nullptr, false, {op::less_equal, op::wildcard}},  // nested select, not taken below
    {op::reduce_sum, 321, 323, 123, nullptr, false, {op::neg, op::wildcard}},  // sum of a negation
};

}  // namespace gradus::detail
