#include "engine/noise/noise_config.h"

#include <doctest/doctest.h>

#include "engine/noise/energy.h"
#include "kernels/error.h"

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
  a.macs = 300;
  a.out_channels = 2;
  b = a;
  b.name = "b";
  b.outputs = 10;
  b.macs = 100;
  const auto ledger_of = [&](const Energies& energies, const Repeats& repeats) {
    return energy_ledger({a, b}, {.kind = NoiseKind::shot, .energies = energies, .repeats = repeats});
  };
  const double expected = (4 * 300 + 8 * 100) / 400.0;
  CHECK(ledger_of({{4}, {8}}, {}).energy_per_mac == doctest::Approx(expected));
  CHECK(ledger_of({{2, 6}, {8}}, {}).energy_per_mac == doctest::Approx(expected));
  const EnergyLedger repeated = ledger_of({{1}, {2}}, {{2, 6}, {4}});
  CHECK(repeated.energy_per_mac == doctest::Approx(expected));
  CHECK(repeated.energy_per_inference == doctest::Approx(2000));
  CHECK(repeated.total_repeats == 10);
  CHECK(repeated.layers[0].repeats == 6);
  CHECK(repeated.layers[0].share == doctest::Approx(0.6));
}

TEST_CASE("energies as whole repeats: rounded, never below 1") {
  AnalogLayer layer;
  layer.name = "a";
  layer.out_channels = 4;
  const Energies whole = rounded({{0.2f, 1.5f, 2.5f, 7.4f}});
  CHECK(whole == Energies{{1, 2, 2, 7}});
  CHECK(as_repeats({layer}, whole) == Repeats{{1, 2, 2, 7}});
  CHECK_THROWS_WITH_AS(as_repeats({layer}, {{1e6f}}), doctest::Contains("layer 'a': an energy of 1000000"),
                       Error);
}

TEST_CASE("bad noise is refused by name") {
  AnalogLayer layer;
  layer.name = "a";
  layer.out_channels = 4;
  const auto check = [&](const NoiseConfig& config) { check_noise({layer}, config); };
  const NoiseConfig good{.kind = NoiseKind::thermal, .energies = {{1}}, .repeats = {{1, 2, 3, 4}}};
  CHECK_NOTHROW(check(good));
  NoiseConfig bad = good;
  bad.repeats = {{0}};
  CHECK_THROWS_WITH_AS(check(bad), doctest::Contains("layer 'a': 0 repeats were asked for"), Error);
  bad.repeats = {{1, 2}};
  CHECK_THROWS_WITH_AS(
      check(bad), doctest::Contains("2 repeats were given, expected 1 or one per output channel (4)"), Error);
  bad = good;
  bad.sigma_thermal = -0.1;
  CHECK_THROWS_WITH_AS(check(bad), doctest::Contains("sigma of thermal noise is -0.1"), Error);
  bad = good;
  bad.energies = {{1}, {1}};
  CHECK_THROWS_WITH_AS(check(bad), doctest::Contains("energies for 2 layers were given"), Error);
}
