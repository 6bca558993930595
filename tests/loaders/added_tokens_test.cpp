// Finding tokens in text: which of several, where they end, and what lies between them.
#include "loaders/text/added_tokens.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace dpac;

namespace {

using Pieces = std::vector<std::string>;

/// Tokens as "id:text", what lies between them as it is.
Pieces pieces_of(const std::vector<AddedToken>& tokens, const std::string& text) {
  Pieces pieces;
  const TokenFinder finder(tokens);  // Pieces point into it.
  for (const TextPiece& piece : finder.split(text)) {
    const std::string found(piece.text);
    pieces.push_back(piece.token == nullptr ? found : std::to_string(piece.token->id) + ":" + found);
  }
  return pieces;
}

}  // namespace

TEST_CASE("The leftmost token, and of those that begin there the longest") {
  const std::vector<AddedToken> tokens{
      {.content = "ab", .id = 1}, {.content = "abc", .id = 2}, {.content = "bcd", .id = 3}};
  CHECK(pieces_of(tokens, "xabcdab") == Pieces{"x", "2:abc", "d", "1:ab"});
  CHECK(pieces_of(tokens, "abd bcd") == Pieces{"1:ab", "d ", "3:bcd"});
  CHECK(pieces_of(tokens, "") == Pieces{});
  CHECK(pieces_of(tokens, "xyz") == Pieces{"xyz"});
  CHECK(pieces_of({}, "ab") == Pieces{"ab"});
  CHECK(pieces_of({{.content = "", .id = 1}}, "ab") == Pieces{"ab"});
}

TEST_CASE("White space beside a token belongs to it where it says so") {
  const AddedToken left{.content = "L", .id = 1, .strip_left = true},
      right{.content = "R", .id = 2, .strip_right = true};
  CHECK(pieces_of({left, right}, "a \u3000L b R\t\u00A0c") ==
        Pieces{"a", "1: \u3000L", " b ", "2:R\t\u00A0", "c"});
  CHECK(pieces_of({left, right}, "R  L R") == Pieces{"2:R  ", "1:L", " ", "2:R"});
  CHECK(pieces_of({left, right}, "  L") == Pieces{"1:  L"});
  // A token of blanks within what another one has taken stays a token.
  CHECK(pieces_of({right, {.content = " ", .id = 3}}, "R a") == Pieces{"2:R ", "3:", "a"});
}

TEST_CASE("A single word is found where no word's character touches it") {
  const std::vector<AddedToken> word{{.content = "ab", .id = 1, .single_word = true}};
  CHECK(pieces_of(word, "ab ab.ab") == Pieces{"1:ab", " ", "1:ab", ".", "1:ab"});
  for (const std::string inside : {"xab", "abx",
                                   "\u00E9"
                                   "ab",
                                   "ab\u0301", "ab_", "1ab", "ab\u4E2D", "ab\u200D"}) {
    CAPTURE(inside);
    CHECK(pieces_of(word, inside) == Pieces{inside});
  }
  // What begins within a word that was passed over is not found either.
  CHECK(pieces_of({word[0], {.content = "bx", .id = 2}}, "abx") == Pieces{"abx"});
}

TEST_CASE("Pieces make up the whole text, whatever the tokens and their flags") {
  std::mt19937 random(4);
  const auto draw = [&](std::size_t count) { return random() % count; };
  const std::vector<std::string> parts{"a", "b", " ", "\u00E9", "\u3000", "_"};
  for (int round = 0; round < 2000; ++round) {
    const auto text_of = [&](std::size_t longest) {
      std::string text;
      for (std::size_t n = 1 + draw(longest); n > 0; --n) text += parts[draw(parts.size())];
      return text;
    };
    std::vector<AddedToken> tokens;
    for (int32_t id = 0; id < 4; ++id) {
      tokens.push_back({.content = text_of(3),
                        .id = id,
                        .single_word = draw(3) == 0,
                        .strip_left = draw(2) == 0,
                        .strip_right = draw(2) == 0});
    }
    const std::string text = text_of(12);
    std::string joined;
    for (const TextPiece& piece : TokenFinder(tokens).split(text)) joined += piece.text;
    CAPTURE(text);
    CHECK(joined == text);
  }
}
