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

/// -log softmax(logits)[label].
double cross_entropy(std::span<const float> logits, int label, std::span<float> gradient);

/// cross_entropy() with the labels of a batch, which must outlive it.
SampleLoss cross_entropy_of(std::span<const int> labels);

/// Cross entropy with labels drawn from the network's own prediction: its squared gradients estimate the
/// Fisher matrix. A label is a function of (seed, sample): `samples` are the batch's indices in the data set,
/// and must outlive it.
SampleLoss own_prediction(std::span<const int64_t> samples, uint64_t seed);

}  // namespace dpac
