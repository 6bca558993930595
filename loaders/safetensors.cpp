// The safetensors format: 8 bytes of header length, a JSON header, then one buffer that the tensors tile
// without holes. See huggingface/safetensors, README.md; every check its own reader makes is made here.

#include <algorithm>
#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernels/error.h"
#include "loaders/formats.h"
#include "loaders/half.h"
#include "loaders/name_map.h"

namespace dpac {
namespace {

constexpr uint64_t kLongestHeader = 100'000'000;
constexpr int64_t kLargestTensor = int64_t{1} << 30;  // Elements.

struct StoredTensor {
  std::string name, dtype;
  Shape shape;
  uint64_t begin = 0, end = 0;
};

class SafetensorsReader {
 public:
  explicit SafetensorsReader(const std::filesystem::path& path)
      : path_(path.string()), file_(path, std::ios::binary), file_size_(std::filesystem::file_size(path)) {}

  Checkpoint read() {
    read_header();
    Checkpoint checkpoint{.path = path_, .format = "safetensors", .weights = {}, .traits = {}};
    std::vector<std::string> names;
    for (const StoredTensor& t : tensors_) names.push_back(t.name);
    const std::string wrapper = common_wrapper(names);
    for (const StoredTensor& t : tensors_) {
      if (!is_ignored_buffer(t.name)) add_finite(checkpoint, torch_name(t.name, wrapper), load(t), t.name);
    }
    checkpoint.traits = torch_traits(checkpoint.weights);
    return checkpoint;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw Error(fmt::format("{}: {}", path_, why)); }

  void read_header() {
    uint64_t length = 0;
    file_.read(reinterpret_cast<char*>(&length), sizeof length);
    if (!file_ || length > kLongestHeader || length + sizeof length > file_size_) {
      fail(fmt::format("the safetensors header declares {} bytes, more than the file's {}", length,
                       file_size_));
    }
    std::string text(length, '\0');
    file_.read(text.data(), static_cast<std::streamsize>(length));
    data_begin_ = sizeof length + length;
    const auto header = nlohmann::json::parse(text, nullptr, false);
    if (!header.is_object()) fail("the safetensors header is no JSON object");
    check_orientation(header);
    try {
      for (const auto& [name, entry] : header.items()) {
        if (name != "__metadata__") tensors_.push_back(parse(name, entry));
      }
    } catch (const nlohmann::json::exception& error) {
      fail(fmt::format("the safetensors header is malformed ({})", error.what()));
    }
    check_tiling();
  }

  void check_orientation(const nlohmann::json& header) const {
    const auto metadata = header.find("__metadata__");
    if (metadata == header.end() || !metadata->is_object()) return;
    if (metadata->value("format", "pt") != "pt") {
      fail(fmt::format("the tensors were saved from '{}', expected 'pt' (PyTorch names and layouts)",
                       metadata->value("format", "")));
    }
  }

  [[nodiscard]] StoredTensor parse(const std::string& name, const nlohmann::json& entry) const {
    StoredTensor t{name, entry.at("dtype").get<std::string>(), {}, 0, 0};
    uint64_t count = 1;
    for (const auto& size : entry.at("shape")) {
      const auto d = size.get<uint64_t>();
      if (d != 0 && count > static_cast<uint64_t>(kLargestTensor) / d) {
        fail(fmt::format("tensor '{}' declares more than {} elements", name, kLargestTensor));
      }
      count *= d;
      t.shape.push_back(static_cast<int64_t>(d));
    }
    const auto& offsets = entry.at("data_offsets");
    t.begin = offsets.at(0).get<uint64_t>();
    t.end = offsets.at(1).get<uint64_t>();
    const uint64_t size = element_size(t);
    if (t.end < t.begin || (size != 0 && t.end - t.begin != count * size)) {
      fail(fmt::format("tensor '{}' of shape {} and type {} declares {} bytes, expected {}", name,
                       to_string(t.shape), t.dtype, t.end - t.begin, count * size));
    }
    return t;
  }

  static uint64_t element_size(const StoredTensor& t) {
    if (t.dtype == "F64" || t.dtype == "I64" || t.dtype == "U64") return 8;
    if (t.dtype == "F32" || t.dtype == "I32" || t.dtype == "U32") return 4;
    if (t.dtype == "F16" || t.dtype == "BF16") return 2;
    return 0;  // Refused in load().
  }

  void check_tiling() {
    std::sort(tensors_.begin(), tensors_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    uint64_t end = 0;
    for (const StoredTensor& t : tensors_) {
      if (t.begin != end)
        fail(fmt::format("tensor '{}' begins at byte {}, expected {}", t.name, t.begin, end));
      end = t.end;
    }
    if (end != file_size_ - data_begin_) {
      fail(fmt::format("the tensors end at byte {} but the file at {}; it is truncated or damaged", end,
                       file_size_ - data_begin_));
    }
  }

  Tensor load(const StoredTensor& t) {
    std::vector<char> bytes(t.end - t.begin);
    file_.seekg(static_cast<std::streamoff>(data_begin_ + t.begin));
    file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file_) fail(fmt::format("tensor '{}' cannot be read", t.name));
    Tensor tensor(t.shape);
    const auto dst = tensor.values();
    if (t.dtype == "F32") {
      convert<float>(bytes, dst, [](float v) { return v; });
    } else if (t.dtype == "F64") {
      convert<double>(bytes, dst, [](double v) { return static_cast<float>(v); });
    } else if (t.dtype == "F16") {
      convert<uint16_t>(bytes, dst, float_from_half);
    } else if (t.dtype == "BF16") {
      convert<uint16_t>(bytes, dst, float_from_bfloat16);
    } else {
      fail(fmt::format("tensor '{}' has type {}, expected F32, F16, BF16 or F64", t.name, t.dtype));
    }
    return tensor;
  }

  template <class T, class F>
  static void convert(const std::vector<char>& bytes, std::span<float> dst, const F& to_float) {
    for (std::size_t i = 0; i < dst.size(); ++i) {
      T value;
      std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
      dst[i] = to_float(value);
    }
  }

  std::string path_;
  std::ifstream file_;
  uint64_t file_size_, data_begin_ = 0;
  std::vector<StoredTensor> tensors_;
};

}  // namespace

Checkpoint read_safetensors(const std::filesystem::path& path) {
  return SafetensorsReader(path).read();
}

}  // namespace dpac
