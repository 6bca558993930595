// What the program does, called as functions.

#include "study/study.h"

#include <atomic>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "study/evaluation/evaluate_session.h"
#include "study/session/session.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/learning_inputs.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::contains;
using test::LearningInputs;
using Values = nlohmann::json;

namespace {

EvaluationSettings sweep_on(const CliInputs& inputs) {
  EvaluationSettings settings;
  settings.model.weights = inputs.weights;
  settings.data.data = inputs.data;
  settings.analog.noise.noise = "shot";
  settings.analog.noise.energies.sweep = {5, 50};
  settings.analog.noise.seeds = 2;
  return settings;
}

/// The sentence of the SettingError that `work` throws; empty where it throws none.
template <typename Work>
std::string setting_error(Work&& work) {
  try {
    work();
  } catch (const SettingError& error) {
    return error.what();
  }
  return "";
}

Values without(Values json, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) json.erase(key);
  return json;
}

LearnSettings learning_on(const LearningInputs& inputs) {
  LearnSettings settings;
  settings.model.weights = inputs.inputs.weights;
  settings.learning.train_data = inputs.train;
  settings.learning.steps = 6;
  settings.learning.batch = 4;
  settings.learning.start = StartSetting{.energy = 100};
  settings.target_energy = 20;
  return settings;
}

}  // namespace

TEST_CASE("An evaluation's JSON is the program's, times aside") {
  const CliInputs inputs;
  const std::vector<std::string> times{"ms_per_sample", "samples_per_second"};
  const Evaluation result = evaluate(sweep_on(inputs));
  const Values program = test::dpac_json(
      inputs.arguments("eval", {"--noise", "shot", "--energies-sweep", "5,50", "--seeds", "2"}));
  CHECK(without(Values::parse(result.to_json()), times) == without(program, times));
  REQUIRE(result.points.size() == 2);
  CHECK(result.points[0].accuracy.value == program["points"][0]["top1"].get<double>());
  CHECK(result.points[1].energy->ledger.energy_per_mac == doctest::Approx(50));
}

TEST_CASE("A session serves several evaluations, with the same bits") {
  const CliInputs inputs;
  const EvaluationSettings settings = sweep_on(inputs);
  const Session session = open_session(settings.model, settings.data);
  const Evaluation first = evaluate(session, settings), second = evaluate(session, settings);
  const Evaluation own = evaluate(settings);
  for (std::size_t p = 0; p < 2; ++p) {
    CHECK(first.points[p].accuracy.by_pass == own.points[p].accuracy.by_pass);
    CHECK(second.points[p].accuracy.by_pass == own.points[p].accuracy.by_pass);
  }
}

TEST_CASE("Settings of code obey the rules of the options, in their words") {
  const CliInputs inputs;
  const auto error_of = [&](void (*change)(EvaluationSettings&)) {
    EvaluationSettings settings = sweep_on(inputs);
    change(settings);
    return setting_error([&] { (void)evaluate(settings); });
  };
  CHECK(error_of([](auto& s) { s.run.batch = 0; }) ==
        "--batch is '0', expected a whole number from 1 to 65536");
  CHECK(contains(error_of([](auto& s) { s.analog.noise.noise = "loud"; }),
                 "--noise is 'loud', expected one of"));
  CHECK(contains(error_of([](auto& s) {
                   s.analog.noise.energies.sweep = {5, -1};
                 }),
                 "--energies-sweep is '-1', expected a positive number"));
  CHECK(contains(error_of([](auto& s) { s.analog.noise.energies.sweep.clear(); }), "needs an energy"));
  CHECK(contains(error_of([](auto& s) { s.data.preset = "other"; }), "--preset is 'other'"));
  CHECK(error_of([](auto& s) { s.analog.quantization.bits = {.given = true, .bits = 99}; }) ==
        "--bits is '99', expected a number of bits from 1 to 24 (fractions allowed) or none");
  CHECK(error_of([](auto& s) { s.analog.noise.energies.repeats = 0; }) ==
        "--repeat is '0', expected a whole number from 1 to 65536 or the word energy");
  CHECK(error_of([](auto& s) {
          s.model.input_size = Shape{0, 32};
        }) == "--input-size: '0x32' is no size such as 224x224");
  CHECK(error_of([](auto& s) { s.run.batch = 3; }).empty());
}

TEST_CASE("Where learning starts obeys the option's rule too") {
  const LearningInputs inputs;
  LearnSettings settings = learning_on(inputs);
  settings.learning.start = StartSetting{.energy = -1};
  CHECK(setting_error([&] { (void)learn(settings); }) ==
        "--start is '-1', expected a positive number, the word analytic or a file with energies");
}

TEST_CASE("Work tells how far it has come, and ends when it is told to") {
  const CliInputs inputs;
  EvaluationSettings settings = sweep_on(inputs);
  std::vector<WorkDone> told;
  settings.run.progress = [&](const WorkDone& work) { told.push_back(work); };
  (void)evaluate(settings);
  REQUIRE(!told.empty());
  CHECK(told.back().ended);
  CHECK(told.back().done == told.back().total);
  settings.run.poll = [] { throw Interrupted{}; };
  CHECK_THROWS_AS((void)evaluate(settings), Interrupted);
}

TEST_CASE("Learning that was interrupted goes on to the same bits") {
  const LearningInputs inputs;
  LearnSettings settings = learning_on(inputs);
  const LearningResult whole = learn(settings);
  CHECK(whole.learned.history.size() == 6);
  settings.state = inputs.inputs.file("state");
  std::atomic<int> polls = 0;
  settings.run.poll = [&] {
    if (++polls == 200) throw Interrupted{};
  };
  CHECK_THROWS_AS((void)learn(settings), Interrupted);
  settings.run.poll = {};
  CHECK(learn(settings).learned.energies == whole.learned.energies);
  settings.learning.rate = 0.5;
  try {
    (void)learn(settings);
    FAIL("another rate went on from the state");
  } catch (const Error& error) {
    CHECK(contains(error.what(), "lr was 0.01 and is 0.5"));
  }
}
