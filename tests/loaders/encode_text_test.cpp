// Sentences and pairs to ids: thousands of lines against the reference, published cases, and bad input.
#include "loaders/text/encode_text.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/hdf5/hdf5_file.h"
#include "loaders/text/tokenizer_settings.h"
#include "loaders/text/wordpiece.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"
#include "tests/support/token_cases.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Ids = std::vector<int32_t>;
constexpr int64_t kUncut = std::numeric_limits<int32_t>::max();
const std::string kTokens = std::string(DPAC_GOLDEN_DIR) + "/tokens";

TextEncoder golden_encoder(Casing casing) {
  return TextEncoder::open(kTokens + "/vocab.txt", casing);
}

TextEncoder google_encoder() {
  const std::string vocabulary =
      "[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\nwant\n##want\n##ed\nwa\nun\nrunn\n##ing\n,\n#\nx\n##x\n";
  return TextEncoder(make_tokenizer(Vocabulary::from_text(vocabulary, "vocab.txt"), {}, "vocab.txt"));
}

Ids google_ids(const std::string& text) {
  return wordpiece_ids(text, google_encoder().tokenizer());
}

void check_every_line(Casing casing) {
  const auto file = Hdf5File::open(kTokens + "/tokens.h5");
  const auto lines = token_lines(file);
  const auto expected = lists_of(file, name_of(casing) + "/ids", name_of(casing) + "/ends");
  REQUIRE(lines.size() >= 5000);
  REQUIRE(expected.size() == lines.size());
  const auto encoder = golden_encoder(casing);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(i);
    CAPTURE(lines[i]);
    CHECK(encoder.encode(lines[i], kUncut).ids == expected[i]);
  }
}

/// The file's casing beside an uncased or a cased vocabulary, with the content of a tokenizer_config.json or
/// none.
Casing casing_of(const std::string& token, const std::string& config) {
  const TempFolder folder;
  const auto vocabulary = folder.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n[PAD]\n" + token + "\n");
  if (!config.empty()) folder.write("tokenizer_config.json", config);
  return TextEncoder::open(vocabulary).casing();
}

std::string refusal_of(const std::string& config) {
  const std::string message = message_of([&] { casing_of("a", config); });
  return message.substr(std::min(message.find("tokenizer_config.json"), message.size()));
}

}  // namespace

TEST_CASE("Every golden line, cased") {
  check_every_line(Casing::cased);
}
TEST_CASE("Every golden line, uncased") {
  check_every_line(Casing::uncased);
}

TEST_CASE("Every golden pair") {
  const auto file = Hdf5File::open(kTokens + "/tokens.h5");
  const auto lines = token_lines(file);
  const auto first = file.read_integers("pairs/first");
  const auto second = file.read_integers("pairs/second");
  const auto max_length = file.read_integers("pairs/max_length");
  const auto ids = lists_of(file, "pairs/ids", "pairs/ends");
  const auto types = lists_of(file, "pairs/token_types", "pairs/ends");
  REQUIRE(first.size() >= 500);
  const auto encoder = golden_encoder(Casing::uncased);
  for (std::size_t i = 0; i < first.size(); ++i) {
    CAPTURE(i);
    const auto encoded = encoder.encode(lines[static_cast<std::size_t>(first[i])],
                                        lines[static_cast<std::size_t>(second[i])], max_length[i]);
    CHECK(encoded.ids == ids[i]);
    CHECK(encoded.token_types == types[i]);
    CHECK(encoded.real_tokens == static_cast<int32_t>(ids[i].size()));
  }
}

TEST_CASE("Published cases of WordPiece") {
  CHECK(google_ids("UNwant\u00E9d,running") == Ids{9, 6, 7, 12, 10, 11});
  CHECK(google_ids("unwantedX running") == Ids{9, 6, 7, 15, 10, 11});
  CHECK(google_ids("unwantedY running") == Ids{0, 10, 11});
  CHECK(google_ids("").empty());
  CHECK(google_ids(" \t\r\n\u3000").empty());
}

TEST_CASE("A word of 100 characters is cut into pieces, one of 101 is unknown") {
  CHECK(google_ids(std::string(100, 'x')).size() == 100);
  CHECK(google_ids(std::string(101, 'x')) == Ids{0});
  std::string long_line = "x ";
  long_line.resize(10'000'000, 'x');
  CHECK(google_ids(long_line + " x") == Ids{14, 0, 14});
}

TEST_CASE("Special tokens written out in the text") {
  CHECK(google_ids("x[MASK]x [SEP]") == Ids{14, 4, 14, 2});
  CHECK(google_ids("[MA\xFFSK]") == Ids{4});
  CHECK(google_ids("[mask]") == Ids{0, 0, 0});
  CHECK(google_ids("##x") == Ids{13, 13, 14});
}

TEST_CASE("Longest first, by a table and by what must hold of all lengths") {
  const auto cut = [](int64_t first, int64_t second, int64_t budget) {
    const auto kept = truncate_pair({first, second}, budget);
    return std::vector<int64_t>{kept.first, kept.second};
  };
  CHECK(cut(100, 100, 125) == std::vector<int64_t>{62, 63});
  CHECK(cut(101, 100, 125) == std::vector<int64_t>{63, 62});
  CHECK(cut(100, 10, 50) == std::vector<int64_t>{40, 10});
  CHECK(cut(10, 100, 50) == std::vector<int64_t>{10, 40});
  CHECK(cut(5, 0, 3) == std::vector<int64_t>{3, 0});
  CHECK(cut(9, 9, 0) == std::vector<int64_t>{0, 0});
  for (int64_t budget = 0; budget < 20; ++budget) {
    for (int64_t both = 0; both < 900; ++both) {
      const auto kept = truncate_pair({both / 30, both % 30}, budget);
      CHECK(kept.first + kept.second == std::min(both / 30 + both % 30, budget));
      CHECK(kept.first <= both / 30);
      CHECK(kept.second <= both % 30);
      CHECK(kept.first >= 0);
      CHECK(kept.second >= 0);
    }
  }
}

TEST_CASE("Empty sentences, cutting and padding") {
  const auto encoder = google_encoder();
  CHECK(encoder.encode("", 128).ids == Ids{1, 2});
  CHECK(encoder.encode("", "", 128).ids == Ids{1, 2, 2});
  CHECK(encoder.encode("", "", 128).token_types == Ids{0, 0, 1});
  CHECK(encoder.encode("x x x", 4).ids == Ids{1, 14, 14, 2});
  CHECK(encoder.encode("x x x", 2).ids == Ids{1, 2});
  auto padded = encoder.encode("x", "want", 128);
  encoder.pad(padded, 7);
  CHECK(padded.ids == Ids{1, 14, 2, 5, 2, 3, 3});
  CHECK(padded.token_types == Ids{0, 0, 0, 1, 1, 0, 0});
  CHECK(padded.real_tokens == 5);
  encoder.pad(padded, 2);
  CHECK(padded.ids.size() == 7);
  CHECK(message_of([&] { (void)encoder.encode("x", 1); }) ==
        "maximum length: expected at least the 2 special tokens, found 1");
  CHECK(message_of([&] { (void)encoder.encode("x", "x", 2); }) ==
        "maximum length: expected at least the 3 special tokens, found 2");
}

TEST_CASE("The casing is given, configured or found in the vocabulary") {
  CHECK(casing_of("a", "") == Casing::uncased);
  CHECK(casing_of("A", "") == Casing::cased);
  CHECK(casing_of("A", R"({"do_lower_case": true})") == Casing::uncased);
  CHECK(casing_of("a", R"({"do_lower_case": false, "strip_accents": null})") == Casing::cased);
  CHECK(casing_of("A", R"({"tokenizer_class": "BertTokenizer"})") == Casing::cased);
  const TempFolder folder;
  const auto vocabulary = folder.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n[PAD]\nA\n");
  folder.write("tokenizer_config.json", R"({"do_lower_case": false, "strip_accents": false})");
  const auto encoder = TextEncoder::open(vocabulary, Casing::uncased);
  CHECK(encoder.casing() == Casing::uncased);
  CHECK(encoder.tokenizer().normalization.strip_accents);
  const auto stripped = folder.write("x/vocab.txt", "[UNK]\n[CLS]\n[SEP]\n[PAD]\nA\n");
  folder.write("x/tokenizer_config.json", R"({"strip_accents": true, "tokenize_chinese_chars": false})");
  const Normalization how = TextEncoder::open(stripped).tokenizer().normalization;
  CHECK_FALSE(how.lower_case);
  CHECK(how.strip_accents);
  CHECK_FALSE(how.spaced_ideographs);
}

TEST_CASE("A text that is cut says so") {
  const auto encoder = google_encoder();
  CHECK_FALSE(encoder.encode("x x x", 5).truncated);
  CHECK(encoder.encode("x x x", 4).truncated);
  CHECK_FALSE(encoder.encode("x x", "x", 6).truncated);
  CHECK(encoder.encode("x x", "x", 5).truncated);
  CHECK(encoder.encode("x", "x x", 5).truncated);
  CHECK_FALSE(encoder.encode("", 2).truncated);
}

TEST_CASE("Refused tokenizer_config.json") {
  CHECK(refusal_of("[]") == "tokenizer_config.json: expected an object, found []");
  CHECK(refusal_of(R"({"do_lower_case": 1})") ==
        "tokenizer_config.json: 'do_lower_case' is 1, expected true or false");
  CHECK(contains(refusal_of("{"), "tokenizer_config.json"));
}

TEST_CASE("A vocabulary needs its special tokens") {
  const auto refusal = [](const std::string& text) {
    return message_of([&] { make_tokenizer(Vocabulary::from_text(text, "vocab.txt"), {}, "vocab.txt"); });
  };
  CHECK(refusal("") == "vocab.txt: expected a WordPiece vocabulary, found no token [UNK] among its 0");
  CHECK(refusal("[PAD]\n[UNK]\n[SEP]\n") ==
        "vocab.txt: expected a WordPiece vocabulary, found no token [CLS] among its 3");
  CHECK(contains(refusal("[PAD]\n[UNK]\n[CLS]\n"), "no token [SEP]"));
  CHECK(contains(refusal("[UNK]\n[CLS]\n[SEP]\n"), "no token [PAD]"));
  CHECK(refusal("a\n[SEP]\n[CLS]\n[UNK]\n[PAD]\n") == "no error");
}
