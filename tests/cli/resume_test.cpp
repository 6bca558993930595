// Commands that are killed, interrupted, given again, or given again differently.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/learning_inputs.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/words.h"

using namespace dpac;
using test::contains;
using test::dpac_error;
using test::dpac_json;
using test::joined;
using test::LearningInputs;
using test::Program;
using test::wait_ms;
using test::Words;
namespace fs = std::filesystem;

namespace {

/// Waits until the file is there; the program that makes it must be running.
void wait_for(const fs::path& file) {
  for (int i = 0; i < 2000 && !fs::exists(file); ++i) wait_ms(5);
  REQUIRE(fs::exists(file));
}

/// Runs the command again and again, killed when its first state is there, and then each time after a while;
/// returns how often it was. It may end by itself.
int kill_often(const Words& arguments, const fs::path& state, int kills) {
  std::mt19937 random(11);
  int killed = 0;
  for (int i = 0; i < kills; ++i) {
    Program program(arguments);
    if (i == 0) wait_for(state);
    if (i > 0) wait_ms(100 + static_cast<int>(random() % 250));
    program.kill_now();
    const int code = program.wait().exit_code;
    CHECK((code == 0 || code == 128 + 9));
    killed += code != 0;
  }
  return killed;
}

const Words kLong{"--target-energy", "10", "--start", "40", "--train-batch", "8", "--per", "channel"};

}  // namespace

TEST_CASE("learn, killed again and again, ends with the same bits") {
  const LearningInputs inputs;
  for (const auto& [noise, steps] : {std::pair{"shot", "120"}, std::pair{"weight", "15"}}) {
    CAPTURE(std::string(noise));
    const Words arguments = inputs.arguments("learn", joined(kLong, {"--noise", noise, "--steps", steps}));
    const auto whole = dpac_json(arguments);
    const std::string state = inputs.inputs.file(noise);
    CHECK(kill_often(joined(arguments, {"--state", state, "--quiet"}), state + "/learn.json", 4) > 0);
    const auto resumed = dpac_json(joined(arguments, {"--state", state}));
    CHECK(resumed["energies"] == whole["energies"]);
    CHECK(resumed["history"] == whole["history"]);
    const auto again = dpac_json(joined(arguments, {"--state", state}));
    CHECK(again["history"] == whole["history"]);
    CHECK(again["ms_per_step"] == resumed["ms_per_step"]);  // Nothing was learned again.
    for (const auto& entry : fs::directory_iterator(state)) CHECK(entry.path().extension() != ".tmp");
  }
}

TEST_CASE("learn, interrupted, says how to go on, and does") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state");
  const Words endless = inputs.arguments("learn", {"--steps", "100000", "--target-energy", "10", "--quiet"});
  Program with_state(joined(endless, {"--state", state}));
  wait_for(state + "/learn.json");
  CHECK(dpac_error(joined(endless, {"--state", state})) ==
        "--state " + state + ": another dpac that still runs keeps its state there");
  with_state.interrupt();
  const auto outcome = with_state.wait();
  CHECK(outcome.exit_code == 130);
  CHECK(outcome.err == "dpac: error: interrupted; the same command goes on from " + state + "\n");
  CHECK(outcome.out == "");
  const auto steps = [&] {
    return nlohmann::json::parse(std::ifstream(state + "/learn.json"))["content"]["steps"].get<int>();
  };
  const int before = steps();
  CHECK(before > 0);
  Program again(joined(endless, {"--state", state}));
  for (int i = 0; i < 2000 && steps() == before; ++i) wait_ms(5);
  again.interrupt();
  CHECK(again.wait().exit_code == 130);
  CHECK(steps() > before);

  Program without(endless);
  wait_ms(300);
  without.interrupt();
  CHECK(without.wait().err == "dpac: error: interrupted\n");
}

TEST_CASE("learn goes on to more steps, and ends with the bits of a run that had them from the start") {
  const LearningInputs inputs;
  for (const Words& more : {Words{"--noise", "shot"}, Words{"--noise", "weight"},
                            Words{"--noise", "thermal", "--start", "analytic", "--per", "channel"}}) {
    CAPTURE(more[1]);
    const std::string state = inputs.inputs.file(more[1]);
    const Words learn =
        inputs.arguments("learn", joined({"--target-energy", "10", "--train-batch", "8"}, more));
    const auto whole = dpac_json(joined(learn, {"--steps", "9"}));
    const auto with_state = [&](const std::string& steps) {
      return joined(learn, {"--steps", steps, "--state", state});
    };
    CHECK(dpac_json(with_state("4"))["history"].size() == 4);
    const auto longer = dpac_json(with_state("9"));
    CHECK(longer["options"]["steps"] == 9);
    CHECK(longer["energies"] == whole["energies"]);
    CHECK(longer["history"] == whole["history"]);
    CHECK(dpac_error(with_state("8")) ==
          state + "/learn.json: has 9 steps already, but --steps is 8; give this run another --state");
  }
}

TEST_CASE("A state of other options, or none at all, is refused by name") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state");
  const Words few{"--steps", "3", "--train-batch", "4", "--state", state};
  dpac_json(inputs.arguments("learn", joined(few, {"--target-energy", "10"})));
  CHECK(dpac_error(inputs.arguments("learn", joined(few, {"--target-energy", "11", "--seed", "2"}))) ==
        state +
            "/learn.json: is the state of another run: target_energy was 10.0 and is 11.0, seed was 0 and "
            "is 2; give this one another --state");
  const std::string noise =
      dpac_error(inputs.arguments("learn", joined(few, {"--target-energy", "10", "--noise", "thermal"})));
  CHECK(contains(noise, "noise was \"shot\" and is \"thermal\""));
  // What accuracy is judged by decides nothing about learning.
  CHECK(dpac_json(
            inputs.arguments("learn", joined(few, {"--target-energy", "10", "--data", inputs.judge})))["top1"]
            .is_number());

  for (const std::string text : {"", "{\"made_with\": {}", "[]", "{\"made_with\": 5, \"content\": {}}"}) {
    std::ofstream(state + "/learn.json") << text;
    CHECK(dpac_error(inputs.arguments("learn", joined(few, {"--target-energy", "10"}))) ==
          state + "/learn.json: is no state of this program; remove it, or give another --state");
  }
}

TEST_CASE("A state that was damaged is refused by name") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state"), file = state + "/learn.json";
  const Words learn = inputs.arguments(
      "learn", {"--steps", "3", "--train-batch", "4", "--state", state, "--target-energy", "10"});
  dpac_json(learn);
  std::ifstream stream(file);
  auto json = nlohmann::ordered_json::parse(stream);
  json["content"]["log_energies"][0] = 1.5;
  std::ofstream(file) << json;
  CHECK(dpac_error(learn) == file + ": is damaged; remove it to compute it anew");
}

TEST_CASE("Of unfinished files only those of the state are removed") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state");
  fs::create_directories(state);
  std::ofstream(state + "/learn.json.0123456789abcdef.tmp") << "{";
  std::ofstream(state + "/mine.json.0123456789abcdef.tmp") << "{";
  dpac_json(inputs.arguments(
      "learn", {"--steps", "1", "--train-batch", "4", "--target-energy", "10", "--state", state}));
  CHECK(!fs::exists(state + "/learn.json.0123456789abcdef.tmp"));
  CHECK(fs::exists(state + "/mine.json.0123456789abcdef.tmp"));
}

TEST_CASE("A state that cannot be kept is an error") {
  const LearningInputs inputs;
  const std::string file = inputs.inputs.folder.write("file", "").string();
  const Words few{"--steps", "3", "--train-batch", "4", "--target-energy", "10"};
  CHECK(dpac_error(inputs.arguments("learn", joined(few, {"--state", file})))
            .starts_with("--state " + file + ": "));
  for (const std::string bytes : {"0", "100", "1200"}) {
    CAPTURE(bytes);
    const std::string state = inputs.inputs.file("full-" + bytes), err = inputs.inputs.file("err");
    std::string command = "ASAN_OPTIONS=verify_asan_link_order=0 DPAC_TEST_DISK_BYTES=" + bytes +
                          " LD_PRELOAD='" DPAC_FULL_DISK "' '" DPAC_PROGRAM "'";
    for (const std::string& word : inputs.arguments("learn", joined(few, {"--state", state})))
      command += " '" + word + "'";
    CHECK(WEXITSTATUS(std::system(
              (command + " > '" + inputs.inputs.file("out") + "' 2> '" + err + "'").c_str())) == 1);
    std::ostringstream error;
    error << std::ifstream(err).rdbuf();
    CHECK(error.str() ==
          "dpac: error: " + state + "/learn.json: could not be written completely; is the disk full?\n");
    CHECK(!fs::exists(state + "/learn.json"));
    CHECK(dpac_json(inputs.arguments("learn", joined(few, {"--state", state})))["history"].size() == 3);
  }
}

TEST_CASE("Ranges that were calibrated are kept in the state, to the same bits") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state");
  const Words thermal = inputs.arguments(
      "learn", {"--noise", "thermal", "--steps", "3", "--train-batch", "4", "--target-energy", "10"});
  const auto whole = dpac_json(joined(thermal, {"--state", state}));
  fs::remove(state + "/learn.json");
  const auto made = fs::last_write_time(state + "/ranges.json");
  const auto again = dpac_json(joined(thermal, {"--state", state}));
  CHECK(fs::last_write_time(state + "/ranges.json") == made);
  for (const char* key : {"energies", "history", "quantization"}) {
    CAPTURE(key);
    CHECK(again[key] == whole[key]);
  }
  CHECK(contains(dpac_error(joined(thermal, {"--state", state, "--calibration-seed", "5"})),
                 "calibration_seed"));
}
