#include "loaders/keras/keras_operations.h"

#include <fmt/format.h>

namespace dpac {
namespace {

const KerasOperations& operations() {
  static const KerasOperations all = [] {
    KerasOperations joined = keras_windows();
    joined.merge(keras_arithmetic());
    joined.merge(keras_activations());
    joined.merge(keras_shapes());
    return joined;
  }();
  return all;
}

/// Layers that keras.applications brings along, which Keras registers as if they were the user's.
bool is_of_applications(const std::string& type) {
  return type == "LayerScale" || type == "StochasticDepth" || type == "CustomScaleLayer";
}

}  // namespace

void check_keras_operation(const KerasBuilder& b) {
  const KerasCall& call = b.current();
  if (call.foreign && !is_of_applications(call.type)) b.refuse("is of a class that is none of Keras's own");
  if (call.type == "Lambda") b.refuse("is code, which is never run");
  if (!operations().contains(call.type)) b.refuse("is of a class that cannot be run");
  if (b.text("data_format", "channels_last") != "channels_last")
    b.refuse("has its channels first; build the model with channels last");
}

void run_keras_operation(KerasBuilder& b) {
  check_keras_operation(b);
  operations().at(b.current().type)(b);
}

std::vector<double> keras_numbers(const KerasBuilder& b, const std::string& key, std::size_t channels) {
  std::vector<double> values;
  std::vector<const nlohmann::json*> open = {&b.entry(key)};
  while (!open.empty()) {  // [[[a, b, c]]] as well as a.
    const nlohmann::json& next = *open.back();
    open.pop_back();
    if (next.is_number()) values.push_back(next.get<double>());
    if (!next.is_number() && !next.is_array())
      b.refuse(fmt::format("has something else than numbers as its '{}'", key));
    if (!next.is_array()) continue;
    for (std::size_t i = next.size(); i-- > 0;) open.push_back(&next[i]);
  }
  if (values.size() != 1 && values.size() != channels) {
    b.refuse(
        fmt::format("has {} values of {}, expected 1, or {} for the channels", values.size(), key, channels));
  }
  values.resize(channels, values.front());
  return values;
}

}  // namespace dpac
