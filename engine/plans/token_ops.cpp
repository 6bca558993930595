#include "engine/plans/token_ops.h"

#include <algorithm>

namespace dpac {
namespace {

float* pixel(const BlockedMap& map, float* values, int64_t block, int64_t p) {
  return values + (block * map.pixels + p) * map.block;
}
const float* pixel(const BlockedMap& map, const float* values, int64_t block, int64_t p) {
  return values + (block * map.pixels + p) * map.block;
}

const float* row(const Tensor& table, int64_t index) {
  return table.values().data() + index * table.dim(1);
}

int64_t pooled_tokens(TokenPoolOp::Kind kind, int64_t real) {
  return kind == TokenPoolOp::Kind::first ? 1 : real;
}

}  // namespace

void embed(const EmbeddingOp& op, const BlockedMap& map, const TokenSequence& tokens, int64_t first,
           float* dst) {
  for (int64_t t = 0; t < tokens.length(); ++t) {
    const auto at = static_cast<std::size_t>(t);
    const float *word = row(*op.words, tokens.ids[at]), *type = row(*op.types, tokens.types[at]);
    const float* position = row(*op.positions, t);
    for (int64_t b = 0; b < map.blocks(); ++b) {
      float* to = pixel(map, dst, b, first + t);
      const int64_t begin = b * map.block, count = std::min<int64_t>(map.block, map.channels - begin);
      for (int64_t i = 0; i < count; ++i) to[i] = (word[begin + i] + type[begin + i]) + position[begin + i];
      std::fill(to + count, to + map.block, 0.0f);
    }
  }
}

void pool_tokens(TokenPoolOp::Kind kind, const BlockedMap& in, const float* src, int64_t first, int64_t real,
                 const BlockedMap& out, int64_t to, float* dst) {
  const int64_t tokens = pooled_tokens(kind, real);
  for (int64_t b = 0; b < in.blocks(); ++b) {
    float* sum = pixel(out, dst, b, to);
    std::copy_n(pixel(in, src, b, first), in.block, sum);
    for (int64_t t = 1; t < tokens; ++t) {
      const float* from = pixel(in, src, b, first + t);
      for (int i = 0; i < in.block; ++i) sum[i] += from[i];
    }
    if (tokens == 1) continue;
    for (int i = 0; i < in.block; ++i) sum[i] /= static_cast<float>(tokens);
  }
}

void pool_tokens_backward(TokenPoolOp::Kind kind, const BlockedMap& in, float* in_gradient, int64_t first,
                          int64_t real, const BlockedMap& out, int64_t from, const float* out_gradient) {
  const int64_t tokens = pooled_tokens(kind, real);
  const float share = 1.0f / static_cast<float>(tokens);
  for (int64_t b = 0; b < in.blocks(); ++b) {
    const float* gradient = pixel(out, out_gradient, b, from);
    for (int64_t t = 0; t < tokens; ++t) {
      float* to = pixel(in, in_gradient, b, first + t);
      for (int i = 0; i < in.block; ++i) to[i] += share * gradient[i];
    }
  }
}

void copy_pixels(const BlockedMap& map, int64_t first, int64_t count, const float* src, float* dst) {
  for (int64_t b = 0; b < map.blocks(); ++b) {
    std::copy_n(pixel(map, src, b, first), count * map.block, dst + b * count * map.block);
  }
}

}  // namespace dpac
