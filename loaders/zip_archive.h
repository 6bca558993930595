/// @file
/// Reads zip archives that nobody has vetted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct zip;

namespace dpac {

/// Members may be stored or deflated; sizes are checked against the bytes really stored before memory is
/// asked for, checksums while reading. Not for several threads at once.
class ZipArchive {
 public:
  /// @throws Error if the file is no zip archive or its directory is damaged.
  explicit ZipArchive(const std::filesystem::path& path);

  /// The first member whose name is `name` or ends with "/" and it.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;

  [[nodiscard]] bool contains(const std::string& member) const;

  /// Of an uncompressed member. @throws Error if there is none of that name, it is encrypted or compressed
  /// otherwise than by deflate, or claims more than deflate could make of what is stored, than
  /// kMaxTensorBytes or than most_unpacked_bytes() of the archive.
  [[nodiscard]] int64_t size(const std::string& member) const;

  /// All of a member. @throws Error as size(), and if it is damaged.
  [[nodiscard]] std::vector<char> read(const std::string& member) const;

  /// The same into memory of size() bytes.
  void read(const std::string& member, std::span<char> to) const;

 private:
  struct Discard {
    void operator()(zip* archive) const;
  };
  [[noreturn]] void fail(const std::string& member, const std::string& why) const;
  [[nodiscard]] uint64_t index_of(const std::string& member) const;

  std::string path_;
  std::unique_ptr<zip, Discard> archive_;
};

}  // namespace dpac
