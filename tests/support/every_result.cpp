#include "tests/support/every_result.h"

#include <stdexcept>

#include "tests/support/program.h"
#include "tests/support/words.h"

namespace dpac::test {

EveryResult::EveryResult() {
  const auto run = [this](const std::string& name, const Words& words) {
    json_files.push_back(inputs.inputs.file(name + ".json"));
    const Outcome outcome = run_dpac(joined(words, {"--json", json_files.back()}));
    text += outcome.out + outcome.err;
    if (outcome.exit_code != 0) throw std::runtime_error(name + ": " + outcome.err);
  };
  const Words judged{"--data", inputs.judge, "--limit", "20"},
      quick{"--method", "analytic", "--images", "10"};
  const Words searched = joined(joined(judged, quick), {"--target-accuracy", "0.75", "--tries", "4"});
  for (const std::string noise : {"shot", "thermal", "weight"}) {
    const Words noisy = joined(judged, {"--noise", noise});
    const auto evaluated = [&](const std::string& command, const Words& more) {
      return joined({command, "--weights", inputs.inputs.weights}, joined(noisy, more));
    };
    run("eval_" + noise, evaluated("eval", {"--energies-sweep", "1,10", "--seeds", "2"}));
    run("ledger_" + noise, evaluated("eval", {"--energy", "10"}));
    run("bits_" + noise, evaluated("bits", {"--energies-sweep", "1,10"}));
    run("learn_" + noise,
        inputs.arguments("learn", joined(noisy, {"--target-energy", "10", "--steps", "3", "--train-batch",
                                                 "5", "--per", "channel"})));
    run("search_" + noise, inputs.arguments("search", joined(searched, {"--noise", noise})));
  }
  run("nothing", inputs.arguments("search", joined(searched, {"--kinds", "uniform", "--bracket",
                                                              "1e-26,1e-25", "--noise", "shot"})));
  run("table",
      inputs.arguments("table", joined(searched, {"--seeds", "2", "--csv", inputs.inputs.file("table.csv"),
                                                  "--latex", inputs.inputs.file("table.tex")})));
  run("info", {"info", inputs.inputs.weights});
}

}  // namespace dpac::test
