#include "loaders/keras/keras_model.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/json_entries.h"
#include "loaders/keras/keras_inbound.h"
#include "loaders/parse_json.h"

namespace dpac {
namespace {

using nlohmann::json;

constexpr int kDeepest = 8;
constexpr std::size_t kImageRank = 4;  // Of a batch.

bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}

bool is_lower(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0;
}

/// As Keras 3 makes the name of a group out of a class: "SeparableConv2D" -> "separable_conv2d".
std::string snake_case(const std::string& type) {
  std::string words;
  for (std::size_t i = 0; i < type.size(); ++i) {
    words += type[i];
    if (i + 2 >= type.size() || !is_upper(type[i + 1]) || !is_lower(type[i + 2])) continue;
    words += '_';
    words += type[++i];
    while (i + 1 < type.size() && is_lower(type[i + 1])) words += type[++i];
  }
  std::string snake;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && is_lower(words[i - 1]) && is_upper(words[i])) snake += '_';
    snake += static_cast<char>(std::tolower(static_cast<unsigned char>(words[i])));
  }
  return snake;
}

/// Keras 3 writes its functions (x + y) among the layers, but not into the file of weights.
bool is_function(const json& entry) {
  const json module = entry.value("module", json());
  return module.is_string() && (module.get_ref<const std::string&>().starts_with("keras.src.ops") ||
                                module.get_ref<const std::string&>().starts_with("keras.ops"));
}

bool is_foreign(const json& entry) {
  const json registered = entry.value("registered_name", json());
  return registered.is_string() && registered.get_ref<const std::string&>().find('>') != std::string::npos;
}

const json& layers_of(const json& config) {
  return config.is_array() ? config : config.at("layers");  // A Sequential of Keras 1 and early 2 is a list.
}

bool is_model(const std::string& type, const json& config) {
  return (type == "Sequential" || type == "Functional" || type == "Model") &&
         (config.is_array() || config.contains("layers"));
}

/// Where the layers of a model stand.
struct Scope {
  std::vector<std::string> names;
  std::string group;
};

/// A layer of a model as its configuration has it.
struct Entry {
  std::string name, type;
  const json* config;
  KerasPlace place;
  bool foreign;
  std::vector<std::vector<KerasInbound>> applications;
};

struct Application {
  std::size_t entry, number;
  auto operator<=>(const Application&) const = default;  // NOLINT(modernize-use-nullptr): its own 0.
};

class ModelParser {
 public:
  ModelParser(std::string file, const std::string& where, int version) : where_(where) {
    model_.file = std::move(file);
    model_.version = version;
  }

  KerasModel parse(const std::string& text) {
    const json root = parse_json(text, where_);
    try {
      const std::string type = root.at("class_name");
      const json& config = root.at("config");
      if (!is_model(type, config)) {
        fail(fmt::format("the model is a '{}', expected a Sequential or Functional one", type));
      }
      if (is_foreign(root)) fail(fmt::format("the model is of a class of its own called '{}'", type));
      note_name(config);
      add_input(root);
      model_.output = expand(type, config, {{}, ""}, {0}).front();
    } catch (const json::exception& error) {
      fail(fmt::format("is malformed ({})", error.what()));
    }
    return std::move(model_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw Error(fmt::format("{}: {}", where_, why)); }

  void note_name(const json& config) {
    if (config.is_object()) model_.names.push_back(config.value("name", ""));
  }

  /// The shape of a batch, where a configuration says it.
  static std::optional<json> batch_shape(const json& config) {
    for (const char* key : {"batch_shape", "batch_input_shape", "build_input_shape"}) {
      if (config.is_object() && config.contains(key) && config[key].is_array()) return config[key];
    }
    return std::nullopt;
  }

  /// That of the first layer that says it, through models that begin with a model.
  std::optional<json> find_shape(const json& config, int depth) const {
    if (depth > kDeepest) fail(fmt::format("a model inside it is nested deeper than {} levels", kDeepest));
    for (const json& entry : layers_of(config)) {
      if (const auto shape = batch_shape(entry.at("config"))) return shape;
      if (!is_model(entry.at("class_name"), entry.at("config"))) continue;
      if (const auto shape = find_shape(entry["config"], depth + 1)) return shape;
    }
    return batch_shape(config);
  }

  void add_input(const json& root) {
    const auto shape = find_shape(root.at("config"), 0);
    if (!shape) fail("nothing says the shape of its input; build the model before it is saved");
    if (shape->size() != kImageRank) {
      fail(fmt::format("its input has the shape {}, expected [batch, height, width, channels] of images",
                       shown(*shape)));
    }
    for (std::size_t i = 1; i < kImageRank; ++i) {
      const json& size = (*shape)[i];
      if (!size.is_null() && !size.is_number_integer())
        fail(fmt::format("its input has {} pixels", shown(size)));
      model_.image.push_back(size.is_null() ? -1 : size.get<int64_t>());
    }
    model_.calls.push_back({.place = {}, .name = "input", .type = "InputLayer", .config = {}, .inputs = {}});
  }

  /// Adds all calls of a model that is applied to these; returns its outputs.
  std::vector<int> expand(const std::string& type, const json& config, const Scope& scope,
                          const std::vector<int>& inputs) {
    if (scope.names.size() > kDeepest) {
      fail(fmt::format("model '{}' is nested deeper than {} levels", scope.names.back(), kDeepest));
    }
    const std::vector<Entry> entries = entries_of(config, scope);
    return type == "Sequential" ? expand_sequence(entries, inputs) : expand_graph(config, entries, inputs);
  }

  std::vector<Entry> entries_of(const json& config, const Scope& scope) const {
    std::vector<Entry> entries;
    std::map<std::string, int> counts;
    for (const json& json_entry : layers_of(config)) {
      const json& own = json_entry.at("config");
      const std::string inner = own.is_object() ? own.value("name", "") : "";
      Entry entry{.name = json_entry.value("name", inner),
                  .type = json_entry.at("class_name"),
                  .config = &own,
                  .place = {scope.names, ""},
                  .foreign = is_foreign(json_entry),
                  .applications = {}};
      if (!own.is_object() && !is_model(entry.type, own))
        fail(fmt::format("layer '{}' ({}) has no configuration", entry.name, entry.type));
      entry.place.names.push_back(entry.name);
      if (!is_function(json_entry)) {
        const std::string kind = snake_case(entry.type);
        const int taken = counts[kind]++;
        entry.place.group = scope.group + "layers/" + (taken == 0 ? kind : fmt::format("{}_{}", kind, taken));
      }
      if (json_entry.contains("inbound_nodes")) {
        for (const json& node : json_entry["inbound_nodes"])
          entry.applications.push_back(keras_inbound(node));
      }
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  std::vector<int> expand_sequence(const std::vector<Entry>& entries, const std::vector<int>& inputs) {
    if (inputs.size() != 1) fail(fmt::format("a Sequential model is applied to {} tensors", inputs.size()));
    std::vector<int> at = inputs;
    for (const Entry& entry : entries) {
      if (entry.type == "InputLayer") continue;
      at = apply(entry, {at.front()}, false);
    }
    return at;
  }

  /// The outputs of a layer or model.
  std::vector<int> apply(const Entry& entry, const std::vector<KerasArgument>& arguments, bool shared) {
    if (is_model(entry.type, *entry.config) && !entry.foreign) {
      if (shared) fail(fmt::format("the model '{}' inside it is applied more than once", entry.name));
      std::vector<int> inputs;
      for (const KerasArgument& argument : arguments) {
        if (const int* call = std::get_if<int>(&argument)) inputs.push_back(*call);
      }
      note_name(*entry.config);
      return expand(entry.type, *entry.config, {entry.place.names, entry.place.group + "/"}, inputs);
    }
    std::string name;
    for (const std::string& part : entry.place.names) name += (name.empty() ? "" : ".") + part;
    model_.calls.push_back({entry.place, name, entry.type, *entry.config, arguments, shared, entry.foreign});
    return {static_cast<int>(model_.calls.size()) - 1};
  }

  std::vector<int> expand_graph(const json& config, const std::vector<Entry>& entries,
                                const std::vector<int>& inputs) {
    const std::vector<KerasReference> sources = keras_references(config.at("input_layers"));
    std::vector<KerasReference> ends = keras_references(config.at("output_layers"));
    if (sources.size() != inputs.size()) {
      fail(fmt::format("the model '{}' has {} inputs, expected {}", config.value("name", ""), sources.size(),
                       inputs.size()));
    }
    if (ends.empty()) fail(fmt::format("the model '{}' has no output", config.value("name", "")));
    if (model_.calls.size() == 1) {  // Of the outermost model the first is meant.
      model_.outputs = ends.size();
      ends.resize(1);
    }
    std::map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!by_name.emplace(entries[i].name, i).second)
        fail(fmt::format("two layers are called '{}'", entries[i].name));
    }
    const auto find = [&](const KerasReference& reference) {
      const auto found = by_name.find(reference.layer);
      if (found == by_name.end()) fail(fmt::format("it names an unknown layer '{}'", reference.layer));
      const Entry& entry = entries[found->second];
      const auto count = static_cast<int64_t>(entry.type == "InputLayer" ? 1 : entry.applications.size());
      // Keras 2 counts the making of a model as its first application.
      if (count == 1 && is_model(entry.type, *entry.config)) return Application{found->second, 0};
      if (reference.application < 0 || reference.application >= count) {
        fail(fmt::format("it reads application {} of layer '{}', which has {}", reference.application,
                         reference.layer, count));
      }
      return Application{found->second, static_cast<std::size_t>(reference.application)};
    };
    std::map<Application, std::vector<int>> made;
    for (std::size_t i = 0; i < sources.size(); ++i) made[find(sources[i])] = {inputs[i]};
    for (const Application& next : ordered(entries, ends, made, find)) {
      const Entry& entry = entries[next.entry];
      std::vector<KerasArgument> arguments;
      for (const KerasInbound& inbound : entry.applications[next.number]) {
        const auto* reference = std::get_if<KerasReference>(&inbound);
        arguments.push_back(reference != nullptr
                                ? KerasArgument(output_of(made.at(find(*reference)), *reference))
                                : KerasArgument(std::get<double>(inbound)));
      }
      made[next] = apply(entry, arguments, entry.applications.size() > 1);
    }
    std::vector<int> outputs;
    for (const KerasReference& end : ends) outputs.push_back(output_of(made.at(find(end)), end));
    return outputs;
  }

  int output_of(const std::vector<int>& outputs, const KerasReference& reference) const {
    if (reference.output < 0 || static_cast<std::size_t>(reference.output) >= outputs.size()) {
      fail(fmt::format("it reads output {} of layer '{}', which has {}", reference.output, reference.layer,
                       outputs.size()));
    }
    return outputs[static_cast<std::size_t>(reference.output)];
  }

  /// What the model's outputs depend on, in the configuration's order as far as what they read is before
  /// them.
  template <class Find>
  std::vector<Application> ordered(const std::vector<Entry>& entries, const std::vector<KerasReference>& ends,
                                   const std::map<Application, std::vector<int>>& given,
                                   const Find& find) const {
    std::map<Application, std::size_t> open;  // How many of what an application reads are still to come.
    std::map<Application, std::vector<Application>> readers;
    std::vector<Application> found;
    for (const KerasReference& end : ends) found.push_back(find(end));
    std::set<Application> ready;
    while (!found.empty()) {
      const Application next = found.back();
      found.pop_back();
      if (given.contains(next) || open.contains(next)) continue;
      const Entry& entry = entries[next.entry];
      if (entry.applications.empty())
        fail(fmt::format("layer '{}' ({}) reads nothing", entry.name, entry.type));
      std::size_t missing = 0;
      for (const KerasInbound& inbound : entry.applications[next.number]) {
        const auto* reference = std::get_if<KerasReference>(&inbound);
        if (reference == nullptr) continue;
        const Application source = find(*reference);
        if (given.contains(source)) continue;
        ++missing;
        readers[source].push_back(next);
        found.push_back(source);
      }
      open[next] = missing;
      if (missing == 0) ready.insert(next);
    }
    std::vector<Application> order;
    while (!ready.empty()) {
      order.push_back(*ready.begin());
      ready.erase(ready.begin());
      for (const Application& reader : readers[order.back()]) {
        if (--open[reader] == 0) ready.insert(reader);
      }
    }
    for (const auto& [application, missing] : open) {
      if (missing > 0) fail(fmt::format("layer '{}' depends on itself", entries[application.entry].name));
    }
    return order;
  }

  const std::string& where_;
  KerasModel model_;
};

}  // namespace

KerasModel parse_keras_model(const std::string& config, std::string file, const std::string& where,
                             int version) {
  return ModelParser(std::move(file), where, version).parse(config);
}

}  // namespace dpac
