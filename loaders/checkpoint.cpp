#include "loaders/checkpoint.h"

#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/bert_config.h"
#include "loaders/keras/keras_layers.h"
#include "loaders/keras/keras_topology.h"
#include "loaders/onnx/onnx_topology.h"
#include "loaders/read_file.h"
#include "loaders/sentence_pooling.h"
#include "loaders/stored_bytes.h"
#include "loaders/tf_bert.h"
#include "loaders/torch/torch_file.h"
#include "loaders/weights/formats.h"
#include "loaders/weights/hdf5_preprocessing.h"
#include "loaders/weights/network_weights.h"
#include "loaders/weights/refused_format.h"
#include "loaders/weights/resnet_config.h"
#include "loaders/weights/weight_files.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHdf5Signature = "\x89HDF\r\n\x1a\n";
constexpr const char* kConfigAttribute = "config";

std::string read_start(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(fmt::format("{}: cannot be opened for reading", path.string()));
  std::string start(4096, '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(file.gcount()));
  return start;
}

bool is_safetensors(const std::string& start) {
  constexpr std::size_t kLengthBytes = 8;
  return start.size() > kLengthBytes && start[kLengthBytes] == '{';
}

/// HDF5 allows a foreign header of 512, 1024, ... bytes in front (MATLAB's, say).
bool is_hdf5(const std::string& start) {
  for (std::size_t at = 0; at < start.size(); at = at == 0 ? 512 : 2 * at) {
    if (std::string_view(start).substr(at).starts_with(kHdf5Signature)) return true;
  }
  return false;
}

void configure_bert(Checkpoint& checkpoint, const fs::path& config) {
  const std::vector<uint8_t> bytes = read_file(config);
  read_bert_config({bytes.begin(), bytes.end()}, config.string(), checkpoint);
}

/// Whether the file has a config of its own.
bool configure_bert(Checkpoint& checkpoint, const Hdf5File& file) {
  if (!checkpoint.bert || !file.has_attribute("", kConfigAttribute)) return false;
  read_bert_config(file.string_attribute("", kConfigAttribute),
                   fmt::format("{}: attribute '{}'", file.name(), kConfigAttribute), checkpoint);
  return true;
}

/// `bytes` are what is stored of the file.
Checkpoint read_hdf5(const std::shared_ptr<const Hdf5File>& shared, int64_t bytes) {
  const Hdf5File& file = *shared;
  Checkpoint checkpoint{.path = file.name(), .format = {}, .weights = {}, .traits = {}};
  const bool keras = is_keras(file), tensorflow_bert = keras && is_tf_bert(file);
  if (keras && !tensorflow_bert) {
    checkpoint = read_keras(shared, bytes);
  } else {
    add_network(checkpoint, tensorflow_bert ? read_tf_bert(file) : read_torch_h5(file), bytes);
  }
  if (!keras) checkpoint.traits.preprocessing = read_preprocessing(file);
  return checkpoint;
}

/// The arrays of one file that is no HDF5.
ArrayFile read_arrays(const fs::path& path, const std::string& start) {
  if (is_hdf5(start)) {
    throw Error(
        fmt::format("{}: weights in HDF5 that are split over several files are not supported; save them as "
                    "one file",
                    path.string()));
  }
  if (is_torch_file(path, start)) return read_torch_file(path, start);
  if (is_safetensors(start)) return read_safetensors(path);
  refuse_format(path, start);
}

Checkpoint read_onnx(const fs::path& path) {
  Checkpoint checkpoint{.path = path.string(), .format = "ONNX", .weights = {}, .traits = {}};
  const auto model = std::make_shared<const OnnxModel>(path);
  checkpoint.topology = std::make_shared<const OnnxTopology>(model);
  checkpoint.side_files = model->external_files();
  return checkpoint;
}

Checkpoint read_parts(const fs::path& given, const std::vector<fs::path>& parts) {
  ArrayFile all;
  int64_t bytes = 0;
  for (const fs::path& part : parts) {
    ArrayFile file = read_arrays(part, read_start(part));
    bytes += stored_bytes(part);
    all.format = file.format;
    all.tensorflow = all.tensorflow || file.tensorflow;
    if (all.unreadable.empty()) all.unreadable = file.unreadable;
    all.left_out.insert(all.left_out.end(), file.left_out.begin(), file.left_out.end());
    std::move(file.arrays.begin(), file.arrays.end(), std::back_inserter(all.arrays));
  }
  if (parts.size() > 1) all.format += fmt::format(", {} shards", parts.size());
  const fs::path& path = parts.size() == 1 ? parts.front() : given;
  Checkpoint checkpoint{.path = path.string(), .format = {}, .weights = {}, .traits = {}};
  add_network(checkpoint, std::move(all), bytes);
  return checkpoint;
}

/// Reads what lies beside the weights, or the config that was given.
void configure(Checkpoint& checkpoint, const fs::path& folder, const std::optional<fs::path>& given,
               bool has_own_config) {
  const fs::path config = given.value_or(folder / "config.json"),
                 processor = folder / "preprocessor_config.json";
  if (given || (!has_own_config && file_exists(config))) {
    checkpoint.side_files.push_back(config.string());
    checkpoint.bert ? configure_bert(checkpoint, config)
                    : apply_resnet_config(config, given.has_value(), checkpoint);
  } else if (checkpoint.bert && !has_own_config) {
    check_is_bert(checkpoint);
  }
  if (checkpoint.bert || !file_exists(processor)) return;
  checkpoint.side_files.push_back(processor.string());
  apply_image_processor(processor, checkpoint);
}

bool gives_embeddings(const Checkpoint& checkpoint) {
  return checkpoint.bert && !checkpoint.weights.contains("classifier.weight");
}

}  // namespace

Checkpoint open_checkpoint(const fs::path& path, const std::optional<fs::path>& config) {
  const WeightFiles files = find_weight_files(path);
  const fs::path& first = files.parts.front();
  Checkpoint checkpoint;
  bool has_own_config = false;
  if (files.parts.size() == 1 && is_hdf5(read_start(first))) {
    const auto file = std::make_shared<const Hdf5File>(Hdf5File::open(first));
    checkpoint = read_hdf5(file, stored_bytes(first));
    has_own_config = !config && configure_bert(checkpoint, *file);
  } else if (files.parts.size() == 1 && is_onnx(first, read_start(first))) {
    checkpoint = read_onnx(first);
  } else if (files.parts.size() == 1 && is_keras_archive(first, read_start(first))) {
    checkpoint = read_keras_archive(first);
  } else {
    checkpoint = read_parts(path, files.parts);
  }
  for (const fs::path& part : files.parts) checkpoint.weight_files.push_back(part.string());
  for (const fs::path& other : files.others) checkpoint.side_files.push_back(other.string());
  for (const LeftOut& left_out : files.left_out) record(checkpoint, left_out);
  configure(checkpoint, files.folder(), config, has_own_config);
  if (gives_embeddings(checkpoint)) read_sentence_pooling(checkpoint, first);
  return checkpoint;
}

Checkpoint open_checkpoint_image(std::span<const std::byte> image, const std::string& name) {
  const auto file = std::make_shared<const Hdf5File>(Hdf5File::from_image(image, name));
  Checkpoint checkpoint = read_hdf5(file, static_cast<int64_t>(image.size()));
  if (!configure_bert(checkpoint, *file) && checkpoint.bert) check_is_bert(checkpoint);
  return checkpoint;
}

}  // namespace dpac
