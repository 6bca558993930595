// Whatever a text file holds, it is read, or refused with one line that names it.
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/text/text_dataset.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

const std::vector<std::string> kNames{"a.tsv", "a.csv", "a.jsonl", "a.txt", "a"};
const std::vector<std::string> kParts{"\t",
                                      ",",
                                      "\"",
                                      "\n",
                                      "\r\n",
                                      "\r",
                                      "a",
                                      "1",
                                      "0",
                                      "{",
                                      "}",
                                      "[",
                                      "null",
                                      ":",
                                      "\"text\"",
                                      "-",
                                      "1e999",
                                      "nan",
                                      "\"\"",
                                      "score",
                                      "sentence",
                                      " ",
                                      "label",
                                      "premise",
                                      "\xFF",
                                      "hypothesis",
                                      "text",
                                      "\xEF\xBB\xBF",
                                      "gold_label",
                                      std::string(1, '\0'),
                                      "{\"text\":\"a\",\"label\":1}\n"};

class Draw {
 public:
  std::size_t operator()(std::size_t count) { return generator_() % count; }

  const std::string& part() { return kParts[(*this)(kParts.size())]; }

  std::string text() {
    std::string text;
    for (std::size_t count = (*this)(30); count > 0; --count) text += part();
    return text;
  }

  TextFormat format() {
    TextFormat format{.skip_bad_rows = (*this)(2) == 0};
    if ((*this)(3) == 0) format.task = static_cast<TextTask>((*this)(9));
    if ((*this)(3) > 0) return format;
    for (std::size_t count = 1 + (*this)(4); count > 0; --count) {
      format.columns.push_back((*this)(2) == 0 ? part() : std::to_string((*this)(5)));
    }
    return format;
  }

 private:
  std::mt19937 generator_{1};
};

}  // namespace

TEST_CASE("Text files of any content") {
  const TempFolder folder;
  Draw draw;
  int read = 0;
  int refused = 0;
  for (int round = 0; round < 5000; ++round) {
    const std::string bytes = draw.text();
    const auto path = folder.write(kNames[draw(kNames.size())], bytes);
    const TextFormat format = draw.format();
    const LabelRule rule = draw(2) == 0 ? LabelRule{} : LabelRule{.classes = 2};
    CAPTURE(bytes);
    const std::string message = message_of([&] { open_text_dataset(path, format, rule); });
    if (message == "no error") {
      ++read;
      continue;
    }
    ++refused;
    CHECK(message.starts_with(path.string() + ":"));
    CHECK_FALSE(contains(message, "\n"));
  }
  CHECK(read > 500);
  CHECK(refused > 500);
}
