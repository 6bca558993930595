// The safetensors format: 8 bytes of header length, a JSON header, then one buffer that the tensors tile
// without holes. See huggingface/safetensors, README.md; every check its own reader makes is made here.

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/parse_json.h"
#include "loaders/tf_bert.h"
#include "loaders/weights/float_bytes.h"
#include "loaders/weights/formats.h"

namespace dpac {
namespace {

constexpr uint64_t kLongestHeader = 100'000'000;
constexpr const char *kTorch = "pt", *kTensorFlow = "tf";

struct StoredTensor {
  std::string name, dtype;
  Shape shape;
  int64_t begin = 0, end = 0;
};

/// Shared by the arrays, whose tensors it loads when they are asked for.
class SafetensorsReader : public std::enable_shared_from_this<SafetensorsReader> {
 public:
  explicit SafetensorsReader(const std::filesystem::path& path)
      : path_(path.string()), file_(path, std::ios::binary), file_size_(std::filesystem::file_size(path)) {}

  ArrayFile read() {
    read_header();
    ArrayFile file{.format = "safetensors", .arrays = {}, .tensorflow = saved_from_ == kTensorFlow};
    if (saved_from_ != kTorch && !file.tensorflow) {
      fail(fmt::format("the tensors were saved from '{}', expected '{}' (PyTorch names and layouts)",
                       saved_from_, kTorch));
    }
    for (const StoredTensor& t : tensors_) {
      const bool integer = t.dtype.starts_with('I') || t.dtype.starts_with('U') || t.dtype == "BOOL";
      // A shape that was not checked, since nothing of that type is loaded, says nothing.
      const bool readable = float_type(t.dtype).has_value();
      StoredArray array{t.name,
                        t.name,
                        readable ? t.shape : Shape(),
                        integer,
                        [self = shared_from_this(), &t] { return self->load(t); },
                        readable};
      file.arrays.push_back(file.tensorflow ? from_tensorflow(path_, std::move(array)) : std::move(array));
    }
    return file;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw Error(fmt::format("{}: {}", path_, why)); }

  void read_header() {
    uint64_t length = 0;
    file_.read(reinterpret_cast<char*>(&length), sizeof length);
    if (!file_ || length > kLongestHeader || length + sizeof length > file_size_) {
      fail(
          fmt::format("the safetensors header declares {} bytes, but the file has {}; it is truncated or no "
                      "safetensors file",
                      length, file_size_));
    }
    std::string text(length, '\0');
    file_.read(text.data(), static_cast<std::streamsize>(length));
    data_begin_ = sizeof length + length;
    parse(parse_json(text, path_ + ": the safetensors header"));
    check_tiling();
  }

  void parse(const nlohmann::json& header) try {
    if (!header.is_object()) fail("the safetensors header is no JSON object");
    if (header.contains("__metadata__")) saved_from_ = header.at("__metadata__").value("format", kTorch);
    for (const auto& [name, entry] : header.items()) {
      if (name != "__metadata__") tensors_.push_back(parse(name, entry));
    }
  } catch (const nlohmann::json::exception& error) {
    fail(fmt::format("the safetensors header is malformed ({})", error.what()));
  }

  /// A number's JSON type has to be looked at: the library would cut -1 and 1.5 to something unsigned.
  [[nodiscard]] std::vector<int64_t> sizes(const std::string& name, const nlohmann::json& list) const {
    std::vector<int64_t> values;
    if (!list.is_array())
      fail(fmt::format("tensor '{}' has {} where a list is expected", name, list.type_name()));
    for (const auto& value : list) {
      const bool fits = value.is_number_unsigned() && value.get<uint64_t>() <= uint64_t{INT64_MAX};
      if (!fits) fail(fmt::format("tensor '{}' has a size or offset that is no count of 63 bits", name));
      values.push_back(value.get<int64_t>());
    }
    return values;
  }

  [[nodiscard]] StoredTensor parse(const std::string& name, const nlohmann::json& entry) const {
    const std::vector<int64_t> offsets = sizes(name, entry.at("data_offsets"));
    if (offsets.size() != 2)
      fail(fmt::format("tensor '{}' has {} offsets, expected 2", name, offsets.size()));
    StoredTensor t{name, entry.at("dtype").get<std::string>(), sizes(name, entry.at("shape")), offsets[0],
                   offsets[1]};
    if (t.end < t.begin) fail(fmt::format("tensor '{}' ends before it begins", name));
    const std::optional<FloatType> type = float_type(t.dtype);
    if (!type) return t;  // Refused in load(), unless it is a buffer that nobody needs.
    const std::optional<int64_t> bytes = checked_bytes(t.shape, bytes_of(*type));
    if (!bytes || *bytes > kMaxTensorBytes) {
      fail(fmt::format("tensor '{}' of shape {} needs more than the 4 GiB allowed for one", name,
                       to_string(t.shape)));
    }
    if (t.end - t.begin != *bytes) {
      fail(fmt::format("tensor '{}' of shape {} and type {} declares {} bytes, expected {}", name,
                       to_string(t.shape), t.dtype, t.end - t.begin, *bytes));
    }
    return t;
  }

  static std::optional<FloatType> float_type(const std::string& dtype) {
    if (dtype == "F64") return FloatType::float64;
    if (dtype == "F32") return FloatType::float32;
    if (dtype == "F16") return FloatType::float16;
    return dtype == "BF16" ? std::optional(FloatType::bfloat16) : std::nullopt;
  }

  void check_tiling() {
    std::sort(tensors_.begin(), tensors_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    int64_t end = 0;
    for (const StoredTensor& t : tensors_) {
      if (t.begin != end) {
        fail(fmt::format("tensor '{}' begins at byte {} of the data, expected {} (neither gap nor overlap)",
                         t.name, t.begin, end));
      }
      end = t.end;
    }
    const auto data_size = static_cast<int64_t>(file_size_ - data_begin_);
    if (end != data_size) {
      fail(fmt::format("the tensors need {} bytes of data, but the file has {}; it is truncated or damaged",
                       end, data_size));
    }
  }

  Tensor load(const StoredTensor& t) {
    const std::optional<FloatType> type = float_type(t.dtype);
    if (!type) {
      fail(fmt::format(
          "tensor '{}' has type {}, expected F32, F16, BF16 or F64; convert it with .float(), or leave it "
          "out if it is no weight",
          t.name, t.dtype));
    }
    file_.seekg(static_cast<std::streamoff>(data_begin_) + t.begin);
    Tensor tensor(t.shape);
    read_floats(*type, tensor.values(), [&](std::span<char> to) {
      file_.read(to.data(), static_cast<std::streamsize>(to.size()));
      if (!file_) fail(fmt::format("tensor '{}' cannot be read", t.name));
    });
    return tensor;
  }

  std::string path_;
  std::ifstream file_;
  uint64_t file_size_, data_begin_ = 0;
  std::string saved_from_ = kTorch;
  std::vector<StoredTensor> tensors_;
};

}  // namespace

ArrayFile read_safetensors(const std::filesystem::path& path) {
  return std::make_shared<SafetensorsReader>(path)->read();
}

}  // namespace dpac
