#include "study/timing/timed_inputs.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace dpac {
namespace {

constexpr uint32_t kSeed = 1;

}  // namespace

TimedInputs TimedInputs::random(const Graph& graph, int64_t count) {
  std::mt19937 engine(kSeed);
  TimedInputs made;
  made.samples_.resize(static_cast<std::size_t>(count));
  std::iota(made.samples_.begin(), made.samples_.end(), 0);
  if (!graph.reads_text()) {
    made.images_.resize(
        static_cast<std::size_t>(count * input_shape(graph).channels * input_shape(graph).pixels()));
    for (float& v : made.images_) v = static_cast<float>(engine()) * 0x1p-30f - 2.0f;
    return made;
  }
  const int64_t vocabulary = std::get<EmbeddingOp>(graph.nodes.front().op).words->dim(0);
  const int64_t tokens = input_shape(graph).height;
  made.ids_.resize(static_cast<std::size_t>(count * tokens));
  made.types_.resize(made.ids_.size());
  for (int32_t& id : made.ids_) id = static_cast<int32_t>(engine() % static_cast<uint64_t>(vocabulary));
  for (int64_t i = 0; i < count; ++i) {
    const auto begin = static_cast<std::size_t>(i * tokens), length = static_cast<std::size_t>(tokens);
    made.sequences_.push_back(
        {std::span(made.ids_).subspan(begin, length), std::span(made.types_).subspan(begin, length), tokens});
  }
  return made;
}

TimedInputs TimedInputs::of(const Session& session, const RunSettings& run, NoiseKind noise) {
  if (!session.data.source) return random(session.graph, samples_at_a_time(run, noise));
  TimedInputs made;
  const auto reader = make_reader(session.data, session.graph, run, NoiseKind::none);
  while (const SampleBatch* batch = reader->next()) {
    const Inputs& inputs = batch->inputs;
    made.sequences_.insert(made.sequences_.end(), inputs.sequences.begin(), inputs.sequences.end());
    made.samples_.insert(made.samples_.end(), batch->samples.begin(), batch->samples.end());
  }
  return made;
}

Inputs TimedInputs::inputs() const {
  if (sequences_.empty()) return images_;
  return std::span<const TokenSequence>(sequences_);
}

void TimedInputs::next_round() {
  const int64_t draws = (samples_.back() - samples_.front()) / kSamplesPerDraw + 1;
  for (int64_t& sample : samples_) sample += draws * kSamplesPerDraw;
}

}  // namespace dpac
