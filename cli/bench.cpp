/// @file
/// `dpac bench`: what noise costs in time.

#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "study/options/study_options.h"
#include "study/support/machine.h"
#include "study/timing/time_noise.h"

namespace dpac::cli {
namespace {

struct BenchCommand {
  TimingSettings settings;
  OutputOptions output;
};

std::string memory_text(const Timing& timing) {
  return fmt::format("memory {:.0f} MB at most\n", 1e-6 * static_cast<double>(timing.peak_rss_bytes));
}

std::string bits_text(const std::optional<double>& bits) {
  return bits ? fmt::format("{}", *bits) : "-";
}

std::string row_text(const TimedRow& row) {
  const std::string bits = row.weight_bits == row.act_bits
                               ? bits_text(row.weight_bits)
                               : bits_text(row.weight_bits) + "/" + bits_text(row.act_bits);
  return fmt::format("{:<12} {:<10} {:>5} {:>11.3f} {:>8.1f} {:>8.3f}\n", row.noise, row.arithmetic, bits,
                     row.times.median, 100 * row.times.spread, row.ratio);
}

std::string table_text(const TimingSettings& settings, const Timing& timing) {
  std::string text = fmt::format(
      "{}, batch {}, {} threads: clean {:.3f} ms a sample in float32, medians of {} rounds\n\n"
      "{:<12} {:<10} {:>5} {:>11} {:>8} {:>8}\n",
      timing.architecture, settings.run.batch, thread_count(settings.run.threads), timing.clean.median,
      settings.rounds, "noise", "arithmetic", "bits", "ms a sample", "spread %", "x clean");
  for (const TimedRow& row : timing.table) text += row_text(row);
  return text + "\n" + memory_text(timing);
}

std::string timing_text(const TimingSettings& settings, const Timing& timing) {
  const char* other = settings.learning ? "step" : "noisy";
  return fmt::format(
      "clean  {:.3f} ms a sample (spread {:.1f} %)\n"
      "{:<6} {:.3f} ms a sample (spread {:.1f} %)\n"
      "ratio  {:.3f} (median over {} rounds of {} / clean; in {})\n"
      "{}",
      timing.clean.median, 100 * timing.clean.spread, other, timing.noisy.median, 100 * timing.noisy.spread,
      timing.ratio, settings.rounds, other, timing.arithmetic, memory_text(timing));
}

void run(BenchCommand& command) {
  command.settings.run = watched(command.settings.run, command.output.quiet);
  const Timing timing = time_noise(command.settings);
  const bool all = command.settings.all;
  publish(command.output, timing.remarks,
          all ? table_text(command.settings, timing) : timing_text(command.settings, timing),
          timing.document);
}

}  // namespace

Work add_bench(OptionSet& set) {
  const auto command = std::make_shared<BenchCommand>();
  TimingSettings& settings = command->settings;
  add_options(set, settings);
  add_output_options(set, command->output);
  set.footer(
      "Runs on random images or tokens, or on the text of --data, which quantisers are calibrated on too; "
      "the "
      "clean network has none. Under weight noise a round is whole draws of weights (32 samples). Times are "
      "medians over the rounds, in ms a sample; the ratio is the median of each round's noisy / clean; a "
      "spread "
      "is the interquartile range over the median. Times do not depend on the values of weights: those of "
      "--network are random. --all compares every noise in every arithmetic with the clean network in "
      "float32.\n\n"
      "Example:\n  dpac bench --weights resnet50.h5 --batch 16 --threads 2\n"
      "  dpac bench --network resnet50 --all");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
