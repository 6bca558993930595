// GLUE's files: how many samples, and which. The numbers were counted with Python's csv module and str.split.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/text/text_dataset.h"

using namespace dpac;
namespace fs = std::filesystem;

namespace {

struct Case {
  std::string file;
  TextTask task;
  std::vector<int64_t> class_counts;
};

const std::vector<Case> kCases{
    {"MNLI/split_test.tsv", TextTask::mnli, {702, 656, 605}},
    {"MNLI/split_train.tsv", TextTask::mnli, {2777, 2467, 2608}},
    {"MNLI/mnli_dev_matched_with_bert100_correct.tsv", TextTask::mnli, {3479, 3123, 3213}},
    {"SST-2/dev.tsv", TextTask::sst2, {428, 444}},
    {"SST-2/test.tsv", TextTask::sst2, {912, 909}},
    {"SST-2/train.tsv", TextTask::sst2, {3310, 3610}},
    {"CoLA/in_domain_dev.tsv", TextTask::cola, {162, 365}},
    {"CoLA/out_of_domain_dev.tsv", TextTask::cola, {162, 354}},
    {"CoLA/in_domain_train.tsv", TextTask::cola, {2528, 6023}},
};

TextDataset open(const std::string& file, const TextFormat& format, const LabelRule& rule) {
  return open_text_dataset(fs::path(DPAC_SHARED_DATA) / "glue" / file, format, rule);
}

}  // namespace

TEST_CASE("GLUE: every sample and its class") {
  for (const Case& glue : kCases) {
    CAPTURE(glue.file);
    const auto classes = static_cast<int>(glue.class_counts.size());
    const auto dataset = open(glue.file, {.task = glue.task}, {.classes = classes});
    std::vector<int64_t> counts(glue.class_counts.size());
    int64_t pairs = 0;
    for (int64_t i = 0; i < dataset.size(); ++i) {
      ++counts[static_cast<std::size_t>(dataset.target(i))];
      pairs += dataset.text(i).second.has_value();
      CHECK(dataset.row(i) == i);
    }
    CHECK(counts == glue.class_counts);
    CHECK(pairs == (classes == 3 ? dataset.size() : 0));
  }
}

TEST_CASE("GLUE: without a task, but for CoLA's four columns") {
  CHECK(open("MNLI/split_test.tsv", {},
             {.classes = 3, .class_names = {"entailment", "neutral", "contradiction"}})
            .size() == 1963);
  CHECK(open("SST-2/dev.tsv", {}, {.classes = 2}).size() == 872);
  CHECK(open("CoLA/in_domain_dev.tsv", {.columns = {"4", "2"}}, {.classes = 2}).size() == 527);
}

TEST_CASE("STS-B: scores of quoted pairs") {
  const TextFormat format{.task = TextTask::stsb};
  const auto test = open("STS-B/test.csv", format, {});
  REQUIRE(test.size() == 1379);
  CHECK(test.text(0).first == "A girl is styling her hair.");
  CHECK(test.text(0).second == "A girl is brushing her hair.");
  CHECK(test.target(0) == 2.5);
  double sum = 0;
  for (int64_t i = 0; i < test.size(); ++i) sum += test.target(i);
  CHECK(sum == doctest::Approx(3596.317).epsilon(1e-12));
  CHECK(open("STS-B/dev.csv", format, {}).size() == 1500);
  CHECK(open("STS-B/train.csv", format, {}).size() == 5749);
}
