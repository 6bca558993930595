/// @file
/// `dpac calibrate`: the ranges of activation quantisers, from images.

#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "cli/support/text_table.h"
#include "study/calibration/calibrate_network.h"
#include "study/options/study_options.h"

namespace dpac::cli {
namespace {

struct CalibrateCommand {
  NetworkCalibrationSettings settings;
  OutputOptions output;
};

std::string calibration_text(const NetworkCalibration& made, const std::string& out) {
  TextTable table({"tensor", "min", "max"});
  for (std::size_t t = 0; t < made.tensors.size(); ++t) {
    const ValueRange& range = made.record.ranges[t];
    table.add({made.tensors[t].name, fmt::format("{:.5g}", range.min), fmt::format("{:.5g}", range.max)});
  }
  return fmt::format("{}\n{}: ranges of {} tensors, method {}, {} batches\n", table.text(), out,
                     made.tensors.size(), made.record.method, made.record.batches);
}

void run(CalibrateCommand& command) {
  command.settings.run = watched(command.settings.run, command.output.quiet);
  const NetworkCalibration made = calibrate_network(command.settings);
  publish(command.output, made.remarks, calibration_text(made, command.settings.out), made.document);
}

}  // namespace

Work add_calibrate(OptionSet& set) {
  const auto command = std::make_shared<CalibrateCommand>();
  NetworkCalibrationSettings& settings = command->settings;
  add_options(set, settings);
  add_output_options(set, command->output);
  set.path({"--out", "FILE", "The HDF5 file to write"}, settings.out, FileRole::writes).required();
  set.footer(
      "Runs the noise-free, unquantised network over samples, best of the training set. The file has "
      "/ranges/<tensor>, "
      "float32 [2] (min, max); eval, bits and trace read it with --calibration FILE. It fits these weights "
      "only.\n\n"
      "Example:\n  dpac calibrate --weights resnet20.h5 --data cifar10/train --out resnet20_ranges.h5");
  return [command] { run(*command); };
}

}  // namespace dpac::cli
