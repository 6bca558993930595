/// @file
/// Losses of one sample, with their gradients at the logits.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace dpac {

/// Loss of one sample: `position` in the batch, its logits; writes d loss / d logits. May be called from
/// several threads at once.
using SampleLoss =
    std::function<double(int64_t position, std::span<const float> logits, std::span<float> gradient)>;

/// softmax(logits), as many; returns log sum exp.
double softmax(std::span<const float> logits, std::span<double> probabilities);

/// -log softmax(logits)[label].
double cross_entropy(std::span<const float> logits, int label, std::span<float> gradient);

/// cross_entropy() with the labels of a batch, which must outlive it.
SampleLoss cross_entropy_of(std::span<const int> labels);

/// (y - target)^2 of a network with one output y: regression.
double squared_error(std::span<const float> logits, float target, std::span<float> gradient);

/// squared_error() with the targets of a batch, which must outlive it.
SampleLoss squared_error_of(std::span<const float> targets);

/// What a network should have said of a batch: classes, or the numbers a regression should give. One of the
/// two.
struct Targets {
  std::span<const int> labels = {};
  std::span<const float> scores = {};
};

/// The loss that goes with them.
SampleLoss loss_of(const Targets& targets);

/// Cross entropy with labels drawn from the network's own prediction: its squared gradients estimate the
/// Fisher matrix. For a network with one output: squared error, with a target drawn from a
/// normal distribution around the prediction. A label is a function of (seed, sample): `samples` are the
/// batch's indices in the data set, and must outlive it.
SampleLoss own_prediction(std::span<const int64_t> samples, uint64_t seed);

}  // namespace dpac
