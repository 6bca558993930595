#include "loaders/onnx/onnx_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/onnx/onnx_constants.h"

namespace dpac {
namespace {

constexpr std::size_t kImageRank = 4;
constexpr int64_t kConstantsOfShapes = 1 << 24;  // Values, beside those that come of stored weights.

bool are_colours(int64_t channels) {
  return channels == 1 || channels == 3;
}

}  // namespace

OnnxImage declared_image(const OnnxModel& model) {
  if (model.inputs().size() != 1 || model.inputs()[0].dims.size() != kImageRank) {
    throw Error(fmt::format("{}: has {} inputs, expected one of images, [batch, channels, height, width]",
                            model.file(), model.inputs().size()));
  }
  const auto& dims = model.inputs()[0].dims;
  if (!are_colours(dims[1]) && are_colours(dims[3])) return {{dims[3], dims[1], dims[2]}, OnnxAxes::hwc};
  return {{dims[1], dims[2], dims[3]}, OnnxAxes::chw};
}

OnnxBuilder::OnnxBuilder(const OnnxModel& model, const std::optional<Shape>& input_size)
    : model_(model), graph_(model.file()), constants_left_(kConstantsOfShapes + model.bytes()) {
  for (const OnnxNode& node : model.nodes()) {
    for (const std::string& name : node.inputs) ++readers_[name];
  }
  for (const OnnxPort& output : model.outputs()) ++readers_[output.name];
  add_image(input_size);
}

void OnnxBuilder::add_image(const std::optional<Shape>& input_size) {
  const OnnxImage declared = declared_image(model_);
  MapShape image = declared.shape;
  if (input_size) image = {image.channels, (*input_size)[0], (*input_size)[1]};
  const std::string& name = model_.inputs()[0].name;
  graph_.add_image(name, image);
  by_name_[name] = {.node = 0, .axes = declared.axes};
}

void OnnxBuilder::add(const OnnxNode& node) {
  current_ = &node;
  initialisers_.clear();  // Weights are in the graph by now.
  try {
    if (computes_constants(node.op) && reads_constants()) {
      compute_constant();
    } else {
      run_operation(*this);
    }
  } catch (const Error& error) {
    const std::string what = error.what();
    if (what.starts_with(model_.file())) throw;
    refuse(what);
  }
}

bool OnnxBuilder::reads_constants() const {
  return std::all_of(current_->inputs.begin(), current_->inputs.end(), [&](const std::string& name) {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? name.empty() || model_.has_tensor(name)
                                   : found->second.constant != nullptr;
  });
}

void OnnxBuilder::compute_constant() {
  OnnxArguments arguments{*current_, {}};
  for (std::size_t i = 0; i < current_->inputs.size(); ++i) {
    arguments.inputs.push_back(has_input(i) ? &constant_input(i) : nullptr);
  }
  std::vector<OnnxTensor> outputs = compute_constants(arguments);
  for (std::size_t i = 0; i < outputs.size(); ++i) set_constant(i, std::move(outputs[i]));
}

void OnnxBuilder::refuse(const std::string& reason) const {
  throw Error(fmt::format("{}: node '{}' ({}) {}", model_.file(), current_->name, current_->op, reason));
}

bool OnnxBuilder::has_input(std::size_t i) const {
  return i < current_->inputs.size() && !current_->inputs[i].empty();
}

const OnnxValue& OnnxBuilder::input(std::size_t i) const {
  const OnnxValue& value = any_input(i);
  if (value.gelu != GeluStep::none) refuse("reads an erf that is no part of a GELU");
  return value.is_padded() ? *value.whole : value;
}

const OnnxValue& OnnxBuilder::any_input(std::size_t i) const {
  if (!has_input(i)) refuse(fmt::format("lacks its input {}", i));
  const std::string& name = current_->inputs[i];
  if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  if (const auto found = initialisers_.find(name); found != initialisers_.end()) return found->second;
  if (!model_.has_tensor(name)) refuse(fmt::format("reads '{}', which nothing before it makes", name));
  return initialisers_[name] = {.constant = std::make_shared<OnnxTensor>(model_.tensor(name))};
}

const OnnxValue& OnnxBuilder::map_value(std::size_t i) const {
  const OnnxValue& value = input(i);
  if (value.constant) refuse(fmt::format("has a constant as its input {}, expected a map", i));
  return value;
}

int OnnxBuilder::map_input(std::size_t i) const {
  return node_of(input(i), i);
}

int OnnxBuilder::padded_map_input(std::size_t i) const {
  (void)input(i);  // Refuses a step of a GELU.
  return node_of(any_input(i), i);
}

int OnnxBuilder::node_of(const OnnxValue& value, std::size_t i) const {
  if (value.constant) refuse(fmt::format("has a constant as its input {}, expected a map", i));
  const bool one_pixel = shape_of(value.node).pixels() == 1;
  const bool fits = value.axes == OnnxAxes::chw ||
                    (one_pixel && (value.axes == OnnxAxes::flat || value.axes == OnnxAxes::flat_hwc));
  if (!fits) refuse(fmt::format("has an input {} whose axes are not [batch, channels, height, width]", i));
  return value.node;
}

const OnnxTensor& OnnxBuilder::constant_input(std::size_t i) const {
  const OnnxValue& value = input(i);
  if (!value.constant) refuse(fmt::format("has an input {} that is computed, expected a constant", i));
  return *value.constant;
}

const std::vector<float>& OnnxBuilder::float_input(std::size_t i) const {
  const OnnxTensor& tensor = constant_input(i);
  if (!tensor.is_float())
    refuse(fmt::format("has integers as its input {}, expected floating-point numbers", i));
  return tensor.floats();
}

std::optional<std::vector<int64_t>> OnnxBuilder::integers(std::size_t i, const std::string& attribute) const {
  if (current_->attributes.contains(attribute)) return current_->integers(attribute, {});
  if (!has_input(i)) return std::nullopt;
  const OnnxTensor& tensor = constant_input(i);
  if (tensor.is_float())
    refuse(fmt::format("has floating-point numbers as its input {}, expected integers", i));
  return tensor.integers();
}

bool OnnxBuilder::read_once(std::size_t i) const {
  return any_input(i).alone && readers_.at(current_->inputs[i]) == 1;
}

void OnnxBuilder::expect_scores() const {
  for (const std::string& name : current_->inputs) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end() && found->second.probabilities)
      refuse("computes with what a softmax gives, which can stand at the end only");
  }
}

void OnnxBuilder::count_constants(int64_t values) {
  constants_left_ -= values;
  if (constants_left_ < 0) refuse("computes more constants than a model of its size has use for");
}

void OnnxBuilder::set_constant(std::size_t i, OnnxTensor constant) {
  count_constants(element_count(constant.shape));
  set_output(i, {.constant = std::make_shared<OnnxTensor>(std::move(constant))});
}

/// A new name for the map of an input is read by whoever else reads that.
void OnnxBuilder::set_output(std::size_t i, OnnxValue value) {
  if (i >= current_->outputs.size()) return;
  value.alone = true;
  for (std::size_t k = 0; k < current_->inputs.size(); ++k) {
    const auto from = by_name_.find(current_->inputs[k]);
    if (from == by_name_.end() || from->second.node != value.node || value.constant) continue;
    value.alone = value.alone && read_once(k);
    value.probabilities = value.probabilities || from->second.probabilities;
  }
  by_name_[current_->outputs[i]] = std::move(value);
}

Graph OnnxBuilder::finish() {
  if (model_.outputs().empty() || !by_name_.contains(model_.outputs()[0].name)) {
    throw Error(fmt::format("{}: has no output that a node makes", model_.file()));
  }
  const OnnxValue& output = by_name_.at(model_.outputs()[0].name);
  if (output.constant) throw Error(fmt::format("{}: its output is a constant", model_.file()));
  if (model_.outputs().size() > 1) {
    assume(fmt::format("of {} outputs the first is taken, '{}'", model_.outputs().size(),
                       model_.outputs()[0].name));
  }
  return graph_.finish(output.node, "ONNX network");
}

}  // namespace dpac
