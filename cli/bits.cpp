/// @file
/// `dpac bits`: the digital precision that each layer's noise is worth, and whether it is.

#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "cli/text/bits_text.h"
#include "study/bits/measure_bits.h"
#include "study/options/study_options.h"

namespace dpac::cli {
namespace {

struct BitsCommand {
  BitsSettings settings;
  OutputOptions output;
};

void run(BitsCommand& command) {
  command.settings.run = watched(command.settings.run, command.output.quiet);
  const BitsResult result = measure_bits(command.settings);
  publish(command.output, result.remarks,
          fmt::format("{}\n{} samples; layers measured on {} of them\n", text_of(result.points),
                      result.samples, result.measured_samples),
          result.document);
}

}  // namespace

Work add_bits(OptionSet& set) {
  const auto command = std::make_shared<BitsCommand>();
  BitsSettings& settings = command->settings;
  add_options(set, settings);
  add_output_options(set, command->output);
  set.footer(
      "Noise of standard deviation sigma is worth the uniform quantiser of the layer's range R with the same "
      "error: "
      "levels = ceil(R / (sqrt(12) sigma) + 1), bits = log2(levels). 'Equal bits' is the network without "
      "noise, each "
      "layer's output quantised to its levels, the rest to 8 bits: near the noisy accuracy if the relation "
      "holds.\n\n"
      "Example:\n  dpac bits --weights resnet20.h5 --data cifar10/test --noise thermal --energies-sweep "
      "1,10,100");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
