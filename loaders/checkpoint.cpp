#include "loaders/checkpoint.h"

#include <array>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/formats.h"
#include "loaders/keras_layers.h"

namespace dpac {
namespace {

constexpr std::string_view kHdf5Signature = "\x89HDF\r\n\x1a\n";
constexpr std::string_view kZipSignature = "PK\x03\x04";
constexpr char kPickleProtocol2 = '\x80';

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

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& start) {
  constexpr std::string_view kHowToSave =
      "save it with safetensors.torch.save_file(model.state_dict(), 'weights.safetensors'), or with h5py, "
      "one dataset "
      "per entry of model.state_dict()";
  if (start.empty()) throw Error(fmt::format("{}: the file is empty", path.string()));
  if (start.starts_with(kZipSignature)) {
    const bool keras = start.find("metadata.json") != std::string::npos || path.extension() == ".keras";
    throw Error(keras ? fmt::format("{}: this is a .keras archive; unzip it and give its model.weights.h5",
                                    path.string())
                      : fmt::format("{}: this is a PyTorch archive, which only Python can read; {}",
                                    path.string(), kHowToSave));
  }
  if (start.front() == kPickleProtocol2) {
    throw Error(fmt::format("{}: this is a Python pickle, which only Python can read; {}", path.string(),
                            kHowToSave));
  }
  throw Error(fmt::format("{}: expected an HDF5 or safetensors checkpoint, found neither", path.string()));
}

Checkpoint read_hdf5(const Hdf5File& file) {
  return is_keras(file) ? read_keras(file) : read_torch_h5(file);
}

}  // namespace

Checkpoint open_checkpoint(const std::filesystem::path& path) {
  const std::string start = read_start(path);
  if (start.starts_with(kHdf5Signature)) return read_hdf5(Hdf5File::open(path));
  if (is_safetensors(start)) return read_safetensors(path);
  refuse(path, start);
}

Checkpoint open_checkpoint_image(std::span<const std::byte> image, const std::string& name) {
  return read_hdf5(Hdf5File::from_image(image, name));
}

}  // namespace dpac
