/// @file
/// The few statistics the commands report.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dpac {

double mean(std::span<const double> values);

/// Sample standard deviation (n - 1); none for fewer than two values.
std::optional<double> sample_std(std::span<const double> values);

/// The middle value, or the mean of the two middle ones.
double median(std::vector<double> values);

/// Interquartile range over the median: how much repeated timings scatter, immune to a few outliers.
/// Quartiles are interpolated linearly between order statistics.
double relative_spread(std::vector<double> values);

struct Interval {
  double low = 0, high = 0;
};

/// Wilson's 95 % score interval of a proportion, `successes` out of `trials` > 0: unlike the normal
/// approximation it stays within [0, 1] and has a width where all or none succeed.
Interval wilson_interval(int64_t successes, int64_t trials);

/// The 95 % interval of an accuracy: images are the sampling unit, seeds are repeated measurements on the
/// same images (docs/model.md section 8). `right` says for each image in how many of `seeds` passes it was
/// classified rightly. Wilson's interval with one seed, or where all images fare the same; else the mean
/// +- 1.96 standard errors of the images' means, within [0, 1].
Interval accuracy_interval(std::span<const int32_t> right, int64_t seeds);

/// A difference of two accuracies on the same images, with its 95 % interval.
struct PairedLoss {
  double mean = 0;
  Interval ci95;
};

/// How much is lost against a network whose `baseline` says 1 for each image that it classifies rightly, else
/// 0: the mean of baseline[i] - right[i] / seeds, +- 1.96 standard errors of these differences. Where all are
/// the same, as far as Wilson's interval allows an image to differ.
PairedLoss paired_loss(std::span<const int32_t> baseline, std::span<const int32_t> right, int64_t seeds);

}  // namespace dpac
