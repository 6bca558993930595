#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/analog_backward.h"
#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"

using namespace dpac;

namespace {

/// Pixels [begin, begin + count) of a larger map of the same channels and block.
struct Part {
  int64_t begin, count;
};

/// What a part holds, as a map of its own.
std::vector<float> cut(const BlockedMap& map, const std::vector<float>& values, Part part) {
  std::vector<float> own;
  for (int64_t b = 0; b < map.blocks(); ++b) {
    const auto first = values.begin() + (b * map.pixels + part.begin) * map.block;
    own.insert(own.end(), first, first + part.count * map.block);
  }
  return own;
}

/// An epilogue with noise, and what it and its backward give.
struct Problem {
  BlockedMap map;
  std::vector<PixelRun> runs = {};
  ElementPixels elements = {};
  std::vector<float> y, gradient, scales;
  std::vector<double> sums = std::vector<double>(static_cast<std::size_t>(map.padded_channels()));
  std::vector<float> slopes = std::vector<float>(y.size());

  /// Adds to what `y`, `slopes`, `gradient` and `sums` hold of other runs.
  void run(const NoiseKey& key) {
    const std::vector<float> gains =
        test::random_values(static_cast<std::size_t>(map.padded_channels()), 1, 0.1f, 1.0f);
    run_analog_epilogue({.map = map,
                         .runs = runs,
                         .gains = gains.data(),
                         .scales = scales.data(),
                         .elements = elements,
                         .activation = Activation::gelu,
                         .slopes = slopes.data()},
                        key, y.data(), y.data(), nullptr);
    run_analog_backward({.map = map,
                         .runs = runs,
                         .elements = elements,
                         .gains = gains.data(),
                         .scales = scales.data(),
                         .slopes = slopes.data()},
                        NoiseSum::product, key, gradient.data(), sums.data());
  }
};

Problem whole(const BlockedMap& map) {
  const auto size = static_cast<std::size_t>(map.size());
  return {.map = map,
          .y = test::random_values(size, 2),
          .gradient = test::random_values(size, 3),
          .scales = test::random_values(static_cast<std::size_t>(map.pixels), 4, 0.5f, 2.0f)};
}

Problem part_of(const Problem& problem, Part part) {
  const auto scales = problem.scales.begin() + part.begin;
  return {.map = {problem.map.channels, part.count, problem.map.block},
          .runs = {{0, part.count, 0}},
          .y = cut(problem.map, problem.y, part),
          .gradient = cut(problem.map, problem.gradient, part),
          .scales = {scales, scales + part.count}};
}

void check_equal(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  CHECK(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

void check_part(const Problem& together, const Problem& alone, Part part) {
  check_equal(cut(together.map, together.y, part), alone.y);
  check_equal(cut(together.map, together.slopes, part), alone.slopes);
  check_equal(cut(together.map, together.gradient, part), alone.gradient);
}

const std::vector<BlockedMap> kMaps = {{40, 33, 8}, {40, 33, 16}, {40, 33, 48}, {64, 33, 32}};

}  // namespace

TEST_CASE("samples side by side have the noise they have in maps of their own") {
  const test::IsaScope scope;
  const Part parts[] = {{0, 12}, {12, 21}};
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    for (const BlockedMap& map : kMaps) {
      CAPTURE(map.block);
      Problem together = whole(map);
      Problem alone[] = {part_of(together, parts[0]), part_of(together, parts[1])};
      for (uint32_t s = 0; s < 2; ++s) {
        const NoiseKey key{.seed = 7, .layer = 3, .sample = 50 + s};
        const Part part = parts[s];
        together.runs = {{part.begin, part.begin + part.count, 0}};
        together.elements = {.offset = -part.begin, .count = part.count};
        together.run(key);
        alone[s].run(key);
        CHECK(together.sums == alone[s].sums);
      }
      for (int s = 0; s < 2; ++s) check_part(together, alone[s], parts[s]);
    }
  }
}

TEST_CASE("a part of a map has the noise it has within the whole") {
  const test::IsaScope scope;
  const NoiseKey key{.seed = 7, .layer = 3, .sample = 50};
  const Part part{11, 22};
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    for (const BlockedMap& map : kMaps) {
      CAPTURE(map.block);
      Problem together = whole(map);
      Problem alone = part_of(together, part);
      alone.elements = {.offset = part.begin, .count = map.pixels};
      together.runs = {{0, part.begin, 0}, {part.begin, map.pixels, 0}};
      together.run(key);
      alone.run(key);
      check_part(together, alone, part);
    }
  }
}

TEST_CASE("a row-major map has the noise and gradients of a blocked one") {
  const NoiseKey key{.seed = 7, .layer = 3, .sample = 50};
  for (const int channels : {33, 48}) {
    Problem rows = whole({channels, 29, 48});
    clear_padding(rows.map, rows.y.data());
    clear_padding(rows.map, rows.gradient.data());
    Problem blocks = whole({channels, 29, 16});
    REQUIRE(blocks.y.size() == rows.y.size());
    const auto at = [](const BlockedMap& map, int64_t c, int64_t p) {
      return static_cast<std::size_t>(((c / map.block) * map.pixels + p) * map.block + c % map.block);
    };
    for (int64_t c = 0; c < 48; ++c) {
      for (int64_t p = 0; p < 29; ++p) {
        blocks.y[at(blocks.map, c, p)] = rows.y[at(rows.map, c, p)];
        blocks.gradient[at(blocks.map, c, p)] = rows.gradient[at(rows.map, c, p)];
      }
    }
    rows.runs = blocks.runs = {{0, 13, 0}, {13, 29, 0}};
    rows.run(key);
    blocks.run(key);
    CHECK(rows.sums == blocks.sums);
    for (int64_t c = 0; c < 48; ++c) {
      for (int64_t p = 0; p < 29; ++p) {
        CHECK(blocks.y[at(blocks.map, c, p)] == rows.y[at(rows.map, c, p)]);
        CHECK(blocks.gradient[at(blocks.map, c, p)] == rows.gradient[at(rows.map, c, p)]);
        CHECK(blocks.slopes[at(blocks.map, c, p)] == rows.slopes[at(rows.map, c, p)]);
      }
    }
  }
}
