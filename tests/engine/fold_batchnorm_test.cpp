#include "engine/networks/fold_batchnorm.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/random_values.h"

using namespace dpac;

TEST_CASE("folding is the double-precision formula, rounded once") {
  const Tensor weights({5, 3, 3, 3}, test::random_values(5 * 27, 1));
  const auto bias = test::random_values(5, 2), gamma = test::random_values(5, 3),
             beta = test::random_values(5, 4), mean = test::random_values(5, 5),
             variance = test::random_values(5, 6, 0.0f, 2.0f);
  for (const double epsilon : {1e-5, 1e-3, 1.001e-5}) {
    for (const bool with_bias : {true, false}) {
      const auto folded = fold_batchnorm({weights.shape(), weights.values()},
                                         with_bias ? std::span<const float>(bias) : std::span<const float>(),
                                         {gamma, beta, mean, variance, epsilon});
      for (std::size_t i = 0; i < 5; ++i) {
        const double scale =
            static_cast<double>(gamma[i]) / std::sqrt(static_cast<double>(variance[i]) + epsilon);
        const double b = with_bias ? static_cast<double>(bias[i]) : 0.0;
        CHECK(folded.bias[i] ==
              static_cast<float>((b - static_cast<double>(mean[i])) * scale + static_cast<double>(beta[i])));
        for (std::size_t j = 0; j < 27; ++j) {
          CHECK(folded.weights.values()[i * 27 + j] ==
                static_cast<float>(static_cast<double>(weights.values()[i * 27 + j]) * scale));
        }
      }
    }
  }
}
