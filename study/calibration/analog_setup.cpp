#include "study/calibration/analog_setup.h"

#include <fmt/format.h>

#include "study/calibration/calibration.h"
#include "study/support/machine.h"

namespace dpac {
namespace {

/// The samples to calibrate on: all of the set, whatever part of it accuracy is measured on.
OpenedData open_calibration_data(const CalibrationSettings& how, const DataSettings& data,
                                 const Session& session) {
  if (how.arrays) return open_more(session, settings_of_arrays(how.arrays, data));
  DataSettings settings = data;
  settings.limit.reset();
  if (how.data.empty()) return open_more(session, settings);
  settings.part = DataPart::training;
  settings.arrays = nullptr;
  if (how.data != data.data) {
    settings.data = how.data;
    settings.labels = how.labels;
    settings.text.sentences.clear();
  }
  return open_more(session, settings);
}

/// What messages and JSON call the samples.
std::string name_of(const CalibrationSettings& how, const DataSettings& data) {
  if (how.arrays) return how.arrays->name;
  if (!how.data.empty()) return how.data;
  return data.arrays ? data.arrays->name : data.data;
}

Ranges from_file(const std::string& file, const Session& session, AnalogSetup& setup) {
  CalibrationRecord record = read_calibration_file(file, session.graph, session.weights_sha256);
  const std::string own = session.data.source->preprocessing();
  if (record.preprocessing != own) {
    setup.notices.push_back(fmt::format("{} was made with other preprocessing ({}) than this run has ({})",
                                        file, record.preprocessing, own));
  }
  setup.source = RangesSource{.file = file, .method = record.method};
  return std::move(record.ranges);
}

Ranges from_data(const AnalogSettings& settings, const DataSettings& data, const Session& session,
                 const RunSettings& run, AnalogSetup& setup) {
  const CalibrationSettings& how = settings.calibration;
  const CalibrationPlan plan{how.method(settings.kind()), how.batches(settings.kind()), how.seed};
  const OpenedData samples = open_calibration_data(how, data, session);
  CalibrationRecord record = calibrate_on(samples, session.graph, session.weights_sha256, plan, run);
  const bool on_judged = how.data.empty() && !how.arrays;
  if (on_judged) {
    setup.notices.push_back(
        fmt::format("ranges were calibrated on --data itself, method {} (--calibration-data takes "
                    "other samples, --calibration a file of 'dpac calibrate')",
                    record.method));
  }
  const std::string few = shortage(record, plan);
  if (!few.empty()) setup.notices.push_back(few);
  setup.source = RangesSource{.file = {},
                              .data = name_of(how, data),
                              .method = record.method,
                              .batches = record.batches,
                              .seed = plan.seed};
  return std::move(record.ranges);
}

}  // namespace

AnalogSetup set_up(const AnalogSettings& settings, const DataSettings& data, const Session& session,
                   const RunSettings& run) {
  AnalogSetup setup;
  setup.quantization.weight_bits = settings.quantization.weights(settings.kind());
  setup.quantization.activation_bits = settings.quantization.activations(settings.kind());
  if (!settings.ranges_needed()) return setup;
  if (settings.calibration.ranges) {
    setup.quantization.ranges = *settings.calibration.ranges;
    setup.source = RangesSource{.method = "given"};
    return setup;
  }
  const std::string& file = settings.calibration.file;
  setup.quantization.ranges =
      file.empty() ? from_data(settings, data, session, run, setup) : from_file(file, session, setup);
  return setup;
}

void add_remarks(const AnalogSetup& setup, Remarks& remarks) {
  for (const std::string& sentence : setup.notices) remarks.notice(sentence);
}

NetworkOptions network_options(const AnalogSettings& settings, const AnalogSetup& setup,
                               const RunSettings& run) {
  return {.batch = run.batch,
          .threads = thread_count(run.threads),
          .noise = settings.kind(),
          .quantization = setup.quantization,
          .arithmetic = settings.quantization.product_arithmetic(),
          .poll = run.poll};
}

}  // namespace dpac
