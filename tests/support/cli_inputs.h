/// @file
/// Files for the command line's tests: a small network and a few images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/networks/weights.h"
#include "tests/support/networks.h"
#include "tests/support/temp_folder.h"

namespace dpac::test {

/// Writes the weights as PyTorch users do: one dataset per tensor.
void write_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& file);

/// A copy in which tensor `name` has another shape and one value everywhere.
Checkpoint with_filled(const Checkpoint& from, const std::string& name, const Shape& shape, float value);

/// CIFAR-10 binary: `count` images of random pixels, labels 0, 1, ..., 9, 0, ...
std::vector<uint8_t> cifar_batch(int count);

/// A folder with `weights.h5`, a random ResNet of ten classes for 32x32 colour images, and `images.bin`.
struct CliInputs {
  explicit CliInputs(int images = 20);

  /// Path of a file in the folder, which need not exist.
  [[nodiscard]] std::string file(const std::string& name) const { return (folder.path() / name).string(); }

  /// `command` --weights ... --data ... `more`.
  [[nodiscard]] std::vector<std::string> arguments(const std::string& command,
                                                   const std::vector<std::string>& more) const;

  TempFolder folder;
  std::string weights, data;
};

}  // namespace dpac::test
