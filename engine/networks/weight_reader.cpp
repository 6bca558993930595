#include "engine/networks/weight_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dpac {
namespace {

constexpr std::size_t kMostListed = 20;

bool fits(const Shape& shape, const Shape& expected) {
  if (shape.size() != expected.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (expected[i] != -1 && shape[i] != expected[i]) return false;
  }
  return true;
}

std::string describe(const Shape& expected) {
  std::vector<std::string> sizes;
  for (const int64_t size : expected) sizes.push_back(size == -1 ? "any" : fmt::format("{}", size));
  return fmt::format("[{}]", fmt::join(sizes, ", "));
}

}  // namespace

const Tensor* WeightReader::take(const std::string& name, const Shape& expected) {
  taken_.insert(name);
  const auto& entries = checkpoint_.weights.entries();
  const auto it = entries.find(name);
  if (it == entries.end()) {
    problems_.push_back(fmt::format("missing '{}' of shape {}", name, describe(expected)));
    return nullptr;
  }
  const auto& [tensor, origin] = it->second;
  if (!fits(tensor.shape(), expected)) {
    problems_.push_back(fmt::format("dataset '{}' ('{}') has shape {}, expected {}", origin, name,
                                    to_string(tensor.shape()), describe(expected)));
    return nullptr;
  }
  return &tensor;
}

const Tensor* WeightReader::take_if_present(const std::string& name, const Shape& expected) {
  return checkpoint_.weights.contains(name) ? take(name, expected) : nullptr;
}

Tensor WeightReader::claim(const std::string& name) {
  if (emptied_ != nullptr) return emptied_->take(name);
  return checkpoint_.weights.find(name)->copy();
}

void WeightReader::finish() const {
  std::vector<std::string> problems = problems_;
  for (const auto& [name, entry] : checkpoint_.weights.entries()) {
    if (!taken_.contains(name)) {
      problems.push_back(fmt::format("extra dataset '{}' ('{}') of shape {}", entry.origin, name,
                                     to_string(entry.tensor.shape())));
    }
  }
  if (!problems.empty()) report(std::move(problems));
}

void WeightReader::fail() const {
  report(problems_);
}

void WeightReader::report(std::vector<std::string> problems) const {
  const std::size_t count = problems.size();
  if (count > kMostListed) {
    problems.resize(kMostListed);
    problems.push_back(fmt::format("and {} more", count - kMostListed));
  }
  for (const LeftOut& left : checkpoint_.left_out) {
    problems.push_back(
        fmt::format("left out were {} {} ({})", left.count, left.what, fmt::join(left.examples, ", ")));
  }
  throw UnfitWeights(fmt::format("{}: the weights do not make up {} ({} problem{}): {}", checkpoint_.path,
                                 network_, count, count == 1 ? "" : "s", fmt::join(problems, "; ")));
}

}  // namespace dpac
