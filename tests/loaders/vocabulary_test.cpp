// vocab.txt: what is read, and which files are refused with which sentence.
#include "loaders/text/vocabulary.h"

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

void check_small(const Vocabulary& vocabulary) {
  CHECK(vocabulary.size() == 6);
  CHECK(vocabulary.special().pad == 0);
  CHECK(vocabulary.special().unknown == 1);
  CHECK(vocabulary.special().classify == 2);
  CHECK(vocabulary.special().separate == 3);
  CHECK_FALSE(vocabulary.special().mask.has_value());
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

TEST_CASE("Special tokens are found wherever they stand") {
  const auto vocabulary = vocabulary_of("a\n[MASK]\n[SEP]\n[CLS]\n[UNK]\n[PAD]\n");
  CHECK(vocabulary.special().mask == 1);
  CHECK(vocabulary.special().separate == 2);
  CHECK(vocabulary.special().classify == 3);
  CHECK(vocabulary.special().unknown == 4);
  CHECK(vocabulary.special().pad == 5);
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
  CHECK(refusal_of("") == "vocab.txt: expected a WordPiece vocabulary, found no line [UNK] among its 0");
  CHECK(refusal_of("[PAD]\n[UNK]\n[SEP]\n") ==
        "vocab.txt: expected a WordPiece vocabulary, found no line [CLS] among its 3");
  CHECK(refusal_of("[PAD]\n[UNK]\n[CLS]\n") ==
        "vocab.txt: expected a WordPiece vocabulary, found no line [SEP] among its 3");
  CHECK(refusal_of("[UNK]\n[CLS]\n[SEP]\n") ==
        "vocab.txt: expected a WordPiece vocabulary, found no line [PAD] among its 3");
  CHECK(refusal_of(kSpecial + "a\nb\na\n") == "vocab.txt: line 7: the token 'a' is already in line 5");
  CHECK(refusal_of(kSpecial + "##a\na\n##a\n") == "vocab.txt: line 7: the token '##a' is already in line 5");
  CHECK(refusal_of(kSpecial + "a\n\nb\n") == "vocab.txt: line 6: expected a token, found an empty line");
  CHECK(refusal_of(kSpecial + "a\n\n") == "vocab.txt: line 6: expected a token, found an empty line");
  CHECK(refusal_of(kSpecial + "a\xFF\n") == "vocab.txt: line 5: the token is no valid UTF-8");
  CHECK(refusal_of(kSpecial + "a\rb\n") ==
        "vocab.txt: line 5: expected one token a line, found a carriage return within the line");
}

TEST_CASE("A vocabulary file is named by its path") {
  const TempFolder folder;
  const auto path = folder.write("vocab.txt", "[PAD]\n[PAD]\n");
  CHECK(message_of([&] { Vocabulary::read(path); }) ==
        path.string() + ": line 2: the token '[PAD]' is already in line 1");
  const auto absent = folder.path() / "absent.txt";
  CHECK(message_of([&] { Vocabulary::read(absent); }) == absent.string() + ": there is no such file");
}
