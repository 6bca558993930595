#include "kernels/integer_map.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/isa_scope.h"
#include "tests/support/random_values.h"

using namespace dpac;

namespace {

std::vector<uint8_t> random_bytes(int64_t count, uint32_t seed) {
  std::vector<uint8_t> bytes;
  for (const float v : test::random_values(static_cast<std::size_t>(count), seed, 0.0f, 256.0f)) {
    bytes.push_back(static_cast<uint8_t>(v));
  }
  return bytes;
}

constexpr uint8_t kCanary = 0xA5;

}  // namespace

TEST_CASE("an input becomes bytes, pixel by pixel") {
  const test::IsaScope scope;
  const Quantizer q = make_quantizer(-2.1, 2.6, 256);
  for (const int64_t channels : {1, 2, 3, 4}) {
    for (const int64_t pixels : {1, 2, 3, 4, 5, 15, 16, 17, 33, 49, 255, 256, 257, 530}) {
      CAPTURE(channels);
      CAPTURE(pixels);
      const IntegerMap map{channels, pixels};
      auto src = test::random_values(static_cast<std::size_t>(map.size()), 4, -4.0f, 4.0f);
      src[0] = 1e30f;
      src.back() = -1e30f;
      std::vector<float> values(src.size());
      quantize_values(q, map.size(), src.data(), values.data());
      for (const Isa isa : supported_isas()) {
        force_isa(isa);
        CAPTURE(name(isa));
        std::vector<uint8_t> dst(src.size() + 1, kCanary);
        quantize_input(map, q, src.data(), dst.data());
        CHECK(dst.back() == kCanary);
        int wrong = 0;
        for (int64_t i = 0; i < map.size(); ++i) {
          const double code =
              std::nearbyint(static_cast<double>(values[static_cast<std::size_t>(i)]) / (4.7 / 255));
          const auto byte = dst[static_cast<std::size_t>(i % pixels * channels + i / pixels)];
          wrong += static_cast<double>(byte) != code - static_cast<double>(q.low);
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("bytes of ties: half to even of the code, whatever the smallest one") {
  const test::IsaScope scope;
  const std::vector<float> values = {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 0.49999997f, 200.0f, -200.0f};
  const std::vector<int> codes = {0, 2, 2, 0, -2, 0};
  for (const float low : {-128.0f, -127.0f, -3.0f}) {
    const Quantizer q{.scale = 1, .inverse_scale = 1, .low = low, .high = low + 255};
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      CAPTURE(name(isa));
      std::vector<uint8_t> bytes(values.size());
      quantize_input({1, 8}, q, values.data(), bytes.data());
      for (std::size_t i = 0; i < codes.size(); ++i)
        CHECK(static_cast<float>(bytes[i]) == static_cast<float>(codes[i]) - low);
      CHECK(bytes[6] == static_cast<uint8_t>(std::min(255.0f, 200.0f - low)));
      CHECK(bytes[7] == 0);
    }
  }
}

TEST_CASE("sums of codes are exact") {
  const test::IsaScope scope;
  for (const int64_t channels : {1, 3, 16, 32, 48, 64, 80, 2048}) {
    for (const int32_t low : {0, -128, -17, 5}) {
      const IntegerMap map{channels, 9};
      auto src = random_bytes(map.size(), 8);
      std::fill_n(src.begin(), channels, uint8_t{255});
      for (const Isa isa : supported_isas()) {
        force_isa(isa);
        CAPTURE(name(isa));
        CAPTURE(channels);
        for (const int64_t groups : {int64_t{1}, channels >= 32 ? channels / 16 : 1}) {
          std::vector<int32_t> sums(static_cast<std::size_t>(9 * groups) + 1, -77);
          sum_codes(map, channels, groups, low, src.data(), sums.data());
          CHECK(sums.back() == -77);
          const int64_t own = channels / groups;
          for (int64_t i = 0; i < 9 * groups; ++i) {
            const int64_t first = i % 9 * channels + i / 9 * own;
            int32_t expected = 0;
            for (int64_t c = first; c < first + own; ++c) expected += src[static_cast<std::size_t>(c)] + low;
            CHECK(sums[static_cast<std::size_t>(i)] == expected);
          }
        }
      }
    }
  }
}

TEST_CASE("sums of squared codes are exact, by groups, also of codes far from zero") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (const int32_t low : {-255, -128, 0, 3, 200, -3000}) {
      for (const int64_t channels : {3, 16, 32, 48, 80, 2048}) {
        if (channels * low * low > 1'000'000'000) continue;
        const IntegerMap map{channels, 5};
        const std::vector<uint8_t> src = random_bytes(map.size(), static_cast<uint32_t>(channels));
        for (const int64_t groups : {int64_t{1}, channels >= 32 ? channels / 16 : 1, channels}) {
          std::vector<int32_t> sums(static_cast<std::size_t>(5 * groups) + 1, -77);
          sum_code_squares(map, channels, groups, low, src.data(), sums.data());
          CHECK(sums.back() == -77);
          const int64_t own = channels / groups;
          for (int64_t i = 0; i < 5 * groups; ++i) {
            const int64_t first = i % 5 * channels + i / 5 * own;
            int64_t expected = 0;
            for (int64_t c = first; c < first + own; ++c) {
              const int64_t code = src[static_cast<std::size_t>(c)] + low;
              expected += code * code;
            }
            CHECK(sums[static_cast<std::size_t>(i)] == expected);
          }
        }
      }
    }
  }
}

TEST_CASE("norms of codes are the roots of their sums, in the values' unit") {
  const std::vector<int32_t> squares{0, 1, 2, 144, 1'000'001, 2'147'483'647};
  std::vector<float> norms(squares.size());
  norms_of_codes(6, 0.03f, squares.data(), norms.data());
  for (std::size_t i = 0; i < squares.size(); ++i) {
    const double expected = static_cast<double>(0.03f) * std::sqrt(static_cast<double>(squares[i]));
    CHECK(static_cast<double>(norms[i]) == doctest::Approx(expected).epsilon(3e-7));
  }
}

TEST_CASE("patch sums: kernels, strides, padding, odd sizes; exact") {
  for (const int kernel : {1, 3, 7}) {
    for (const int stride : {1, 2}) {
      for (const auto& [height, width] : {std::pair{7, 7}, std::pair{13, 8}, std::pair{1, 9}}) {
        const int pad = kernel / 2;
        const PatchWindow w{height,
                            width,
                            (height - 1) / stride + 1,
                            (width - 1) / stride + 1,
                            kernel,
                            kernel,
                            stride,
                            stride,
                            pad,
                            pad};
        std::vector<int32_t> sums;
        for (const float v : test::random_values(static_cast<std::size_t>(height * width), 5, -5e5f, 5e5f)) {
          sums.push_back(static_cast<int32_t>(v));
        }
        std::vector<int32_t> scratch(static_cast<std::size_t>(w.height * w.out_width));
        std::vector<int32_t> dst(static_cast<std::size_t>(w.out_height * w.out_width));
        patch_sums(w, sums.data(), scratch.data(), dst.data());
        for (int64_t q = 0; q < w.out_height * w.out_width; ++q) {
          int32_t expected = 0;
          for (int64_t p = 0; p < w.height * w.width; ++p) {
            const int64_t y = p / w.width - (q / w.out_width * stride - pad),
                          x = p % w.width - (q % w.out_width * stride - pad);
            if (y >= 0 && y < kernel && x >= 0 && x < kernel) expected += sums[static_cast<std::size_t>(p)];
          }
          CHECK(dst[static_cast<std::size_t>(q)] == expected);
        }
      }
    }
  }
}

TEST_CASE("the global average of codes") {
  const test::IsaScope scope;
  const Quantizer in = make_quantizer(-0.3, 5.9, 256), out = make_quantizer(0, 3.7, 256);
  for (const int64_t channels : {16, 48, 64, 80, 144}) {
    for (const int64_t pixels : {1, 4, 49, 196}) {
      const IntegerMap map{channels, pixels};
      const auto src = random_bytes(map.size(), 12);
      for (const Isa isa : supported_isas()) {
        force_isa(isa);
        CAPTURE(name(isa));
        CAPTURE(pixels);
        std::vector<uint8_t> dst(static_cast<std::size_t>(channels) + 1, kCanary);
        average_codes(map, in, out, src.data(), dst.data());
        CHECK(dst.back() == kCanary);
        for (int64_t c = 0; c < channels; ++c) {
          double mean = 0;
          for (int64_t p = 0; p < pixels; ++p)
            mean += src[static_cast<std::size_t>(p * channels + c)] + static_cast<double>(in.low);
          mean *= 6.2 / 255 / static_cast<double>(pixels);
          const double code = std::clamp(mean / (3.7 / 255), 0.0, 255.0);
          // Half a code, and float32's error where that is a tie.
          CHECK(std::abs(static_cast<double>(dst[static_cast<std::size_t>(c)]) - code) <= 0.5 + 1e-4);
        }
      }
    }
  }
}

TEST_CASE("codes and values in channel blocks are each other's, and padding is zero") {
  const test::IsaScope scope;
  const Quantizer q = make_quantizer(-1.1, 2.6, 256);
  for (const int block : {8, 16}) {
    for (const int64_t channels : {1, 3, 8, 20, 37, 48}) {
      const BlockedMap blocked{channels, 5, block};
      const IntegerMap map{(channels + 15) / 16 * 16, 5};
      auto src = random_bytes(map.size(), 4);
      for (std::size_t i = 0; i < src.size(); ++i) {
        if (static_cast<int64_t>(i) % map.channels >= channels) src[i] = static_cast<uint8_t>(-q.low);
      }
      for (const Isa isa : supported_isas()) {
        force_isa(isa);
        CAPTURE(name(isa));
        CAPTURE(channels);
        CAPTURE(block);
        std::vector<float> values(static_cast<std::size_t>(blocked.size()), 99.0f);
        values_of_codes(map, q, src.data(), blocked, values.data());
        for (int64_t c = 0; c < blocked.padded_channels(); ++c) {
          for (int64_t p = 0; p < blocked.pixels; ++p) {
            const float found = values[static_cast<std::size_t>((c / block * 5 + p) * block + c % block)];
            const float code =
                c < channels ? static_cast<float>(src[static_cast<std::size_t>(p * map.channels + c)]) + q.low
                             : 0;
            CHECK(found == code * q.scale);
          }
        }
        std::vector<uint8_t> back(src.size() + 1, kCanary);
        codes_of_values(blocked, q, values.data(), map, back.data());
        CHECK(back.back() == kCanary);
        back.pop_back();
        CHECK(back == src);
      }
    }
  }
}

TEST_CASE("bytes are translated one by one") {
  ByteTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<uint8_t>(255 - i);
  std::vector<uint8_t> bytes = {0, 1, 254, 255, 128};
  translate(table, 4, bytes.data());
  CHECK(bytes == std::vector<uint8_t>{255, 254, 1, 0, 128});
}
