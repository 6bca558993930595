#include "engine/ops/attention/attention_backward.h"

#include <cassert>
#include <vector>

#include "engine/plans/memory_plan.h"
#include "kernels/softmax.h"

namespace dpac {
namespace {

/// Where the matrices of a head's backward lie in its scratch, in floats.
struct BackwardLayout {
  explicit BackwardLayout(const AttentionShape& shape) {
    const HeadLayout forward(shape);
    const auto place = [this](int64_t floats) {
      const std::size_t offset = size;
      size += whole_lines(static_cast<std::size_t>(floats));
      return offset;
    };
    by_features = place(shape.tokens * forward.feature_stride);
    context = place(shape.tokens * forward.feature_stride);
    by_tokens = place(forward.token_stride * forward.token_stride);
    scores = place(shape.tokens * forward.token_stride);
    transposed = place(shape.head_size * forward.token_stride);
  }

  std::size_t size = 0;
  std::size_t context, by_features;  ///< [tokens][features]: of the context; of one operand after the other.
  std::size_t scores, by_tokens;     ///< [tokens][tokens]: of the scores; a transpose.
  std::size_t transposed;            ///< [features][tokens].
};

class HeadBackward {
 public:
  HeadBackward(const Attention& attention, int64_t head, float* buffer, float* scratch)
      : a_(attention),
        head_(head),
        at_(attention.shape),
        to_(attention.shape),
        buffer_(buffer),
        scratch_(scratch) {}

  AttentionSums run(NoiseSum sum, const AttentionGradients& gradients) {
    fill_gains(a_, head_, buffer_);
    rows_from_map(a_.map, gradients.context, first_channel(), features(), a_.first, a_.first + tokens(),
                  {scratch_ + to_.context, at_.feature_stride});
    AttentionSums sums;
    sums.context =
        through_noise(context_epilogue(a_, head_, buffer_), a_.context_key, sum, scratch_ + to_.context);
    to_value(gradients.value);
    to_probabilities();
    softmax_backward(softmax_of_scores(), tokens(), scratch_ + to_.scores);
    sums.scores = through_noise(score_epilogue(a_, head_, buffer_), a_.score_key, sum, scratch_ + to_.scores);
    to_query(gradients.query);
    to_key(gradients.key);
    return sums;
  }

 private:
  [[nodiscard]] int64_t tokens() const { return a_.shape.tokens; }
  [[nodiscard]] int64_t features() const { return a_.shape.head_size; }
  [[nodiscard]] int64_t first_channel() const { return head_ * a_.shape.head_size; }
  [[nodiscard]] ConstMatrix feature_rows(const float* rows) const { return {rows, at_.feature_stride}; }
  [[nodiscard]] ConstMatrix token_rows(const float* rows) const { return {rows, at_.token_stride}; }

  double through_noise(const AnalogEpilogue& epilogue, const NoiseKey& key, NoiseSum sum,
                       float* gradient) const {
    const PixelRun all{0, tokens(), 0};
    const AnalogBackward backward{.map = epilogue.map,
                                  .runs = {&all, 1},
                                  .elements = epilogue.elements,
                                  .gains = epilogue.gains,
                                  .floors = epilogue.floors,
                                  .scales = epilogue.scales,
                                  .passes = epilogue.passes};
    std::vector<double> sums(static_cast<std::size_t>(epilogue.map.padded_channels()));
    run_analog_backward(backward, sum, key, gradient, sums.data());
    double whole = 0;
    for (const double own : sums) whole += own;
    return whole;
  }

  [[nodiscard]] SoftmaxBackward softmax_of_scores() const {
    const auto bits = [&](std::size_t at) { return reinterpret_cast<const uint8_t*>(buffer_ + at); };
    return {.columns = tokens(),
            .scale = score_scale(a_.shape),
            .exact = buffer_ + at_.exact,
            .scaled_passes = bits(at_.scaled_passes),
            .passes = bits(at_.probability_passes)};
  }

  /// rows [tokens][features] of one operand's gradient = left [tokens][tokens] right [tokens][features].
  void operand(const float* left, ConstMatrix right, float* gradient) const {
    float* rows = scratch_ + to_.by_features;
    multiply(tokens(), features(), tokens(), token_rows(left), right, {rows, at_.feature_stride});
    rows_to_map(a_.map, feature_rows(rows), first_channel(), features(), a_.first, a_.first + tokens(),
                gradient);
  }

  void to_value(float* gradient) const {
    float* probabilities = scratch_ + to_.by_tokens;
    transpose(tokens(), tokens(), token_rows(buffer_ + at_.scores), {probabilities, at_.token_stride});
    operand(probabilities, feature_rows(scratch_ + to_.context), gradient);
  }

  void to_probabilities() const {
    float* value = scratch_ + to_.transposed;
    transpose(tokens(), features(), feature_rows(buffer_ + at_.value), {value, at_.token_stride});
    multiply(tokens(), tokens(), features(), feature_rows(scratch_ + to_.context), token_rows(value),
             {scratch_ + to_.scores, at_.token_stride});
  }

  void to_query(float* gradient) const {
    float* key = scratch_ + to_.context;
    transpose(features(), tokens(), token_rows(buffer_ + at_.key), {key, at_.feature_stride});
    operand(scratch_ + to_.scores, feature_rows(key), gradient);
  }

  void to_key(float* gradient) const {
    float* scores = scratch_ + to_.by_tokens;
    transpose(tokens(), tokens(), token_rows(scratch_ + to_.scores), {scores, at_.token_stride});
    operand(scores, feature_rows(buffer_ + at_.query), gradient);
  }

  const Attention& a_;
  int64_t head_;
  HeadLayout at_;
  BackwardLayout to_;
  float *buffer_, *scratch_;
};

}  // namespace

std::size_t head_backward_size(const AttentionShape& shape) {
  return BackwardLayout(shape).size;
}

AttentionSums run_head_backward(const Attention& attention, int64_t head, NoiseSum sum, float* buffer,
                                const AttentionGradients& gradients, float* scratch) {
  assert(head >= 0 && head < attention.shape.heads && attention.recorded);
  return HeadBackward(attention, head, buffer, scratch).run(sum, gradients);
}

}  // namespace dpac
