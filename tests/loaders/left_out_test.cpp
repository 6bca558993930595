#include "loaders/left_out.h"

#include <doctest/doctest.h>

using namespace dpac;

namespace {

LeftOut rows(int count) {
  LeftOut rows{.what = "rows of another width"};
  for (int i = 1; i <= count; ++i) rows.add("line " + std::to_string(i));
  return rows;
}

}  // namespace

TEST_CASE("what was left out is one sentence, with examples") {
  CHECK(to_sentence(rows(1)) == "1 row of another width was left out (line 1)");
  CHECK(to_sentence(rows(2)) == "2 rows of another width were left out (line 1, line 2)");
}

TEST_CASE("five examples are kept, all are counted") {
  const LeftOut many = rows(7);
  CHECK(many.count == 7);
  CHECK(many.examples.size() == 5);
  CHECK(to_sentence(many) ==
        "7 rows of another width were left out (line 1, line 2, line 3, line 4, line 5, ...)");
}

TEST_CASE("a division of the count stands in place of examples") {
  LeftOut files{.what = "files of formats not read", .division = ".bmp 1, .webp 1"};
  files.add("b/9.bmp");
  files.add("a/9.webp");
  CHECK(to_sentence(files) == "2 files of formats not read were left out (.bmp 1, .webp 1)");
}

TEST_CASE("control characters of names are not shown as they are") {
  LeftOut files{.what = "files"};
  files.add("a\033[2Jb");
  CHECK(to_sentence(files) == "1 file was left out (a?[2Jb)");
}
