#include "python/bindings/samples.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac::python {

Samples::Samples(Images images) : count_(static_cast<int64_t>(images.shape(0))), images_(std::move(images)) {}

Samples::Samples(Tokens ids, Tokens types, const Lengths& lengths)
    : count_(static_cast<int64_t>(ids.shape(0))), ids_(std::move(ids)), types_(std::move(types)) {
  const std::size_t width = ids_.shape(1);
  if (types_.shape(0) != ids_.shape(0) || types_.shape(1) != width || lengths.shape(0) != ids_.shape(0)) {
    throw Error(fmt::format("token ids [{}, {}] have types [{}, {}] and {} lengths, expected as many",
                            ids_.shape(0), width, types_.shape(0), types_.shape(1), lengths.shape(0)));
  }
  for (std::size_t i = 0; i < ids_.shape(0); ++i) {
    const int64_t length = lengths.data()[i];
    if (length < 1 || length > static_cast<int64_t>(width)) {
      throw Error(fmt::format("sequence {} has {} tokens, expected 1 to {}", i, length, width));
    }
    const auto part = [&](const Tokens& tokens) {
      return std::span(tokens.data() + i * width, static_cast<std::size_t>(length));
    };
    sequences_.push_back({part(ids_), part(types_), length});
  }
}

int64_t Samples::longest() const {
  int64_t longest = 0;
  for (const TokenSequence& sequence : sequences_) longest = std::max(longest, sequence.length());
  return longest;
}

Inputs Samples::inputs() const {
  return sequences_.empty() ? Inputs(pixels()) : Inputs(std::span<const TokenSequence>(sequences_));
}

}  // namespace dpac::python
