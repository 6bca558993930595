// Text, vocabularies and options that do not fit a BERT, or no BERT.

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_inputs.h"
#include "tests/support/program.h"
#include "tests/support/text_inputs.h"

using namespace dpac;
using test::dpac_error;
using test::dpac_json;
using test::dpac_usage_error;
using test::TextHead;
using test::TextInputs;

namespace {

std::string data_error(const TextInputs& inputs, const std::string& name, const std::string& text) {
  const std::string file = inputs.folder.write(name, text).string();
  return dpac_error(inputs.model("eval", {"--data", file}));
}

bool mentions(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A vocabulary that is absent, or larger than the embeddings, is told by its path") {
  const TextInputs inputs;
  const std::string large = inputs.folder
                                .write("large.txt",
                                       [] {
                                         std::string lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";
                                         for (int i = 0; i < 47; ++i)
                                           lines.append("t").append(std::to_string(i)).append("\n");
                                         return lines;
                                       }())
                                .string();
  CHECK(dpac_error(inputs.arguments("eval", {"--vocab", large})) ==
        large + ": has 51 tokens, but the network has 50 word embeddings; is it another network's?");
  std::filesystem::remove(inputs.file("vocab.txt"));
  CHECK(
      dpac_error(inputs.arguments("eval")) ==
      inputs.weights +
          ": there is no vocab.txt or tokenizer.json beside it; give the network's vocabulary with --vocab");
}

TEST_CASE("Heads, lengths and padding must fit the network") {
  const TextInputs inputs;
  mentions(dpac_error(inputs.arguments("eval", {"--heads", "3"})),
           "3 attention heads do not divide 32 features");
  CHECK(dpac_usage_error(inputs.arguments("eval", {"--max-length", "25"})) ==
        "--max-length is 25, but " + inputs.weights + " has 24 position embeddings");
  CHECK(dpac_usage_error(inputs.arguments("eval", {"--pad-to", "25"})) ==
        "--pad-to is 25, but the network has 24 position embeddings");
  mentions(dpac_error(inputs.arguments("eval", {"--max-length", "2"})), "special tokens");
  const TextInputs headless(4, TextHead::score);
  mentions(dpac_error({"eval", "--weights", headless.weights, "--data", headless.data}),
           "--heads or --config");
}

TEST_CASE("Labels and lines that are none are told by file and line") {
  const TextInputs inputs;
  const std::string header = "premise\thypothesis\tlabel\n";
  mentions(data_error(inputs, "a.tsv", header + "wa\twb\tneutral\nwa\twb\tperhaps\n"), "a.tsv: line 3");
  mentions(data_error(inputs, "b.tsv", header + "wa\twb\t3\n"), "b.tsv: line 2");
  mentions(data_error(inputs, "c.tsv", header + "wa\twb\t0\n\nwa\twb\t0\n"), "c.tsv: line 3");
  mentions(data_error(inputs, "d.tsv", ""), "d.tsv");
  mentions(dpac_usage_error(inputs.arguments("eval", {"--task", "nothing"})),
           "--task: expected a task of GLUE");
  const TextInputs scores(4, TextHead::score);
  mentions(data_error(scores, "e.tsv", "sentence1\tsentence2\tscore\nwa\twb\tmuch\n"), "e.tsv: line 2");
}

TEST_CASE("Invalid UTF-8 and a line of 10 MB have a result") {
  const TextInputs inputs;
  const std::string h5 = inputs.file("l.h5");
  std::string line(10'000'000, 'a');
  for (std::size_t i = 7; i < line.size(); i += 8) line[i] = ' ';
  inputs.folder.write("odd.tsv", "sentence\tlabel\nwa \xff\xfewb\t0\n" + line + "\t1\n\xc3\t2\n");
  const auto json = dpac_json(inputs.model("eval", {"--data", inputs.file("odd.tsv")}));
  CHECK(json["samples"] == 3);
  CHECK(json["mean_tokens"].get<double>() == doctest::Approx((4 + 24 + 2) / 3.0));
}

TEST_CASE("Options of images are for images, those of text for text") {
  const TextInputs texts;
  const test::CliInputs images(4);
  CHECK(dpac_usage_error(texts.arguments("eval", {"--preset", "cifar"})) ==
        "--preset was given, but " + texts.weights + " reads text, not images");
  CHECK(dpac_usage_error(texts.arguments("eval", {"--input-size", "32x32"})) ==
        "--input-size was given, but " + texts.weights + " is no network for images");
  CHECK(dpac_usage_error(images.arguments("eval", {"--task", "mnli"})) ==
        "--task was given, but " + images.weights + " is no BERT");
  CHECK(dpac_usage_error(images.arguments("eval", {"--max-length", "12"})) ==
        "--max-length was given, but " + images.weights + " is no BERT");
  CHECK(dpac_usage_error({"eval", "--weights", images.weights, "--text", "wa"}) ==
        "--text was given, but " + images.weights + " is no BERT");
  CHECK(dpac_usage_error(images.arguments("bench", {"--rounds", "1"})) ==
        "--data was given, but " + images.weights + " is timed on random images");
  mentions(dpac_usage_error(texts.arguments("learn", {"--train-data", texts.data, "--noise", "shot",
                                                      "--target-energy", "1", "--no-augment"})),
           "--no-augment");
}

TEST_CASE("There is nothing to learn from without a loss or labels") {
  const TextInputs embeddings(8, TextHead::none), inputs;
  const std::vector<std::string> learn{"--noise", "shot", "--target-energy", "1", "--train-data"};
  const auto error = [&](const TextInputs& of, const std::string& data) {
    std::vector<std::string> more = learn;
    more.push_back(data);
    return dpac_error(of.model("learn", more));
  };
  mentions(error(embeddings, embeddings.data), "gives embeddings");
  const std::string plain = inputs.folder.write("plain.txt", "wa wb\nwc\n").string();
  CHECK(error(inputs, plain) == plain + ": has no labels to learn from");
  mentions(dpac_error(inputs.model("search", {"--data", plain, "--train-data", inputs.data})),
           "has no labels or scores to judge accuracy by");
  mentions(
      dpac_usage_error(embeddings.model("eval", {"--data", plain, "--predictions", inputs.file("p.csv")})),
      "--logits writes them");
  CHECK(dpac_json(embeddings.model("eval", {"--data", plain, "--vocab", inputs.file("vocab.txt")}))["metrics"]
            .is_null());
}

TEST_CASE("--text takes one sentence or two, and no --data beside it") {
  const TextInputs inputs;
  mentions(dpac_usage_error(inputs.model("eval", {"--text", "a", "--text", "b", "--text", "c"})), "3 times");
  CHECK(test::run_dpac(inputs.arguments("eval", {"--text", "wa"})).exit_code == 2);
  CHECK(test::run_dpac(inputs.model("eval", {})).err.starts_with("dpac: error: --data is required\n"));
}
