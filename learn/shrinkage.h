/// @file
/// How far the sensitivities of a layer's channels are to be believed (docs/model.md section 6). Estimated
/// from few samples they are mostly noise, and energies that follow it are worse than one energy for the
/// layer. So they are drawn towards the mean m of their layer's channels:
///
///     s'_c = m + z (s_c - m),     0 <= z <= 1
///
/// The expected loss is linear in the sensitivities, so the best energies are those of their posterior mean,
/// and this is its best linear approximation (H. Buehlmann, "Experience rating and credibility", ASTIN
/// Bulletin 4, 1967, where z is called credibility). Each layer's z is chosen by cross-validation of the loss
/// itself (M. Stone, "Cross-validatory choice and assessment of statistical predictions", J. R. Stat. Soc. B
/// 36, 1974).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "learn/precision_parameters.h"

namespace dpac {

/// Parts of the samples, each of which is held out once. The more there are, the nearer what is left comes to
/// all of the samples.
inline constexpr std::size_t kFolds = 8;

/// z of every layer, from sums of sensitivities over each part of the samples. For every part f, channels get
/// energies E_c proportional to the closed form's roots of s' from all other parts, and would lose
///
///     (sum_c s_f,c / E_c) mean_c(E_c)
///
/// at equal energy on the part itself. z is the multiple of 1/20 whose sum of that over the parts is
/// smallest, of several the largest; 0 where there are fewer than two parts, for nothing can be held out.
std::vector<double> credibilities(std::span<const ChannelValues> parts);

/// s', with one z for each layer: the sensitivities themselves for 1, their layer's mean for 0.
ChannelValues shrunk(ChannelValues sensitivities, std::span<const double> z);

/// sqrt(s) of a layer's channels, none less than kLeastShare of their mean: what their energies are in
/// proportion to.
std::vector<double> channel_roots(std::span<const double> sensitivities);

/// A channel that is silent without noise need not be so with it.
inline constexpr double kLeastShare = 0.1;

}  // namespace dpac
