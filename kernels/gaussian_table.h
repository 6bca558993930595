/// @file
/// Made by tools/fit_gaussian.py: the inverse normal CDF, one polynomial per octave. Do not edit.
#pragma once

namespace dpac {

/// Largest distance of a value from the exact inverse, before float32 rounding: 1.2e-04.
inline constexpr int kGaussianDegree = 2;
inline constexpr int kGaussianOctaves = 35;
inline constexpr int kGaussianFirst = -35;  ///< Exponent of the first octave; the last one's is -1.

/// s = m + kGaussianWarp[0] m^2 + kGaussianWarp[1] m^3, much like log m.
inline constexpr float kGaussianWarp[2] = {-0.324589998f, 0.0676470026f};

/// [power][octave]: z = p sum_j c[j][e - kGaussianFirst] s^j for 1 - p^2 = 2^e m, m in [1, 2).
alignas(64) inline constexpr float kGaussianTable[kGaussianDegree + 1][kGaussianOctaves] = {
    {7.01244545f, 6.91495848f, 6.81613779f, 6.71592808f, 6.61427021f, 6.51110125f, 6.40635252f,
     6.29995108f, 6.19181776f, 6.08186722f, 5.97000742f, 5.85613728f, 5.74014807f, 5.62191963f,
     5.50132227f, 5.3782115f,  5.25242901f, 5.1237998f,  4.99212885f, 4.85719824f, 4.71876431f,
     4.57655048f, 4.43024158f, 4.27947474f, 4.1237402f,  3.96275091f, 3.79575133f, 3.62200284f,
     3.44057274f, 3.25028467f, 3.04969335f, 2.83715391f, 2.61112428f, 2.37086725f, 2.11926723f},
    {-0.438153744f, -0.444479078f, -0.451082677f, -0.457985371f, -0.46521014f,  -0.472782701f, -0.480731577f,
     -0.489088774f, -0.497889966f, -0.507175565f, -0.516991317f, -0.52738893f,  -0.538427472f, -0.550174892f,
     -0.562709033f, -0.576120377f, -0.590514183f, -0.606013179f, -0.622762084f, -0.640930653f, -0.660719573f,
     -0.682364285f, -0.706139207f, -0.732357383f, -0.761260569f, -0.793451071f, -0.829050183f, -0.868195415f,
     -0.910639465f, -0.95540905f,  -1.00031722f,  -1.04141569f,  -1.07266891f,  -1.08648288f,  -1.07891142f},
    {0.118547745f, 0.120219f,    0.121961892f, 0.123781614f, 0.125683889f, 0.127675101f, 0.129762337f,
     0.131953463f, 0.134257257f, 0.136683568f, 0.139243558f, 0.141949728f, 0.144816279f, 0.147859529f,
     0.151097968f, 0.154553026f, 0.158249527f, 0.162216216f, 0.166487098f, 0.171102017f, 0.176108658f,
     0.181563944f, 0.187536791f, 0.194110408f, 0.20134899f,  0.209463686f, 0.218529776f, 0.228695303f,
     0.240078792f, 0.252692521f, 0.266296178f, 0.280172676f, 0.292883605f, 0.302281618f, 0.307650566f},
};

}  // namespace dpac
