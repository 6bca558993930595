/// @file
/// What learning, searches and tables resume from.
#pragma once

#include <filesystem>
#include <string>

#include "kernels/error.h"
#include "study/support/json.h"

namespace dpac {

/// What is kept cannot be gone on from, or nothing can be kept: nothing that another row of a table would
/// mend.
class StateError : public Error {
 public:
  using Error::Error;
};

/// Holds a folder for one program at a time, until its end however it comes. An empty path holds nothing.
class FolderLock {
 public:
  /// @throws StateError if the folder cannot be made, or another program holds it.
  explicit FolderLock(const std::string& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int descriptor_ = -1;
};

/// A JSON file that is complete at any moment, and knows what it was made with. What a killed program was
/// writing to it is removed when it is opened again, by the one that holds the folder.
class StateFile {
 public:
  /// `folder` may be absent, it is made by the first save(); if it is empty, nothing is kept. `made_with` is
  /// all that decides the content.
  /// @throws StateError if there is a file that is none or damaged, or that names what it was made with
  /// differently.
  StateFile(const std::filesystem::path& folder, const std::string& name, const Json& made_with);

  /// Empty where nothing is kept.
  [[nodiscard]] const std::filesystem::path& path() const { return file_; }

  /// Null where there is nothing to resume from.
  [[nodiscard]] const Json& content() const { return content_; }

  /// @throws StateError on a full disk; the file is then as before.
  void save(Json content);

  void remove();

 private:
  void read();

  std::filesystem::path file_;
  Json made_with_, content_;
};

/// `folder` / `name`, or empty where `folder` is.
std::filesystem::path inside(const std::filesystem::path& folder, const std::string& name);

}  // namespace dpac
