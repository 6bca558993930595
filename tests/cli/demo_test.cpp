#include <chrono>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using test::dpac_json;
using test::Outcome;

TEST_CASE("demo shows accuracy rising with light, up to the clean network's") {
  const auto json = dpac_json({"demo", "--limit", "200", "--seeds", "2", "--energies-sweep", "0.1,10,10000"});
  CHECK(json["command"] == "demo");
  CHECK(json["samples"] == 200);
  REQUIRE(json["points"].size() == 3);
  const auto top1 = [&](std::size_t i) { return json["points"][i]["top1"].get<double>(); };
  CHECK(json["top1"].get<double>() > 0.88);  // 94.35 % of all 2,000.
  CHECK(top1(0) < 0.25);                     // Guessing: a tenth.
  CHECK(top1(1) > 0.6);
  CHECK(top1(1) < top1(2));
  CHECK(top1(2) == doctest::Approx(json["top1"].get<double>()).epsilon(0.03));
  CHECK(json["points"][1]["top1_std"].is_number());
  CHECK(json["points"][1]["energy"] == 10);
}

TEST_CASE("demo prints the curve and what to try next") {
  const Outcome outcome =
      test::run_dpac({"demo", "--limit", "50", "--seeds", "2", "--energies-sweep", "1,1000"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err == "");
  for (const char* part :
       {"photons/MAC", "no noise", "####", "Next: dpac info FILE", "dpac eval --weights"}) {
    CAPTURE(part);
    CHECK(outcome.out.find(part) != std::string::npos);
  }
}

TEST_CASE("Ctrl-C ends a command with exit code 130 and without a result") {
  const test::TempFolder folder;
  const std::string json = (folder.path() / "demo.json").string();
  test::Program program({"demo", "--limit", "2000", "--seeds", "1000", "--json", json});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  program.interrupt();
  const Outcome outcome = program.wait();
  CHECK(outcome.exit_code == 130);
  CHECK(outcome.out == "");
  CHECK(outcome.err == "dpac: error: interrupted\n");
  CHECK(std::filesystem::is_empty(folder.path()));
}
