/// @file
/// From the arrays of a weight file to the weights of the network in it. For the loaders' own use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/networks/weights.h"
#include "loaders/weights/stored_array.h"

namespace dpac {

/// Finds out which network the arrays are of (a BERT encoder, or else a ResNet), loads what belongs to it
/// under its final names and records the rest in `checkpoint.left_out`. Arrays of a network that nobody knows
/// are all loaded, under their own names. `stored_bytes` is what is stored of the files.
/// @throws Error naming the array whose elements are no floating-point numbers, not finite, or that shares
/// its name with another; if it is not clear which network is meant, or known to be one that cannot be run;
/// and if the arrays need far more memory than files of that size can mean.
void add_network(Checkpoint& checkpoint, ArrayFile file, int64_t stored_bytes);

/// @throws Error naming the dataset (`origin`), and where its first NaN or infinity is.
void expect_finite(const Tensor& tensor, const std::string& file, const std::string& origin);

/// @throws Error naming the dataset that has taken the name.
void expect_new(const Checkpoint& checkpoint, const std::string& name, const std::string& origin);

/// Adds a weight after having made sure that all of it is finite.
/// @throws Error naming the dataset, and where its first NaN or infinity is, or the dataset that has taken
/// the name.
void add_finite(Checkpoint& checkpoint, std::string name, Tensor tensor, std::string origin);

/// What all weights of one file will take as float32, known from their shapes before any is read.
class MemoryNeed {
 public:
  /// `stored_bytes` as stored_bytes() gives them; `file` begins messages.
  MemoryNeed(std::string file, int64_t stored_bytes);

  /// Counts one more. @throws Error naming it if together they need more than most_unpacked_bytes().
  void add(const Shape& shape, const std::string& origin);

 private:
  std::string file_;
  int64_t stored_, most_, needed_ = 0;
};

/// Adds it to `checkpoint.left_out`, unless it counts nothing.
void record(Checkpoint& checkpoint, const LeftOut& left_out);

/// An array and the name it gets.
struct NamedArray {
  std::string name;
  const StoredArray* array;
};

/// Loads them all. @throws Error as above.
void add_arrays(Checkpoint& checkpoint, const std::vector<NamedArray>& chosen, int64_t stored_bytes);

}  // namespace dpac
