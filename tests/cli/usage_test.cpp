#include <string>

#include <doctest/doctest.h>

#include "tests/support/program.h"

using dpac::test::dpac_error;
using dpac::test::Outcome;
using dpac::test::run_dpac;

namespace {

std::string test_error(const std::vector<std::string>& arguments) {
  return dpac::test::dpac_usage_error(arguments);
}

/// A usage error says what is wrong and where help is, on stderr, with exit code 2.
void check_usage_error(const std::vector<std::string>& arguments, const std::string& part,
                       const std::string& help) {
  CAPTURE(part);
  const Outcome outcome = run_dpac(arguments);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out == "");
  CHECK(outcome.err.starts_with("dpac: error: "));
  CHECK(outcome.err.find(part) != std::string::npos);
  CHECK(outcome.err.find("'" + help + " --help' lists the options.\n") != std::string::npos);
}

}  // namespace

TEST_CASE("--version names dpac, oneDNN and the instruction set") {
  const Outcome outcome = run_dpac({"--version"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err == "");
  CHECK(outcome.out.starts_with("dpac "));
  CHECK(outcome.out.find("\noneDNN ") != std::string::npos);
  CHECK(outcome.out.find("\nISA ") != std::string::npos);
}

TEST_CASE("Help lists the commands, and each command's ends with an example of itself") {
  const Outcome all = run_dpac({"--help"});
  CHECK(all.exit_code == 0);
  for (const std::string command : {"info", "eval", "calibrate", "bits", "trace", "learn", "search", "table",
                                    "bench", "demo", "plot", "report"}) {
    CAPTURE(command);
    CHECK(all.out.find("\n  " + command + " ") != std::string::npos);
    const Outcome one = run_dpac({command, "--help"});
    CHECK(one.exit_code == 0);
    CHECK(one.err == "");
    CHECK(one.out.find("\nExample:\n  dpac " + command + " ") != std::string::npos);
  }
}

TEST_CASE("Wrong usage ends with exit code 2") {
  check_usage_error({}, "A command is required", "dpac");
  check_usage_error({"paint"}, "paint", "dpac");
  check_usage_error({"info", "x.h5", "--paint"}, "--paint", "dpac info");
  check_usage_error({"eval", "--weights", "x.h5"}, "--data is required", "dpac eval");
  check_usage_error({"eval", "--weights", "x.h5", "--data", "y", "--energy", "many"}, "--energy",
                    "dpac eval");
  check_usage_error({"eval", "--weights", "x", "--data", "y", "--energy", "1", "--energies-sweep", "1,2"},
                    "--energies-sweep", "dpac eval");
  check_usage_error({"eval", "--weights", "x", "--data", "y", "--noise", "pink"}, "pink", "dpac eval");
  check_usage_error({"bench", "--weights", "x", "--noise", "none"}, "none", "dpac bench");
  check_usage_error({"demo", "--seeds", "0"}, "--seeds", "dpac demo");
  check_usage_error({"demo", "--seed", "-5"}, "--seed", "dpac demo");
  check_usage_error({"demo", "--batch", "0"}, "--batch", "dpac demo");
  check_usage_error({"plot", "a.json", "--kind", "paint", "--out", "a.svg"}, "paint", "dpac plot");
  check_usage_error({"plot", "a.json", "--kind", "bits"}, "--out is required", "dpac plot");
  check_usage_error({"report", "--out", "a.html"}, "files is required", "dpac report");
}

TEST_CASE("A misspelt command or option is told the one that was meant") {
  check_usage_error({"evla"}, "unknown command 'evla'; did you mean eval?", "dpac");
  check_usage_error({"calibrat"}, "did you mean calibrate?", "dpac");
  check_usage_error({"eval", "--weight", "x"}, "unknown option '--weight'; did you mean --weights?",
                    "dpac eval");
  check_usage_error({"eval", "--wieghts=x"}, "did you mean --weights?", "dpac eval");
  check_usage_error({"eval", "--xyzzy"}, "unknown option '--xyzzy'\n", "dpac eval");
  check_usage_error({"eval", "-q"}, "unknown option '-q'", "dpac eval");
}

TEST_CASE("Numbers are decimal, whole where they must be, and never wrap round") {
  const auto demo = [](const std::string& option, const std::string& value) {
    return test_error({"demo", option, value});
  };
  CHECK(demo("--limit", "0x10") == "--limit is '0x10', expected a whole number of at least 1");
  CHECK(demo("--limit", "0") == "--limit is '0', expected a whole number of at least 1");
  CHECK(demo("--limit", "5.5") == "--limit is '5.5', expected a whole number of at least 1");
  CHECK(demo("--limit", " 5") == "--limit is ' 5', expected a whole number of at least 1");
  CHECK(demo("--seed", "18446744073709551616") ==
        "--seed is '18446744073709551616', expected a whole number");
  CHECK(demo("--json", "") == "--json is empty, expected a path");
  CHECK(demo("--energies-sweep", "1,,2") ==
        "--energies-sweep is '1,,2', expected values with one comma between two of them");
  CHECK(test_error({"demo", "--seed", "18446744073709551615", "--seeds", "2"}) ==
        "--seed 18446744073709551615 leaves no room for --seeds 2: the last seed would be beyond 2^64 - 1");
  const std::vector<std::string> octal{"demo", "--limit", "010", "--seeds", "1", "--energies-sweep", "10"};
  CHECK(run_dpac(octal).out.starts_with("10 images"));
}

TEST_CASE("Options that act on nothing are refused") {
  const auto eval = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"eval", "--weights", "x", "--text", "words"});
    return test_error(more);
  };
  CHECK(eval({"--task", "mnli"}).find("excludes") != std::string::npos);
  CHECK(eval({"--limit", "5"}).find("excludes") != std::string::npos);
  CHECK(eval({"--state", ""}) == "unknown option '--state'");
  CHECK(test_error({"search", "--weights", "x", "--data", "y", "--train-data", "z", "--state", ""}) ==
        "--state is empty, expected a path");
}

TEST_CASE("--input-size wants two sizes") {
  for (const std::string size : {"224", "224x", "x224", "0x5", "-3x5", "12x12x12", "1e3x5", "99999x5"}) {
    CAPTURE(size);
    check_usage_error({"info", "x.h5", "--input-size", size},
                      "--input-size: '" + size + "' is no size such as 224x224", "dpac info");
  }
}

TEST_CASE("An output that cannot be written is an error") {
  CHECK(dpac_error({"demo", "--limit", "10", "--seeds", "1", "--energies-sweep", "10", "--json",
                    "/nowhere/x.json"}) ==
        "/nowhere/x.json: cannot be written: No such file or directory; does its folder exist, and may you "
        "write there?");
}

TEST_CASE("Control characters of names are shown, not sent") {
  const Outcome outcome = run_dpac({"info", "/nowhere/\x1b[31mred\n.h5"});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.find("/nowhere/\\x1b[31mred\\x0a.h5") != std::string::npos);
  CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
}
