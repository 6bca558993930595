#include "kernels/winograd.h"

#include <cmath>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"

using namespace dpac;

namespace {

struct Problem {
  int64_t in, out, height, width;
  int block;
  std::vector<float> src, weights, bias, residual;

  Problem(int64_t ic, int64_t oc, int64_t h, int64_t w, int b)
      : in(ic), out(oc), height(h), width(w), block(b) {
    src = test::random_values(static_cast<std::size_t>(in * h * w), 1);
    weights = test::random_values(static_cast<std::size_t>(in * out * 9), 2);
    bias = test::random_values(static_cast<std::size_t>(out), 3);
    residual = test::random_values(static_cast<std::size_t>(out * h * w), 4);
  }
};

std::size_t blocked(const Problem& p, int64_t c, int64_t y, int64_t x) {
  return static_cast<std::size_t>(((c / p.block) * p.height * p.width + y * p.width + x) * p.block +
                                  c % p.block);
}

WinogradMap map_of(const Problem& p, int64_t channels) {
  WinogradMap map{{channels, p.height * p.width, p.block}, p.height, p.width};
  map.tiles = map.tiles_high() * map.tiles_wide();
  return map;
}

/// The whole convolution by the transforms, with plain products between them.
std::vector<float> by_winograd(const Problem& p, const WinogradFinish& finish) {
  const WinogradMap in = map_of(p, p.in), out = map_of(p, p.out);
  std::vector<float> values(static_cast<std::size_t>(kWinogradPoints * in.tiles * p.in));
  std::vector<float> products(static_cast<std::size_t>(kWinogradPoints * in.tiles * p.out));
  std::vector<float> transformed(static_cast<std::size_t>(kWinogradPoints * p.in * p.out));
  // In two parts of odd lengths.
  const int64_t filters = p.out * p.in;
  winograd_weights(filters, 0, filters / 3, p.weights.data(), transformed.data());
  winograd_weights(filters, filters / 3, filters, p.weights.data(), transformed.data());
  winograd_input(in, 0, in.map.blocks(), p.src.data(), values.data());
  const auto index = [&](int64_t point, int64_t channels, int64_t c, int64_t tile) {
    return static_cast<std::size_t>(((point * channels / p.block + c / p.block) * in.tiles + tile) * p.block +
                                    c % p.block);
  };
  for (int64_t point = 0; point < kWinogradPoints; ++point) {
    for (int64_t o = 0; o < p.out; ++o) {
      for (int64_t tile = 0; tile < in.tiles; ++tile) {
        double sum = 0;
        for (int64_t i = 0; i < p.in; ++i) {
          sum += static_cast<double>(transformed[static_cast<std::size_t>((point * p.out + o) * p.in + i)]) *
                 static_cast<double>(values[index(point, p.in, i, tile)]);
        }
        products[index(point, p.out, o, tile)] = static_cast<float>(sum);
      }
    }
  }
  std::vector<float> dst(static_cast<std::size_t>(out.map.size()));
  winograd_output(out, 0, out.map.blocks(), finish, products.data(), dst.data());
  return dst;
}

double direct(const Problem& p, int64_t o, int64_t y, int64_t x) {
  double sum = static_cast<double>(p.bias[static_cast<std::size_t>(o)]);
  for (int64_t i = 0; i < p.in; ++i) {
    for (int64_t r = 0; r < 3; ++r) {
      for (int64_t s = 0; s < 3; ++s) {
        const int64_t yy = y + r - 1, xx = x + s - 1;
        if (yy < 0 || xx < 0 || yy >= p.height || xx >= p.width) continue;
        sum += static_cast<double>(p.weights[static_cast<std::size_t>((o * p.in + i) * 9 + r * 3 + s)]) *
               static_cast<double>(p.src[blocked(p, i, yy, xx)]);
      }
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("the transforms make a 3x3 convolution, with bias, residual and ReLU, on every instruction set") {
  const test::IsaScope scope;
  for (const int block : {8, 16}) {
    for (const auto& [height, width] :
         {std::pair{4, 4}, std::pair{5, 9}, std::pair{14, 14}, std::pair{1, 7}, std::pair{15, 8}}) {
      const Problem p(16, 32, height, width, block);
      for (const bool finished : {false, true}) {
        const WinogradFinish finish{p.bias.data(), finished ? p.residual.data() : nullptr, finished};
        std::vector<float> reference;
        for (const Isa isa : supported_isas()) {
          CAPTURE(name(isa));
          CAPTURE(height);
          force_isa(isa);
          const auto found = by_winograd(p, finish);
          if (reference.empty()) reference = found;
          CHECK(std::memcmp(found.data(), reference.data(), found.size() * sizeof(float)) == 0);
        }
        double worst = 0;
        for (int64_t o = 0; o < p.out; ++o) {
          for (int64_t y = 0; y < p.height; ++y) {
            for (int64_t x = 0; x < p.width; ++x) {
              double expected = direct(p, o, y, x);
              if (finished)
                expected = std::max(0.0, expected + static_cast<double>(p.residual[blocked(p, o, y, x)]));
              worst =
                  std::max(worst, std::abs(expected - static_cast<double>(reference[blocked(p, o, y, x)])));
            }
          }
        }
        // Sums of 144 products of size 1: F(4x4, 3x3) loses about four bits against the direct sum.
        CHECK(worst < 2e-4);
      }
    }
  }
}
