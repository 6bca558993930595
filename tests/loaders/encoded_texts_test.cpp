// Texts encoded when they are needed: which of them were cut.
#include "loaders/text/encoded_texts.h"

#include <vector>

#include <doctest/doctest.h>

#include "loaders/text/tokenizer_settings.h"

using namespace dpac;

namespace {

TextEncoder encoder() {
  const auto vocabulary = Vocabulary::from_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n", "vocab.txt");
  return TextEncoder(make_tokenizer(vocabulary, {}, "vocab.txt"));
}

/// Pairs of texts of so many tokens each.
TextDataset pairs(const std::vector<std::pair<int, int>>& lengths) {
  const auto text = [](int tokens) {
    std::string words;
    for (int i = 0; i < tokens; ++i) words += "a ";
    return words;
  };
  std::vector<TextDataset::Sample> samples;
  for (const auto& [first, second] : lengths) samples.push_back({.text = {text(first), text(second)}});
  return {"file", std::move(samples), /*has_labels=*/false};
}

}  // namespace

TEST_CASE("samples whose texts are cut are counted, however many sequences they are") {
  const std::vector<std::pair<int, int>> lengths{{3, 2}, {3, 3}, {7, 1}, {1, 9}, {0, 0}};
  const std::vector<int64_t> all{0, 1, 2, 3, 4}, some{0, 3};
  EncodedTexts together(pairs(lengths), encoder(), {.max_length = 8});
  together.encode(all, 2);
  CHECK(together.truncated(all) == 3);
  CHECK(together.truncated(some) == 1);
  EncodedTexts apart(pairs(lengths), encoder(), {.max_length = 8, .pairs_apart = true});
  apart.encode(all, 2);
  CHECK(apart.truncated(all) == 2);
  CHECK(apart.sequence(3, 1).length() == 8);
}
