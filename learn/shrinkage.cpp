#include "learn/shrinkage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace dpac {
namespace {

constexpr std::size_t kSteps = 20;  // Of z from 0 to 1.

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Exact at both ends.
void shrink(std::span<double> channels, double z) {
  const double whole = mean(channels);
  for (double& s : channels) s = std::lerp(whole, s, z);
}

/// What a layer loses on samples that its roots were not made from.
double held_out_loss(std::span<const double> held_out, std::span<const double> roots) {
  double loss = 0;
  for (std::size_t c = 0; c < roots.size(); ++c) loss += held_out[c] / roots[c];
  return loss * mean(roots);
}

using Losses = std::array<double, kSteps + 1>;

/// Adds the loss of every z on one part of the samples, with energies from the rest of them.
void add_losses(std::span<const double> part, std::span<const double> rest, Losses& losses) {
  if (mean(rest) == 0) return;  // Silence prefers no z.
  for (std::size_t i = 0; i <= kSteps; ++i) {
    std::vector<double> channels(rest.begin(), rest.end());
    shrink(channels, static_cast<double>(i) / kSteps);
    losses[i] += held_out_loss(part, channel_roots(channels));
  }
}

double credibility(std::span<const ChannelValues> parts, std::size_t layer) {
  Losses losses{};
  for (const ChannelValues& part : parts) {
    std::vector<double> rest(part[layer].size(), 0.0);
    for (const ChannelValues& other : parts) {
      if (&other == &part) continue;
      for (std::size_t c = 0; c < rest.size(); ++c) rest[c] += other[layer][c];
    }
    add_losses(part[layer], rest, losses);
  }
  const auto last_best = std::min_element(losses.rbegin(), losses.rend());
  return static_cast<double>(losses.rend() - last_best - 1) / kSteps;
}

}  // namespace

std::vector<double> credibilities(std::span<const ChannelValues> parts) {
  if (parts.empty()) return {};
  std::vector<double> result(parts.front().size(), 0.0);
  if (parts.size() == 1) return result;
  for (std::size_t l = 0; l < result.size(); ++l) result[l] = credibility(parts, l);
  return result;
}

ChannelValues shrunk(ChannelValues sensitivities, std::span<const double> z) {
  for (std::size_t l = 0; l < sensitivities.size(); ++l) shrink(sensitivities[l], z[l]);
  return sensitivities;
}

std::vector<double> channel_roots(std::span<const double> sensitivities) {
  std::vector<double> roots;
  for (const double s : sensitivities) roots.push_back(std::sqrt(s));
  const double least = kLeastShare * mean(roots);
  for (double& root : roots) root = std::max(root, least);
  return roots;
}

}  // namespace dpac
