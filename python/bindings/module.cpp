/// @file
/// dpac._native: what the Python package computes with. Its users see dpac/network.py and its like.
#include <exception>
#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>
#include <optional>
#include <string>

#include "engine/network.h"
#include "engine/noise/calibrate.h"
#include "engine/noise/noise_models.h"
#include "kernels/error.h"
#include "loaders/left_out.h"
#include "python/bindings/keywords.h"
#include "python/bindings/native_network.h"
#include "python/bindings/studies.h"
#include "study/settings/noise_settings.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace dpac::python {
namespace {

using NamedRange = std::pair<float, float>;
/// Name, op, D, N, MACs, channels, parameters, groups, whether it has weights.
using LayerFields =
    std::tuple<std::string, std::string, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, bool>;

/// Of a network that reads text: tokens at most, 1, 1.
std::tuple<int64_t, int64_t, int64_t> input_of(const NativeNetwork& network) {
  if (network.graph().reads_text()) {
    const auto& tables = std::get<EmbeddingOp>(network.graph().nodes.front().op);
    return {tables.positions->dim(0), 1, 1};
  }
  const MapShape& input = input_shape(network.graph());
  return {input.channels, input.height, input.width};
}

std::vector<LayerFields> layers_of(const NativeNetwork& network) {
  std::vector<LayerFields> layers;
  for (const AnalogLayer& layer : network.layers()) {
    layers.emplace_back(layer.name, layer.op, layer.dot_length, layer.outputs, layer.macs, layer.out_channels,
                        layer.parameters, layer.groups, layer.has_weights);
  }
  return layers;
}

nb::dict trace(NativeNetwork& network, const Samples& samples, Logits logits, int64_t first_sample,
               const Setting& setting, const std::vector<std::size_t>& layers) {
  nb::dict arrays;
  for (auto& [name, array] : network.trace(samples, std::move(logits), first_sample, setting, layers)) {
    arrays[name.c_str()] = to_numpy(std::move(array));
  }
  return arrays;
}

std::vector<NamedRange> calibrate(NativeNetwork& network, const Samples& samples, CalibrationMethod method,
                                  std::optional<int64_t> batches, uint64_t seed, int threads) {
  std::vector<NamedRange> ranges;
  const int64_t most = batches.value_or(default_batches(method));
  for (const ValueRange& range : network.calibrate(samples, method, most, seed, threads)) {
    ranges.emplace_back(range.min, range.max);
  }
  return ranges;
}

/// As the program checks its options. @throws SettingError
void check_noise(const NoiseSettings& given, const NativeNetwork& network) {
  given.check();
  given.check_groups(network.layers());
}

NoiseSettings make_noise(std::string noise, std::optional<double> sigma_thermal,
                         std::optional<double> sigma_output, std::optional<double> sigma_weight,
                         std::vector<double> sigma_programming, std::string dot_length) {
  return {.noise = std::move(noise),
          .energies_given = false,
          .sigma_thermal = sigma_thermal,
          .sigma_output = sigma_output,
          .sigma_weight = sigma_weight,
          .sigma_programming = std::move(sigma_programming),
          .dot_length = std::move(dot_length)};
}

Setting make_setting(const NoiseSettings& noise, Energies energies, Repeats repeats, uint64_t seed,
                     std::optional<double> weight_bits, std::optional<double> act_bits,
                     const std::vector<NamedRange>& ranges, Arithmetic arithmetic, int threads) {
  Setting setting{.noise = noise.base(),
                  .quantization = {.weight_bits = weight_bits, .activation_bits = act_bits},
                  .arithmetic = arithmetic,
                  .threads = threads};
  setting.noise.energies = std::move(energies);
  setting.noise.repeats = std::move(repeats);
  setting.noise.seed = seed;
  for (const auto& [min, max] : ranges) setting.quantization.ranges.push_back({min, max});
  return setting;
}

/// A setting is called by its keyword, where the library calls it by the program's option.
void raise_error(const std::exception_ptr& thrown, void* error_type) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    PyErr_SetString(static_cast<PyObject*>(error_type), with_keywords(error.what()).c_str());
  }
}

NativeNetwork* open(const std::string& path, std::optional<std::pair<int64_t, int64_t>> input_size,
                    std::optional<std::string> stride_in, bool no_head, const std::string& config,
                    std::optional<int64_t> heads, std::optional<int64_t> max_length) {
  const nb::gil_scoped_release released;
  ModelSettings model{.weights = path,
                      .stride_in = std::move(stride_in),
                      .no_head = no_head,
                      .config = config,
                      .heads = heads,
                      .max_length = max_length};
  if (input_size) model.input_size = Shape{input_size->first, input_size->second};
  return new NativeNetwork(model);
}

std::vector<std::string> left_out_of(const NativeNetwork& network) {
  std::vector<std::string> sentences;
  for (const LeftOut& left_out : network.model().opened->remarks.left_out())
    sentences.push_back(to_sentence(left_out));
  return sentences;
}

void bind_network(nb::module_& m) {
  nb::class_<NativeNetwork>(m, "NativeNetwork")
      .def_prop_ro("architecture", [](const NativeNetwork& n) { return n.graph().architecture; })
      .def_prop_ro("parameters", [](const NativeNetwork& n) { return n.graph().parameters; })
      .def_prop_ro("class_names", [](const NativeNetwork& n) { return n.graph().class_names; })
      .def_prop_ro("reads_text", [](const NativeNetwork& n) { return n.graph().reads_text(); })
      .def_prop_ro("format", [](const NativeNetwork& n) { return n.model().opened->format; })
      .def_prop_ro("remarks", [](const NativeNetwork& n) { return n.model().opened->remarks.sentences(); })
      .def_prop_ro("assumed", [](const NativeNetwork& n) { return n.model().opened->remarks.assumed(); })
      .def_prop_ro("left_out", &left_out_of)
      .def_prop_ro("classes", &NativeNetwork::classes)
      .def_prop_ro("tensors", &NativeNetwork::tensors)
      .def_prop_ro("pre_activations", &NativeNetwork::pre_activations)
      .def_prop_ro("input", &input_of)
      .def_prop_ro("layers", &layers_of)
      .def("run", &NativeNetwork::run, "samples"_a, "logits"_a.noconvert(), "first_sample"_a, "setting"_a)
      .def("trace", &trace, "samples"_a, "logits"_a.noconvert(), "first_sample"_a, "setting"_a, "layers"_a)
      .def("calibrate", &calibrate, "samples"_a, "method"_a, "batches"_a.none(), "seed"_a, "threads"_a);
}

void bind_setting(nb::module_& m) {
  nb::class_<NoiseSettings>(m, "NoiseSettings")
      .def(
          "__init__",
          [](NoiseSettings* made, std::string noise, std::optional<double> sigma_thermal,
             std::optional<double> sigma_output, std::optional<double> sigma_weight,
             std::vector<double> sigma_programming, std::string dot_length) {
            new (made) NoiseSettings(make_noise(std::move(noise), sigma_thermal, sigma_output, sigma_weight,
                                                std::move(sigma_programming), std::move(dot_length)));
          },
          "noise"_a, "sigma_thermal"_a = nb::none(), "sigma_output"_a = nb::none(),
          "sigma_weight"_a = nb::none(), "sigma_programming"_a = std::vector<double>(),
          "dot_length"_a = "in-group")
      .def("check", &check_noise, "network"_a)
      .def_prop_ro("any", [](const NoiseSettings& n) { return n.kind() != NoiseKind::none; })
      .def_prop_ro("bits", [](const NoiseSettings& n) { return noise_traits(n.kind()).defaults.bits; })
      .def_prop_ro("energy_unit", [](const NoiseSettings& n) { return noise_traits(n.kind()).energy_unit; })
      .def_prop_ro("needs_ranges", [](const NoiseSettings& n) { return noise_traits(n.kind()).needs_ranges; })
      .def_prop_ro("perturbs_outputs",
                   [](const NoiseSettings& n) { return noise_traits(n.kind()).perturbs_outputs; });
  nb::enum_<Arithmetic>(m, "Arithmetic")
      .value("automatic", Arithmetic::automatic)
      .value("float32", Arithmetic::float32)
      .value("bfloat16", Arithmetic::bfloat16)
      .value("automatic_bfloat16", Arithmetic::automatic_bfloat16);
  nb::enum_<CalibrationMethod>(m, "CalibrationMethod")
      .value("ema", CalibrationMethod::ema)
      .value("percentile", CalibrationMethod::percentile);
  nb::class_<Setting>(m, "Setting");
  m.def("noises", &all_kinds);
  m.def("setting", &make_setting, "noise"_a, "energies"_a, "repeats"_a, "seed"_a, "weight_bits"_a.none(),
        "act_bits"_a.none(), "ranges"_a, "arithmetic"_a, "threads"_a);
}

}  // namespace

NB_MODULE(_native, m) {
  m.attr("__version__") = DPAC_VERSION;
  nb::exception<Error>(m, "Error", PyExc_RuntimeError);
  nb::register_exception_translator(raise_error, m.attr("Error").ptr());
  m.def("with_keywords", &with_keywords, "sentence"_a);
  nb::class_<Samples>(m, "Samples")
      .def(nb::init<Images>(), "images"_a.noconvert())
      .def(nb::init<Tokens, Tokens, const Lengths&>(), "ids"_a.noconvert(), "types"_a.noconvert(),
           "lengths"_a.noconvert());
  bind_setting(m);
  bind_network(m);
  m.def("open", &open, "path"_a, "input_size"_a.none(), "stride_in"_a.none(), "no_head"_a, "config"_a,
        "heads"_a.none(), "max_length"_a.none(), nb::rv_policy::take_ownership);
  bind_studies(m);
}

}  // namespace dpac::python
