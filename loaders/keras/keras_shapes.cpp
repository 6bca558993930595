#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "loaders/checked_size.h"
#include "loaders/keras/keras_operations.h"
#include "loaders/weights/formats.h"

namespace dpac {
namespace {

void pass_on(KerasBuilder& b) {
  b.pass_on();
}

/// Over a vector, or the channels of every pixel.
void dense(KerasBuilder& b) {
  const KerasValue input = b.input(0);
  std::vector<std::string> names = {"kernel"};
  if (b.flag("use_bias", true)) names.emplace_back("bias");
  const std::vector<Tensor> arrays = b.arrays(names);
  if (arrays[0].rank() != 2)
    b.refuse(
        fmt::format("has a kernel of shape {}, expected [inputs, outputs]", to_string(arrays[0].shape())));
  const int64_t inputs = arrays[0].dim(0), outputs = arrays[0].dim(1);
  const MapShape& map = b.shape_of(input);
  const bool pixelwise = !input.flat && map.pixels() != 1;
  if (inputs != (pixelwise ? map.channels : map.channels * map.pixels())) {
    b.refuse(fmt::format("has weights for {} features, but reads a map of {} (channels, height, width)",
                         inputs, to_string(map)));
  }
  std::vector<float> bias(static_cast<std::size_t>(outputs), 0.0f);
  if (arrays.size() > 1) bias.assign(arrays[1].values().begin(), arrays[1].values().end());
  if (static_cast<int64_t>(bias.size()) != outputs)
    b.refuse(fmt::format("has a bias of {} values for {} outputs", bias.size(), outputs));
  const Tensor weights = to_torch_layout(arrays[0]);
  std::vector<float> values(weights.values().begin(), weights.values().end());
  const int node =
      pixelwise ? b.append(ConvolutionOp{{}, share(Tensor({outputs, inputs, 1, 1}, values)), std::move(bias)},
                           {input.node})
                : b.graph().add_connected(b.current().name, input.node, std::move(values), std::move(bias),
                                          Flattening::channels_last);
  set_activated(b, node, input.flat);
}

void flatten(KerasBuilder& b) {
  KerasValue value = b.plain_input();
  value.flat = true;
  b.set(value);
}

Shape own_shape(const KerasBuilder& b, const KerasValue& value) {
  const MapShape& map = b.shape_of(value);
  return value.flat ? Shape{map.channels * map.pixels()} : Shape{map.height, map.width, map.channels};
}

/// Another name for the same values in the same order.
void reshape(KerasBuilder& b) {
  KerasValue value = b.plain_input();
  const Shape own = own_shape(b, value);
  const MapShape& map = b.shape_of(value);
  Shape target = b.entry("target_shape").get<Shape>();
  if (std::ranges::count(target, -1) == 1) {
    const auto open = std::ranges::find(target, -1);
    *open = 1;
    const int64_t known = checked_bytes(target, 1).value_or(0);
    *open = known > 0 ? element_count(own) / known : -1;
  }
  const bool flattens = target == Shape{element_count(own)},
             restores = target == Shape{map.height, map.width, map.channels};
  if (target != own && !flattens && !restores) {
    b.refuse(fmt::format("reshapes [{}] to [{}]", fmt::join(own, ", "), fmt::join(target, ", ")));
  }
  value.flat = target.size() == 1;
  b.set(value);
}

void permute(KerasBuilder& b) {
  const Shape order = b.entry("dims").get<Shape>();
  if (!std::ranges::is_sorted(order)) b.refuse(fmt::format("permutes by [{}]", fmt::join(order, ", ")));
  b.pass_on();
}

void concatenate(KerasBuilder& b) {
  const KerasValue first = b.input(0);
  const nlohmann::json& axis = b.entry("axis");
  if (!axis.is_null() && axis != -1 && axis != (first.flat ? 1 : 3))
    b.refuse("joins along another axis than the channels");
  std::vector<int> nodes;
  for (std::size_t i = 0; i < b.input_count(); ++i) {
    const KerasValue& each = b.input(i);
    b.expect_channels(each);
    if (each.flat != first.flat) b.refuse("joins a map and a vector");
    nodes.push_back(each.node);
  }
  b.set_map(b.append(ConcatOp{}, std::move(nodes)), first);
}

const std::set<std::string>& idle_layers() {
  static const std::set<std::string> kIdle = {
      "Identity",       "Dropout",         "SpatialDropout2D",  "GaussianDropout",        "GaussianNoise",
      "AlphaDropout",   "StochasticDepth", "InputLayer",        "ActivityRegularization", "RandomFlip",
      "RandomRotation", "RandomZoom",      "RandomTranslation", "RandomContrast",         "RandomBrightness"};
  return kIdle;
}

}  // namespace

bool is_idle_keras_layer(const std::string& type) {
  return idle_layers().contains(type);
}

KerasOperations keras_shapes() {
  KerasOperations all = {{"Dense", dense},
                         {"Flatten", flatten},
                         {"Reshape", reshape},
                         {"Permute", permute},
                         {"Concatenate", concatenate}};
  for (const std::string& type : idle_layers()) all[type] = pass_on;
  return all;
}

}  // namespace dpac
