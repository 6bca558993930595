#include "tests/support/torch_files.h"

#include <cstring>
#include <span>
#include <stdexcept>

#include <fmt/format.h>
#include <zlib.h>

namespace dpac::test {
namespace {

std::string little(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, value >>= 8) text += static_cast<char>(value);
  return text;
}

uint64_t number_at(const std::string& bytes, std::size_t at, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; ++i) {
    value |= uint64_t{static_cast<uint8_t>(bytes.at(at + static_cast<std::size_t>(i)))} << (8 * i);
  }
  return value;
}

std::string deflate_raw(const std::string& bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflate");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Row-major.
Shape strides_of(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

}  // namespace

std::string zip_of(const ZipMembers& members, bool deflated) {
  std::string zip, directory;
  for (const auto& [name, bytes] : members) {
    const std::string stored = deflated ? deflate_raw(bytes) : bytes;
    const auto* const data = reinterpret_cast<const Bytef*>(bytes.data());
    // What the local header and the directory's entry have in common, from the version to the extra field.
    const std::string common = little(20, 2) + little(0, 2) + little(deflated ? 8 : 0, 2) + little(0, 4) +
                               little(crc32(0, data, static_cast<uInt>(bytes.size())), 4) +
                               little(stored.size(), 4) + little(bytes.size(), 4) + little(name.size(), 2) +
                               little(0, 2);
    directory +=
        std::string("PK\x01\x02") + little(20, 2) + common + little(0, 10) + little(zip.size(), 4) + name;
    zip += std::string("PK\x03\x04") + common + name + stored;
  }
  const std::string end = std::string("PK\x05\x06") + little(0, 4) + little(members.size(), 2) +
                          little(members.size(), 2) + little(directory.size(), 4) + little(zip.size(), 4) +
                          little(0, 2);
  return zip + directory + end;
}

ZipMembers members_of(const std::string& zip) {
  ZipMembers members;
  for (std::size_t at = zip.find("PK\x01\x02"); at != std::string::npos;
       at = zip.find("PK\x01\x02", at + 4)) {
    const std::size_t local = number_at(zip, at + 42, 4), size = number_at(zip, at + 24, 4);
    const std::size_t name = number_at(zip, local + 26, 2), extra = number_at(zip, local + 28, 2);
    members.emplace_back(zip.substr(local + 30, name), zip.substr(local + 30 + name + extra, size));
  }
  return members;
}

Pickle& Pickle::raw(const std::string& bytes) {
  bytes_ += bytes;
  return *this;
}

Pickle& Pickle::text(const std::string& text) {
  return raw(std::string("X").append(little(text.size(), 4)).append(text));
}

Pickle& Pickle::number(int64_t value) {
  return raw(std::string("\x8a\x08").append(little(static_cast<uint64_t>(value), 8)));
}

Pickle& Pickle::global(const std::string& module, const std::string& name) {
  return raw(fmt::format("c{}\n{}\n", module, name));
}

Pickle& Pickle::sizes(const Shape& shape) {
  mark();
  for (const int64_t size : shape) number(size);
  return tuple();
}

Pickle& Pickle::tensor(const std::string& key, int64_t elements, const Shape& shape, const Shape& strides,
                       int64_t offset, const std::string& storage) {
  global("torch._utils", "_rebuild_tensor_v2").mark();
  mark().text("storage").global("torch", storage).text(key).text("cpu").number(elements).tuple().raw("Q");
  number(offset).sizes(shape).sizes(strides);
  raw("\x89").global("collections", "OrderedDict").raw(")R");
  return tuple().reduce();
}

std::string torch_zip(const Pickle& pickle, const ZipMembers& storages) {
  ZipMembers members = {{"archive/data.pkl", pickle.bytes()}};
  for (const auto& [key, bytes] : storages) members.emplace_back("archive/data/" + key, bytes);
  members.emplace_back("archive/version", "3\n");
  return zip_of(members);
}

std::string torch_file_of(const Checkpoint& checkpoint,
                          const std::function<std::string(const std::string&)>& rename) {
  Pickle pickle;
  pickle.dict().mark();
  ZipMembers storages;
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    const std::string key = std::to_string(storages.size());
    const auto values = std::as_bytes(entry.tensor.values());
    storages.emplace_back(key, std::string(reinterpret_cast<const char*>(values.data()), values.size()));
    pickle.text(rename(name))
        .tensor(key, element_count(entry.tensor.shape()), entry.tensor.shape(),
                strides_of(entry.tensor.shape()));
  }
  return torch_zip(pickle.set_items(), storages);
}

}  // namespace dpac::test
