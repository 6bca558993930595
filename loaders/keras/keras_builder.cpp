#include "loaders/keras/keras_builder.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/json_entries.h"
#include "loaders/keras/keras_operations.h"

namespace dpac {

using nlohmann::json;

KerasBuilder::KerasBuilder(const KerasModel& model, const KerasArrays& arrays, int64_t stored_bytes,
                           const std::optional<Shape>& input_size)
    : model_(model),
      arrays_(arrays),
      need_(model.file, stored_bytes),
      graph_(model.file),
      values_(model.calls.size()),
      readers_(model.calls.size(), 0) {
  for (const KerasCall& call : model.calls) {
    for (const KerasArgument& argument : call.inputs) {
      if (const int* from = std::get_if<int>(&argument)) ++readers_[static_cast<std::size_t>(*from)];
    }
  }
  ++readers_[static_cast<std::size_t>(model.output)];
  MapShape image{model.image[2], model.image[0], model.image[1]};
  if (input_size) image = {image.channels, (*input_size)[0], (*input_size)[1]};
  graph_.add_image(model.calls.front().name, image);
  values_[0] = KerasValue{.node = 0};
}

Graph KerasBuilder::build(const std::vector<bool>& left_out) {
  std::vector<std::string> complaints;
  for (position_ = 1; position_ < model_.calls.size(); ++position_) {
    current_ = &model_.calls[position_];
    const bool readable = std::ranges::all_of(current_->inputs, [&](const KerasArgument& argument) {
      const int* from = std::get_if<int>(&argument);
      return from == nullptr || values_[static_cast<std::size_t>(*from)].has_value();
    });
    try {
      if (left_out[position_]) {
        pass_on();
      } else if (!readable) {
        check_keras_operation(*this);
      } else {
        run_keras_operation(*this);
      }
    } catch (const json::exception& error) {
      complaints.push_back(fmt::format("layer '{}' ({}) has a malformed configuration: {}", current_->name,
                                       current_->type, error.what()));
    } catch (const Error& error) {
      const std::string what = error.what();
      if (what.starts_with(model_.file)) throw;
      complaints.push_back(fmt::format("layer '{}' ({}) {}", current_->name, current_->type, what));
    }
  }
  if (!complaints.empty()) fail(complaints);
  KerasValue& output = values_[static_cast<std::size_t>(model_.output)].value();
  current_ = &model_.calls[static_cast<std::size_t>(model_.output)];
  realise(output);
  if (model_.outputs > 1) {
    graph_.assume(fmt::format("of {} outputs the first is taken, that of '{}'", model_.outputs,
                              model_.calls[static_cast<std::size_t>(model_.output)].name));
  }
  return graph_.finish(output.node, "Keras network");
}

void KerasBuilder::fail(const std::vector<std::string>& complaints) const {
  constexpr std::size_t kMostListed = 20;
  if (complaints.size() == 1) throw Error(fmt::format("{}: {}", model_.file, complaints.front()));
  const std::size_t listed = std::min(complaints.size(), kMostListed);
  throw Error(fmt::format(
      "{}: {} layers cannot be run: {}{}", model_.file, complaints.size(),
      fmt::join(complaints.begin(), complaints.begin() + static_cast<std::ptrdiff_t>(listed), "; "),
      listed < complaints.size() ? fmt::format("; and {} more", complaints.size() - listed) : ""));
}

void KerasBuilder::refuse(const std::string& reason) const {
  throw Error(reason);
}

KerasValue& KerasBuilder::value_of(std::size_t i) {
  if (i >= input_count() || is_number(i)) refuse(fmt::format("lacks its input {}", i + 1));
  return *values_[static_cast<std::size_t>(std::get<int>(current_->inputs[i]))];
}

const KerasValue& KerasBuilder::windowed_input(std::size_t i) {
  const KerasValue& value = value_of(i);
  if (value.probabilities) refuse("computes with what a softmax gives, which can stand at the end only");
  return value;
}

const KerasValue& KerasBuilder::input(std::size_t i) {
  (void)windowed_input(i);  // Refuses what is none.
  KerasValue& value = value_of(i);
  realise(value);
  return value;
}

const KerasValue& KerasBuilder::plain_input() {
  KerasValue& value = value_of(0);
  realise(value);
  return value;
}

void KerasBuilder::realise(KerasValue& value) {
  const KerasSides& sides = value.sides;
  if (sides == KerasSides{}) return;
  value.node = append(PadOp{sides.top, sides.left, sides.bottom, sides.right}, {value.node}, ".padded");
  value.sides = {};
}

void KerasBuilder::expect_channels(const KerasValue& value) const {
  if (value.flat && shape_of(value).pixels() != 1)
    refuse("takes the channels of a map, but is given a map that was flattened");
}

MapShape KerasBuilder::whole_shape_of(const KerasValue& value) const {
  const MapShape& map = shape_of(value);
  return {map.channels, map.height + value.sides.top + value.sides.bottom,
          map.width + value.sides.left + value.sides.right};
}

std::vector<Tensor> KerasBuilder::arrays(const std::vector<std::string>& names, std::size_t unread) {
  if (current_->shared) refuse("has weights and is applied more than once, which is not supported");
  const std::vector<StoredArray> stored = arrays_.find(current_->place);
  if (stored.empty()) refuse("has no weights in the file");
  if (stored.size() != names.size()) {
    refuse(fmt::format("has {} arrays in the file, expected {} ({})", stored.size(), names.size(),
                       fmt::join(names, ", ")));
  }
  std::vector<Tensor> read;
  for (const StoredArray& array : std::span(stored).first(stored.size() - unread)) {
    need_.add(array.shape, array.origin);
    read.push_back(array.load());
    expect_finite(read.back(), model_.file, array.origin);
  }
  return read;
}

const json& KerasBuilder::entry(const std::string& key) const {
  static const json kNone;
  const json& config = current_->config;
  const auto found = config.is_object() ? config.find(key) : config.end();
  return found == config.end() ? kNone : *found;
}

bool KerasBuilder::flag(const std::string& key, bool otherwise) const {
  const json& value = entry(key);
  if (value.is_null()) return otherwise;
  if (!value.is_boolean())
    refuse(fmt::format("has {} as its '{}', expected true or false", shown(value), key));
  return value.get<bool>();
}

std::string KerasBuilder::text(const std::string& key, const std::string& otherwise) const {
  const json& value = entry(key);
  if (value.is_null()) return otherwise;
  if (!value.is_string()) refuse(fmt::format("has {} as its '{}', expected a text", shown(value), key));
  return value.get<std::string>();
}

double KerasBuilder::real(const std::string& key, double otherwise) const {
  const json& value = entry(key);
  if (value.is_null()) return otherwise;
  if (!value.is_number() || !(std::abs(value.get<double>()) <= std::numeric_limits<float>::max())) {
    refuse(fmt::format("has {} as its '{}', expected a number", shown(value), key));
  }
  return value.get<double>();
}

int64_t KerasBuilder::whole(const std::string& key, int64_t otherwise) const {
  const json& value = entry(key);
  if (value.is_null()) return otherwise;
  constexpr int64_t kMost = int64_t{1} << 31;
  const bool fits = value.is_number_integer() && value <= kMost && value >= -kMost;
  if (!fits) refuse(fmt::format("has {} as its '{}', expected a whole number", shown(value), key));
  return value.get<int64_t>();
}

Extent KerasBuilder::extent(const std::string& key, Extent otherwise) const {
  const json& value = entry(key);
  if (value.is_null()) return otherwise;
  constexpr int kMost = 1 << 20;
  const auto size = [&](const json& number) {
    const bool fits = number.is_number_integer() && number >= 1 && number <= kMost;
    if (!fits)
      refuse(fmt::format("has {} as its '{}', expected one or two numbers above 0", shown(value), key));
    return number.get<int>();
  };
  if (!value.is_array()) return size(value);
  if (value.size() != 2) refuse(fmt::format("has {} as its '{}': only images can be run", shown(value), key));
  return {size(value[0]), size(value[1])};
}

int KerasBuilder::append(Op op, std::vector<int> inputs, const std::string& ending) {
  return graph_.append(current_->name + ending, std::move(op), std::move(inputs));
}

void KerasBuilder::pass_on() {
  set(value_of(0));
}

/// A new name for the map of an input is read by whoever else reads that.
void KerasBuilder::set(KerasValue value) {
  value.alone = readers_[position_] == 1;
  for (const KerasArgument& argument : current_->inputs) {
    const int* from = std::get_if<int>(&argument);
    const auto& source = from == nullptr ? std::nullopt : values_[static_cast<std::size_t>(*from)];
    if (source && source->node == value.node) value.alone = value.alone && source->alone;
  }
  values_[position_] = value;
}

}  // namespace dpac
