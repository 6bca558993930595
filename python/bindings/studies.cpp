#include "python/bindings/studies.h"

#include <algorithm>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "python/bindings/image_arrays.h"
#include "python/bindings/plain_array.h"
#include "report/gnuplot/draw.h"
#include "report/page/report_page.h"
#include "report/pictures/figures.h"
#include "report/pictures/result_file.h"
#include "study/options/data_options.h"
#include "study/options/study_options.h"
#include "study/session/session.h"
#include "study/study.h"
#include "study/support/atomic_file.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace dpac::python {
namespace {

/// What the request says, and the rest by default.
template <class Settings>
Settings settings_of(const Request& request, Poll poll) {
  Settings settings;
  OptionSet set;
  add_options(set, settings);
  take(set, request.options);
  settings.data.arrays = request.data;
  settings.run.progress = request.progress;
  settings.run.poll = std::move(poll);
  if constexpr (requires { settings.analog; }) {
    settings.analog.noise.energies.values = request.energies;
    settings.analog.calibration.ranges = request.ranges;
  }
  if constexpr (requires { settings.learning; }) settings.learning.train_arrays = request.train;
  if constexpr (requires { settings.state; }) settings.state = request.state;
  return settings;
}

/// Of a study on a network that is open. @throws SettingError for options that only opening it could obey.
template <class Settings>
Settings settings_of(NativeNetwork& network, const Request& request) {
  auto settings = settings_of<Settings>(request, network.poll());
  if (const char* given = settings.model.given()) {
    throw SettingError(
        fmt::format("{} was given, but the network is open already: give it to load()", given));
  }
  settings.model = network.model();
  return settings;
}

/// Adds a study, by its name, that takes Settings.
template <class Settings, class Study>
void bind_study(nb::module_& m, const char* name, Study study) {
  const auto run = [study](NativeNetwork& network, const Request& request) {
    return network.compute([&] { return study(settings_of<Settings>(network, request)).to_json(); });
  };
  m.def(name, run, "network"_a, "request"_a);
}

/// Of networks that the options name.
std::string run_table(const Request& request) {
  const nb::gil_scoped_release released;
  Interruption interruption;
  return interruptible(interruption, [&] {
    return table(settings_of<TableSettings>(request, [&] { interruption.poll(); })).to_json();
  });
}

PlainArray all_samples(const Session& session) {
  const MapShape& input = input_shape(session.graph);
  PlainArray array{{std::ssize(session.data.samples), input.channels, input.height, input.width}, {}};
  const auto reader = make_reader(session.data, session.graph, {}, NoiseKind::none);
  while (const SampleBatch* batch = reader->next()) {
    const auto images = batch->inputs.images;
    array.values.insert(array.values.end(), images.begin(), images.end());
  }
  return array;
}

/// For a callback that Python made: `progress(done, total, unit, ended)`.
WorkCallback work_callback(nb::object progress) {
  if (progress.is_none()) return {};
  // Shared, since studies copy callbacks without the GIL.
  return [shared = std::make_shared<const nb::object>(std::move(progress))](const WorkDone& work) {
    const nb::gil_scoped_acquire gil;
    try {
      (*shared)(work.done, work.total, work.unit, work.ended);
    } catch (nb::python_error& error) {
      error.discard_as_unraisable("a progress bar of dpac");
    }
  };
}

using Labels = std::vector<int>;
using Range = std::pair<float, float>;

Request make_request(GivenOptions options, std::string state, std::optional<AnyImages> data, Labels labels,
                     std::optional<AnyImages> train, Labels train_labels, std::optional<Energies> energies,
                     const std::optional<std::vector<Range>>& ranges, nb::object progress) {
  Request request{.options = std::move(options),
                  .state = std::move(state),
                  .energies = std::move(energies),
                  .progress = work_callback(std::move(progress))};
  if (data) request.data = image_arrays(*data, std::move(labels));
  if (train) request.train = image_arrays(*train, std::move(train_labels));
  if (!ranges) return request;
  request.ranges.emplace();
  for (const auto& [min, max] : *ranges) request.ranges->push_back({min, max});
  return request;
}

void plot(const std::vector<std::string>& results, const std::string& kind, const std::string& out) {
  const nb::gil_scoped_release released;
  const report::PictureFormat format = report::picture_format(out);
  const report::Figure figure =
      report::make_figure(report::picture_kind(kind), report::read_results(results));
  write_text_file(out, report::draw(figure, format, [] {}));
}

void write_report(const std::vector<std::string>& results, const std::string& out) {
  const nb::gil_scoped_release released;
  write_text_file(out, report::report_page(report::read_results(results), [] {}));
}

/// Images in pixels as the network takes them, [N, C, H, W], and what is to be said of how.
std::pair<Owned, std::vector<std::string>> preprocess(NativeNetwork& network, const Request& request) {
  PlainArray array;
  std::vector<std::string> sentences = network.compute([&] {
    DataSettings settings;
    OptionSet set;
    add_data_options(set, settings);
    take(set, request.options);
    settings.arrays = request.data;
    const Session session = open_session(network.model(), settings, network.poll());
    array = all_samples(session);
    Remarks remarks;
    session.data.source->add_remarks(remarks);
    return remarks.sentences();
  });
  return {to_numpy(std::move(array)), std::move(sentences)};
}

}  // namespace

void bind_studies(nb::module_& m) {
  nb::class_<Request>(m, "Request");
  m.def("request", &make_request, "options"_a, "state"_a, "data"_a.none(), "labels"_a, "train"_a.none(),
        "train_labels"_a, "energies"_a.none(), "ranges"_a.none(), "progress"_a.none());
  m.def("preprocess", &preprocess, "network"_a, "request"_a);
  bind_study<EvaluationSettings>(m, "evaluate", [](const auto& settings) { return evaluate(settings); });
  bind_study<BitsSettings>(m, "bits", [](const auto& settings) { return measure_bits(settings); });
  bind_study<NetworkCalibrationSettings>(m, "calibrate",
                                         [](const auto& settings) { return calibrate_network(settings); });
  bind_study<LearnSettings>(m, "learn", [](const auto& settings) { return learn(settings); });
  bind_study<EnergySearchSettings>(m, "search", [](const auto& settings) { return search(settings); });
  m.def("table", &run_table, "request"_a);
  m.def("plot", &plot, "results"_a, "kind"_a, "out"_a);
  m.def("report", &write_report, "results"_a, "out"_a);
}

}  // namespace dpac::python
