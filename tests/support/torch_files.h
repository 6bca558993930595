/// @file
/// Zip archives and pickles, written byte by byte for tests of torch files: also those that torch.save would
/// not write.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/networks/weights.h"

namespace dpac::test {

using ZipMembers = std::vector<std::pair<std::string, std::string>>;

/// A zip archive of stored or deflated members, with right checksums.
std::string zip_of(const ZipMembers& members, bool deflated = false);

/// The members of a zip archive that torch.save or zip_of() wrote, in order.
ZipMembers members_of(const std::string& zip);

/// The instructions of a pickle of protocol 2, one after the other.
class Pickle {
 public:
  Pickle& mark() { return raw("("); }
  Pickle& text(const std::string& text);
  Pickle& number(int64_t value);
  Pickle& global(const std::string& module, const std::string& name);
  /// The two on top of the stack, a class or function and a tuple, become what it makes.
  Pickle& reduce() { return raw("R"); }
  Pickle& tuple() { return raw("t"); }  ///< Of all since the mark.
  Pickle& dict() { return raw("}"); }
  Pickle& set_items() { return raw("u"); }  ///< Keys and values since the mark, into the dict before it.
  Pickle& raw(const std::string& bytes);

  /// torch._utils._rebuild_tensor_v2 of a storage of float32.
  Pickle& tensor(const std::string& key, int64_t elements, const Shape& shape, const Shape& strides,
                 int64_t offset = 0, const std::string& storage = "FloatStorage");

  /// With its protocol and its end.
  [[nodiscard]] std::string bytes() const { return std::string("\x80\x02").append(bytes_).append("."); }

 private:
  Pickle& sizes(const Shape& shape);

  std::string bytes_;
};

/// A file of torch.save with this pickle and storages by key.
std::string torch_zip(const Pickle& pickle, const ZipMembers& storages);

/// A state_dict as torch.save writes it since PyTorch 1.6.
std::string torch_file_of(const Checkpoint& checkpoint,
                          const std::function<std::string(const std::string&)>& rename);

}  // namespace dpac::test
