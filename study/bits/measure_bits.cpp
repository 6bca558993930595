#include "study/bits/measure_bits.h"

#include <optional>

#include "study/bits/bits_experiment.h"
#include "study/bits/bits_json.h"
#include "study/calibration/analog_setup.h"
#include "study/calibration/analog_setup_json.h"
#include "study/evaluation/passes.h"
#include "study/evaluation/report_points.h"
#include "study/options/analog_options.h"
#include "study/options/check_values.h"
#include "study/options/data_options.h"
#include "study/options/model_options.h"
#include "study/options/noise_options.h"
#include "study/session/session.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"

namespace dpac {
namespace {

Json options_json(const BitsSettings& settings, const DataSource& data) {
  Json json;
  write(settings.model, json);
  data.write(json);
  write(settings.analog, json);
  json["bits_samples"] = settings.measured_samples;
  write(settings.run, json);
  return json;
}

/// What the user called the point, where that is one number.
std::optional<double> energy_of(const EnergySettings& settings, std::size_t point) {
  return settings.sweep.empty() ? settings.energy : settings.sweep[point];
}

Json json_of(const BitsSettings& settings, const Session& session, const AnalogSetup& setup,
             const BitsResult& result) {
  auto json = result_json("bits", options_json(settings, *session.data.source), session.weights_sha256,
                          thread_count(settings.run.threads));
  json["samples"] = result.samples;
  json["mean_tokens"] = mean_tokens(session.graph);
  json["measured_samples"] = result.measured_samples;
  write(setup, json);
  for (std::size_t p = 0; p < result.points.size(); ++p) {
    json["points"].push_back(point_json(result.points[p], energy_of(settings.analog.noise.energies, p)));
  }
  return json;
}

}  // namespace

void add_options(OptionSet& set, BitsSettings& settings) {
  add_weights_option(set, settings.model);
  add_network_options(set, settings.model);
  add_run_options(set, settings.run);
  add_data_options(set, settings.data);
  add_analog_options(set, settings.analog, noisy_kinds());
  add_sweep_options(set, settings.analog.noise);
  set.number({"--bits-samples", "N", "Samples to measure layers on, spread evenly"},
             settings.measured_samples, positive_count());
  add_arithmetic_option(set, settings.analog.quantization);
}

BitsResult measure_bits(const BitsSettings& settings) {
  check_values(settings);
  settings.analog.check();
  const Session session = open_session(settings.model, settings.data, settings.run.poll);
  check_labels(session);
  const NoiseSettings& noise = settings.analog.noise;
  const EvaluationPlan plan{noise.points(analog_layers(session.graph)), noise.seed_list()};
  const AnalogSetup setup = set_up(settings.analog, settings.data, session, settings.run);
  const BitsExperiment experiment({session, settings.analog, setup, settings.run}, plan,
                                  settings.measured_samples);
  BitsResult result{.points = experiment.run(),
                    .samples = std::ssize(session.data.samples),
                    .measured_samples = experiment.measured_samples()};
  add_remarks(session, result.remarks);
  add_remarks(setup, result.remarks);
  result.document = Document(json_of(settings, session, setup, result), result.remarks);
  return result;
}

}  // namespace dpac
