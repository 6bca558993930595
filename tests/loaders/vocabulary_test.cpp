// vocab.txt: what is read, and which files are refused with which sentence.
#include "loaders/text/vocabulary.h"

#include <map>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

const std::string kSpecial = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";

Vocabulary vocabulary_of(const std::string& text) {
  return Vocabulary::from_text(text, "vocab.txt");
}

std::string refusal_of(const std::string& text) {
  return message_of([&] { vocabulary_of(text); });
}

std::string refusal_of(const std::map<std::string, int64_t>& ids) {
  return message_of([&] { Vocabulary::from_ids(ids, "file"); });
}

void check_small(const Vocabulary& vocabulary) {
  CHECK(vocabulary.size() == 6);
  CHECK(vocabulary.id("[UNK]") == 1);
  CHECK(vocabulary.id("play") == 4);
  CHECK(vocabulary.id("##ing") == 5);
  CHECK_FALSE(vocabulary.id("ing").has_value());
  CHECK_FALSE(vocabulary.id("##play").has_value());
}

}  // namespace

TEST_CASE("A vocabulary with LF, CRLF, without a last line end and with a byte order mark") {
  check_small(vocabulary_of(kSpecial + "play\n##ing\n"));
  check_small(vocabulary_of(kSpecial + "play\n##ing"));
  check_small(vocabulary_of("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\nplay\r\n##ing\r\n"));
  check_small(vocabulary_of("\xEF\xBB\xBF" + kSpecial + "play\n##ing\n"));
}

TEST_CASE("Tokens with ids of their own, with gaps") {
  const auto vocabulary = Vocabulary::from_ids({{"a", 7}, {"##a", 2}, {"B", 0}}, "file");
  CHECK(vocabulary.size() == 8);
  CHECK(vocabulary.id("a") == 7);
  CHECK(vocabulary.longest_piece("ab", false).id == 2);
  CHECK(vocabulary.has_upper_case());
  CHECK(vocabulary.by_id() == std::map<int32_t, std::string>{{0, "B"}, {2, "##a"}, {7, "a"}});
  CHECK(refusal_of({{"a", 1}, {"b", 1}}) == "file: token 'b': its id 1 is also that of 'a'");
  CHECK(refusal_of({{"a", -1}}) == "file: token 'a': expected an id from 0 to 99999999, found -1");
  CHECK(contains(refusal_of({{"a", 100'000'000}}), "found 100000000"));
  CHECK(refusal_of({{"", 1}}) == "file: expected tokens with text, found an empty one");
  CHECK(contains(refusal_of({{"\xFF", 1}}), "the token is no valid UTF-8"));
}

TEST_CASE("The longest piece, of words' beginnings or of what follows") {
  const auto vocabulary = vocabulary_of(kSpecial + "a\nab\n##abc\n##\n\xC3\xA9\n");
  CHECK(vocabulary.longest_piece("abcd", true).length == 2);
  CHECK(vocabulary.longest_piece("abcd", true).id == 5);
  CHECK(vocabulary.longest_piece("abcd", false).id == 6);
  CHECK(vocabulary.longest_piece("ab", false).length == 0);
  CHECK(vocabulary.longest_piece("\xC3\xA9t\xC3\xA9", true).id == 8);
  CHECK(vocabulary.longest_piece("\xC3\xA8", true).length == 0);
}

TEST_CASE("Upper case outside of brackets") {
  CHECK_FALSE(vocabulary_of(kSpecial + "play\n[Unused1]\n\xC3\x9F\n").has_upper_case());
  CHECK(vocabulary_of(kSpecial + "Play\n").has_upper_case());
  CHECK(vocabulary_of(kSpecial + "##\xC3\x89\n").has_upper_case());
}

TEST_CASE("Refused vocabularies") {
  CHECK(refusal_of(kSpecial + "a\nb\na\n") == "vocab.txt: line 7: the token 'a' is already in line 5");
  CHECK(refusal_of(kSpecial + "##a\na\n##a\n") == "vocab.txt: line 7: the token '##a' is already in line 5");
  CHECK(refusal_of(kSpecial + "a\n\nb\n") == "vocab.txt: line 6: expected a token, found an empty line");
  CHECK(refusal_of(kSpecial + "a\n\n") == "vocab.txt: line 6: expected a token, found an empty line");
  CHECK(refusal_of(kSpecial + "a\xFF\n") == "vocab.txt: line 5: the token is no valid UTF-8");
  CHECK(refusal_of(kSpecial + "a\rb\n") ==
        "vocab.txt: line 5: expected one token a line, found a carriage return within the line");
}

TEST_CASE("As many embeddings as tokens, or some more that are padding") {
  const auto notice = [](int64_t tokens, int64_t rows) {
    return check_embeddings(tokens, rows, "vocab.txt");
  };
  for (const int64_t rows : {30522, 30528, 30592, 30800}) CHECK(notice(30522, rows).empty());
  for (const int64_t rows : {104, 128}) CHECK(notice(100, rows).empty());
  CHECK(notice(28996, 30522) ==
        "vocab.txt has 28996 tokens, but the network has 30522 word embeddings: it may be "
        "another network's");
  CHECK_FALSE(notice(16, 24).empty());
  CHECK_FALSE(notice(1000, 1020).empty());
  CHECK(notice(1000, 1010).empty());
  CHECK(message_of([&] { notice(51, 50); }) ==
        "vocab.txt: has 51 tokens, but the network has 50 word embeddings; is it another network's?");
}

TEST_CASE("A vocabulary file is named by its path") {
  const TempFolder folder;
  const auto path = folder.write("vocab.txt", "[PAD]\n[PAD]\n");
  CHECK(message_of([&] { Vocabulary::read(path); }) ==
        path.string() + ": line 2: the token '[PAD]' is already in line 1");
  const auto absent = folder.path() / "absent.txt";
  CHECK(message_of([&] { Vocabulary::read(absent); }) == absent.string() + ": there is no such file");
}
