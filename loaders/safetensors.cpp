// The safetensors format: 8 bytes of header length, a JSON header, then one buffer that the tensors tile
// without holes. See huggingface/safetensors, README.md; every check its own reader makes is made here.

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/bert_names.h"
#include "loaders/checked_size.h"
#include "loaders/formats.h"
#include "loaders/half.h"
#include "loaders/name_map.h"
#include "loaders/parse_json.h"
#include "loaders/tf_bert.h"

namespace dpac {
namespace {

constexpr uint64_t kLongestHeader = 100'000'000;
constexpr const char *kTorch = "pt", *kTensorFlow = "tf";

struct StoredTensor {
  std::string name, dtype;
  Shape shape;
  int64_t begin = 0, end = 0;
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
    const bool bert = has_word_embeddings(names);
    check_orientation(bert);
    if (bert) {
      add_bert(checkpoint, stored_arrays());
      return checkpoint;
    }
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

  void check_orientation(bool bert) const {
    if (saved_from_ == kTorch || (bert && saved_from_ == kTensorFlow)) return;
    fail(fmt::format("the tensors were saved from '{}', expected '{}' (PyTorch names and layouts)",
                     saved_from_, kTorch));
  }

  [[nodiscard]] std::vector<StoredArray> stored_arrays() {
    std::vector<StoredArray> arrays;
    for (const StoredTensor& t : tensors_) {
      const bool integer = t.dtype.starts_with('I') || t.dtype.starts_with('U') || t.dtype == "BOOL";
      StoredArray array{t.name, t.name, integer, [this, &t] { return load(t); }};
      arrays.push_back(saved_from_ == kTensorFlow ? from_tensorflow(path_, std::move(array))
                                                  : std::move(array));
    }
    return arrays;
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
    const std::optional<int64_t> element = element_size(t.dtype);
    if (!element) return t;  // Refused in load(), unless it is a buffer that nobody needs.
    const std::optional<int64_t> bytes = checked_bytes(t.shape, *element);
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

  static std::optional<int64_t> element_size(const std::string& dtype) {
    if (dtype == "F64") return 8;
    if (dtype == "F32") return 4;
    if (dtype == "F16" || dtype == "BF16") return 2;
    return std::nullopt;
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
    if (!element_size(t.dtype)) {
      fail(fmt::format(
          "tensor '{}' has type {}, expected F32, F16, BF16 or F64; convert it with .float(), or leave it "
          "out if it is no weight",
          t.name, t.dtype));
    }
    std::vector<char> bytes(static_cast<std::size_t>(t.end - t.begin));
    file_.seekg(static_cast<std::streamoff>(data_begin_) + t.begin);
    file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file_) fail(fmt::format("tensor '{}' cannot be read", t.name));
    Tensor tensor(t.shape);
    const auto to = tensor.values();
    if (t.dtype == "F32") convert<float>(bytes, to, [](float v) { return v; });
    if (t.dtype == "F64") convert<double>(bytes, to, [](double v) { return static_cast<float>(v); });
    if (t.dtype == "F16") convert<uint16_t>(bytes, to, float_from_half);
    if (t.dtype == "BF16") convert<uint16_t>(bytes, to, float_from_bfloat16);
    return tensor;
  }

  /// The format does not promise that data is aligned.
  template <class T, class F>
  static void convert(const std::vector<char>& bytes, std::span<float> to, const F& to_float) {
    for (std::size_t i = 0; i < to.size(); ++i) {
      T value;
      std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
      to[i] = to_float(value);
    }
  }

  std::string path_;
  std::ifstream file_;
  uint64_t file_size_, data_begin_ = 0;
  std::string saved_from_ = kTorch;
  std::vector<StoredTensor> tensors_;
};

}  // namespace

Checkpoint read_safetensors(const std::filesystem::path& path) {
  return SafetensorsReader(path).read();
}

}  // namespace dpac
