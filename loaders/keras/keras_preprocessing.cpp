#include "loaders/keras/keras_preprocessing.h"

#include <algorithm>
#include <optional>

#include "loaders/keras/keras_input.h"
#include "loaders/keras/keras_operations.h"

namespace dpac {
namespace {

using nlohmann::json;
using Numbers = std::vector<double>;

const json& entry(const KerasCall& call, const char* key) {
  static const json kNone;
  const auto found = call.config.is_object() ? call.config.find(key) : call.config.end();
  return found == call.config.end() ? kNone : *found;
}

/// A number, or one for each channel, in as many brackets as Keras likes; else unset.
std::optional<Numbers> numbers_of(const json& value, std::size_t channels) {
  const json* list = &value;
  while (list->is_array() && list->size() == 1 && (*list)[0].is_array()) list = &(*list)[0];
  if (list->is_number()) return Numbers{list->get<double>()};
  const bool fits = list->is_array() && (list->size() == 1 || list->size() == channels) &&
                    std::ranges::all_of(*list, [](const json& each) { return each.is_number(); });
  if (!fits) return std::nullopt;
  return list->get<Numbers>();
}

Numbers numbers_of(const StoredArray& array) {
  const Tensor tensor = array.load();
  return {tensor.values().begin(), tensor.values().end()};
}

bool rescale(const KerasCall& call, std::size_t channels, KerasInput& pixels) {
  const auto scale = numbers_of(entry(call, "scale"), channels);
  const auto offset =
      entry(call, "offset").is_null() ? Numbers{0} : numbers_of(entry(call, "offset"), channels);
  if (!scale || !offset || std::ranges::any_of(*scale, [](double s) { return !(s > 0); })) return false;
  if (scale->size() == 1 && offset->size() == 1) {
    pixels.rescale(scale->front(), offset->front());
    return true;
  }
  Numbers mean(channels), variance(channels);  // s x + o = (x + o / s) / (1 / s).
  for (std::size_t c = 0; c < channels; ++c) {
    const double s = (*scale)[scale->size() == 1 ? 0 : c];
    mean[c] = -(*offset)[offset->size() == 1 ? 0 : c] / s;
    variance[c] = 1 / (s * s);
  }
  pixels.normalise(mean, variance);
  return true;
}

/// By numbers in the configuration or, after adapt(), among the weights.
bool normalise(const KerasCall& call, const KerasArrays& arrays, std::size_t channels, KerasInput& pixels) {
  if (entry(call, "invert") == true) return false;
  std::optional<Numbers> mean, variance;
  if (entry(call, "mean").is_null()) {
    const std::vector<StoredArray> stored = arrays.find(call.place);
    if (stored.size() < 2 || element_count(stored[0].shape) != static_cast<int64_t>(channels) ||
        stored[0].shape != stored[1].shape) {
      return false;
    }
    mean = numbers_of(stored[0]);
    variance = numbers_of(stored[1]);
  } else {
    mean = numbers_of(entry(call, "mean"), channels);
    variance = numbers_of(entry(call, "variance"), channels);
  }
  if (!mean || !variance) return false;
  pixels.normalise(*mean, *variance);
  return true;
}

/// Of every call the one that alone reads what it gives; unset where there are several or none.
std::vector<std::optional<std::size_t>> only_readers(const KerasModel& model) {
  std::vector<int> counts(model.calls.size(), 0);
  std::vector<std::optional<std::size_t>> readers(model.calls.size());
  for (std::size_t n = 0; n < model.calls.size(); ++n) {
    for (const KerasArgument& argument : model.calls[n].inputs) {
      const int* from = std::get_if<int>(&argument);
      if (from == nullptr) continue;
      const auto source = static_cast<std::size_t>(*from);
      readers[source] = ++counts[source] == 1 ? std::optional(n) : std::nullopt;
    }
  }
  return readers;
}

}  // namespace

KerasPreprocessing find_keras_preprocessing(const KerasModel& model, const KerasArrays& arrays) {
  const auto channels = static_cast<std::size_t>(std::max<int64_t>(model.image[2], 0));
  KerasPreprocessing found{{}, std::vector<bool>(model.calls.size(), false)};
  KerasInput pixels;
  bool prepares = false;
  const auto readers = only_readers(model);
  std::size_t at = 0;
  while (const auto next = readers[at]) {
    const KerasCall& call = model.calls[*next];
    const auto arithmetic = keras_scale(call);
    const bool scales = call.type == "Rescaling" || call.type == "Normalization" || arithmetic;
    if ((!scales && !is_idle_keras_layer(call.type)) || call.foreign) break;
    prepares = prepares || scales;
    if (call.type == "Rescaling" && !rescale(call, channels, pixels)) break;
    if (call.type == "Normalization" && !normalise(call, arrays, channels, pixels)) break;
    if (arithmetic && !(arithmetic->scale > 0)) break;
    if (arithmetic) pixels.rescale(arithmetic->scale, arithmetic->offset);
    found.calls[*next] = scales;
    at = *next;
  }
  if (prepares) found.traits = pixels.traits(model.file);
  return found;
}

}  // namespace dpac
