#include "loaders/checkpoint.h"

#include <algorithm>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/bert_config.h"
#include "loaders/formats.h"
#include "loaders/keras_layers.h"
#include "loaders/read_file.h"
#include "loaders/sentence_pooling.h"
#include "loaders/tf_bert.h"

namespace dpac {
namespace {

constexpr std::string_view kHdf5Signature = "\x89HDF\r\n\x1a\n";
constexpr std::string_view kZipSignature = "PK\x03\x04";
constexpr std::string_view kPickleProtocol2 = "\x80\x02";
constexpr std::string_view kLfsPointer = "version https://git-lfs";
constexpr const char* kConfigAttribute = "config";
constexpr std::string_view kSaveStateDict =
    "save it with safetensors.torch.save_file(model.state_dict(), 'weights.safetensors'), or by h5py: "
    "for key, value in model.state_dict().items(): file[key] = value.cpu().numpy()";

std::string read_start(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw Error(fmt::format("{}: no such file", path.string()));
  if (!std::filesystem::is_regular_file(path, error)) {
    throw Error(fmt::format("{}: expected a weight file, found a folder or device", path.string()));
  }
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

/// What to do about a zip archive, by the names of its first members.
std::string zip_advice(const std::filesystem::path& path, const std::string& start) {
  const auto holds = [&](const char* member) { return start.find(member) != std::string::npos; };
  if (holds("data.pkl"))
    return fmt::format("this is a PyTorch archive, which only Python can read; {}", kSaveStateDict);
  if (holds("metadata.json") || path.extension() == ".keras") {
    return "this is a .keras archive; unzip it and give its model.weights.h5, or save with "
           "model.save('model.h5')";
  }
  return fmt::format("this is a zip archive; {}", kSaveStateDict);
}

std::string printable_start(const std::string& start) {
  constexpr std::size_t kShown = 40;
  std::string text = start.substr(0, kShown);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
  return text;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& start) {
  std::string why = fmt::format("expected an HDF5 or safetensors checkpoint, but the file begins with '{}'",
                                printable_start(start));
  if (start.empty()) why = "the file is empty";
  if (start.starts_with(kZipSignature)) why = zip_advice(path, start);
  if (start.starts_with(kPickleProtocol2)) {
    why = fmt::format("this is a Python pickle, which only Python can read; {}", kSaveStateDict);
  }
  if (start.starts_with(kLfsPointer))
    why = "this is a Git LFS pointer, not the weights themselves; run 'git lfs pull'";
  throw Error(fmt::format("{}: {}", path.string(), why));
}

Checkpoint read_hdf5(const Hdf5File& file) {
  if (!is_keras(file)) return read_torch_h5(file);
  return is_tf_bert(file) ? read_tf_bert(file) : read_keras(file);
}

void configure(Checkpoint& checkpoint, const std::filesystem::path& config) {
  if (!checkpoint.bert) {
    throw Error(fmt::format("{}: a config.json is for BERT checkpoints only, and {} has no word embeddings",
                            config.string(), checkpoint.path));
  }
  const std::vector<uint8_t> bytes = read_file(config);
  read_bert_config({bytes.begin(), bytes.end()}, config.string(), checkpoint);
}

/// Whether the file has a config of its own.
bool configure(Checkpoint& checkpoint, const Hdf5File& file) {
  if (!checkpoint.bert || !file.has_attribute("", kConfigAttribute)) return false;
  read_bert_config(file.string_attribute("", kConfigAttribute),
                   fmt::format("{}: attribute '{}'", file.name(), kConfigAttribute), checkpoint);
  return true;
}

void configure_from_beside(Checkpoint& checkpoint, const std::filesystem::path& path) {
  const auto beside = path.parent_path() / "config.json";
  std::error_code ignored;
  if (std::filesystem::is_regular_file(beside, ignored)) return configure(checkpoint, beside);
  check_is_bert(checkpoint);
}

bool gives_embeddings(const Checkpoint& checkpoint) {
  return checkpoint.bert && !checkpoint.weights.contains("classifier.weight");
}

}  // namespace

Checkpoint open_checkpoint(const std::filesystem::path& path,
                           const std::optional<std::filesystem::path>& config) {
  const std::string start = read_start(path);
  Checkpoint checkpoint;
  bool configured = false;
  if (is_hdf5(start)) {
    const Hdf5File file = Hdf5File::open(path);
    checkpoint = read_hdf5(file);
    configured = !config && configure(checkpoint, file);
  } else if (is_safetensors(start)) {
    checkpoint = read_safetensors(path);
  } else {
    refuse(path, start);
  }
  if (config) {
    configure(checkpoint, *config);
  } else if (checkpoint.bert && !configured) {
    configure_from_beside(checkpoint, path);
  }
  if (gives_embeddings(checkpoint)) read_sentence_pooling(checkpoint, path);
  return checkpoint;
}

Checkpoint open_checkpoint_image(std::span<const std::byte> image, const std::string& name) {
  const Hdf5File file = Hdf5File::from_image(image, name);
  Checkpoint checkpoint = read_hdf5(file);
  if (!configure(checkpoint, file) && checkpoint.bert) check_is_bert(checkpoint);
  return checkpoint;
}

}  // namespace dpac
