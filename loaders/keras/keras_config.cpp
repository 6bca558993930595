// A full Keras model: the functional graph in its model_config says which layer is which, whatever the names.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/keras/keras_input.h"
#include "loaders/keras/keras_layers.h"
#include "loaders/parse_json.h"

namespace dpac {
namespace {

using nlohmann::json;

constexpr int64_t kLargestInput = 1 << 14;

struct Layer {
  std::string name, type;
  json config;
  std::vector<std::string> inputs;
};

/// A convolution with what belongs to it, as a branch of a block has it.
struct Unit {
  const Layer* conv = nullptr;
  const Layer* batchnorm = nullptr;
  int padding = 0;  ///< Of an explicit ZeroPadding2D before it.
  bool relu = false;
};

/// Layer names in inbound_nodes are arrays that begin [name, number, number]: both Keras 2 and 3 write them
/// so.
void collect_inputs(const json& node, std::vector<std::string>& inputs) {
  if (node.is_array() && node.size() >= 3 && node[0].is_string() && node[1].is_number() &&
      node[2].is_number()) {
    inputs.push_back(node[0].get<std::string>());
    return;
  }
  if (!node.is_array() && !node.is_object()) return;
  for (const json& child : node) collect_inputs(child, inputs);
}

int pair_value(const json& value) {
  if (value.is_number()) return value.get<int>();
  const bool square = value.is_array() && value.size() == 2 && value[0] == value[1] && value[0].is_number();
  return square ? value[0].get<int>() : -1;
}

class ConfigMatcher {
 public:
  explicit ConfigMatcher(const KerasFile& file) : file_(file), assembler_(file) {}

  Checkpoint match() try {
    read_layers();
    for (const Layer& layer : layers_) {
      if (layer.type == "Add") match_block(layer);
    }
    if (blocks_ == 0) fail("it has no residual sums (Add layers)");
    match_head();
    finish_traits();
    return std::move(assembler_.checkpoint);
  } catch (const json::exception& error) {
    fail(fmt::format("its model_config is malformed ({})", error.what()));
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format("{}: this Keras model is no ResNet this program knows: {}", file_.path, why));
  }

  [[noreturn]] void fail(const Layer& layer, const std::string& why) const {
    fail(fmt::format("layer '{}' ({}) {}", layer.name, layer.type, why));
  }

  void read_layers() {
    const json model = parse_json(file_.model_config, file_.path + ": attribute 'model_config'");
    for (const json& entry : model.at("config").at("layers")) {
      Layer layer{entry.value("name", entry.at("config").value("name", "")),
                  entry.at("class_name"),
                  entry.at("config"),
                  {}};
      if (layer.config.contains("layers")) {
        fail(layer,
             "is a model inside the model; save the weights alone, with "
             "model.save_weights('model.weights.h5')");
      }
      if (entry.contains("inbound_nodes")) collect_inputs(entry.at("inbound_nodes"), layer.inputs);
      by_name_[layer.name] = layers_.size();
      layers_.push_back(std::move(layer));
    }
    for (const KerasLayer& layer : file_.layers) weights_[layer.name] = &layer;
  }

  [[nodiscard]] const Layer& layer(const std::string& name) const {
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) fail(fmt::format("its configuration names an unknown layer '{}'", name));
    return layers_[it->second];
  }

  /// The layers from `name` back to the last sum or the input, both included.
  [[nodiscard]] std::vector<const Layer*> chain(const std::string& name) const {
    std::vector<const Layer*> found;
    for (const Layer* at = &layer(name);; at = &layer(at->inputs.front())) {
      found.push_back(at);
      if (at->inputs.size() != 1 || found.size() > layers_.size()) return found;
    }
  }

  /// The part of `whole` before `end`, in forward order.
  static std::vector<const Layer*> branch(const std::vector<const Layer*>& whole, const Layer* end) {
    std::vector<const Layer*> part(whole.begin(), std::find(whole.begin(), whole.end(), end));
    std::reverse(part.begin(), part.end());
    return part;
  }

  void match_block(const Layer& add) {
    if (add.inputs.size() != 2) fail(add, fmt::format("adds {} tensors, expected 2", add.inputs.size()));
    const auto a = chain(add.inputs[0]), b = chain(add.inputs[1]);
    const auto common = std::find_if(
        a.begin(), a.end(), [&](const Layer* l) { return std::find(b.begin(), b.end(), l) != b.end(); });
    if (common == a.end()) fail(add, "adds tensors that do not come from one block input");
    std::vector<Unit> main = units(branch(a, *common)), shortcut = units(branch(b, *common));
    if (main.size() < shortcut.size()) std::swap(main, shortcut);
    if ((main.size() != 2 && main.size() != 3) || shortcut.size() > 1) {
      fail(add, fmt::format("ends a block of {} and {} convolutions, expected 2 or 3 and 0 or 1", main.size(),
                            shortcut.size()));
    }
    if (blocks_ == 0) match_stem(**common);
    check_relus(add, main, shortcut);
    add_block(add, main, shortcut);
  }

  void check_relus(const Layer& add, const std::vector<Unit>& main, const std::vector<Unit>& shortcut) const {
    for (std::size_t i = 0; i + 1 < main.size(); ++i) {
      if (!main[i].relu) fail(*main[i].conv, "has no ReLU behind it");
    }
    if (main.back().relu || (!shortcut.empty() && shortcut[0].relu))
      fail(add, "adds branches that end in a ReLU");
    const auto follows = [&](const Layer& l) { return l.inputs.size() == 1 && l.inputs[0] == add.name; };
    if (std::none_of(layers_.begin(), layers_.end(),
                     [&](const Layer& l) { return follows(l) && is_relu(l); })) {
      fail(add, "has no ReLU behind it");
    }
  }

  void add_block(const Layer& add, const std::vector<Unit>& main, const std::vector<Unit>& shortcut) {
    const int64_t width = filters(*main[0].conv);
    block_ = width == width_ ? block_ + 1 : 0;
    stage_ += width == width_ ? 0 : 1;
    width_ = width;
    ++blocks_;
    int stride = 1;
    for (std::size_t i = 0; i < main.size(); ++i) {
      if (stride_of(main[i]) != 1) {
        if (stride != 1 || i + 1 == main.size())
          fail(*main[i].conv, "has a stride where a ResNet block has none");
        stride = stride_of(main[i]);
        if (main.size() == 3) note(stride_in_first_, i == 0, *main[i].conv);
      }
      add_unit(main[i], stage_, block_, static_cast<int>(i) + 1);
    }
    if (!shortcut.empty()) {
      if (stride_of(shortcut[0]) != stride) fail(*shortcut[0].conv, "has another stride than its block");
      add_unit(shortcut[0], stage_, block_, 0);
    } else if (stride != 1) {
      fail(add, "has a shortcut without convolution around a strided block");
    }
    assembler_.checkpoint.traits.block_strides.push_back(stride);
  }

  /// Records a property that all layers must share.
  void note(std::optional<bool>& property, bool value, const Layer& at) const {
    if (property.value_or(value) != value)
      fail(at, "differs from the layers before it in where its stride or padding lies");
    property = value;
  }

  /// Not ReLU6 or a leaky one, which the layer ReLU can be too.
  [[nodiscard]] static bool is_relu(const Layer& l) {
    if (l.type == "Activation") return l.config.value("activation", "") == "relu";
    const auto is_off = [&](const char* key) {
      return !l.config.contains(key) || l.config[key].is_null() || l.config[key] == 0;
    };
    return l.type == "ReLU" && (!l.config.contains("max_value") || l.config["max_value"].is_null()) &&
           is_off("negative_slope") && is_off("threshold");
  }

  [[nodiscard]] std::vector<Unit> units(const std::vector<const Layer*>& layers) const {
    std::vector<Unit> found;
    int padding = 0;
    for (const Layer* l : layers) {
      Unit* last = found.empty() ? nullptr : &found.back();
      if (l->type == "ZeroPadding2D") {
        padding = zero_padding(*l);
      } else if (l->type == "Conv2D") {
        found.push_back(
            {l, nullptr, std::exchange(padding, 0), l->config.value("activation", "linear") == "relu"});
      } else if (l->type == "BatchNormalization" && last != nullptr && last->batchnorm == nullptr &&
                 !last->relu) {
        last->batchnorm = l;
      } else if (is_relu(*l) && last != nullptr) {
        last->relu = true;
      } else if (l->type != "Dropout" && l->type != "SpatialDropout2D") {
        fail(*l, "stands where a ResNet has a convolution with BatchNorm and ReLU behind it");
      }
    }
    return found;
  }

  [[nodiscard]] int zero_padding(const Layer& l) const {
    const json& padding = l.config.at("padding");
    int value = pair_value(padding);
    if (padding.is_array() && padding.size() == 2 && padding[0].is_array() && padding[0] == padding[1])
      value = pair_value(padding[0]);
    if (value < 0) fail(l, "pads the sides differently");
    return value;
  }

  [[nodiscard]] int64_t filters(const Layer& conv) const { return conv.config.at("filters").get<int64_t>(); }
  [[nodiscard]] int stride_of(const Unit& unit) const { return pair_value(unit.conv->config.at("strides")); }

  /// Makes sure the traits can express the convolution, and notes what they must say.
  void check(const Unit& unit) {
    const Layer& conv = *unit.conv;
    const int kernel = pair_value(conv.config.at("kernel_size"));
    if (pair_value(conv.config.value("dilation_rate", json(1))) != 1) fail(conv, "is dilated");
    if (conv.config.value("groups", 1) != 1) fail(conv, "is grouped");
    if (conv.config.value("data_format", "channels_last") != "channels_last")
      fail(conv, "is not channels_last");
    const std::string activation = conv.config.value("activation", "linear");
    if (activation != "linear" && activation != "relu")
      fail(conv, fmt::format("has the activation '{}'", activation));
    if (unit.batchnorm != nullptr && activation != "linear")
      fail(conv, "has its activation before its BatchNorm");
    if (kernel < 1 || stride_of(unit) < 1) fail(conv, "has a kernel or stride that is not square");
    const bool same = conv.config.value("padding", "valid") == "same";
    if (same && unit.padding != 0) fail(conv, "is padded twice");
    if (!same && unit.padding != kernel / 2) {
      fail(conv, fmt::format("is padded by {}, expected {} for its {}x{} kernel", unit.padding, kernel / 2,
                             kernel, kernel));
    }
    // With stride 1, and for 1x1 kernels, SAME and symmetric padding are one.
    if (kernel > 1 && stride_of(unit) > 1) note(same_padding_, same, conv);
  }

  const KerasLayer& weights_of(const Layer& l, KerasLayer::Kind kind) const {
    const auto it = weights_.find(l.name);
    if (it == weights_.end()) fail(l, "has no weights in the file");
    if (it->second->kind != kind) fail(l, "has the weights of another kind of layer in the file");
    return *it->second;
  }

  void note_epsilon(const Layer& bn) {
    const double epsilon = bn.config.value("epsilon", 1e-3);
    if (epsilon_.value_or(epsilon) != epsilon)
      fail(bn, fmt::format("has epsilon {}, others have {}", epsilon, *epsilon_));
    epsilon_ = epsilon;
  }

  const KerasLayer* batchnorm_of(const Unit& unit) {
    if (unit.batchnorm == nullptr) return nullptr;
    note_epsilon(*unit.batchnorm);
    return &weights_of(*unit.batchnorm, KerasLayer::Kind::batchnorm);
  }

  void add_unit(const Unit& unit, int stage, int block, int k) {
    check(unit);
    const KerasLayer& conv = weights_of(*unit.conv, KerasLayer::Kind::convolution);
    assembler_.add_block_convolution(conv, batchnorm_of(unit), stage, block, k);
  }

  /// `end` is the tensor the first block starts from.
  void match_stem(const Layer& end) {
    auto layers = chain(end.name);
    std::reverse(layers.begin(), layers.end());
    const Layer& input = *layers.front();
    if (input.type != "InputLayer") fail(input, "stands where the input is expected");
    layers.erase(layers.begin());
    ResNetTraits& traits = assembler_.checkpoint.traits;
    match_preprocessing(layers);
    traits.stem_pool = !layers.empty() && layers.back()->type == "MaxPooling2D";
    if (*traits.stem_pool) {
      const Layer& pool = *layers.back();
      layers.pop_back();
      const bool padded = !layers.empty() && layers.back()->type == "ZeroPadding2D";
      check_pool(pool, padded ? zero_padding(*layers.back()) : 0);
      if (padded) layers.pop_back();
    }
    const auto stem = units(layers);
    if (stem.size() != 1 || !stem[0].relu) fail(input, "is followed by no stem of one convolution with ReLU");
    check(stem[0]);
    traits.stem_stride = stride_of(stem[0]);
    const KerasLayer& conv = weights_of(*stem[0].conv, KerasLayer::Kind::convolution);
    assembler_.add_convolution(conv, batchnorm_of(stem[0]), "conv1", "bn1");
    traits.preset = pair_value(stem[0].conv->config.at("kernel_size")) == 7 ? "keras-caffe" : "plain";
    read_input_size(input);
  }

  /// Takes the layers that scale pixels away from the beginning.
  void match_preprocessing(std::vector<const Layer*>& layers) {
    const auto scales = [](const Layer* l) { return l->type == "Rescaling" || l->type == "Normalization"; };
    if (layers.empty() || !scales(layers.front())) return;
    KerasInput pixels;
    while (!layers.empty() && scales(layers.front())) {
      const Layer& l = *layers.front();
      l.type == "Rescaling" ? rescale(l, pixels) : normalise(l, pixels);
      layers.erase(layers.begin());
    }
    assembler_.checkpoint.traits.preprocessing = pixels.traits(file_.path);
  }

  void rescale(const Layer& l, KerasInput& pixels) const {
    const json scale = l.config.at("scale"), offset = l.config.value("offset", json(0));
    if (!scale.is_number() || !offset.is_number() || scale.get<double>() <= 0) {
      fail(l, "scales pixels by something else than one number above 0");
    }
    pixels.rescale(scale.get<double>(), offset.get<double>());
  }

  /// Over the channels, by numbers in the configuration or, after adapt(), among the weights.
  void normalise(const Layer& l, KerasInput& pixels) const {
    if (l.config.value("invert", false)) fail(l, "is inverted");
    const auto statistic = [&](const char* key, std::optional<StoredArray> KerasLayer::*adapted) {
      std::vector<double> values;
      const json given = l.config.value(key, json());
      if (given.is_null()) {
        const KerasLayer& stored = weights_of(l, KerasLayer::Kind::normalization);
        const Tensor tensor = (stored.*adapted)->load();
        values.assign(tensor.values().begin(), tensor.values().end());
      } else {
        for (const json& number : given.is_array() ? given : json::array({given}))
          values.push_back(number.get<double>());
      }
      if (values.size() != 1 && values.size() != 3) {
        fail(l, fmt::format("has {} values of {}, expected 1, or 3 for the channels", values.size(), key));
      }
      return values;
    };
    pixels.normalise(statistic("mean", &KerasLayer::mean), statistic("variance", &KerasLayer::variance));
  }

  void check_pool(const Layer& pool, int padding) {
    const bool same = pool.config.value("padding", "valid") == "same";
    if (pair_value(pool.config.at("pool_size")) != 3 || pair_value(pool.config.at("strides")) != 2 ||
        (!same && padding != 1)) {
      fail(pool, "is no padded 3x3 max pool of stride 2");
    }
    note(same_padding_, same, pool);
  }

  void read_input_size(const Layer& input) {
    const json* shape = nullptr;
    for (const char* key : {"batch_input_shape", "batch_shape"}) {
      if (input.config.contains(key)) shape = &input.config.at(key);
    }
    if (shape == nullptr || !shape->is_array() || shape->size() != 4) return;
    if (!(*shape)[1].is_number() || !(*shape)[2].is_number()) return;
    const Shape size = {(*shape)[1].get<int64_t>(), (*shape)[2].get<int64_t>()};
    if (std::min(size[0], size[1]) < 1 || std::max(size[0], size[1]) > kLargestInput) {
      fail(input, fmt::format("has {}x{} pixels, expected 1 to {} a side", size[0], size[1], kLargestInput));
    }
    assembler_.checkpoint.traits.input_size = size;
  }

  void match_head() {
    const Layer& end = layers_.back();
    auto layers = chain(end.name);
    std::reverse(layers.begin(), layers.end());
    const Layer* dense = nullptr;
    for (std::size_t i = 1; i < layers.size(); ++i) {
      const Layer& l = *layers[i];
      if (l.type == "AveragePooling2D") check_global(l);
      const bool before = is_relu(l) || l.type == "GlobalAveragePooling2D" || l.type == "AveragePooling2D";
      const bool after =
          l.type == "Softmax" || (l.type == "Activation" && l.config.value("activation", "") == "softmax");
      const bool anywhere = l.type == "Flatten" || l.type == "Dropout" || l.type == "Reshape";
      const bool first_dense = l.type == "Dense" && dense == nullptr && has_no_activation(l);
      if (!first_dense && !anywhere && !(dense == nullptr ? before : after)) {
        fail(l, "stands behind the last block, where an average pool and one dense layer are expected");
      }
      if (first_dense) dense = &l;
    }
    if (dense == nullptr) fail(end, "is the last layer, but there is no dense layer before it");
    assembler_.add_dense(weights_of(*dense, KerasLayer::Kind::dense));
  }

  /// None, or one that leaves the order of the logits as it is.
  [[nodiscard]] static bool has_no_activation(const Layer& dense) {
    const std::string activation = dense.config.value("activation", "linear");
    return activation == "linear" || activation == "softmax" || activation == "sigmoid";
  }

  /// An average pool must cover the whole map the declared input gives.
  void check_global(const Layer& pool) const {
    const ResNetTraits& traits = assembler_.checkpoint.traits;
    if (!traits.input_size) fail(pool, "averages a window, and the input's size is not fixed");
    const auto halved = [](int64_t size, int stride) { return (size + stride - 1) / stride; };
    int64_t height = halved(traits.input_size->at(0), traits.stem_stride.value_or(1));
    if (*traits.stem_pool) height = halved(height, 2);
    for (const int stride : traits.block_strides) height = halved(height, stride);
    if (pair_value(pool.config.at("pool_size")) != height)
      fail(pool, fmt::format("does not average the whole map of {} rows", height));
  }

  void finish_traits() {
    ResNetTraits& traits = assembler_.checkpoint.traits;
    if (epsilon_) traits.batchnorm_epsilon = epsilon_;
    traits.stride_in_first_conv = stride_in_first_.value_or(false);
    traits.padding = same_padding_.value_or(false) ? Padding::same : Padding::symmetric;
  }

  const KerasFile& file_;
  KerasAssembler assembler_;
  std::vector<Layer> layers_;
  std::map<std::string, std::size_t> by_name_;
  std::map<std::string, const KerasLayer*> weights_;
  std::optional<bool> stride_in_first_, same_padding_;
  std::optional<double> epsilon_;
  int64_t width_ = 0;
  int stage_ = 0, block_ = 0, blocks_ = 0;
};

}  // namespace

Checkpoint from_keras_config(const KerasFile& file) {
  return ConfigMatcher(file).match();
}

}  // namespace dpac
