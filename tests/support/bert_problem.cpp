#include "tests/support/bert_problem.h"

#include <cmath>

namespace dpac::test {

std::vector<BertTask> bert_tasks() {
  const RandomBert classes{.features = 20, .intermediate = 27}, wide{.features = 52, .layers = 1};
  const RandomBert regression{.features = 20, .heads = 4, .layers = 1, .intermediate = 16, .outputs = 1};
  const RandomBert embedding{.features = 20, .layers = 1, .intermediate = 16, .classifier = false};
  RandomBert first = embedding;
  first.pooling = SentencePooling::first_token;
  return {{"two layers", classes},
          {"head size 26", wide},
          {"regression", regression, true},
          {"sentence embeddings", embedding},
          {"first tokens as embeddings", first}};
}

BertProblem::BertProblem(const BertTask& what, NoiseKind noise_kind)
    : task(what),
      kind(noise_kind),
      checkpoint(random_bert(what.shape)),
      sequences(what.shape, {{5, 5}, {9, 6}, {1, 1}}),
      graph(build(what.shape)),
      samples(indices(static_cast<int64_t>(sequences.size()), 5)) {
  noise = noise_of({"", kind}, analog_layers(graph));
  noise.sigma_weight = 0.02;
  if (kind.has(NoiseKind::thermal) || kind.has(NoiseKind::output))
    ranges.assign(calibrated_tensors(graph).size(), {-1.0f, 2.0f});
}

std::unique_ptr<Differentiator> BertProblem::make(Derivative derivative, int threads, int64_t batch) const {
  const DifferentiatorOptions options{.noise = kind,
                                      .derivative = derivative,
                                      .batch = batch,
                                      .threads = threads,
                                      .quantization = {.ranges = ranges}};
  return std::make_unique<Differentiator>(graph, options);
}

BatchDerivative BertProblem::run(Derivative derivative, int threads, int64_t batch) const {
  const auto differentiator = make(derivative, threads, batch);
  differentiator->set_noise(noise, 0);
  return differentiator->run(std::span(sequences.all()), samples, loss());
}

SampleLoss BertProblem::loss() const {
  return task.scores ? squared_error_of(scores) : cross_entropy_of(labels);
}

BertOracleSetup BertProblem::setup(std::size_t s) const {
  BertOracleSetup with = bert_setup({"", kind}, graph, ranges, samples[s]);
  with.noise = noise;
  with.weight_xi = [](NoiseStream stream, int layer, int64_t element, int k) {
    return weight_xi(stream, layer, 0, element, k);
  };
  return with;
}

double BertProblem::loss_of(std::size_t s, const BertOracleSetup& with) const {
  const std::vector<double> logits = run_bert_oracle(checkpoint, sequences[s], with).logits;
  if (task.scores) return std::pow(logits.front() - static_cast<double>(scores[s]), 2);
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit);
  return std::log(sum) - logits[static_cast<std::size_t>(labels[s])];
}

}  // namespace dpac::test
