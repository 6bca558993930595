/// @file
/// Another gnuplot, or none, on PATH.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/temp_folder.h"

namespace dpac::test {

/// While it lives, PATH is a folder that holds nothing but, if given, this shell script as `gnuplot`. The
/// programs it calls need their full paths.
class GnuplotPath {
 public:
  explicit GnuplotPath(const std::optional<std::string>& script) : old_(std::getenv("PATH")) {
    if (script) {
      const auto file = folder_.write("gnuplot", "#!/bin/sh\n" + *script + "\n");
      std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }
    setenv("PATH", folder_.path().c_str(), 1);
  }
  ~GnuplotPath() { setenv("PATH", old_.c_str(), 1); }
  GnuplotPath(const GnuplotPath&) = delete;
  GnuplotPath& operator=(const GnuplotPath&) = delete;

 private:
  TempFolder folder_;
  std::string old_;
};

}  // namespace dpac::test
