#include "engine/ops/sources/embedding.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {
namespace {

void expect_table(const char* what, const SharedTensor& table, int64_t features) {
  if (table != nullptr && table->rank() == 2 && table->dim(0) > 0 && table->dim(1) == features) return;
  throw Error(fmt::format("has {} of shape {}, expected [rows, {}]", what,
                          to_string(table == nullptr ? Shape{} : table->shape()), features));
}

const float* row(const Tensor& table, int64_t index) {
  return table.values().data() + index * table.dim(1);
}

}  // namespace

Value output_of(const EmbeddingOp& op, InputValues inputs) {
  expect_inputs(inputs, 0);
  if (op.words == nullptr || op.words->rank() != 2) throw Error("has no table of words");
  const int64_t features = op.words->dim(1);
  expect_table("words", op.words, features);
  expect_table("positions", op.positions, features);
  expect_table("types", op.types, features);
  if (op.tokens < 1 || op.tokens > op.positions->dim(0)) {
    throw Error(fmt::format("has sequences of {} tokens for {} positions", op.tokens, op.positions->dim(0)));
  }
  return {{features, op.tokens, 1}, true};
}

Grid grid_of(const EmbeddingOp&) {
  return Grid::own;
}

void run_sequence(const EmbeddingOp& op, const DigitalRun& run, std::size_t sequence) {
  const auto& [tokens, sample, first, position] = run.sequences[sequence];
  const BlockedMap map = run.maps.out.map();
  for (int64_t t = 0; t < tokens.length(); ++t) {
    const auto at = static_cast<std::size_t>(t);
    const float *word = row(*op.words, tokens.ids[at]), *type = row(*op.types, tokens.types[at]);
    const float* place = row(*op.positions, t);
    for (int64_t b = 0; b < map.blocks(); ++b) {
      float* to = run.out + (b * map.pixels + first + t) * map.block;
      const int64_t begin = b * map.block, count = std::min<int64_t>(map.block, map.channels - begin);
      for (int64_t i = 0; i < count; ++i) to[i] = (word[begin + i] + type[begin + i]) + place[begin + i];
      std::fill(to + count, to + map.block, 0.0f);
    }
  }
}

}  // namespace dpac
