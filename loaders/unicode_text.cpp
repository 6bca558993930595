#include "loaders/unicode_text.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

namespace dpac {
namespace {

constexpr char32_t kAsciiEnd = 0x80;
constexpr uint8_t kCategoriesVersion = 8;
constexpr uint8_t kDecompositionsVersion = 9;

UChar32 icu(char32_t code_point) {
  return static_cast<UChar32>(code_point);
}

bool is_known(char32_t code_point, uint8_t unicode_version) {
  UVersionInfo age;
  u_charAge(icu(code_point), age);
  return age[0] != 0 && age[0] <= unicode_version;
}

/// Characters moved to another category since Unicode 8, with the one they had there.
constexpr std::array<std::pair<char32_t, UCharCategory>, 6> kMovedCategories{{
    {0x166D, U_OTHER_PUNCTUATION},
    {0x1734, U_NON_SPACING_MARK},
    {0x1885, U_OTHER_LETTER},
    {0x1886, U_OTHER_LETTER},
    {0xA9BD, U_COMBINING_SPACING_MARK},
    {0x111C9, U_OTHER_PUNCTUATION},
}};

uint32_t category_mask(char32_t code_point) {
  for (const auto& [moved, category] : kMovedCategories) {
    if (code_point == moved) return U_MASK(category);
  }
  if (!is_known(code_point, kCategoriesVersion)) return U_GC_CN_MASK;
  return U_GET_GC_MASK(icu(code_point));
}

const UNormalizer2* canonical_decomposition() {
  UErrorCode status = U_ZERO_ERROR;
  return unorm2_getNFDInstance(&status);
}

/// Code points in canonical order: those with a combining class wait for the next one without.
class CanonicalOrder {
 public:
  void append(char32_t code_point, uint8_t combining_class) {
    if (combining_class == 0) {
      flush();
      ordered_ += code_point;
    } else {
      waiting_.emplace_back(combining_class, code_point);
    }
  }

  std::u32string finish() {
    flush();
    return std::move(ordered_);
  }

 private:
  void flush() {
    const auto by_class = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::stable_sort(waiting_.begin(), waiting_.end(), by_class);
    for (const auto& mark : waiting_) ordered_ += mark.second;
    waiting_.clear();
  }

  std::u32string ordered_;
  std::vector<std::pair<uint8_t, char32_t>> waiting_;
};

void append_decomposed(char32_t code_point, CanonicalOrder& to) {
  if (code_point < kAsciiEnd || !is_known(code_point, kDecompositionsVersion))
    return to.append(code_point, 0);
  static const UNormalizer2* const nfd = canonical_decomposition();
  // The longest one has four units.
  std::array<UChar, 16> units;
  std::array<UChar32, 16> parts;
  UErrorCode status = U_ZERO_ERROR;
  const int32_t unit_count =
      unorm2_getDecomposition(nfd, icu(code_point), units.data(), units.size(), &status);
  if (unit_count < 0) return to.append(code_point, unorm2_getCombiningClass(nfd, icu(code_point)));
  int32_t count = 0;
  u_strToUTF32(parts.data(), parts.size(), &count, units.data(), unit_count, &status);
  assert(U_SUCCESS(status));
  for (const UChar32 part : std::span(parts).first(static_cast<std::size_t>(count))) {
    to.append(static_cast<char32_t>(part), unorm2_getCombiningClass(nfd, part));
  }
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto* const bytes = reinterpret_cast<const uint8_t*>(text.data());
  UChar32 code_point;
  U8_NEXT(bytes, at, text.size(), code_point);
  return code_point < 0 ? kNoCodePoint : static_cast<char32_t>(code_point);
}

void append_utf8(std::string& text, char32_t code_point) {
  std::array<uint8_t, U8_MAX_LENGTH> bytes;
  std::size_t count = 0;
  U8_APPEND_UNSAFE(bytes.data(), count, code_point);
  text.append(bytes.begin(), bytes.begin() + count);
}

bool is_control(char32_t code_point) {
  return (category_mask(code_point) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0;
}

bool is_white_space(char32_t code_point) {
  return u_isUWhiteSpace(icu(code_point)) != 0;
}

bool is_punctuation(char32_t code_point) {
  if (code_point < kAsciiEnd) return code_point > ' ' && code_point < 0x7F && u_isalnum(icu(code_point)) == 0;
  return (category_mask(code_point) & U_GC_P_MASK) != 0;
}

bool is_word_character(char32_t code_point) {
  constexpr uint32_t kWord = U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK;
  return (U_GET_GC_MASK(icu(code_point)) & kWord) != 0 || u_isUAlphabetic(icu(code_point)) != 0 ||
         u_hasBinaryProperty(icu(code_point), UCHAR_JOIN_CONTROL) != 0;
}

bool is_nonspacing_mark(char32_t code_point) {
  return (category_mask(code_point) & U_GC_MN_MASK) != 0;
}

char32_t lower_case(char32_t code_point) {
  return static_cast<char32_t>(u_tolower(icu(code_point)));
}

std::u32string decompose(std::string_view text) {
  CanonicalOrder order;
  for (std::size_t at = 0; at < text.size();) append_decomposed(next_code_point(text, at), order);
  return order.finish();
}

}  // namespace dpac
