#!/usr/bin/env python3
"""Writes kernels/gaussian_table.h: the inverse normal CDF as one polynomial per octave.

With u = |f| / 2^31 the two-sided tail probability of a draw, z(u) = sqrt(2) erfcinv(u). Octave e holds
|f| = 2^e m, m in [1, 2); there z is fitted in t = m - 1.5 by a minimax polynomial (Remez exchange in
mpmath's 50 digits, coefficients then rounded to float32).

Usage: fit_gaussian.py > kernels/gaussian_table.h       (needs mpmath and numpy)
"""
import mpmath as mp
import numpy as np

mp.mp.dps = 50
DEGREE = 5
OCTAVES = 32  # the last one, |f| = 2^31 exactly, is the single point u = 1, z = 0


def z_of(u):
    return mp.sqrt(2) * mp.erfinv(1 - u) if u > mp.mpf("1e-6") else -mp.sqrt(2) * inverse_cdf(u / 2)


def inverse_cdf(p):
    """Phi^-1(p) for small p by Newton's method on log Phi."""
    z = -mp.sqrt(-2 * mp.log(p))
    for _ in range(60):
        cdf = mp.erfc(-z / mp.sqrt(2)) / 2
        step = (mp.log(cdf) - mp.log(p)) * cdf / (mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi))
        z -= step
        if abs(step) < mp.mpf(10) ** -40:
            break
    return z / mp.sqrt(2)


def remez(function, degree, rounds=12):
    """Minimax polynomial of `function` on [-1/2, 1/2], lowest power first, and its largest error."""
    points = [mp.cos(mp.pi * k / (degree + 1)) / 2 for k in range(degree + 2)]
    grid = [mp.mpf(k) / 400 - mp.mpf(1) / 2 for k in range(401)]
    values = [function(t) for t in grid]
    for _ in range(rounds):
        rows = [[t**j for j in range(degree + 1)] + [(-1) ** k] for k, t in enumerate(points)]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([function(t) for t in points]))
        coefficients = [solution[j] for j in range(degree + 1)]
        errors = [mp.polyval(coefficients[::-1], t) - v for t, v in zip(grid, values)]
        points = extrema(grid, errors, degree + 2)
    return coefficients, max(abs(e) for e in errors)


def extrema(grid, errors, count):
    """The point of largest error in each of the `count` intervals of constant sign."""
    runs, start = [], 0
    for k in range(1, len(errors) + 1):
        if k == len(errors) or errors[k] * errors[start] < 0:
            runs.append(max(range(start, k), key=lambda i: abs(errors[i])))
            start = k
    runs.sort(key=lambda i: -abs(errors[i]))
    return sorted((grid[i] for i in runs[:count]), reverse=True)


def main():
    table, worst = [], mp.mpf(0)
    for e in range(OCTAVES - 1):
        scale = mp.mpf(2) ** (e - 31)
        coefficients, error = remez(lambda t: z_of(scale * (t + mp.mpf(3) / 2)), DEGREE)
        worst = max(worst, error)
        table.append([np.float32(float(c)) for c in coefficients])
    table.append([np.float32(0)] * (DEGREE + 1))
    print("/// @file")
    print("/// Made by tools/fit_gaussian.py: the inverse normal CDF, one polynomial per octave. Do not edit.")
    print("#pragma once\n\nnamespace dpac {\n")
    print(f"/// Largest distance of a polynomial from the exact inverse, before float32 rounding: {float(worst):.1e}.")
    print(f"inline constexpr int kGaussianDegree = {DEGREE};")
    print(f"inline constexpr int kGaussianOctaves = {OCTAVES};\n")
    print("/// [power][octave]: z = sum_j c[j][e] t^j for |f| = 2^e (1.5 + t).")
    print("alignas(64) inline constexpr float kGaussianTable[kGaussianDegree + 1][kGaussianOctaves] = {")
    for power in range(DEGREE + 1):
        cells = [f"{float(row[power]):.9g}f" if "." in f"{float(row[power]):.9g}" or "e" in f"{float(row[power]):.9g}"
                 else f"{float(row[power]):.9g}.0f" for row in table]
        print("    {" + ",\n     ".join(", ".join(cells[i : i + 8]) for i in range(0, OCTAVES, 8)) + "},")
    print("};\n\n}  // namespace dpac")


main()
