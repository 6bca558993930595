#include "study/calibration/calibrate_network.h"

#include "study/calibration/calibration.h"
#include "study/options/analog_options.h"
#include "study/options/check_values.h"
#include "study/options/data_options.h"
#include "study/options/model_options.h"
#include "study/session/session.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"

namespace dpac {
namespace {

Json options_json(const NetworkCalibrationSettings& settings, const DataSource& data) {
  Json json;
  write(settings.model, json);
  data.write(json);
  write_method(settings.calibration, NoiseKind::none, json);
  json["out"] = settings.out;
  return json;
}

Json json_of(const NetworkCalibrationSettings& settings, const Session& session,
             const NetworkCalibration& made) {
  auto json = result_json("calibrate", options_json(settings, *session.data.source), session.weights_sha256,
                          thread_count(settings.run.threads));
  json["out"] = settings.out;
  json["method"] = made.record.method;
  json["batches"] = made.record.batches;
  json["ranges"] = nullptr;
  for (std::size_t t = 0; t < made.tensors.size(); ++t) {
    const ValueRange& range = made.record.ranges[t];
    json["ranges"][made.tensors[t].name] = {range.min, range.max};
  }
  return json;
}

}  // namespace

void add_options(OptionSet& set, NetworkCalibrationSettings& settings) {
  add_weights_option(set, settings.model);
  add_network_options(set, settings.model);
  add_threads_option(set, settings.run.threads);
  add_data_options(set, settings.data);
  add_calibration_options(set, settings.calibration, "ema; percentile is for thermal noise");
}

NetworkCalibration calibrate_network(const NetworkCalibrationSettings& settings) {
  check_values(settings);
  const Session session = open_session(settings.model, settings.data, settings.run.poll);
  const CalibrationSettings& how = settings.calibration;
  const CalibrationPlan plan{how.method(NoiseKind::none), how.batches(NoiseKind::none), how.seed};
  NetworkCalibration made{
      .tensors = calibrated_tensors(session.graph),
      .record = calibrate_on(session.data, session.graph, session.weights_sha256, plan, settings.run)};
  if (!settings.out.empty()) write_calibration_file(settings.out, session.graph, made.record);
  add_remarks(session, made.remarks);
  const std::string few = shortage(made.record, plan);
  if (!few.empty()) made.remarks.notice(few);
  made.document = Document(json_of(settings, session, made), made.remarks);
  return made;
}

}  // namespace dpac
