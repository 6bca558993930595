/// @file
/// What a network reads: images or text.
#pragma once

#include <concepts>
#include <span>

#include "engine/tokens.h"
namespace dpac {

/// Images are [n, C, H, W], already preprocessed. A network takes one of the two, and refuses the other.
struct Inputs {
  Inputs() = default;
  template <std::convertible_to<std::span<const float>> Images>
  Inputs(const Images& values) : images(values) {}
  Inputs(std::span<const TokenSequence> tokens) : sequences(tokens) {}

  std::span<const float> images;
  std::span<const TokenSequence> sequences;
};

/// Samples [first, first + count) of inputs that hold `samples` in all.
Inputs subset(const Inputs& inputs, std::size_t samples, std::size_t first, std::size_t count);

}  // namespace dpac
