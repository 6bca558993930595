// Man pages and completion scripts, made from the commands' own options.
#include <fstream>

#include <doctest/doctest.h>

#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

using namespace dpac::test;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What bash offers for the last of the words.
std::string completed(const std::filesystem::path& script, const std::string& words, int last) {
  const TempFolder folder;
  const auto out = folder.path() / "out";
  const std::string command = "compopt() { echo \"compopt $*\"; }; . " + script.string() + "; COMP_WORDS=(" +
                              words + "); COMP_CWORD=" + std::to_string(last) +
                              "; _dpac; echo \"${COMPREPLY[*]}\"";
  REQUIRE(std::system(("bash -c '" + command + "' > " + out.string()).c_str()) == 0);
  std::string line = text_of(out);
  while (line.ends_with('\n')) line.pop_back();
  return line;
}

}  // namespace

TEST_CASE("every command has a man page of its options") {
  const TempFolder folder;
  CHECK(run_dpac({"manual", folder.path().string()}).exit_code == 0);
  const std::string overview = text_of(folder.path() / "man1" / "dpac.1");
  for (const std::string command : {"info", "eval", "calibrate", "bits", "trace", "learn", "search", "table",
                                    "bench", "demo", "plot", "report"}) {
    CAPTURE(command);
    CHECK(contains(overview, "\\fBdpac\\-" + command + "\\fR(1)"));
    CHECK(contains(text_of(folder.path() / "man1" / ("dpac-" + command + ".1")),
                   "\n\\fBdpac " + command + "\\fR ["));
  }
  const std::string eval = text_of(folder.path() / "man1" / "dpac-eval.1");
  CHECK(eval.starts_with(".TH DPAC-EVAL 1 "));
  CHECK(contains(eval, "\n.SS \"Noise\""));
  CHECK(contains(eval, "\n.TP\n\\fB\\-\\-energies\\fR \\fIFILE\\fR\n"));
  CHECK(contains(eval, "\n.SH NOTES\n"));
  CHECK(eval.find(".SS \"Options\"") == eval.rfind(".SS \"Options\""));
}

TEST_CASE("bash completes commands, options, choices and file names") {
  const TempFolder folder;
  const auto script = folder.write("dpac", run_dpac({"completion", "bash"}).out);
  CHECK(completed(script, "dpac ev", 1) == "eval");
  CHECK(completed(script, "dpac eval --seed", 2) == "--seed --seeds");
  CHECK(completed(script, "dpac eval --noise t", 3) == "thermal");
  CHECK(completed(script, "dpac eval --weights x", 3) == "compopt -o default");
  CHECK(completed(script, "dpac eval --limit 1", 3) == "");
  CHECK(completed(script, "dpac info x", 2) == "compopt -o default");
}

TEST_CASE("zsh and fish complete the same options") {
  const std::string zsh = run_dpac({"completion", "zsh"}).out, fish = run_dpac({"completion", "fish"}).out;
  CHECK(zsh.starts_with("#compdef dpac\n"));
  CHECK(contains(zsh, "'*--noise["));
  CHECK(contains(zsh, ":--noise:(none shot thermal output weight programming)'"));
  CHECK(contains(zsh, "]:FILE:_files'"));
  CHECK(contains(
      fish,
      "'__fish_seen_subcommand_from eval' -l noise -x -a 'none shot thermal output weight programming' -d "));
  CHECK(contains(fish, "'__fish_seen_subcommand_from eval' -l weights -r -F -d "));
}

TEST_CASE("no shell and no folder to write to are errors") {
  CHECK(
      contains(dpac_usage_error({"completion"}), "completion takes the name of a shell: bash, zsh or fish"));
  CHECK(contains(dpac_usage_error({"completion", "csh"}), "'csh' is no shell that can be completed"));
  CHECK(contains(dpac_usage_error({"manual"}), "manual takes a folder"));
  CHECK(contains(dpac_error({"manual", "/proc/nowhere"}), "/proc/nowhere/man1/dpac.1 cannot be written"));
}
