// The format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 and docs/IR.md, ExternalData.md there.
#include "loaders/onnx/onnx_model.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <set>

#define ONNX_NAMESPACE onnx
#define ONNX_ML 1
#include <onnx/onnx_pb.h>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/half.h"

namespace dpac {
namespace {

using Proto = onnx::TensorProto;

/// Bytes of an element of raw data; 0 for types that are not read.
std::size_t element_size(int type) {
  switch (type) {
    case Proto::FLOAT:
    case Proto::INT32:
      return 4;
    case Proto::DOUBLE:
    case Proto::INT64:
      return 8;
    case Proto::FLOAT16:
    case Proto::BFLOAT16:
      return 2;
    case Proto::BOOL:
      return 1;
    default:
      return 0;
  }
}

/// The i-th element of raw data, little-endian as the format says.
template <class T>
T element(const std::string& raw, std::size_t i) {
  T value{};
  std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
  return value;
}

float float_at(const std::string& raw, int type, std::size_t i) {
  if (type == Proto::FLOAT) return element<float>(raw, i);
  if (type == Proto::DOUBLE) return static_cast<float>(element<double>(raw, i));
  const auto bits = element<uint16_t>(raw, i);
  return type == Proto::FLOAT16 ? float_from_half(bits) : float_from_bfloat16(bits);
}

bool is_integer(int type) {
  return type == Proto::INT32 || type == Proto::INT64 || type == Proto::BOOL;
}

int64_t integer_at(const std::string& raw, int type, std::size_t i) {
  if (type == Proto::INT64) return element<int64_t>(raw, i);
  return type == Proto::INT32 ? int64_t{element<int32_t>(raw, i)} : int64_t{element<uint8_t>(raw, i)};
}

/// A tensor's bytes, wherever they are.
class Bytes {
 public:
  Bytes(const Proto& proto, const std::filesystem::path& folder, std::string where)
      : proto_(proto), folder_(folder), where_(std::move(where)) {}

  std::string read(std::size_t expected) const {
    std::string raw = proto_.data_location() == Proto::EXTERNAL ? external(expected) : proto_.raw_data();
    if (raw.empty()) raw = from_fields();
    if (raw.size() == expected) return raw;
    throw Error(fmt::format("{} has {} bytes, expected {} for its shape; the file is damaged", where_,
                            raw.size(), expected));
  }

 private:
  template <class T, class Field>
  static std::string packed(const Field& field) {
    std::string raw;
    for (const auto value : field) {
      const T own = static_cast<T>(value);
      raw.append(reinterpret_cast<const char*>(&own), sizeof own);
    }
    return raw;
  }

  std::string from_fields() const {
    switch (proto_.data_type()) {
      case Proto::FLOAT:
        return packed<float>(proto_.float_data());
      case Proto::DOUBLE:
        return packed<double>(proto_.double_data());
      case Proto::INT64:
        return packed<int64_t>(proto_.int64_data());
      case Proto::INT32:
        return packed<int32_t>(proto_.int32_data());
      case Proto::BOOL:
        return packed<uint8_t>(proto_.int32_data());
      default:
        return packed<uint16_t>(proto_.int32_data());
    }
  }

  /// Only within the model's folder, as the format asks for.
  std::string external(std::size_t expected) const {
    std::string location;
    uint64_t offset = 0;
    for (const auto& entry : proto_.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = std::strtoull(entry.value().c_str(), nullptr, 10);
    }
    const std::filesystem::path relative(location);
    bool inside = !location.empty() && relative.is_relative();
    for (const auto& part : relative) inside = inside && part != "..";
    if (!inside) {
      throw Error(fmt::format("{} lies in '{}', expected a file beside the model", where_, location));
    }
    std::ifstream stream(folder_ / relative, std::ios::binary);
    std::error_code none;
    const auto size = std::filesystem::file_size(folder_ / relative, none);
    if (!stream || none) {
      throw Error(
          fmt::format("{} lies in '{}', which cannot be read: put it beside the model", where_, location));
    }
    if (offset > size || expected > size - offset) {
      throw Error(fmt::format("{} needs {} bytes from {} on of '{}', which has {}", where_, expected, offset,
                              location, size));
    }
    std::string raw(expected, '\0');
    stream.seekg(static_cast<std::streamoff>(offset));
    stream.read(raw.data(), static_cast<std::streamsize>(expected));
    if (!stream) throw Error(fmt::format("{} cannot be read from '{}'", where_, location));
    return raw;
  }

  const Proto& proto_;
  const std::filesystem::path& folder_;
  std::string where_;
};

OnnxTensor read_tensor(const Proto& proto, const std::filesystem::path& folder, const std::string& where) {
  OnnxTensor tensor;
  tensor.shape.assign(proto.dims().begin(), proto.dims().end());
  const std::size_t size = element_size(proto.data_type());
  if (size == 0) {
    const auto type = static_cast<Proto::DataType>(proto.data_type());
    throw Error(
        fmt::format("{} has elements of type {}, expected floating-point numbers or integers", where,
                    Proto::DataType_IsValid(proto.data_type()) ? Proto::DataType_Name(type) : "none"));
  }
  const auto bytes = checked_bytes(tensor.shape, static_cast<int64_t>(size));
  if (!bytes)
    throw Error(fmt::format("{} has the shape {}, which is too large", where, to_string(tensor.shape)));
  const std::string raw = Bytes(proto, folder, where).read(static_cast<std::size_t>(*bytes));
  const std::size_t count = raw.size() / size;
  if (is_integer(proto.data_type())) {
    std::vector<int64_t> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = integer_at(raw, proto.data_type(), i);
    tensor.values = std::move(values);
    return tensor;
  }
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = float_at(raw, proto.data_type(), i);
    if (std::isfinite(values[i])) continue;
    throw Error(fmt::format("{} holds a value that is NaN or infinite at position {}", where, i));
  }
  tensor.values = std::move(values);
  return tensor;
}

OnnxPort port_of(const onnx::ValueInfoProto& info) {
  OnnxPort port{info.name(), {}};
  for (const auto& dim : info.type().tensor_type().shape().dim()) {
    port.dims.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value() : -1);
  }
  return port;
}

std::optional<OnnxAttribute> attribute_of(const onnx::AttributeProto& proto,
                                          const std::filesystem::path& folder, const std::string& where) {
  using Type = onnx::AttributeProto;
  switch (proto.type()) {
    case Type::INT:
      return proto.i();
    case Type::FLOAT:
      return proto.f();
    case Type::STRING:
      return proto.s();
    case Type::INTS:
      return std::vector<int64_t>(proto.ints().begin(), proto.ints().end());
    case Type::FLOATS:
      return std::vector<float>(proto.floats().begin(), proto.floats().end());
    case Type::TENSOR:
      return read_tensor(proto.t(), folder, where);
    default:
      return std::nullopt;  // Graphs and the like, of operations that are refused by their name.
  }
}

template <class T>
T attribute_as(const OnnxNode& node, const std::string& attribute, T otherwise) {
  const auto found = node.attributes.find(attribute);
  if (found == node.attributes.end()) return otherwise;
  if (const T* value = std::get_if<T>(&found->second)) return *value;
  throw Error(fmt::format("has an attribute '{}' of another type than its operation's", attribute));
}

}  // namespace

struct OnnxModel::Impl {
  onnx::ModelProto model;
};

int64_t OnnxNode::integer(const std::string& attribute, int64_t otherwise) const {
  return attribute_as(*this, attribute, otherwise);
}
float OnnxNode::real(const std::string& attribute, float otherwise) const {
  return attribute_as(*this, attribute, otherwise);
}
std::string OnnxNode::text(const std::string& attribute, const std::string& otherwise) const {
  return attribute_as(*this, attribute, otherwise);
}
std::vector<int64_t> OnnxNode::integers(const std::string& attribute, std::vector<int64_t> otherwise) const {
  return attribute_as(*this, attribute, std::move(otherwise));
}

OnnxModel::OnnxModel(const std::filesystem::path& path)
    : path_(path), file_(path.string()), impl_(std::make_unique<Impl>()) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream || !impl_->model.ParseFromIstream(&stream) || !impl_->model.has_graph()) {
    throw Error(
        fmt::format("{}: is no ONNX model, or is damaged: it is no protocol buffer with a graph", file_));
  }
  const onnx::GraphProto& graph = impl_->model.graph();
  for (int i = 0; i < graph.initializer_size(); ++i) places_[graph.initializer(i).name()] = i;
  for (const auto& input : graph.input()) {
    if (!places_.contains(input.name())) inputs_.push_back(port_of(input));
  }
  for (const auto& output : graph.output()) outputs_.push_back(port_of(output));
  const std::filesystem::path folder = path.parent_path();
  for (const auto& proto : graph.node()) {
    OnnxNode node;
    node.op = proto.domain().empty() || proto.domain() == "ai.onnx" ? proto.op_type()
                                                                    : proto.domain() + "." + proto.op_type();
    node.inputs.assign(proto.input().begin(), proto.input().end());
    node.outputs.assign(proto.output().begin(), proto.output().end());
    node.name = proto.name().empty() && !node.outputs.empty() ? node.outputs[0] : proto.name();
    for (const auto& attribute : proto.attribute()) {
      const std::string where = fmt::format("{}: attribute '{}' of '{}'", file_, attribute.name(), node.name);
      auto value = attribute_of(attribute, folder, where);
      if (value) node.attributes.emplace(attribute.name(), std::move(*value));
    }
    nodes_.push_back(std::move(node));
  }
}

OnnxModel::~OnnxModel() = default;

OnnxTensor OnnxModel::tensor(const std::string& name) const {
  const Proto& proto = impl_->model.graph().initializer(places_.at(name));
  return read_tensor(proto, path_.parent_path(), fmt::format("{}: initialiser '{}'", file_, name));
}

int64_t OnnxModel::opset() const {
  for (const auto& set : impl_->model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") return set.version();
  }
  return 1;  // As ONNX has it.
}

int64_t OnnxModel::bytes() const {
  int64_t sum = static_cast<int64_t>(impl_->model.ByteSizeLong());
  for (const std::string& file : external_files()) {
    std::error_code none;
    const auto size = std::filesystem::file_size(file, none);
    if (!none) sum += static_cast<int64_t>(size);
  }
  return sum;
}

std::vector<std::string> OnnxModel::external_files() const {
  std::set<std::string> files;
  for (const auto& tensor : impl_->model.graph().initializer()) {
    for (const auto& entry : tensor.external_data()) {
      if (entry.key() == "location") files.insert((path_.parent_path() / entry.value()).string());
    }
  }
  return {files.begin(), files.end()};
}

}  // namespace dpac
