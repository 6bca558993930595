#include "engine/plans/packing.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include <fmt/format.h>

#include "engine/onednn/onednn.h"
#include "kernels/error.h"

namespace dpac {
namespace {

constexpr int64_t kTokenStep = 16;

int64_t tokens_of(const Pack& pack) {
  assert(!pack.sequences.empty());
  const PlacedSequence& last = pack.sequences.back();
  return last.first + last.tokens.length();
}

/// The most tokens of a pack.
int64_t token_limit(std::span<const TokenSequence> sequences, int threads) {
  int64_t tokens = 0;
  for (const TokenSequence& sequence : sequences) tokens += sequence.length();
  return std::min(kTokensTogether, (tokens + threads - 1) / threads);
}

Capacity capacity_of(const Pack& pack) {
  const int64_t tokens = (tokens_of(pack) + kTokenStep - 1) / kTokenStep * kTokenStep;
  return {pack.sequences.size() == 1 ? 1 : kSequencesTogether, onednn::row_length(tokens)};
}

bool all_below(std::span<const int32_t> values, int64_t limit) {
  return std::all_of(values.begin(), values.end(), [&](int32_t v) { return v >= 0 && v < limit; });
}

void check_sequence(const EmbeddingOp& tables, const TokenSequence& tokens, int64_t sample) {
  const int64_t longest = tables.positions->dim(0);
  if (tokens.length() < 1 || tokens.length() > longest) {
    throw Error(
        fmt::format("sample {}: {} tokens, but the network reads 1 to {}", sample, tokens.length(), longest));
  }
  if (tokens.types.size() != tokens.ids.size() || tokens.real < 1 || tokens.real > tokens.length()) {
    throw Error(fmt::format("sample {}: {} tokens with {} types, {} of them real", sample, tokens.length(),
                            tokens.types.size(), tokens.real));
  }
  if (!all_below(tokens.ids, tables.words->dim(0))) {
    throw Error(
        fmt::format("sample {}: a token is beyond the {} word embeddings of the network; the vocabulary "
                    "is another network's",
                    sample, tables.words->dim(0)));
  }
  const int64_t types = tables.types->dim(0);
  if (!all_below(tokens.types, types)) {
    throw Error(fmt::format("sample {}: {}, but the network has {} type embedding{}", sample,
                            types == 1 ? "a pair of sentences" : "a token of another type", types,
                            types == 1 ? "" : "s"));
  }
}

}  // namespace

Inputs subset(const Inputs& inputs, std::size_t samples, std::size_t first, std::size_t count) {
  assert(first + count <= samples);
  if (!inputs.sequences.empty()) return inputs.sequences.subspan(first, count);
  const std::size_t image = samples == 0 ? 0 : inputs.images.size() / samples;
  return inputs.images.subspan(first * image, count * image);
}

std::vector<Pack> pack_sequences(std::span<const TokenSequence> sequences, std::span<const int64_t> samples,
                                 int threads) {
  assert(sequences.size() == samples.size() && threads >= 1);
  const int64_t limit = token_limit(sequences, threads);
  std::vector<std::size_t> order(sequences.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return sequences[a].length() > sequences[b].length(); });
  std::vector<Pack> packs;
  for (const std::size_t i : order) {
    const auto fits = [&](const Pack& pack) {
      return static_cast<int64_t>(pack.sequences.size()) < kSequencesTogether &&
             tokens_of(pack) + sequences[i].length() <= limit;
    };
    auto pack = std::find_if(packs.begin(), packs.end(), fits);
    const int64_t first = pack == packs.end() ? 0 : tokens_of(*pack);
    if (pack == packs.end()) pack = packs.insert(packs.end(), Pack{});
    pack->sequences.push_back({sequences[i], samples[i], first, static_cast<int64_t>(i)});
  }
  for (Pack& pack : packs) pack.capacity = capacity_of(pack);
  return packs;
}

std::vector<Capacity> capacities_of(std::span<const Pack> packs) {
  std::vector<Capacity> capacities;
  for (const Pack& pack : packs) capacities.push_back(pack.capacity);
  return capacities;
}

void check_inputs(const FusedGraph& graph, const Inputs& inputs, std::span<const int64_t> samples) {
  if (!graph.reads_text()) {
    const auto image = static_cast<std::size_t>(graph.input().channels * graph.input().pixels());
    if (inputs.sequences.empty() && inputs.images.size() == samples.size() * image) return;
    throw Error(fmt::format("{} samples need {} input values, but {} were given", samples.size(),
                            samples.size() * image, inputs.images.size()));
  }
  if (!inputs.images.empty() || inputs.sequences.size() != samples.size()) {
    throw Error(fmt::format("{} samples of text need as many sequences, but {} were given", samples.size(),
                            inputs.sequences.size()));
  }
  const auto& tables = std::get<EmbeddingOp>(graph.nodes.front().op);
  for (std::size_t i = 0; i < samples.size(); ++i) check_sequence(tables, inputs.sequences[i], samples[i]);
}

}  // namespace dpac
