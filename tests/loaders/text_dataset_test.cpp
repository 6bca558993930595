// Files of text: their four forms, columns with and without a header, what every form does with odd bytes.
#include "loaders/text/text_dataset.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/left_out.h"
#include "tests/support/temp_folder.h"
#include "tests/support/text_files.h"

using namespace dpac;
using namespace dpac::test;

namespace {

const LabelRule kTwo{.classes = 2};
const LabelRule kThree{.classes = 3};
const LabelRule kScores;

/// Each sample as "first|second>target".
Lines read(const std::string& name, const std::string& bytes, const TextFormat& format = {},
           const LabelRule& rule = kTwo) {
  return text_samples(name, bytes, format, rule);
}

TextFormat task(TextTask task) {
  return {.task = task};
}

TextFormat columns(std::vector<std::string> names) {
  return {.columns = std::move(names)};
}

}  // namespace

TEST_CASE("The same samples in all forms") {
  const Lines expected{"A \"b\", c.|D>1", "E|F>0"};
  CHECK(read("a.tsv", "sentence1\tsentence2\tlabel\nA \"b\", c.\tD\t1\nE\tF\t0\n") == expected);
  CHECK(read("a.csv", "sentence1,sentence2,label\n\"A \"\"b\"\", c.\",D,1\nE,F,0\n") == expected);
  CHECK(read("a.jsonl", R"({"sentence1": "A \"b\", c.", "sentence2": "D", "label": 1})"
                        "\n"
                        R"({"label": "0", "sentence2": "F", "sentence1": "E", "more": [1]})") == expected);
}

TEST_CASE("The form is found by content where the extension does not say") {
  CHECK(read("a", "sentence\tlabel\nA, b\t1") == Lines{"A, b>1"});
  CHECK(read("a.data", "sentence,label\nA\tb,1") == Lines{"A\tb>1"});
  CHECK(read("a", R"({"text": "A", "label": 1})") == Lines{"A>1"});
  CHECK(read("a", "A, b") == Lines{"A, b"});
  CHECK(read("a", "A,1", task(TextTask::sst2)) == Lines{"A>1"});
  CHECK(read("a.JSON", R"({"text": "A", "label": 1})") == Lines{"A>1"});
  CHECK(read("a.ndjson", R"({"text": "A", "label": 1})") == Lines{"A>1"});
}

TEST_CASE("Plain text is a sentence a line") {
  CHECK(read("a.txt", "A\tb\n\n{c}\r\n d \n\n\n") == Lines{"A\tb", "", "{c}", " d "});
  CHECK(read("a.txt", "\n\nA") == Lines{"", "", "A"});
  CHECK(read("a.txt", "A\t1", task(TextTask::sst2)) == Lines{"A>1"});
  CHECK(read("a.txt", "A, b", task(TextTask::sst2)) == Lines{"A, b"});
}

TEST_CASE("Columns by the usual names, whatever their order and case") {
  CHECK(read("a.tsv", "id\tlabel\thypothesis\tPremise\n7\t1\tB\tA") == Lines{"A|B>1"});
  CHECK(read("a.tsv", "gold_label\tlabel\ttext_a\ttext_b\n1\tx\tA\tB") == Lines{"A|B>1"});
  CHECK(read("a.csv", "Text, Label\nA, 1") == Lines{"A>1"});
  CHECK(read("a.tsv", "question\tsentence\tlabel\nA\tB\t1") == Lines{"A|B>1"});
  CHECK(read("a.tsv", "sentence\nA\nB") == Lines{"A", "B"});
  CHECK(read("a.tsv", "label\tscore\tsentence\n1\t0\tA") == Lines{"A>1"});
  CHECK(read("a.tsv", "label\tscore\tsentence\nx\t0.5\tA", {}, kScores) == Lines{"A>0.5"});
}

TEST_CASE("Two or three columns need no header") {
  CHECK(read("a.tsv", "A\t1\nB\t0") == Lines{"A>1", "B>0"});
  CHECK(read("a.csv", "A,B,4.75\nC,D,-1e-3", {}, kScores) == Lines{"A|B>4.75", "C|D>-0.001"});
}

TEST_CASE("Columns that are asked for") {
  CHECK(read("a.tsv", "x\ty\tz\nA\tB\t1", columns({"x", "y", "z"})) == Lines{"A|B>1"});
  CHECK(read("a.tsv", "x\ty\tz\nA\tB\t1", columns({"Y", "z"})) == Lines{"B>1"});
  CHECK(read("a.tsv", "x\ty\tz\nA\tB\t1", columns({"y"})) == Lines{"B"});
  CHECK(read("a.tsv", "1\tB\tA\n0\tD\tC\tmore", columns({"3", "2", "1"})) == Lines{"A|B>1", "C|D>0"});
  CHECK(read("a.tsv", "label\tsentence\n1\tA", columns({"2", "1"})) == Lines{"A>1"});
  CHECK(read("a.tsv", "x\tlabel\nA\t1", columns({"1", "label"})) == Lines{"A>1"});
  CHECK(read("a.csv", "1,A\n0,B", columns({"2", "1"})) == Lines{"A>1", "B>0"});
  CHECK(read("a.jsonl", R"({"x": "A", "1": "B", "z": 1})", columns({"x", "1", "z"})) == Lines{"A|B>1"});
}

TEST_CASE("Bytes are passed on as they are") {
  const std::string odd("\xFF\x00 \xE2\x82 \"", 7);
  CHECK(read("a.tsv", odd + "\t1\n\t0") == Lines{odd + ">1", ">0"});
  CHECK(read("a.txt", odd + "\nA") == Lines{odd, "A"});
  CHECK(read("a.csv", "\"\",1\n,0") == Lines{">1", ">0"});
  CHECK(read("a.jsonl", R"({"text": "\u0000\u00e9", "label": 1})") == Lines{std::string("\0\xC3\xA9>1", 5)});
}

TEST_CASE("Byte order marks, line ends and the end of the file") {
  const Lines expected{"A>1", "B>0"};
  for (const std::string mark : {"", "\xEF\xBB\xBF"}) {
    for (const std::string end : {"\n", "\r\n", "\r"}) {
      for (const std::string& last : {std::string(), end, end + end + end}) {
        CAPTURE(mark + end + last);
        CHECK(read("a.tsv", mark + "sentence\tlabel" + end + "A\t1" + end + "B\t0" + last) == expected);
        CHECK(read("a.csv", mark + "\"sentence\",label" + end + "\"A\",1" + end + "B,\"0\"" + last) ==
              expected);
        CHECK(read("a.jsonl", mark + R"({"text": "A", "label": 1})" + end + R"({"text": "B", "label": 0})" +
                                  last) == expected);
        CHECK(read("a.txt", mark + "A" + end + "B" + last) == Lines{"A", "B"});
      }
    }
  }
}

TEST_CASE("Files whose lines end with CR are of every form too") {
  CHECK(read("a", "sentence\tlabel\rA, b\t1\rC\t0\r") == Lines{"A, b>1", "C>0"});
  CHECK(read("a", "sentence,label\r\"A\rB\nC\",1\rD,0") == Lines{"A\rB\nC>1", "D>0"});
  CHECK(read("a.tsv", "sentence\tlabel\r\nA\t1\rB\t0\nC\t1") == Lines{"A>1", "B>0", "C>1"});
  CHECK(read("a.jsonl", "{\"text\": \"A\\r\u2028B\u0085\", \"label\": 1}\r") == Lines{"A\r\u2028B\u0085>1"});
}

TEST_CASE("A line of ten megabytes") {
  const std::string words(10'000'000, 'x');
  CHECK(read("a.tsv", "A\t0\n" + words + "\t1")[1] == words + ">1");
  CHECK(read("a.csv", "A,0\n\"" + words + "\",1")[1] == words + ">1");
  CHECK(read("a.jsonl", R"({"text": ")" + words + R"(", "label": 1})")[0] == words + ">1");
}

TEST_CASE("Names and rows: where a sample stands in its file") {
  const TempFolder folder;
  const auto path = folder.write("a.csv", "premise,hypothesis,gold_label\nA,\"B\n\",1\nC,D,-\nE,F,2\n");
  const auto dataset = open_text_dataset(path, {}, kThree);
  REQUIRE(dataset.size() == 2);
  CHECK(dataset.has_labels());
  CHECK(dataset.name(0) == path.string() + ":2");
  CHECK(dataset.name(1) == path.string() + ":5");
  CHECK(dataset.row(0) == 0);
  CHECK(dataset.row(1) == 2);
  CHECK(dataset.target(1) == 2);
  CHECK(dataset.text(1).first == "E");
  REQUIRE(dataset.remarks().left_out.size() == 1);
  CHECK(to_sentence(dataset.remarks().left_out[0]) == "1 row without a gold label was left out (line 4)");
}
