/// @file
/// Whether a noise-free pass over labelled samples went as it should: questions of plain numbers, with
/// answers for people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dpac {

/// How often which class was predicted for which.
class ConfusionMatrix {
 public:
  /// `counts` are [labels][predictions], as many as the square of `classes` > 0.
  ConfusionMatrix(std::vector<int64_t> counts, int classes);

  [[nodiscard]] int classes() const { return classes_; }
  [[nodiscard]] int64_t samples() const { return samples_; }

  /// Samples with that label and that prediction.
  [[nodiscard]] int64_t count(int label, int prediction) const;

  /// Samples whose label is the class that `order` makes of their prediction: order[output] is a class.
  [[nodiscard]] int64_t correct(std::span<const int> order) const;

  /// The accuracy to be expected of predictions that have nothing to do with the labels, but occur as often
  /// as these: the sum over classes of (share of labels) (share of predictions). Where all labels are one
  /// class that would be the accuracy itself; there it is 1 / classes.
  [[nodiscard]] double chance() const;

 private:
  int classes_;
  int64_t samples_ = 0;
  std::vector<int64_t> counts_;  // [labels][predictions].
};

/// P(X >= successes) for X binomial with `trials` and 0 < `probability` < 1, summed term by term.
double binomial_tail(int64_t successes, int64_t trials, double probability);

/// A sentence if `correct` of `samples` are not more than guessing with the accuracy `chance` gives: if a
/// one-sided binomial test does not find more at 95 % confidence, although it would for a network half way
/// between chance and perfection, with a probability of 95 %. Else nothing: too few samples prove nothing.
std::string chance_notice(int64_t correct, int64_t samples, double chance);

/// A sentence that names another order of a network's outputs (`names` of the classes by output, or none), if
/// accuracy is more than 20 points higher with it, and an exact sign test over the samples on which both
/// differ, corrected for the number of orders (Bonferroni), agrees at 99 % confidence. Nothing for more than
/// six classes: their orders are too many.
std::string order_notice(const ConfusionMatrix& confusion, std::span<const std::string> names);

}  // namespace dpac
