// Nothing that is printed or written is "nan", "inf", a negative zero or a number of twenty digits.

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/every_result.h"
#include "tests/support/program.h"

using namespace dpac;

namespace {

/// The first thing in a text that nobody should have to read; empty for none.
std::string unreadable(const std::string& text) {
  static const std::regex form(R"((^|[^\w.\-])(-?(nan|inf)\b|-0(\.0+)?(?![\w.])|\d{20,}\b).*)",
                               std::regex::icase);
  std::smatch found;
  return std::regex_search(text, found, form) ? found.str().substr(0, 80) : "";
}

std::string content(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("The look for unreadable numbers finds them") {
  for (const char* text :
       {"F1 -nan", "x inf", "1,nan,2", "NaN", "a -0.00 %", "-0", "energy 12345678901234567890123"}) {
    CAPTURE(text);
    CHECK(unreadable(text) != "");
  }
  for (const char* text : {"info", "banana", "-0.04", "x-0", "0.30000000000000004", "nano", "1e-26"}) {
    CAPTURE(text);
    CHECK(unreadable(text) == "");
  }
}

TEST_CASE("All that is printed and written can be read") {
  const test::EveryResult results;
  CHECK(results.text.size() > 1000);
  CHECK(unreadable(results.text) == "");
  std::vector<std::string> files = results.json_files;
  files.push_back(results.inputs.inputs.file("table.csv"));
  files.push_back(results.inputs.inputs.file("table.tex"));
  std::vector<std::string> arguments{"report"};
  arguments.insert(arguments.end(), results.json_files.begin(), results.json_files.end());
  files.push_back(results.inputs.inputs.file("page.html"));
  arguments.insert(arguments.end(), {"--out", files.back()});
  REQUIRE(test::run_dpac(arguments).exit_code == 0);
  for (const std::string& file : files) {
    CAPTURE(file);
    CHECK(content(file).size() > 100);
    CHECK(unreadable(content(file)) == "");
  }
}
