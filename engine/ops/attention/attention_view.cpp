#include "engine/ops/attention/attention_view.h"

#include <vector>

namespace dpac {
namespace {

/// Rows of all heads, one head after another.
class AllHeads {
 public:
  AllHeads(const Attention& attention, float* buffers)
      : a_(attention), at_(attention.shape), buffers_(buffers) {}

  [[nodiscard]] std::vector<float> gathered(std::size_t offset, int64_t floats) const {
    std::vector<float> all;
    for (int64_t h = 0; h < a_.shape.heads; ++h) {
      const float* own = buffer(h) + offset;
      all.insert(all.end(), own, own + floats);
    }
    return all;
  }

  [[nodiscard]] float* buffer(int64_t head) const {
    return buffers_ + static_cast<std::size_t>(head) * at_.size;
  }

 private:
  const Attention& a_;
  HeadLayout at_;
  float* buffers_;
};

/// The epilogue of a whole layer from that of its first head: a row of gains for every head.
struct LayerEpilogue {
  LayerEpilogue(const Attention& attention, const AllHeads& heads, const AnalogEpilogue& first,
                std::size_t gains_at, std::size_t floors_at, std::size_t scales_at)
      : epilogue(first) {
    const int64_t tokens = attention.shape.tokens;
    epilogue.map.pixels = attention.shape.heads * tokens;
    epilogue.elements = {};
    epilogue.passes = nullptr;
    for (int64_t h = 0; h < attention.shape.heads; ++h) runs.push_back({h * tokens, (h + 1) * tokens, h});
    epilogue.runs = runs;
    if (first.gains != nullptr) {
      gains = heads.gathered(gains_at, first.map.padded_channels());
      epilogue.gains = gains.data();
    }
    if (first.floors != nullptr) {
      floors = heads.gathered(floors_at, first.map.padded_channels());
      epilogue.floors = floors.data();
    }
    if (first.scales != nullptr) {
      scales = heads.gathered(scales_at, tokens);
      epilogue.scales = scales.data();
    }
  }

  AnalogEpilogue epilogue;
  std::vector<PixelRun> runs;
  std::vector<float> gains, floors, scales;
};

}  // namespace

void show_attention(const Attention& attention, float* buffers, const ScoresPlace& scores,
                    Observer& observer) {
  const HeadLayout at(attention.shape);
  const AllHeads heads(attention, buffers);
  const int64_t tokens = attention.shape.tokens;
  const LayerEpilogue of_scores(attention, heads, score_epilogue(attention, 0, buffers), at.score_gains,
                                at.score_floors, at.score_scales);
  const LayerEpilogue of_context(attention, heads, context_epilogue(attention, 0, buffers), at.context_gains,
                                 at.context_floors, at.context_scales);
  const std::vector<float> queries = heads.gathered(at.query, tokens * at.feature_stride);
  const std::vector<float> products = heads.gathered(at.score_products, tokens * at.token_stride);
  const std::vector<float> probabilities = heads.gathered(at.scores, tokens * at.token_stride);
  const std::vector<float> contexts = heads.gathered(at.context_products, tokens * at.feature_stride);
  const int64_t sample = attention.score_key.sample;
  observer.analog({.layer = scores.layer,
                   .sample = sample,
                   .input = queries.data(),
                   .input_map = of_context.epilogue.map,
                   .window = {},
                   .pre_activation = products.data(),
                   .epilogue = of_scores.epilogue,
                   .key = attention.score_key});
  observer.value({scores.node, sample, probabilities.data(), false, of_scores.epilogue.map});
  observer.analog({.layer = scores.layer + 1,
                   .sample = sample,
                   .input = probabilities.data(),
                   .input_map = of_scores.epilogue.map,
                   .window = {},
                   .pre_activation = contexts.data(),
                   .epilogue = of_context.epilogue,
                   .key = attention.context_key});
}

}  // namespace dpac
