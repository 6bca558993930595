/// @file
/// What GLUE measures, from predictions and targets.
#pragma once

#include <optional>
#include <span>

namespace dpac {

/// Fractions and coefficients; none where the task has no such metric, or the data do not define it.
struct Metrics {
  std::optional<double> accuracy = {};
  std::optional<double> f1 = {};        ///< Of class 1, for two classes: 2 TP / (2 TP + FP + FN).
  std::optional<double> matthews = {};  ///< Matthews' correlation coefficient, of any number of classes.
  std::optional<double> pearson = {};
  std::optional<double> spearman = {};  ///< Pearson's of the ranks; equal values share their mean rank.
};

/// Classes in [0, `classes`); none of the metrics without samples. As in scikit-learn, F1 is 0 where class 1
/// is neither predicted nor a target, and Matthews' coefficient 0 where all predictions or all targets are of
/// one class.
Metrics classification_metrics(std::span<const int> predictions, std::span<const int> targets, int classes);

/// No correlation where predictions or targets are all the same or not all numbers, or are fewer than two.
/// Pearson's coefficient wants finite ones.
Metrics regression_metrics(std::span<const double> predictions, std::span<const double> targets);

/// Cosine of the angle between two embeddings of the same length; 0 if either is all zeros.
double cosine(std::span<const float> a, std::span<const float> b);

}  // namespace dpac
