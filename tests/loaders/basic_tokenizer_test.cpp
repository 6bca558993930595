// Normalising and splitting: every code point against the reference, and the forms that others get wrong.
#include "loaders/text/basic_tokenizer.h"

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include "loaders/hdf5/hdf5_file.h"
#include "loaders/unicode_text.h"
#include "tests/support/token_cases.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& text, Casing casing) {
  const std::string normalized = normalize_text(text, casing);
  const auto words = split_words(normalized);
  return {words.begin(), words.end()};
}

std::string with_code_point(char32_t code_point) {
  std::string text = "x";
  append_utf8(text, code_point);
  text += 'y';
  return text;
}

uint32_t words_crc(char32_t code_point, Casing casing, uint32_t crc) {
  std::string lines;
  for (const auto& word : words_of(with_code_point(code_point), casing)) lines += word + '\n';
  return static_cast<uint32_t>(
      crc32(crc, reinterpret_cast<const Bytef*>(lines.data()), static_cast<uInt>(lines.size())));
}

bool is_surrogate(char32_t code_point) {
  return code_point >= 0xD800 && code_point < 0xE000;
}

void check_every_code_point(Casing casing) {
  const auto file = Hdf5File::open(std::string(DPAC_GOLDEN_DIR) + "/tokens/tokens.h5");
  const auto left_out_list = file.read_integers("code_points/left_out");
  const std::set<int64_t> left_out(left_out_list.begin(), left_out_list.end());
  const auto expected = file.read_integers("code_points/" + name_of(casing));
  REQUIRE(expected.size() == 0x1100);
  for (char32_t block = 0; block < 0x1100; ++block) {
    uint32_t crc = 0;
    for (char32_t c = block << 8; c < (block + 1) << 8; ++c) {
      if (!is_surrogate(c) && !left_out.contains(c)) crc = words_crc(c, casing, crc);
    }
    CAPTURE(block);
    CHECK(crc == expected[block]);
  }
}

double seconds_of(const std::string& text, Casing casing) {
  const auto start = std::chrono::steady_clock::now();
  words_of(text, casing);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string repeated(const std::string& text, std::size_t bytes) {
  std::string all;
  while (all.size() < bytes) all += text;
  return all;
}

}  // namespace

TEST_CASE("Every code point, cased") {
  check_every_code_point(Casing::cased);
}
TEST_CASE("Every code point, uncased") {
  check_every_code_point(Casing::uncased);
}

TEST_CASE("The published cases") {
  CHECK(words_of(" \tHeLLo!how  \n Are yoU?  ", Casing::uncased) ==
        Words{"hello", "!", "how", "are", "you", "?"});
  CHECK(words_of(" \tHeLLo!how  \n Are yoU?  ", Casing::cased) ==
        Words{"HeLLo", "!", "how", "Are", "yoU", "?"});
  CHECK(words_of("H\u00E9llo", Casing::uncased) == Words{"hello"});
  CHECK(words_of("H\u00E9llo", Casing::cased) == Words{"H\u00E9llo"});
  CHECK(words_of("ah\u535A\u63A8zz", Casing::cased) == Words{"ah", "\u535A", "\u63A8", "zz"});
  CHECK(words_of("\u00AD\u200E\u200F", Casing::cased) == Words{});
  CHECK(words_of("a\n'll !!to?'d of, can't.", Casing::cased) ==
        Words{"a", "'", "ll", "!", "!", "to", "?", "'", "d", "of", ",", "can", "'", "t", "."});
}

TEST_CASE("Where implementations differ, the fast tokeniser's way") {
  // A final sigma is like any other; I with a dot loses the dot.
  CHECK(words_of("\u03A3\u0391\u03A3 \u0130I", Casing::uncased) == Words{"\u03C3\u03B1\u03C3", "ii"});
  // No composition, neither before nor after.
  CHECK(words_of("e\u0301", Casing::cased) == Words{"e\u0301"});
  // The start of the sixth block of ideographs.
  CHECK(words_of("x\U0002B820y", Casing::cased) == Words{"x\U0002B820y"});
  CHECK(words_of("x\U0002B920y", Casing::cased) == Words{"x", "\U0002B920", "y"});
  // A mark newer than Unicode 8 is not dropped.
  CHECK(words_of("a\u1DF6", Casing::uncased) == Words{"a\u1DF6"});
}

TEST_CASE("Canonical order of marks that stay") {
  // U+302E (class 224) and U+1D165 (class 216) are no nonspacing marks.
  CHECK(words_of("a\u302E\U0001D165", Casing::uncased) == Words{"a\U0001D165\u302E"});
  CHECK(words_of("a\u302E\u0301\U0001D165", Casing::uncased) == Words{"a\U0001D165\u302E"});
  CHECK(words_of("a\u302E\U0001D165", Casing::cased) == Words{"a\u302E\U0001D165"});
}

TEST_CASE("What is no UTF-8 is dropped") {
  CHECK(words_of("a\xFF"
                 "b \xE2\x82"
                 "c \xED\xA0\x80 \xF0\x80\x80\x80",
                 Casing::cased) == Words{"ab", "c"});
  CHECK(words_of(std::string("a\0b", 3), Casing::cased) == Words{"ab"});
}

TEST_CASE("10 MB without a pause") {
  constexpr std::size_t kBytes = 10'000'000;
  // The last one takes an hour where marks are put in order by insertion.
  for (const std::string part : {"a", "!", "\u4E2D", "\u00C9", "\xFF", "\u302E\U0001D165"}) {
    CAPTURE(part);
    CHECK(seconds_of(repeated(part, kBytes), Casing::uncased) < 30);
  }
}
