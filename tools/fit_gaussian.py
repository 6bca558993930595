#!/usr/bin/env python3
"""Writes kernels/gaussian_table.h: the inverse normal CDF as one polynomial per octave.

A draw p in (-1, 1) stands for z = sqrt(2) erfinv(p) = p R(q) with q = 1 - p^2, so that one even function R serves for
both signs, and is smooth at p = 0, where most values are. R is nearly linear in log q. So octave e, q = 2^e m with m in
[1, 2), has three coefficients, of a polynomial of degree 2 in s = m + a m^2 + b m^3, a stand-in for log m that all
octaves share. The polynomial is that whose largest error of z is smallest (Remez exchange in mpmath's 50 digits); it is
then scaled, by less than 1e-5, so that the octave has its exact share of the variance, and rounded to float32.

Usage: fit_gaussian.py | clang-format > kernels/gaussian_table.h       (needs mpmath and numpy)
"""
import mpmath as mp
import numpy as np

mp.mp.dps = 50
DEGREE = 2
WARP = (-0.32459, 0.067647)  # a, b: they make the distribution function's largest error smallest, over all octaves.
FIRST = -35  # The octave of the smallest q: u = 2^-36 is the smallest two-sided tail probability.
TAIL = -12  # Octaves up to this one are the tail's, where q is exact; above, it is what is below.
ONE = 1 - mp.mpf(2) ** -24  # q is ONE - p^2, for q = 1 would be the first of an octave more.


def z_of(u):
    """z of the two-sided tail probability u."""
    return mp.sqrt(2) * mp.erfinv(1 - u) if u > mp.mpf("1e-6") else -mp.sqrt(2) * inverse_cdf(u / 2)


def inverse_cdf(p):
    """Phi^-1(p) / sqrt(2) for small p by Newton's method on log Phi."""
    z = -mp.sqrt(-2 * mp.log(p))
    for _ in range(60):
        cdf = mp.erfc(-z / mp.sqrt(2)) / 2
        step = (mp.log(cdf) - mp.log(p)) * cdf / (mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi))
        z -= step
        if abs(step) < mp.mpf(10) ** -40:
            break
    return z / mp.sqrt(2)


class Octave:
    """p and z as functions of t = m - 3/2."""

    def __init__(self, exponent):
        self.scale = mp.mpf(2) ** exponent
        self.lost = 0 if exponent <= TAIL else 1 - ONE

    def p(self, t):
        return mp.sqrt(1 - self.total(t))

    def z(self, t):
        total = self.total(t)
        return z_of(total / (1 + mp.sqrt(1 - total)))

    def total(self, t):
        """1 - p^2"""
        return self.scale * (t + mp.mpf(3) / 2) + self.lost


def warped(t):
    """s"""
    m = t + mp.mpf(3) / 2
    a, b = (mp.mpf(float(np.float32(c))) for c in WARP)
    return m * (1 + m * (a + m * b))


def polynomial(coefficients, t):
    return mp.polyval(coefficients[::-1], warped(t))


def midpoints(count):
    """Of equal parts of -1/2 ... 1/2: the last octave's end, where p = 0, is none of them."""
    return [(k + mp.mpf(1) / 2) / count - mp.mpf(1) / 2 for k in range(count)]


def remez(octave, degree, rounds=12):
    """The polynomial in s that makes the largest |p R - z| smallest, lowest power first."""
    points = [mp.cos(mp.pi * (k + mp.mpf(1) / 2) / (degree + 2)) / 2 for k in range(degree + 2)]
    grid = midpoints(400)
    p, z = [octave.p(t) for t in grid], [octave.z(t) for t in grid]
    for _ in range(rounds):
        rows = [[octave.p(t) * warped(t) ** j for j in range(degree + 1)] + [(-1) ** k] for k, t in enumerate(points)]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([octave.z(t) for t in points]))
        coefficients = [solution[j] for j in range(degree + 1)]
        errors = [p_t * polynomial(coefficients, t) - z_t for t, p_t, z_t in zip(grid, p, z)]
        points = extrema(grid, errors, degree + 2)
    return coefficients


def extrema(grid, errors, count):
    """The point of largest error in each of the `count` intervals of constant sign."""
    runs, start = [], 0
    for k in range(1, len(errors) + 1):
        if k == len(errors) or errors[k] * errors[start] < 0:
            runs.append(max(range(start, k), key=lambda i: abs(errors[i])))
            start = k
    runs.sort(key=lambda i: -abs(errors[i]))
    return sorted((grid[i] for i in runs[:count]), reverse=True)


def variance_factor(octave, coefficients):
    """What to multiply the polynomial by for the exact integral of z^2 over p, where dp = dq / (2 p)."""
    nodes = midpoints(400)
    exact = sum(octave.z(t) ** 2 / octave.p(t) for t in nodes)
    found = sum(octave.p(t) * polynomial(coefficients, t) ** 2 for t in nodes)
    return mp.sqrt(exact / found)


def largest_error(octave, coefficients):
    return max(abs(octave.p(t) * polynomial(coefficients, t) - octave.z(t)) for t in midpoints(400))


def literal(number):
    text = f"{float(number):.9g}"
    return f"{text}f" if "." in text or "e" in text else f"{text}.0f"


def main():
    table, worst = [], mp.mpf(0)
    for e in range(FIRST, 0):
        octave = Octave(e)
        coefficients = remez(octave, DEGREE)
        factor = variance_factor(octave, coefficients)
        coefficients = [factor * c for c in coefficients]
        worst = max(worst, largest_error(octave, coefficients))
        table.append([np.float32(float(c)) for c in coefficients])
    print("/// @file")
    print("/// Made by tools/fit_gaussian.py: the inverse normal CDF, one polynomial per octave. Do not edit.")
    print("#pragma once\n\nnamespace dpac {\n")
    print(f"/// Largest distance of a value from the exact inverse, before float32 rounding: {float(worst):.1e}.")
    print(f"inline constexpr int kGaussianDegree = {DEGREE};")
    print(f"inline constexpr int kGaussianOctaves = {-FIRST};")
    print(f"inline constexpr int kGaussianFirst = {FIRST};  ///< Exponent of the first octave; the last one's is -1.\n")
    print("/// s = m + kGaussianWarp[0] m^2 + kGaussianWarp[1] m^3, much like log m.")
    print(f"inline constexpr float kGaussianWarp[2] = {{{', '.join(literal(np.float32(c)) for c in WARP)}}};\n")
    print("/// [power][octave]: z = p sum_j c[j][e - kGaussianFirst] s^j for 1 - p^2 = 2^e m, m in [1, 2).")
    print("alignas(64) inline constexpr float kGaussianTable[kGaussianDegree + 1][kGaussianOctaves] = {")
    for power in range(DEGREE + 1):
        cells = [literal(row[power]) for row in table]
        print("    {" + ",\n     ".join(", ".join(cells[i : i + 8]) for i in range(0, len(cells), 8)) + "},")
    print("};\n\n}  // namespace dpac")


main()
