#include "loaders/weights/refused_format.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/onnx/onnx_topology.h"

namespace dpac {
namespace {

constexpr std::string_view kSaveStateDict =
    "save the weights it was made from with torch.save(model.state_dict(), 'weights.pth') or "
    "safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')";

struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view what;
};

constexpr std::array kSignatures = {
    Signature{0, "version https://git-lfs",
              "this is a Git LFS pointer, not the weights themselves; run 'git lfs pull'"},
    Signature{
        4, "TFL3",
        "TensorFlow Lite is not supported; give the Keras model it was made from, as model.save('model.h5')"},
    Signature{0, "GGUF", "GGUF is not supported; give the network's safetensors"},
    Signature{0, "<!DOCTYPE", "this is a web page, not the weights; download them once more"},
    Signature{0, "<html", "this is a web page, not the weights; download them once more"},
};

std::string printable_start(const std::string& start) {
  constexpr std::size_t kShown = 40;
  std::string text = start.substr(0, kShown);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
  return text;
}

std::string reason(const std::filesystem::path& path, const std::string& start) {
  if (start.empty()) return "the file is empty";
  for (const Signature& signature : kSignatures) {
    if (start.compare(std::min(signature.at, start.size()), signature.bytes.size(), signature.bytes) == 0) {
      return std::string(signature.what);
    }
  }
  if (start.starts_with("PK\x03\x04")) {
    return fmt::format("a zip archive that torch.save did not write is not supported; {}", kSaveStateDict);
  }
  if (is_onnx(path, start)) return fmt::format("an ONNX model cannot be a shard of weights; give it alone");
  if (start.starts_with('\x80')) {
    return fmt::format("a Python pickle that torch.save did not write is not supported; {}", kSaveStateDict);
  }
  return fmt::format(
      "expected weights in HDF5, safetensors or a file of torch.save, but the file begins with '{}'",
      printable_start(start));
}

}  // namespace

void refuse_format(const std::filesystem::path& path, const std::string& start) {
  throw Error(fmt::format("{}: {}", path.string(), reason(path, start)));
}

}  // namespace dpac
