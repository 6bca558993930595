#include "loaders/images/name_table.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(std::string_view text) {
  const TempFolder folder;
  Pairs pairs;
  for (const NameRow& row : read_name_table(folder.write("table", text))) {
    pairs.emplace_back(row.name, row.value);
  }
  return pairs;
}

std::string refusal(std::string_view text) {
  return message_of([&] { pairs_of(text); });
}

}  // namespace

TEST_CASE("blanks, tabs and commas part a name from its value, and names may hold them") {
  CHECK(pairs_of("a.png 1\nb c.jpg\t2\nd,3\ne, f ,  4\n") ==
        Pairs{{"a.png", "1"}, {"b c.jpg", "2"}, {"d", "3"}, {"e, f", "4"}});
}

TEST_CASE("a byte order mark, CRLF, blanks and empty lines are nothing") {
  CHECK(pairs_of("\xEF\xBB\xBF"
                 "a 1\r\n\r\n  b\t2  \r\n\n") == Pairs{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("a header is skipped") {
  CHECK(pairs_of("folder,class\nn01,5\n") == Pairs{{"n01", "5"}});
  CHECK(pairs_of("image\tLabel\nx.png\tcat\n") == Pairs{{"x.png", "cat"}});
  CHECK(pairs_of("\"id\",\"class_id\"\n\"x\",\"1\"") == Pairs{{"x", "1"}});
}

TEST_CASE("quotes make it CSV: commas, doubled quotes and line ends in a cell") {
  CHECK(pairs_of("\"a, b\",1\nc,\"big cat\"\n\"d\"\"e\", 3 \r\n\r\n") ==
        Pairs{{"a, b", "1"}, {"c", "big cat"}, {"d\"e", "3"}});
}

TEST_CASE("lines are counted as editors do") {
  const TempFolder folder;
  const auto rows = read_name_table(folder.write("table", "h class\n\nb 1\nc 2\n"));
  CHECK(rows.at(0).line == 3);
  CHECK(rows.at(1).line == 4);
}

TEST_CASE("what is no table of two columns is refused by line") {
  CHECK(contains(refusal("a 1\nb\n"),
                 "table: line 2: expected a name and a class, parted by a comma, a tab "
                 "or blanks, found 'b'"));
  CHECK(contains(refusal("\"a\",1\n\"b\",1,2\n"), "table: line 2: expected a name and a class"));
  CHECK(contains(refusal("\"a\n"), "expected a closing quote"));
  CHECK(contains(refusal(",1\n"), "table: line 1: expected a name and a class"));
  CHECK(contains(refusal("a 1\nb 1\na 2\n"), "table: line 3: 'a' was given before"));
  for (const std::string nothing : {"", "\n\r\n", "name class\n"}) {
    CHECK(contains(refusal(nothing), "table: expected rows of a name and a class, the file has none"));
  }
  CHECK(
      contains(message_of([] { read_name_table("/no/such/file"); }), "/no/such/file: there is no such file"));
}
