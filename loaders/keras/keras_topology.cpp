#include "loaders/keras/keras_topology.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/keras/keras_builder.h"
#include "loaders/keras/keras_preprocessing.h"
#include "loaders/parse_json.h"
#include "loaders/stored_bytes.h"
#include "loaders/zip_archive.h"

namespace dpac {
namespace {

constexpr const char* kConfigMember = "config.json";
constexpr const char* kMetadataMember = "metadata.json";
constexpr const char* kWeightsMember = "model.weights.h5";

class KerasTopology final : public Topology {
 public:
  KerasTopology(KerasModel model, KerasArrays arrays, int64_t stored_bytes, std::vector<bool> left_out)
      : model_(std::move(model)),
        arrays_(std::move(arrays)),
        stored_bytes_(stored_bytes),
        left_out_(std::move(left_out)) {}

  [[nodiscard]] Graph build(const std::optional<Shape>& input_size) const override {
    return KerasBuilder(model_, arrays_, stored_bytes_, input_size).build(left_out_);
  }

 private:
  KerasModel model_;
  KerasArrays arrays_;
  int64_t stored_bytes_;
  std::vector<bool> left_out_;
};

/// The first number of a version; unset where there is none.
std::optional<int> major_version(const std::string& text) {
  if (text.empty() || text[0] < '1' || text[0] > '9') return std::nullopt;
  return text[0] - '0';
}

bool has_imagenet_stem(const KerasModel& model) {
  const auto first = std::ranges::find_if(model.calls, [](const KerasCall& call) {
    return call.type == "Conv2D" || call.type == "SeparableConv2D";
  });
  if (first == model.calls.end() || !first->config.is_object()) return false;
  const nlohmann::json kernel = first->config.value("kernel_size", nlohmann::json());
  return kernel == 7 || kernel == nlohmann::json({7, 7});
}

/// How keras.applications prepares images for its own networks, which are told by their names.
void guess_preprocessing(const KerasModel& model, Checkpoint& checkpoint) {
  const auto is_called = [&](std::initializer_list<std::string_view> starts) {
    return std::ranges::any_of(model.names, [&](std::string_view name) {
      return std::ranges::any_of(starts, [&](std::string_view start) { return name.starts_with(start); });
    });
  };
  ResNetTraits& traits = checkpoint.traits;
  const bool second = std::ranges::any_of(
      model.names, [](std::string_view name) { return name.starts_with("resnet") && name.ends_with("v2"); });
  if (second || is_called({"mobilenet_", "mobilenetv2", "inception", "xception", "nasnet", "NASNet"})) {
    traits.preset = "plain";
    traits.preprocessing = {.value_scale = 1 / 127.5, .mean = {1}, .std = {1}};
    checkpoint.assumed.emplace_back(
        "pixels are scaled to -1 ... 1, as keras.applications does for the network whose name the model has");
  } else if (is_called({"densenet"})) {
    traits.preset = "torchvision";
  } else {
    traits.preset = has_imagenet_stem(model) || is_called({"vgg16", "vgg19"}) ? "keras-caffe" : "plain";
  }
}

Checkpoint read_model(const std::string& path, const std::string& format, KerasModel model,
                      KerasArrays arrays, int64_t stored_bytes) {
  Checkpoint checkpoint{.path = path, .format = format, .weights = {}, .traits = {}};
  KerasPreprocessing pixels = find_keras_preprocessing(model, arrays);
  if (std::min(model.image[0], model.image[1]) > 0) {
    checkpoint.traits.input_size = Shape{model.image[0], model.image[1]};
  }
  if (pixels.traits == PreprocessingTraits{}) {
    guess_preprocessing(model, checkpoint);
  } else {
    checkpoint.traits.preset = "plain";
    checkpoint.traits.preprocessing = std::move(pixels.traits);
  }
  checkpoint.topology = std::make_shared<const KerasTopology>(std::move(model), std::move(arrays),
                                                              stored_bytes, std::move(pixels.calls));
  return checkpoint;
}

std::string text_of(const ZipArchive& archive, const std::string& member) {
  const std::vector<char> bytes = archive.read(member);
  return {bytes.begin(), bytes.end()};
}

int version_of(const ZipArchive& archive, const std::string& path) {
  constexpr int kLowest = 3;
  if (!archive.contains(kMetadataMember)) return kLowest;
  const nlohmann::json metadata =
      parse_json(text_of(archive, kMetadataMember), fmt::format("{}: {}", path, kMetadataMember));
  const auto found = metadata.is_object() ? metadata.find("keras_version") : metadata.end();
  if (found == metadata.end() || !found->is_string()) return kLowest;
  return major_version(found->get<std::string>()).value_or(kLowest);
}

}  // namespace

Checkpoint read_keras_model(const std::shared_ptr<const Hdf5File>& file, int64_t stored_bytes) {
  constexpr const char* kVersion = "keras_version";
  std::string version;
  for (const char* group : {"", "model_weights"}) {
    if ((*group == '\0' || file->has_group(group)) && file->has_attribute(group, kVersion))
      version = file->string_attribute(group, kVersion);
  }
  KerasModel model =
      parse_keras_model(file->string_attribute("", "model_config"), file->name(),
                        file->name() + ": attribute 'model_config'", major_version(version).value_or(2));
  return read_model(file->name(), "Keras model (HDF5)", std::move(model), KerasArrays(file), stored_bytes);
}

bool is_keras_archive(const std::filesystem::path& path, std::string_view start) {
  const bool named = path.extension() == ".keras" || start.find(kMetadataMember) != std::string_view::npos ||
                     start.find(kConfigMember) != std::string_view::npos;
  return start.starts_with("PK\x03\x04") && named;
}

Checkpoint read_keras_archive(const std::filesystem::path& path) {
  const ZipArchive archive(path);
  const std::string name = path.string();
  KerasModel model = parse_keras_model(text_of(archive, kConfigMember), name,
                                       fmt::format("{}: {}", name, kConfigMember), version_of(archive, name));
  const std::vector<char> weights = archive.read(kWeightsMember);
  const auto file = std::make_shared<const Hdf5File>(
      Hdf5File::from_image(std::as_bytes(std::span(weights)), fmt::format("{}: {}", name, kWeightsMember)));
  const auto stored = std::max(stored_bytes(path), static_cast<int64_t>(weights.size()));
  return read_model(name, "Keras archive", std::move(model), KerasArrays(file), stored);
}

}  // namespace dpac
