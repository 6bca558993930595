// How far channels' sensitivities are drawn towards their layers', on sensitivities whose truth is known.

#include "learn/shrinkage.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "learn/sensitivity.h"

using namespace dpac;

namespace {

constexpr std::size_t kLayers = 3, kChannels = 48;

std::vector<AnalogLayer> layers() {
  std::vector<AnalogLayer> all;
  for (std::size_t l = 0; l < kLayers; ++l) {
    all.push_back({.name = "layer" + std::to_string(l),
                   .op = "convolution",
                   .dot_length = 9,
                   .outputs = 100,
                   .macs = 4800 << l,
                   .out_channels = kChannels});
  }
  return all;
}

/// A standard normal value, the same on every platform.
class Normal {
 public:
  explicit Normal(uint32_t seed) : engine_(seed) {}
  double operator()() {
    double sum = -6;  // Of twelve uniform values.
    for (int i = 0; i < 12; ++i) sum += (static_cast<double>(engine_()) + 0.5) / 4294967296.0;
    return sum;
  }

 private:
  std::mt19937 engine_;
};

/// Sensitivities spread over channels by exp(spread * normal).
ChannelValues true_sensitivities(Normal& normal, double spread) {
  ChannelValues s(kLayers);
  for (auto& layer : s) {
    for (std::size_t c = 0; c < kChannels; ++c) layer.push_back(std::exp(spread * normal()));
  }
  return s;
}

/// Sums over kFolds parts of `samples` samples. One of them sees the truth times a square of a normal value
/// for each channel, and times a factor that all channels share: some samples are hard.
std::vector<ChannelValues> observed(const ChannelValues& truth, int samples, Normal& normal) {
  std::vector<ChannelValues> parts(kFolds, ChannelValues(kLayers, std::vector<double>(kChannels, 0.0)));
  for (int i = 0; i < samples; ++i) {
    const double hard = std::exp(normal());
    for (std::size_t l = 0; l < kLayers; ++l) {
      for (std::size_t c = 0; c < kChannels; ++c) {
        parts[static_cast<std::size_t>(i) % kFolds][l][c] += hard * truth[l][c] * std::pow(normal(), 2);
      }
    }
  }
  return parts;
}

ChannelValues summed(const std::vector<ChannelValues>& parts) {
  ChannelValues sums = parts.front();
  for (std::size_t p = 1; p < parts.size(); ++p) {
    for (std::size_t l = 0; l < sums.size(); ++l) {
      for (std::size_t c = 0; c < sums[l].size(); ++c) sums[l][c] += parts[p][l][c];
    }
  }
  return sums;
}

/// What energies of one average really lose.
double loss(const ChannelValues& truth, const Energies& energies) {
  double sum = 0;
  for (std::size_t l = 0; l < truth.size(); ++l) {
    for (std::size_t c = 0; c < truth[l].size(); ++c) {
      sum += truth[l][c] / static_cast<double>(energies[l][energies[l].size() == 1 ? 0 : c]);
    }
  }
  return sum;
}

/// Mean losses of the closed form from few samples, those of one energy per layer being 1.
struct Losses {
  double as_estimated = 0, shrunk = 0, worst_shrunk = 0;
};

Losses mean_losses(double spread, int samples) {
  constexpr int kSeeds = 60;
  Losses mean;
  for (uint32_t seed = 0; seed < kSeeds; ++seed) {
    Normal normal(1000 * seed + static_cast<uint32_t>(samples));
    const ChannelValues truth = true_sensitivities(normal, spread);
    const auto parts = observed(truth, samples, normal);
    const ChannelValues sums = summed(parts);
    const auto loss_of = [&](const ChannelValues& s, Granularity per) {
      return loss(truth, analytic_energies(layers(), s, per, 10));
    };
    const double layer = loss_of(sums, Granularity::layer);
    const double own = loss_of(shrunk(sums, credibilities(parts)), Granularity::channel) / layer;
    mean.as_estimated += loss_of(sums, Granularity::channel) / layer / kSeeds;
    mean.shrunk += own / kSeeds;
    mean.worst_shrunk = std::max(mean.worst_shrunk, own);
  }
  return mean;
}

}  // namespace

TEST_CASE("shrunk channels are not worse than their layer, and better than as they were estimated") {
  struct Case {
    double spread;
    int samples;
    double gain;  ///< Of the mean loss at least, against channels as they were estimated.
  };
  for (const auto& [spread, samples, gain] :
       {Case{0, 16, 0.05}, Case{0, 64, 0.01}, Case{0, 256, 0}, Case{0.3, 16, 0.03}, Case{0.3, 64, 0.005},
        Case{0.3, 256, 0}, Case{1, 16, 0.005}, Case{1, 64, 0}, Case{1, 256, 0}}) {
    CAPTURE(spread);
    CAPTURE(samples);
    const Losses losses = mean_losses(spread, samples);
    CHECK(losses.worst_shrunk < 1.01);
    CHECK(losses.shrunk <= losses.as_estimated - gain);
  }
}

TEST_CASE("samples without end leave sensitivities as they are, and one part of them takes all from them") {
  Normal normal(7);
  const ChannelValues truth = true_sensitivities(normal, 0.5);
  const std::vector<ChannelValues> same(kFolds, truth);
  CHECK(credibilities(same) == std::vector<double>(kLayers, 1.0));
  CHECK(shrunk(truth, credibilities(same)) == truth);
  const auto many = observed(truth, 20000, normal);
  for (const double z : credibilities(many)) CHECK(z >= 0.95);
  CHECK(credibilities(std::span(same).first(1)) == std::vector<double>(kLayers, 0.0));
  CHECK(credibilities({}).empty());
}

TEST_CASE("channels drawn all the way get exactly what their layers would") {
  Normal normal(8);
  const ChannelValues truth = true_sensitivities(normal, 1), means = shrunk(truth, std::vector(kLayers, 0.0));
  const Energies per_layer = analytic_energies(layers(), truth, Granularity::layer, 10);
  const Energies per_channel = analytic_energies(layers(), means, Granularity::channel, 10);
  for (std::size_t l = 0; l < kLayers; ++l) {
    CHECK(per_channel[l] == std::vector<float>(kChannels, per_layer[l][0]));
  }
  // Half the way, sums stay.
  const ChannelValues half = shrunk(truth, std::vector(kLayers, 0.5));
  CHECK(half[1][3] == doctest::Approx((truth[1][3] + means[1][3]) / 2));
}

TEST_CASE("silent layers, silent channels and numbers that are none") {
  const std::vector<ChannelValues> parts = {
      {{0, 0}, {0, 3}, {1}}, {{0, 0}, {0, 1}, {2}}, {{0, 0}, {5, 0}, {0}}};
  for (const double z : credibilities(parts)) CHECK((z >= 0 && z <= 1));
  CHECK(shrunk(parts[0], credibilities(parts))[0] == std::vector<double>{0, 0});
  const std::vector<double> roots = channel_roots(parts[0][1]);
  CHECK(roots[0] == doctest::Approx(kLeastShare * std::sqrt(3.0) / 2));
  CHECK(roots[1] == std::sqrt(3.0));
  std::vector<ChannelValues> broken = parts;
  broken[1][1][0] = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(shrunk(broken[1], credibilities(broken))[1][0]));
}
