#include "engine/noise_config.h"

#include <doctest/doctest.h>

using namespace dpac;

TEST_CASE("a photon at 1550 nm has 0.128 aJ") {
  CHECK(photon_energy_aj(1550) == doctest::Approx(0.12816).epsilon(1e-4));
  CHECK(photon_energy_aj(775) == doctest::Approx(2 * photon_energy_aj(1550)));
}

TEST_CASE("the average energy per MAC weighs layers by their MACs and channels equally") {
  AnalogLayer a, b;
  a.name = "a";
  a.dot_length = 10;
  a.outputs = 30;
  a.out_channels = 2;
  b = a;
  b.name = "b";
  b.outputs = 10;
  CHECK(energy_per_mac({a, b}, {{4}, {8}}) == doctest::Approx((4 * 300 + 8 * 100) / 400.0));
  CHECK(energy_per_mac({a, b}, {{2, 6}, {8}}) == doctest::Approx((4 * 300 + 8 * 100) / 400.0));
}
