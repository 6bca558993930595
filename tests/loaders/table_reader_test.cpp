// Rows of TSV and CSV, and which files are refused with which sentence.
#include "loaders/text/table_reader.h"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/messages.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

Rows rows_of(std::string_view text, TableForm form) {
  TableReader reader(text, form, "file");
  Rows rows;
  while (reader.next()) rows.push_back(reader.cells());
  return rows;
}

Rows csv(std::string_view text) {
  return rows_of(text, TableForm::csv);
}

Rows tsv(std::string_view text) {
  return rows_of(text, TableForm::tsv);
}

std::string refusal_of(std::string_view text, TableForm form = TableForm::csv) {
  return message_of([&] { rows_of(text, form); });
}

/// By RFC 4180: a cell is quoted if it needs to be.
std::string written(const Rows& rows, const std::string& line_end) {
  std::string text;
  for (const Row& row : rows) {
    if (!text.empty()) text += line_end;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      if (row[i].find_first_of(",\"\r\n") == std::string::npos) {
        text += row[i];
        continue;
      }
      text += '"';
      for (const char c : row[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
  }
  return text;
}

}  // namespace

TEST_CASE("TSV quotes nothing") {
  CHECK(tsv("a\tb\n\"c\t d\"\n\t") == Rows{{"a", "b"}, {"\"c", " d\""}, {"", ""}});
  CHECK(tsv("a\tb\r\nc\td") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(tsv("a\tb\rc\td\n\te\r\nf\t") == Rows{{"a", "b"}, {"c", "d"}, {"", "e"}, {"f", ""}});
  CHECK(tsv("a,b") == Rows{{"a,b"}});
}

TEST_CASE("CSV cells, plain and quoted") {
  CHECK(csv("a,b\nc,d") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(csv("a,b\r\nc,d") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(csv(",") == Rows{{"", ""}});
  CHECK(csv("a,\n,b\n,") == Rows{{"a", ""}, {"", "b"}, {"", ""}});
  CHECK(csv("\"a,b\",\"c\"\"d\",\"\"\n\"\"\"\"") == Rows{{"a,b", "c\"d", ""}, {"\""}});
  CHECK(csv("\"a\nb\r\nc\",d\r\n\"e\"") == Rows{{"a\nb\r\nc", "d"}, {"e"}});
  CHECK(csv("a \"b\" c, \"d\"") == Rows{{"a \"b\" c", " \"d\""}});
  CHECK(csv("a\rb,c\r\nd") == Rows{{"a"}, {"b", "c"}, {"d"}});
  CHECK(csv("\"a\rb\nc\r\n\",d\r\"e\"\rf") == Rows{{"a\rb\nc\r\n", "d"}, {"e"}, {"f"}});
  CHECK(csv("a\tb") == Rows{{"a\tb"}});
}

TEST_CASE("CSV comes back as it was written, whatever the cells hold") {
  constexpr std::string_view kLetters = "a,\"\r\n \t";
  uint32_t state = 1;
  const auto draw = [&](uint32_t count) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % count;
  };
  for (int round = 0; round < 2000; ++round) {
    Rows rows(1 + draw(4));
    for (Row& row : rows) {
      // A row of one empty cell would be an empty line.
      row.resize(2 + draw(3));
      for (std::string& cell : row) {
        for (uint32_t length = draw(6); length > 0; --length) cell += kLetters[draw(kLetters.size())];
      }
    }
    const std::string text = written(rows, std::array{"\n", "\r\n", "\r"}[draw(3)]);
    CAPTURE(text);
    CHECK(csv(text) == rows);
  }
}

TEST_CASE("A row's line is where it begins") {
  TableReader reader("a\n\"b\n\n\",\"c\r\n\"\nd", TableForm::csv, "file");
  for (const int line : {1, 2, 6}) {
    REQUIRE(reader.next());
    CHECK(reader.line() == line);
  }
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.next());
}

TEST_CASE("Lines are counted by any of their ends") {
  TableReader reader("a\r\"b\r\r\n\n\",\"c\r\"\nd", TableForm::csv, "file");
  for (const int line : {1, 2, 7}) {
    REQUIRE(reader.next());
    CHECK(reader.line() == line);
  }
}

TEST_CASE("Loose CSV: blanks around cells, and empty lines, do not count") {
  const auto loose = [](std::string_view text) { return rows_of(text, TableForm::loose_csv); };
  CHECK(loose(" a , b c\t,\n\n \t\r\n\" d \" ,\"e\"\"\",  ") == Rows{{"a", "b c", ""}, {" d ", "e\"", ""}});
  CHECK(loose("\n \na\n\n") == Rows{{"a"}});
  CHECK(loose(" \n\n") == Rows{});
  CHECK(refusal_of("\n\n \"a\" b", TableForm::loose_csv) ==
        "file: line 3: expected a comma or the end of the line after the closing quote, found 'b'");
}

TEST_CASE("After a row that is refused come the lines behind its first one") {
  TableReader reader("a\n\n\"b\nc\"x\nd,\"e\nf", TableForm::csv, "file");
  std::vector<std::string> found;
  for (bool more = true; more;) {
    const std::string message = message_of([&] { more = reader.next(); });
    if (message != "no error") found.push_back(message.substr(0, message.find(" expected")));
    if (message == "no error" && more) found.push_back(reader.cells().front());
  }
  CHECK(found ==
        std::vector<std::string>{"a", "file: line 2:", "file: line 4:", "c\"x", "file: line 5:", "f"});
}

TEST_CASE("Refused rows") {
  CHECK(refusal_of("a\n\nb") == "file: line 2: expected a row, found an empty line");
  CHECK(refusal_of("a\tb\r\n\r\nc\td", TableForm::tsv) ==
        "file: line 2: expected a row, found an empty line");
  CHECK(refusal_of("a\n\"b\nc\",\"d\ne") ==
        "file: line 3: expected a closing quote for the one opened here, found none");
  CHECK(refusal_of("\"") == "file: line 1: expected a closing quote for the one opened here, found none");
  CHECK(refusal_of("\"a\"\"") ==
        "file: line 1: expected a closing quote for the one opened here, found none");
  CHECK(refusal_of("\"a\nb\"c,d\r\ne") ==
        "file: line 2: expected a comma or the end of the line after the closing quote, found 'c,d'");
}
