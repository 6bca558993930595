#include "loaders/keras/keras_inbound.h"

namespace dpac {
namespace {

using nlohmann::json;

bool is_reference(const json& value) {
  return value.is_array() && value.size() >= 3 && value[0].is_string() && value[1].is_number_integer() &&
         value[2].is_number_integer();
}

KerasReference reference(const json& value) {
  return {value.at(0).get<std::string>(), value.at(1).get<int64_t>(), value.at(2).get<int64_t>()};
}

/// Numbers count where they stand for a tensor, not among options.
void collect(const json& value, bool numbers, std::vector<KerasInbound>& found) {
  if (is_reference(value)) {
    found.emplace_back(reference(value));
    if (value.size() < 4 || !value[3].is_object()) return;
    for (const auto& [key, argument] : value[3].items()) collect(argument, key == "x" || key == "y", found);
  } else if (value.is_number() && numbers) {
    found.emplace_back(value.get<double>());
  } else if (value.is_array()) {
    for (const json& child : value) collect(child, false, found);
  } else if (value.is_object() && value.value("class_name", json()) == "__keras_tensor__") {
    found.emplace_back(reference(value.at("config").at("keras_history")));
  } else if (value.is_object()) {
    for (const json& child : value) collect(child, false, found);
  }
}

}  // namespace

std::vector<KerasInbound> keras_inbound(const json& application) {
  std::vector<KerasInbound> found;
  if (application.is_object() && application.contains("args")) {
    for (const json& argument : application["args"]) collect(argument, true, found);
    if (application.contains("kwargs")) collect(application["kwargs"], false, found);
  } else {
    collect(application, false, found);
  }
  return found;
}

std::vector<KerasReference> keras_references(const json& value) {
  std::vector<KerasInbound> found;
  collect(value, false, found);
  std::vector<KerasReference> references;
  for (KerasInbound& each : found) references.push_back(std::get<KerasReference>(std::move(each)));
  return references;
}

}  // namespace dpac
