/// @file
/// The file inside the program that `dpac demo` runs on.
#pragma once

#include <cstddef>
#include <span>

namespace dpac::cli {

/// models/demo_fashion_mnist.h5, an HDF5 file with a network under `state_dict` and Fashion-MNIST images and
/// labels. It lives as long as the program.
std::span<const std::byte> demo_file();

}  // namespace dpac::cli
