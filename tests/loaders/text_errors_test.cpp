// Files of text that are refused, with which sentence.
#include <string>

#include <doctest/doctest.h>

#include "loaders/left_out.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"
#include "tests/support/text_files.h"

using namespace dpac;
using namespace dpac::test;

namespace {

const LabelRule kTwo{.classes = 2};
const std::string kCure = "; --skip-bad-rows leaves such rows out";

std::string refusal_of(const std::string& name, const std::string& bytes, const TextFormat& format = {}) {
  return text_refusal(name, bytes, format, kTwo);
}

}  // namespace

TEST_CASE("Files with nothing in them") {
  for (const std::string name : {"a.tsv", "a.csv", "a.jsonl", "a.txt", "a"}) {
    CHECK(refusal_of(name, "") == name + ": expected sentences, found an empty file");
    CHECK(refusal_of(name, "\xEF\xBB\xBF") == name + ": expected sentences, found an empty file");
    CHECK(refusal_of(name, "\r\n\n") == name + ": expected sentences, found nothing but empty lines");
  }
  CHECK(refusal_of("a.tsv", "sentence\tlabel\n") == "a.tsv: expected rows below the header, found none");
  CHECK(refusal_of("a.csv", "sentence,label") == "a.csv: expected rows below the header, found none");
}

TEST_CASE("What is no file of text") {
  const TempFolder folder;
  const auto message = [&](const std::filesystem::path& path) {
    return message_of([&] { open_text_dataset(path, {}, kTwo); });
  };
  CHECK(message(folder.path()) == folder.path().string() + ": expected a regular file");
  CHECK(message(folder.path() / "absent.tsv") ==
        (folder.path() / "absent.tsv").string() + ": there is no such file");
  CHECK(refusal_of("a.parquet", std::string("PAR1\0\x15", 6)) ==
        "a.parquet: expected text as TSV, CSV or JSON lines, found a binary file");
}

TEST_CASE("Rows of another width") {
  CHECK(refusal_of("a.tsv", "sentence\tlabel\nA\t1\nB\n") ==
        "a.tsv: line 3: expected 2 columns, found 1" + kCure);
  CHECK(refusal_of("a.csv", "A,1\nB, c,1\n") == "a.csv: line 2: expected 2 columns, found 3" + kCure);
  CHECK(refusal_of("a.tsv", "A\t1\n", {.columns = {"1", "3"}}) ==
        "a.tsv: line 1: expected at least 3 columns, found 2");
  CHECK(refusal_of("a.tsv", "x\ty\nA\t1", {.columns = {"x", "3"}}) ==
        "a.tsv: line 1: expected at least 3 columns, found 2");
  CHECK(refusal_of("a.tsv", "x\ty\nA\n", {.columns = {"x", "y"}}) ==
        "a.tsv: line 2: expected at least 2 columns, found 1" + kCure);
}

TEST_CASE("Columns that nobody can tell") {
  const std::string expected =
      "a.tsv: line 1: expected a header as sentence1, sentence2, label, or without one text, label or text, "
      "text, label, found ";
  CHECK(refusal_of("a.tsv", "A\tB\tC\t1\n") ==
        expected + "4 columns: 'A | B | C | 1'; --columns or --task say which is which");
  CHECK(refusal_of("a.tsv", "A\xFF\x01\n") == expected +
                                                  "1 column: 'A?"
                                                  "?'; --columns or --task say which is which");
  CHECK(refusal_of("a.tsv", std::string(100, 'x')) ==
        expected + "1 column: '" + std::string(60, 'x') + "...'; --columns or --task say which is which");
}

TEST_CASE("Columns that are not there") {
  CHECK(refusal_of("a.tsv", "x\ty\nA\t1", {.columns = {"x", "z"}}) ==
        "a.tsv: expected a column 'z' in the header, found x, y");
  CHECK(refusal_of("a.tsv", "A\t1", {.columns = {"0", "1"}}) ==
        "a.tsv: expected columns numbered from 1, found '0'");
  CHECK(refusal_of("a.tsv", "A\t1", {.columns = {"1", ""}}) ==
        "a.tsv: expected columns numbered from 1, found ''");
  CHECK(refusal_of("a.tsv", "A\t1", {.columns = {"1", "2", "3", "4"}}) ==
        "a.tsv: expected at most 3 columns, two texts and a label, found 4 names");
  CHECK(refusal_of("a.txt", "A\n", {.columns = {"1"}}) ==
        "a.txt: expected columns in TSV, CSV or JSON lines, found plain text");
  CHECK(refusal_of("a.txt", "A\n", {.task = TextTask::mnli}) ==
        "a.txt: expected pairs of sentences in TSV, CSV or JSON lines, found plain text");
}

TEST_CASE("Empty lines within a file") {
  CHECK(refusal_of("a.tsv", "A\t1\n\nB\t0\n") ==
        "a.tsv: line 2: expected a row, found an empty line" + kCure);
  CHECK(refusal_of("a.csv", "A,1\r\n\r\nB,0\n") ==
        "a.csv: line 2: expected a row, found an empty line" + kCure);
  CHECK(refusal_of("a.jsonl", "{\"text\": \"A\"}\n\n{\"text\": \"B\"}") ==
        "a.jsonl: line 2: expected a JSON object, found an empty line" + kCure);
}

TEST_CASE("Lines that are not the JSON they should be") {
  const std::string first = "{\"text\": \"A\", \"label\": 1}\n";
  CHECK(refusal_of("a.jsonl", first + "[1, 2]") ==
        "a.jsonl: line 2: expected a JSON object, found [1, 2]" + kCure);
  CHECK(refusal_of("a.jsonl", first + "{\"text\": \"B\"") ==
        "a.jsonl: line 2 is no valid JSON: it is wrong at byte 13 of 12" + kCure);
  CHECK(refusal_of("a.jsonl", first + "{\"text\": \"\xFF\"}") ==
        "a.jsonl: line 2 is no valid JSON: it is wrong at byte 11 of 13" + kCure);
  CHECK(refusal_of("a.jsonl", first + "{\"text\": \"B\"}") ==
        "a.jsonl: line 2: expected a key 'label', found text" + kCure);
  CHECK(refusal_of("a.jsonl", first + "{\"text\": 12, \"label\": 1}") ==
        "a.jsonl: line 2: expected text for 'text', found 12" + kCure);
  CHECK(refusal_of("a.jsonl", first + "{\"text\": \"B\", \"label\": null}") ==
        "a.jsonl: line 2: expected text or a number for 'label', found null" + kCure);
  CHECK(refusal_of("a.jsonl", first + "{\"text\": \"B\", \"label\": 1.0}") ==
        "a.jsonl: line 2: expected a class from 0 to 1 as the label, found '1.0'; --label-names LABEL=CLASS "
        "says what another spelling stands for, --classes names the outputs");
  CHECK(refusal_of("a.jsonl", first + "{\"text\": \"B\", \"label\": 1e999}") ==
        "a.jsonl: line 2 holds a number too large for 64-bit floating point" + kCure);
  CHECK(refusal_of("a.jsonl", "{\"x\": 1, \"y\": 2}") ==
        "a.jsonl: line 1: expected keys as sentence, label, found x, y; --columns says which is which");
  CHECK(refusal_of("a.jsonl", "{}", {.task = TextTask::mnli}) ==
        "a.jsonl: line 1: expected keys as sentence1, sentence2, label, found none; --columns says which is "
        "which");
  CHECK(refusal_of("a.jsonl", first, {.columns = {"text", "gold"}}) ==
        "a.jsonl: line 1: expected a key 'gold', found label, text");
}

TEST_CASE("Rows of the wrong form that are skipped are counted, and leave the others' numbers") {
  const auto rows = [](const std::string& name, const std::string& bytes) {
    const TempFolder folder;
    const auto dataset = open_text_dataset(folder.write(name, bytes), {.skip_bad_rows = true}, kTwo);
    std::string found;
    for (int64_t i = 0; i < dataset.size(); ++i) {
      found += dataset.text(i).first + std::to_string(dataset.row(i)) + " ";
    }
    for (const LeftOut& left_out : dataset.remarks().left_out) found += to_sentence(left_out);
    return found;
  };
  CHECK(rows("a.tsv", "sentence\tlabel\nA\t1\nB\n\nC\t0\n") ==
        "A0 C3 2 rows of the wrong form were left out (line 3: expected 2 columns, found 1, line 4: expected "
        "a row, "
        "found an empty line)");
  CHECK(rows("a.tsv", "A\t1\n\"\tx\ty\nC\t0") ==
        "A0 C2 1 row of the wrong form was left out (line 2: expected 2 columns, found 3)");
  CHECK(rows("a.csv", "sentence,label\n\"A,1\nB,0\n") ==
        "B1 1 row of the wrong form was left out (line 2: expected a closing quote for the one opened here, "
        "fo...)");
  CHECK(rows("a.jsonl", "{\n{\"text\": \"A\", \"label\": 1}\n{\"text\": \"B\"}\n[]") ==
        "A1 3 rows of the wrong form were left out (line 1 is no valid JSON: it is wrong at byte 2 of 1, "
        "line 3: "
        "expected a key 'label', found text, line 4: expected a JSON object, found [])");
  CHECK(rows("a.tsv", "A\t1\nC\t0") == "A0 C1 ");
  const TextFormat skip{.skip_bad_rows = true};
  CHECK(refusal_of("a.tsv", "sentence\tlabel\nA\n", skip) ==
        "a.tsv: expected rows below the header, found none; 1 row of the wrong form was left out (line 2: "
        "expected 2 "
        "columns, found 1)");
  CHECK(contains(refusal_of("a.jsonl", "x\n", skip), "a.jsonl: expected JSON objects, found none; 1 row"));
  // A label that is none is no matter of form.
  CHECK(contains(refusal_of("a.tsv", "A\t1\nB\tx", skip), "line 2: expected a class from 0 to 1"));
}
