// What is said about labels, rows and lengths of texts, and the options that set them right.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/text_inputs.h"

using namespace dpac;
using test::contains;
using test::dpac_error;
using test::dpac_json;
using test::dpac_usage_error;
using test::TextHead;
using test::TextInputs;

namespace {

constexpr const char* kHeader = "premise\thypothesis\tgold_label\n";
const std::vector<std::string> kNames{"entailment", "neutral", "contradiction"};

/// A config.json that names no classes.
std::string nameless(const TextInputs& inputs) {
  return inputs.folder
      .write("nameless.json", R"({"model_type": "bert", "num_attention_heads": 2, "layer_norm_eps": 1e-7})")
      .string();
}

std::vector<std::string> eval(const TextInputs& inputs, const std::string& text,
                              const std::vector<std::string>& more = {}) {
  std::vector<std::string> all{"--data", inputs.folder.write("texts.tsv", text).string()};
  all.insert(all.end(), more.begin(), more.end());
  return inputs.model("eval", all);
}

/// The sentences of a list that have a part in common.
int count_with(const nlohmann::json& sentences, const std::string& part) {
  int count = 0;
  for (const std::string sentence : sentences) count += contains(sentence, part);
  return count;
}

/// Pairs that the network takes for class c, with label names[(c + 1) % 3].
std::string shifted_pairs(const TextInputs& inputs) {
  std::string text = kHeader;
  for (const char* words : {"wa wb", "wc", "wd we wf", "wg wh", "wi wa wc wd", "wz wy", "wx"}) {
    for (const char* other : {"wb wb", "wq wr", "ws", "wt wu wv ww", "wm wn", "wo wp"}) {
      const auto answer =
          dpac_json(inputs.model("eval", {"--text", words, "--text", other}))["text"]["class"];
      const auto found = std::find(kNames.begin(), kNames.end(), answer.get<std::string>());
      const auto next = static_cast<std::size_t>(found - kNames.begin() + 1) % kNames.size();
      text += fmt::format("{}\t{}\t{}\n", words, other, kNames[next]);
    }
  }
  return text;
}

}  // namespace

TEST_CASE(
    "--classes says which output is which, and without names the order of the task is said to be assumed") {
  const TextInputs inputs;
  const std::vector<std::string> plain{"--config", nameless(inputs), "--task", "mnli"};
  const auto assumed = dpac_json(inputs.arguments("eval", plain));
  CHECK(count_with(assumed["assumed"], "taken to be entailment, neutral, contradiction") == 1);
  std::vector<std::string> ordered = plain;
  ordered.insert(ordered.end(), {"--classes", "contradiction,entailment,neutral"});
  const auto told = dpac_json(inputs.arguments("eval", ordered));
  CHECK(count_with(told["assumed"], "taken to be") == 0);
  CHECK(told["options"]["classes"][0] == "contradiction");
  for (std::size_t label = 0; label < 3; ++label)
    CHECK(told["confusion"][(label + 1) % 3] == assumed["confusion"][label]);
}

TEST_CASE("names that cannot be the network's classes are no value of --classes") {
  const TextInputs inputs;
  const auto error = [&](const std::string& classes) {
    return dpac_usage_error(inputs.arguments("eval", {"--task", "mnli", "--classes", classes}));
  };
  CHECK(error("a,b") ==
        "--classes: expected 3 names of classes, one for each of the network's outputs, found 2");
  CHECK(contains(error("neutral,neutral,entailment"), "--classes: expected different names"));
  CHECK(contains(error("contradiction,entailment,other"), "--classes: expected the classes of mnli"));
  const TextInputs score(8, TextHead::score);
  CHECK(contains(dpac_usage_error(score.arguments("eval", {"--classes", "a"})), "--classes was given, but"));
}

TEST_CASE("a far better order of the classes is told after a noise-free pass, and is far better") {
  const TextInputs inputs;
  const std::string text = shifted_pairs(inputs);
  const std::vector<std::string> noisy{"--noise", "shot", "--energy", "100"};
  for (const auto& more : {std::vector<std::string>{}, noisy}) {
    const auto json = dpac_json(eval(inputs, text, more));
    CHECK(count_with(json["notices"], "which is not above chance") == 1);
    CHECK(count_with(json["notices"], "in this order: --classes ") == 1);
  }
  const auto json = dpac_json(eval(inputs, text));
  std::string order;
  for (const std::string notice : json["notices"]) {
    const std::string sign = "--classes ";
    if (contains(notice, "sign test")) order = notice.substr(notice.find(sign) + sign.size());
  }
  order = order.substr(0, order.find(' '));
  const auto better = dpac_json(eval(inputs, text, {"--classes", order}));
  CHECK(json["top1"] == 0);
  CHECK(better["top1"] == 1);
  CHECK(count_with(better["notices"], "chance") + count_with(better["notices"], "--classes") == 0);
}

TEST_CASE("bad rows are an error that names the option which leaves them out") {
  const TextInputs inputs;
  const std::string text = std::string(kHeader) + "wa\twb\tneutral\n\"\twa\t0\tx\nwc\twd\tentailment\n";
  CHECK(contains(dpac_error(eval(inputs, text)), "line 3: expected 3 columns, found 4; --skip-bad-rows"));
  const auto json = dpac_json(eval(inputs, text, {"--skip-bad-rows"}));
  CHECK(json["samples"] == 2);
  CHECK(json["left_out"][0]["what"] == "rows of the wrong form");
  CHECK(json["left_out"][0]["count"] == 1);
  CHECK(json["left_out"][0]["examples"][0] == "line 3: expected 3 columns, found 4");
  CHECK(json["options"]["skip_bad_rows"] == true);
}

TEST_CASE("other spellings of labels are mapped") {
  const TextInputs inputs;
  const std::string text = std::string(kHeader) + "wa\twb\tcontradictory\nwa\twb\tneutral\n";
  CHECK(contains(dpac_error(eval(inputs, text)), "found 'contradictory'; --label-names LABEL=CLASS"));
  const auto json = dpac_json(eval(inputs, text, {"--label-names", "contradictory=contradiction,n=neutral"}));
  CHECK(json["samples"] == 2);
  CHECK(json["options"]["label_names"][1] == "n=neutral");
  CHECK(contains(dpac_usage_error(eval(inputs, text, {"--label-names", "contradictory"})),
                 "--label-names: expected a label and the class it stands for"));
  CHECK(contains(dpac_usage_error(eval(inputs, text, {"--label-names", "contradictory=no"})),
                 "--label-names: expected the label 'contradictory' to stand for"));
}

TEST_CASE("texts that are cut are counted, images have none") {
  const TextInputs inputs;
  const std::string text = std::string(kHeader) + "wa wb wc\twd\t0\nwa\twb\t1\nwa wb\twc wd\t2\n";
  const auto json = dpac_json(eval(inputs, text, {"--max-length", "6"}));
  CHECK(json["truncated_samples"] == 2);
  CHECK(count_with(json["notices"], "2 of 3 texts are longer than --max-length allows, and were cut") == 1);
  const auto whole = dpac_json(eval(inputs, text));
  CHECK(whole["truncated_samples"] == 0);
  CHECK(count_with(whole["notices"], "were cut") == 0);
}

TEST_CASE("options for labels and rows act on nothing beside --text") {
  const TextInputs inputs;
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--label-names", "a=b"}, {"--skip-bad-rows"}}) {
    std::vector<std::string> all{"--text", "wa"};
    all.insert(all.end(), more.begin(), more.end());
    CHECK(contains(dpac_usage_error(inputs.model("eval", all)), "excludes"));
  }
  const auto named = dpac_json(inputs.model("eval", {"--text", "wa", "--classes", "x,y,z"}));
  CHECK(named["text"]["probabilities"].contains("y"));
}

TEST_CASE("a vocabulary far smaller than the embeddings is told") {
  const TextInputs inputs;
  std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nwa\nwb\n";
  const std::string small = inputs.folder.write("small.txt", vocabulary).string();
  const auto json = dpac_json(eval(inputs, std::string(kHeader) + "wa\twb\t0\n", {"--vocab", small}));
  CHECK(count_with(json["notices"], small + " has 6 tokens, but the network has 50 word embeddings") == 1);
}

TEST_CASE("embeddings say how they are pooled") {
  const TextInputs inputs(8, TextHead::none);
  CHECK(count_with(dpac_json(inputs.arguments("eval"))["assumed"], "embeddings are the means") == 1);
  inputs.folder.write("1_Pooling/config.json",
                      R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false})");
  const auto first = dpac_json(inputs.arguments("eval"));
  CHECK(count_with(first["assumed"], "embeddings are") == 0);
}
