/// @file
/// `dpac trace`: what happens inside the analog layers, for a few samples, as HDF5.

#include "study/trace/trace.h"

#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "study/options/study_options.h"

namespace dpac::cli {
namespace {

struct TraceCommand {
  TraceSettings settings;
  OutputOptions output;
};

void run(TraceCommand& command) {
  command.settings.run = watched(command.settings.run, command.output.quiet);
  const Trace trace = trace_network(command.settings);
  publish(command.output, trace.remarks,
          fmt::format("{}: {} samples, {} layers\n", command.settings.out, trace.samples.size(),
                      trace.layers.size()),
          trace.document);
}

}  // namespace

Work add_trace(OptionSet& set) {
  const auto command = std::make_shared<TraceCommand>();
  TraceSettings& settings = command->settings;
  add_options(set, settings);
  add_output_options(set, command->output);
  set.words({"--layers", "PATTERN", "Names with * and ?, separated by commas"}, settings.layers);
  set.path({"--out", "FILE", "The HDF5 file to write"}, settings.out, FileRole::writes).required();
  set.footer(
      "Writes float32 [n, C, H, W] (fully connected: [n, features]) per layer: /<layer>/input, /pre (without "
      "this "
      "layer's own noise), /sigma (the noise's standard deviation), /noisy (before ReLU); and /logits, "
      "/samples. Of text: "
      "[n, features, tokens], of attention [n, heads, tokens, columns], zeros behind shorter ones; /lengths. "
      "Computed in "
      "float32, whatever the bits.\n\n"
      "Example:\n  dpac trace --weights resnet20.h5 --data cifar10/test --noise shot --energy 10 \\\n"
      "    --layers 'layer1.*,fc' --out trace.h5");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
