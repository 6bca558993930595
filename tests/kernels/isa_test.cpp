#include "kernels/isa.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "tests/support/isa_scope.h"

using namespace dpac;

TEST_CASE("the forced instruction set is the active one") {
  // ctest runs this program once per instruction set, with DPAC_FORCE_ISA set.
  const char* forced = std::getenv("DPAC_FORCE_ISA");
  if (forced != nullptr) CHECK(name(active_isa()) == forced);
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CHECK(active_isa() == isa);
  }
}

TEST_CASE("scalar is supported everywhere and comes first") {
  CHECK(supported_isas().front() == Isa::scalar);
}

TEST_CASE("an unsupported instruction set is refused by name") {
  for (const Isa isa : {Isa::avx2, Isa::avx512, Isa::avx512_vaes}) {
    const auto& supported = supported_isas();
    if (std::find(supported.begin(), supported.end(), isa) != supported.end()) continue;
    CHECK_THROWS_WITH_AS(force_isa(isa), doctest::Contains(std::string(name(isa)).c_str()), Error);
  }
}
