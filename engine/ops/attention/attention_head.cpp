#include "engine/ops/attention/attention_head.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "engine/plans/memory_plan.h"
#include "kernels/softmax.h"

namespace dpac {
namespace {

constexpr int64_t kBitsOfFloat = 32;

int32_t* as_integers(float* buffer) {
  return reinterpret_cast<int32_t*>(buffer);
}
uint8_t* as_bytes(float* buffer) {
  return reinterpret_cast<uint8_t*>(buffer);
}

/// What the two products of a head have in common with every analog operation: rows of outputs, and gains.
struct ProductNoise {
  int64_t columns = 0, stride = 0;
  const LayerGains* gains = nullptr;
  int64_t length = 1;  ///< D.
};

void square_roots(int64_t count, float* values) {
  for (int64_t i = 0; i < count; ++i) values[i] = std::sqrt(values[i]);
}

class Head {
 public:
  Head(const Attention& attention, int64_t head, float* buffer)
      : a_(attention), head_(head), at_(attention.shape), buffer_(buffer) {}

  void run() {
    load();
    multiply(tokens(), tokens(), features(), rows(at_.query), {buffer_ + at_.key, at_.token_stride},
             {buffer_ + at_.scores, at_.token_stride});
    finish_scores();
    multiply(tokens(), features(), tokens(), {buffer_ + at_.scores, at_.token_stride}, rows(at_.value),
             {buffer_ + at_.context, at_.feature_stride});
    finish_context();
    rows_to_map(a_.map, rows(at_.context), first_channel(), features(), a_.first, a_.first + tokens(),
                a_.result);
  }

  [[nodiscard]] AnalogEpilogue score_epilogue() const {
    AnalogEpilogue epilogue = bare_epilogue({tokens(), tokens(), static_cast<int>(at_.token_stride)});
    epilogue.quantizer = a_.score_quantizers.output.value_or(Quantizer{});
    if (a_.recorded && a_.score_quantizers.output) epilogue.passes = as_bytes(buffer_ + at_.score_passes);
    add_noise(a_.score_gains, score_places(), epilogue);
    return epilogue;
  }

  [[nodiscard]] AnalogEpilogue context_epilogue() const {
    AnalogEpilogue epilogue = bare_epilogue({features(), tokens(), static_cast<int>(at_.feature_stride)});
    epilogue.quantizer = a_.context_quantizers.output.value_or(Quantizer{});
    if (a_.recorded && a_.context_quantizers.output) epilogue.passes = as_bytes(buffer_ + at_.context_passes);
    add_noise(a_.context_gains, context_places(), epilogue);
    return epilogue;
  }

  void fill_score_gains() const {
    if (a_.score_gains == nullptr) return;
    if (a_.by_norms) {
      float* scales = buffer_ + at_.score_scales;
      column_sum_squares(features(), tokens(), {buffer_ + at_.key, at_.token_stride},
                         buffer_ + at_.score_gains);
      row_sum_squares(tokens(), features(), rows(at_.query), scales);
      square_roots(tokens(), scales);
    }
    fill({tokens(), at_.token_stride, a_.score_gains, features()}, score_places());
  }

  void fill_context_gains() const {
    if (a_.context_gains == nullptr) return;
    if (a_.by_norms) {
      float* scales = buffer_ + at_.context_scales;
      column_sum_squares(tokens(), features(), rows(at_.value), buffer_ + at_.context_gains);
      row_sum_squares(tokens(), tokens(), {buffer_ + at_.scores, at_.token_stride}, scales);
      square_roots(tokens(), scales);
    }
    fill({features(), at_.feature_stride, a_.context_gains, tokens()}, context_places());
  }

 private:
  [[nodiscard]] int64_t tokens() const { return a_.shape.tokens; }
  [[nodiscard]] int64_t features() const { return a_.shape.head_size; }
  [[nodiscard]] int64_t first_channel() const { return head_ * a_.shape.head_size; }

  /// Where the noise of a product lies in the buffer.
  struct NoisePlaces {
    float *gains, *floors, *scales;
    int32_t* repeats;
  };

  [[nodiscard]] NoisePlaces score_places() const {
    return {buffer_ + at_.score_gains, buffer_ + at_.score_floors, buffer_ + at_.score_scales,
            as_integers(buffer_ + at_.score_repeats)};
  }

  [[nodiscard]] NoisePlaces context_places() const {
    return {buffer_ + at_.context_gains, buffer_ + at_.context_floors, buffer_ + at_.context_scales,
            as_integers(buffer_ + at_.context_repeats)};
  }
  [[nodiscard]] ConstMatrix rows(std::size_t at) const { return {buffer_ + at, at_.feature_stride}; }

  void load() {
    const auto take = [&](const float* map, std::size_t to) {
      rows_from_map(a_.map, map, first_channel(), features(), a_.first, a_.first + tokens(),
                    {buffer_ + to, at_.feature_stride});
    };
    take(a_.key, at_.value);  // By way of the value's place.
    transpose(tokens(), features(), rows(at_.value), {buffer_ + at_.key, at_.token_stride});
    take(a_.query, at_.query);
    take(a_.value, at_.value);
  }

  void finish_scores() {
    fill_score_gains();
    float* scores = buffer_ + at_.scores;
    if (a_.observed) std::copy_n(scores, tokens() * at_.token_stride, buffer_ + at_.score_products);
    const AnalogEpilogue epilogue = score_epilogue();
    if (epilogue.gains != nullptr || !epilogue.quantizer.is_identity()) {
      run_epilogue(epilogue, a_.score_key, scores);
    }
    softmax(softmax_of_scores(), tokens(), scores, scores);
  }

  [[nodiscard]] Softmax softmax_of_scores() const {
    Softmax how{.columns = tokens(),
                .real = a_.shape.real,
                .scale = score_scale(a_.shape),
                .scaled_quantizer = a_.score_quantizers.scaled.value_or(Quantizer{}),
                .quantizer = a_.score_quantizers.result.value_or(Quantizer{})};
    if (!a_.recorded) return how;
    how.exact = buffer_ + at_.exact;
    how.scaled_passes = as_bytes(buffer_ + at_.scaled_passes);
    how.passes = as_bytes(buffer_ + at_.probability_passes);
    return how;
  }

  void finish_context() {
    fill_context_gains();
    float* context = buffer_ + at_.context;
    if (a_.observed) std::copy_n(context, tokens() * at_.feature_stride, buffer_ + at_.context_products);
    const AnalogEpilogue epilogue = context_epilogue();
    if (epilogue.gains == nullptr && epilogue.quantizer.is_identity()) return;
    run_epilogue(epilogue, a_.context_key, context);
  }

  [[nodiscard]] AnalogEpilogue bare_epilogue(const BlockedMap& map) const {
    return {.map = map, .runs = {}, .elements = {head_ * tokens(), a_.shape.heads * tokens()}};
  }

  void add_noise(const LayerGains* layer, const NoisePlaces& places, AnalogEpilogue& epilogue) const {
    if (layer == nullptr) return;
    epilogue.gains = places.gains;
    if (has_floors(*layer)) epilogue.floors = places.floors;
    if (a_.by_norms) epilogue.scales = places.scales;
    if (!layer->repeats.empty()) epilogue.repeats = places.repeats;
  }

  /// Whether something is added to what norms scale.
  [[nodiscard]] bool has_floors(const LayerGains& layer) const {
    const auto steady = [](const ProductGain& noise) { return !noise.by_norms; };
    return a_.by_norms && std::any_of(layer.product.begin(), layer.product.end(), steady);
  }

  /// The root of the summed variance of the noises that follow norms, or of the others.
  static double gain_of(const ProductNoise& product, bool by_norms) {
    double sum = 0;
    for (const ProductGain& noise : product.gains->product) {
      if (noise.by_norms != by_norms) continue;
      sum += std::pow(noise.gain * std::pow(static_cast<double>(product.length), noise.length_power), 2);
    }
    return std::sqrt(sum);
  }

  /// Gains, floors and repeats of every column: with norms `gains` holds the columns' squares of them before.
  void fill(const ProductNoise& product, const NoisePlaces& to) const {
    assert(product.columns <= product.stride);
    const auto own = [&](int64_t c, double value) {
      return c < product.columns ? static_cast<float>(value) : 0.0f;
    };
    const double unit = gain_of(product, a_.by_norms);
    for (int64_t c = 0; c < product.stride; ++c) {
      to.gains[c] = own(c, a_.by_norms ? unit * std::sqrt(static_cast<double>(to.gains[c])) : unit);
    }
    if (has_floors(*product.gains)) {
      const double floor = gain_of(product, false);
      for (int64_t c = 0; c < product.stride; ++c) to.floors[c] = own(c, floor);
    }
    if (product.gains->repeats.empty()) return;
    std::fill_n(to.repeats, product.stride, product.gains->repeats.front());
  }

  void run_epilogue(AnalogEpilogue epilogue, const NoiseKey& key, float* values) const {
    const PixelRun all{0, tokens(), 0};
    epilogue.runs = {&all, 1};
    run_analog_epilogue(epilogue, key, values, values, nullptr);
  }

  const Attention& a_;
  int64_t head_;
  HeadLayout at_;
  float* buffer_;
};

}  // namespace

HeadLayout::HeadLayout(const AttentionShape& shape)
    : feature_stride(padded_row(shape.head_size)), token_stride(padded_row(shape.tokens)), size(0) {
  const auto place = [this](int64_t floats) {
    const std::size_t offset = size;
    size += whole_lines(static_cast<std::size_t>(floats));
    return offset;
  };
  const int64_t by_features = shape.tokens * feature_stride, by_tokens = shape.tokens * token_stride;
  query = place(by_features);
  value = place(by_features);
  context = place(by_features);
  key = place(shape.head_size * token_stride);
  scores = place(by_tokens);
  score_gains = place(token_stride);
  score_floors = place(token_stride);
  score_scales = place(token_stride);
  context_gains = place(feature_stride);
  context_floors = place(feature_stride);
  context_scales = place(token_stride);
  score_repeats = place(token_stride);
  context_repeats = place(feature_stride);
  exact = place(by_tokens);
  score_passes = place(by_tokens / kBitsOfFloat + 1);
  scaled_passes = place(by_tokens / kBitsOfFloat + 1);
  probability_passes = place(by_tokens / kBitsOfFloat + 1);
  context_passes = place(by_features / kBitsOfFloat + 1);
  score_products = place(by_tokens);
  context_products = place(by_features);
}

float score_scale(const AttentionShape& shape) {
  return static_cast<float>(1 / std::sqrt(static_cast<double>(shape.head_size)));
}

void run_head(const Attention& attention, int64_t head, float* buffer) {
  assert(head >= 0 && head < attention.shape.heads);
  assert(attention.shape.real >= 1 && attention.shape.real <= attention.shape.tokens);
  Head(attention, head, buffer).run();
}

void fill_gains(const Attention& attention, int64_t head, float* buffer) {
  const Head own(attention, head, buffer);
  own.fill_score_gains();
  own.fill_context_gains();
}

AnalogEpilogue score_epilogue(const Attention& attention, int64_t head, float* buffer) {
  return Head(attention, head, buffer).score_epilogue();
}

AnalogEpilogue context_epilogue(const Attention& attention, int64_t head, float* buffer) {
  return Head(attention, head, buffer).context_epilogue();
}

}  // namespace dpac
