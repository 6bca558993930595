// Names of any kind in Markdown, LaTeX and CSV.

#include "report/tables/markup.h"

#include <string>

#include <doctest/doctest.h>

using namespace dpac::report;

TEST_CASE("Markdown shows a name as it is") {
  CHECK(markdown_text("resnet20-12fca82f") == "resnet20-12fca82f");
  CHECK(markdown_text("demo_fashion_mnist") == "demo_fashion_mnist");
  CHECK(markdown_text("_x_") == "\\_x\\_");
  CHECK(markdown_text("a|b") == "a\\|b");
  CHECK(markdown_text("a*b*`c`") == "a\\*b\\*\\`c\\`");
  CHECK(markdown_text("<b>&amp;[x]") == "\\<b\\>\\&amp;\\[x\\]");
  CHECK(markdown_text("a\nb\x1b[2J") == "a\\\\x0ab\\\\x1b\\[2J");
  CHECK(markdown_text("\xc3\xa9") == "\xc3\xa9");
}

TEST_CASE("LaTeX takes a name for text") {
  CHECK(latex_text("a_b & 5% of $x #1 {y}") == "a\\_b \\& 5\\% of \\$x \\#1 \\{y\\}");
  CHECK(latex_text("a\\b~c^d") == "a\\textbackslash{}b\\textasciitilde{}c\\textasciicircum{}d");
  CHECK(latex_text("[2pt]<|>") == "{[}2pt]\\textless{}\\textbar{}\\textgreater{}");
  CHECK(latex_text("a\tb") == "a\\textbackslash{}x09b");
}

TEST_CASE("A field of CSV is one field") {
  CHECK(csv_field("resnet20") == "resnet20");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"a\"") == "\"say \"\"a\"\"\"");
  CHECK(csv_field(" a") == "\" a\"");
  CHECK(csv_field("a\r\nb") == "a\\x0d\\x0ab");
  CHECK(csv_field("") == "");
}
