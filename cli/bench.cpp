/// @file
/// `dpac bench`: what noise costs in time.

#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "study/options/study_options.h"
#include "study/timing/time_noise.h"

namespace dpac::cli {
namespace {

struct BenchCommand {
  TimingSettings settings;
  OutputOptions output;
};

std::string timing_text(const TimingSettings& settings, const Timing& timing) {
  const char* other = settings.learning ? "step" : "noisy";
  return fmt::format(
      "clean  {:.3f} ms a sample (spread {:.1f} %)\n"
      "{:<6} {:.3f} ms a sample (spread {:.1f} %)\n"
      "ratio  {:.3f} (median over {} rounds of {} / clean; in {})\n"
      "memory {:.0f} MB at most\n",
      timing.clean.median, 100 * timing.clean.spread, other, timing.noisy.median, 100 * timing.noisy.spread,
      timing.ratio, settings.rounds, other, timing.arithmetic,
      1e-6 * static_cast<double>(timing.peak_rss_bytes));
}

void run(BenchCommand& command) {
  command.settings.run = watched(command.settings.run, command.output.quiet);
  const Timing timing = time_noise(command.settings);
  publish(command.output, timing.remarks, timing_text(command.settings, timing), timing.document);
}

}  // namespace

Work add_bench(OptionSet& set) {
  const auto command = std::make_shared<BenchCommand>();
  TimingSettings& settings = command->settings;
  add_options(set, settings);
  add_output_options(set, command->output);
  set.footer(
      "Runs on random images or tokens, or on the text of --data, which quantisers are calibrated on too; "
      "the clean "
      "network has none. Under weight noise a round is whole draws of weights (32 samples). Times are "
      "medians over the "
      "rounds, in ms a sample; the ratio is the median of each round's noisy / clean; a spread is the "
      "interquartile range "
      "over the median.\n\n"
      "Example:\n  dpac bench --weights resnet50.h5 --batch 16 --threads 2");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
