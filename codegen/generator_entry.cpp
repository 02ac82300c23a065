// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one symbol that the shared object of the code generator exports.
#include "generator.hpp"
#include "gradus_fingerprint.hpp"

namespace {

void generate_into(const gradus::generator_request& request, gradus::compiled& result) {
    result = gradus::generate(request);
}

}  // namespace

extern "C" [[gnu::visibility("default")]] const gradus::generator_interface gradus_generator;
const gradus::generator_interface gradus_generator{GRADUS_FINGERPRINT, generate_into};
