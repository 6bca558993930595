/// @file
/// Takes the weights of one network out of a store and keeps account: everything missing, extra or mis-shaped
/// comes out in one error.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/networks/weights.h"
#include "kernels/error.h"

namespace dpac {

/// Weights that are missing, extra or mis-shaped.
class UnfitWeights : public Error {
 public:
  using Error::Error;
};

class WeightReader {
 public:
  /// `network` is what the weights should make up, for messages: "a ResNet".
  WeightReader(const Checkpoint& checkpoint, std::string network)
      : checkpoint_(checkpoint), network_(std::move(network)) {}

  /// The same, where claim() empties the checkpoint, so that there is one copy of the weights.
  WeightReader(Checkpoint&& checkpoint, std::string network)
      : checkpoint_(checkpoint), emptied_(&checkpoint.weights), network_(std::move(network)) {}

  /// The weight, or null where it is missing or has another shape (which finish() will report).
  /// A dimension of -1 in `expected` fits any size.
  const Tensor* take(const std::string& name, const Shape& expected);

  /// The same for a weight that may be absent.
  const Tensor* take_if_present(const std::string& name, const Shape& expected);

  /// The values of a weight that take() gave: a copy, or the checkpoint's own.
  [[nodiscard]] Tensor claim(const std::string& name);

  /// Weights that the network does not use: no extra ones.
  void leave(const std::string& name) { taken_.insert(name); }

  [[nodiscard]] bool complete() const { return problems_.empty(); }

  /// @throws UnfitWeights with the problems so far: the walk over the network cannot go on.
  [[noreturn]] void fail() const;

  /// @throws UnfitWeights if anything was missing or mis-shaped, or is in the file but was never taken.
  void finish() const;

 private:
  [[noreturn]] void report(std::vector<std::string> problems) const;

  const Checkpoint& checkpoint_;
  WeightStore* emptied_ = nullptr;
  std::string network_;
  std::set<std::string, std::less<>> taken_;
  std::vector<std::string> problems_;
};

}  // namespace dpac
