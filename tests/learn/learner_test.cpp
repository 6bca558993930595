#include "learn/learner.h"

#include <cmath>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "learn/learning_record.h"
#include "tests/support/network_runs.h"

using namespace dpac;

namespace {

constexpr int64_t kBatch = 8;

/// A small network that learns; its labels are what it says without noise.
struct Course {
  Graph graph = test::build(test::network_cases().front());
  std::vector<float> images = test::images_for(graph, kBatch);
  std::vector<int64_t> samples = test::indices(kBatch);
  std::vector<int> labels;
  Differentiator differentiator{graph, {.noise = NoiseKind::shot, .batch = kBatch}};

  Course() {
    const auto logits = differentiator_logits();
    const auto classes = static_cast<std::size_t>(output_channels(graph));
    for (std::size_t s = 0; s < kBatch; ++s) {
      const auto own = logits.begin() + static_cast<std::ptrdiff_t>(s * classes);
      labels.push_back(
          static_cast<int>(std::max_element(own, own + static_cast<std::ptrdiff_t>(classes)) - own));
    }
  }

  std::vector<float> differentiator_logits() {
    differentiator.set_noise(
        {.kind = NoiseKind::shot, .energies = uniform_energies(differentiator.layers(), 1e9)}, 0);
    const std::vector<int> any(kBatch, 0);
    return differentiator.run(images, samples, cross_entropy_of(any)).logits;
  }

  [[nodiscard]] LearnerOptions options(Granularity per = Granularity::layer) const {
    return {
        .per = per,
        .target_energy = 10,
        .learning_rate = 0.05,
        .noise = {
            .kind = NoiseKind::shot, .energies = uniform_energies(differentiator.layers(), 1000), .seed = 3}};
  }

  LearningRecord step(Learner& learner) { return learner.step(images, {.labels = labels}, samples); }
};

}  // namespace

TEST_CASE("energies fall to the target, and spread over layers or channels") {
  Course course;
  for (const Granularity per : {Granularity::layer, Granularity::channel}) {
    Learner learner(course.differentiator, course.options(per));
    const LearningRecord first = course.step(learner);
    CHECK(first.step == 1);
    CHECK(first.energy_per_mac == doctest::Approx(1000));
    for (int i = 0; i < 200; ++i) course.step(learner);
    CHECK(learner.energy_per_mac() < 12);
    CHECK(learner.energy_per_mac() > 5);
    const Energies energies = learner.energies();
    CHECK(energies[0].size() == (per == Granularity::layer ? 1 : 16));
    float least = energies[0][0], most = least;
    for (const auto& layer : energies) {
      for (const float e : layer) {
        least = std::min(least, e);
        most = std::max(most, e);
      }
    }
    CHECK(most > 1.2f * least);
  }
}

TEST_CASE("learning starts at energies of their own for layers or channels") {
  Course course;
  for (const Granularity per : {Granularity::layer, Granularity::channel}) {
    LearnerOptions options = course.options(per);
    Energies start;
    for (const AnalogLayer& layer : course.differentiator.layers()) {
      const auto own = static_cast<std::size_t>(per == Granularity::channel ? layer.out_channels : 1);
      for (std::size_t c = start.emplace_back().size(); c < own; ++c) {
        start.back().push_back(static_cast<float>(20 + 3 * c + start.size()));
      }
    }
    options.noise.energies = start;
    Learner learner(course.differentiator, options);
    const Energies begun = learner.energies();
    for (std::size_t l = 0; l < start.size(); ++l) {
      REQUIRE(begun[l].size() == start[l].size());
      for (std::size_t c = 0; c < start[l].size(); ++c) CHECK(begun[l][c] == doctest::Approx(start[l][c]));
    }
    const double average = learner.energy_per_mac();
    CHECK(course.step(learner).energy_per_mac == average);
  }
}

TEST_CASE("a learner restored from a state goes on with the same bits") {
  Course course;
  Learner whole(course.differentiator, course.options());
  for (int i = 0; i < 6; ++i) course.step(whole);
  LearningState state;
  {
    Learner begun(course.differentiator, course.options());
    for (int i = 0; i < 3; ++i) course.step(begun);
    state = begun.state();
  }
  Learner resumed(course.differentiator, course.options());
  resumed.restore(state);
  for (int i = 0; i < 3; ++i) CHECK(course.step(resumed).step == 4 + i);
  CHECK(resumed.state().log_energies == whole.state().log_energies);
  CHECK(resumed.state().adam.second_moments == whole.state().adam.second_moments);
  state.log_energies.pop_back();
  CHECK_THROWS_WITH_AS(resumed.restore(state), doctest::Contains("parameters"), Error);
}

TEST_CASE("the loss has the penalty above the target only") {
  Course course;
  LearnerOptions options = course.options();
  options.lambda = 0;
  Learner plain(course.differentiator, options);
  options.lambda = 3;
  Learner penalised(course.differentiator, options);
  options.target_energy = 1001;
  Learner below(course.differentiator, options);
  const double loss = course.step(plain).loss;
  CHECK(course.step(penalised).loss == doctest::Approx(loss + 3 * std::log(100.0)));
  CHECK(course.step(below).loss == loss);
}

TEST_CASE("what cannot be learned is refused") {
  Course course;
  LearnerOptions options = course.options();
  options.target_energy = 0;
  CHECK_THROWS_WITH_AS(Learner(course.differentiator, options), doctest::Contains("target energy"), Error);
  options = course.options();
  options.noise.kind = NoiseKind::thermal;
  Learner other(course.differentiator, options);
  CHECK_THROWS_WITH_AS(course.step(other), doctest::Contains("compiled for noise 'shot'"), Error);
  Learner learner(course.differentiator, course.options());
  course.labels[2] = 10;
  CHECK_THROWS_WITH_AS(course.step(learner), doctest::Contains("label is 10"), Error);
  CHECK_THROWS_AS(Differentiator(course.graph, {.noise = NoiseKind::none}), Error);
}
