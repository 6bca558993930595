/// @file
/// The bytes of a torch file's storages, wherever the file has them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <span>
#include <string>

namespace dpac {

class TorchStorages {
 public:
  virtual ~TorchStorages() = default;

  /// Size of all that is stored under a key, in bytes. @throws Error if there is nothing.
  [[nodiscard]] virtual int64_t bytes(const std::string& key) const = 0;

  /// Fills `to` with what is stored under a key, from byte `begin` on; the caller has checked that so much is
  /// there, by bytes(). @throws Error if it cannot be read.
  virtual void read(const std::string& key, int64_t begin, std::span<char> to) const = 0;
};

/// Storages that lie in an uncompressed file as they are: in files of torch.save before PyTorch 1.6.
class PlainStorages final : public TorchStorages {
 public:
  explicit PlainStorages(const std::filesystem::path& path)
      : path_(path.string()), file_(path, std::ios::binary) {}

  /// @throws Error if the key is taken.
  void add(const std::string& key, int64_t begin, int64_t bytes);

  [[nodiscard]] int64_t bytes(const std::string& key) const override;
  void read(const std::string& key, int64_t begin, std::span<char> to) const override;

 private:
  struct Place {
    int64_t begin, bytes;
  };
  [[nodiscard]] const Place& place(const std::string& key) const;

  std::string path_;
  mutable std::mutex mutex_;  ///< Of the file's position.
  mutable std::ifstream file_;
  std::map<std::string, Place> places_;
};

}  // namespace dpac
