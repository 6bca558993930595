/// @file
/// What the fuzzing targets share. A target gives one reader the bytes that libFuzzer has made. The reader
/// may take them or throw dpac::Error; all else is a finding.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "kernels/error.h"
#include "loaders/hdf5/hdf5_reader.h"

namespace dpac::fuzz {

using Bytes = std::span<const uint8_t>;

/// A temporary folder of this process, removed at its end. TMPDIR says where; tools/fuzz.sh says in memory.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "dpac-fuzz-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::filesystem::path write(const std::string& name, Bytes bytes) const {
    const auto file = path_ / name;
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return file;
  }

 private:
  std::filesystem::path path_;
};

/// The folder of this process.
inline const Folder& folder() {
  static const Folder only;
  return only;
}

/// Calls `read`, which may throw an Error that says something.
template <class Read>
void check(Read&& read) {
  try {
    read();
  } catch (const Error& error) {
    if (*error.what() != '\0') return;
    std::fputs("an Error without a message\n", stderr);
    std::abort();
  }
}

/// HDF5 files are read as the program reads them, in processes of their own: what the HDF5 library does is no
/// finding. With DPAC_FUZZ_IN_PROCESS in the environment it is.
inline void choose_hdf5_reader() {
  if (std::getenv("DPAC_FUZZ_IN_PROCESS") == nullptr) use_hdf5_reader(Hdf5Reader::isolated);
}

}  // namespace dpac::fuzz
