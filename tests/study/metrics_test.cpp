// Metrics of GLUE by hand, by exact fractions, and by the examples of SciPy's and scikit-learn's
// documentation.
#include "study/metrics/metrics.h"

#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <doctest/doctest.h>

using namespace dpac;

namespace {

using Values = std::vector<double>;
using Classes = std::vector<int>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A few roundings of numbers of size 1.
constexpr double kRounding = 8 * std::numeric_limits<double>::epsilon();

bool near(std::optional<double> value, double expected) {
  return value && std::abs(*value - expected) <= kRounding;
}

/// Pairs of values with their correlation, as a fraction of whole numbers where there is one.
const Values kScores{2.5, 3.6, 5.0, 4.2, 1.5, 1.8, 3.5, 2.2, 2.2, 2.2};
const Values kCosines{0.81, 0.62, 0.97, 0.91, 0.33, 0.41, 0.62, 0.55, 0.62, 0.1};

}  // namespace

TEST_CASE("Accuracy, F1 and Matthews' coefficient of two classes") {
  // TP 3, FP 1, FN 2, TN 4.
  const Classes targets{1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
  const Classes predictions{1, 1, 1, 0, 0, 1, 0, 0, 0, 0};
  const auto metrics = classification_metrics(predictions, targets, 2);
  CHECK(near(metrics.accuracy, 0.7));
  CHECK(near(metrics.f1, 2.0 / 3));
  CHECK(near(metrics.matthews, (3.0 * 4 - 1 * 2) / std::sqrt(4.0 * 5 * 5 * 6)));
  CHECK_FALSE(metrics.pearson);
  CHECK_FALSE(metrics.spearman);
  // scikit-learn's example of matthews_corrcoef.
  CHECK(near(classification_metrics(Classes{1, 0, 1, 1}, Classes{1, 1, 1, 0}, 2).matthews, -1.0 / 3));
}

TEST_CASE("Matthews' coefficient of three classes") {
  const Classes targets{0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2};
  const Classes predictions{0, 1, 0, 1, 1, 2, 1, 2, 2, 0, 2, 1};
  // Gorodkin's covariances of one-hot rows: 47/12 over the root of 2209/36.
  const auto metrics = classification_metrics(predictions, targets, 3);
  CHECK(near(metrics.matthews, 0.5));
  CHECK(near(metrics.accuracy, 8.0 / 12));
  CHECK_FALSE(metrics.f1);
  // A class without samples changes nothing.
  CHECK(classification_metrics(predictions, targets, 5).matthews == metrics.matthews);
}

TEST_CASE("Perfect, opposite and undefined classifications") {
  const Classes mixed{0, 1, 1, 0, 1};
  const Classes opposite{1, 0, 0, 1, 0};
  CHECK(classification_metrics(mixed, mixed, 2).matthews == 1);
  CHECK(classification_metrics(mixed, mixed, 2).f1 == 1);
  CHECK(classification_metrics(opposite, mixed, 2).matthews == -1);
  CHECK(classification_metrics(opposite, mixed, 2).f1 == 0);
  const Classes zeros(5, 0);
  CHECK(classification_metrics(zeros, mixed, 2).matthews == 0);
  CHECK(classification_metrics(mixed, zeros, 2).matthews == 0);
  CHECK(classification_metrics(zeros, mixed, 2).f1 == 0);
  CHECK(classification_metrics(zeros, zeros, 2).f1 == 0);
  CHECK(classification_metrics(zeros, zeros, 2).accuracy == 1);
  CHECK_FALSE(classification_metrics({}, {}, 2).accuracy);
  CHECK_FALSE(classification_metrics({}, {}, 2).matthews);
}

TEST_CASE("Many samples do not overflow Matthews' coefficient") {
  Classes targets;
  Classes predictions;
  for (int i = 0; i < 3'000'000; ++i) {
    targets.push_back(i % 3);
    predictions.push_back(i < 1'500'000 ? i % 3 : 0);
  }
  // 2/3 are right; predicted are 2/3, 1/6, 1/6: (2/3 - 1/3) / sqrt((1 - 1/2) (1 - 1/3)).
  CHECK(near(classification_metrics(predictions, targets, 3).matthews, std::sqrt(3.0) / 3));
}

TEST_CASE("Pearson and Spearman") {
  const auto metrics = regression_metrics(kCosines, kScores);
  CHECK(near(metrics.pearson, 0.7584638679216307));
  CHECK(near(metrics.spearman, 137.0 / 161));
  CHECK_FALSE(metrics.accuracy);
  CHECK_FALSE(metrics.f1);
  CHECK_FALSE(metrics.matthews);
  // SciPy's examples of pearsonr and spearmanr.
  const Values counted{1, 2, 3, 4, 5, 6, 7};
  CHECK(near(regression_metrics(counted, Values{10, 9, 2.5, 6, 4, 3, 2}).pearson, -0.828503883588428));
  CHECK(near(regression_metrics(Values{1, 2, 3, 4, 5}, Values{5, 6, 7, 8, 7}).spearman, 0.8207826816681233));
}

TEST_CASE("Correlations do not depend on offset and scale") {
  for (const double scale : {1e-300, 1e-3, 1e300}) {
    Values scaled;
    for (const double v : kCosines) scaled.push_back(-scale * v);
    CAPTURE(scale);
    CHECK(near(regression_metrics(scaled, kScores).pearson, -0.7584638679216307));
    CHECK(near(regression_metrics(scaled, kScores).spearman, -137.0 / 161));
  }
  // Whole numbers far from zero are exact; the sum of their squares is not.
  const Values near_zero{1, 2, 3, 4, 5, 6, 7};
  Values far;
  for (const double v : near_zero) far.push_back(v + 1e12);
  CHECK(near(regression_metrics(far, Values{10, 9, 2.5, 6, 4, 3, 2}).pearson, -0.828503883588428));
}

TEST_CASE("Perfect and undefined correlations") {
  const Values line{3, 1, 2};
  CHECK(near(regression_metrics(line, line).pearson, 1));
  CHECK(near(regression_metrics(line, line).spearman, 1));
  const Values cubes{27, 1, 8};
  CHECK(regression_metrics(line, cubes).pearson < 1 - 1e-3);
  CHECK(near(regression_metrics(line, cubes).spearman, 1));
  for (const Values& constant : {Values{0.1, 0.1, 0.1}, Values{1, kNan, 2}}) {
    CHECK_FALSE(regression_metrics(constant, line).pearson);
    CHECK_FALSE(regression_metrics(constant, line).spearman);
    CHECK_FALSE(regression_metrics(line, constant).pearson);
    CHECK_FALSE(regression_metrics(line, constant).spearman);
  }
  CHECK_FALSE(regression_metrics(Values{kInfinity, 1, 2}, line).pearson);
  CHECK(near(regression_metrics(Values{kInfinity, 1, 2}, line).spearman, 1));
  CHECK_FALSE(regression_metrics(Values{1}, Values{2}).pearson);
  CHECK_FALSE(regression_metrics({}, {}).spearman);
}

TEST_CASE("Cosine of two embeddings") {
  const std::vector<float> a{3, 4, 0};
  CHECK(near(cosine(a, std::vector<float>{4, 3, 0}), 0.96));
  CHECK(near(cosine(a, std::vector<float>{-6, -8, 0}), -1));
  CHECK(cosine(a, std::vector<float>{0, 0, 2}) == 0);
  CHECK(cosine(a, std::vector<float>(3)) == 0);
  CHECK(cosine({}, {}) == 0);
  const std::vector<float> huge{3e38F, 0, 3e38F};
  const std::vector<float> tiny{1e-45F, 0, 0};
  CHECK(near(cosine(huge, tiny), std::sqrt(0.5)));
}
