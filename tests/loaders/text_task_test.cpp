// The official files of GLUE's tasks, and how labels become classes or scores.
#include "loaders/text/text_task.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"
#include "tests/support/text_files.h"

using namespace dpac;
using namespace dpac::test;

namespace {

const LabelRule kTwo{.classes = 2};
const LabelRule kThree{.classes = 3};
const std::string kCure = "; --label-names LABEL=CLASS says what another spelling stands for";
const std::string kNames = ", --classes names the outputs";

Lines official(TextTask task, const std::string& bytes, const LabelRule& rule = kTwo) {
  return text_samples("file.tsv", bytes, {.task = task}, rule);
}

/// The target of a single sample with this label.
std::string target_of(const std::string& label, const LabelRule& rule, std::optional<TextTask> task = {}) {
  const std::string bytes = "A\tB\t" + label;
  const TextFormat format{.task = task};
  const std::string refusal = text_refusal("file.tsv", bytes, format, rule);
  return refusal == "no error" ? text_samples("file.tsv", bytes, format, rule)[0].substr(4) : refusal;
}

}  // namespace

TEST_CASE("Tasks by name") {
  CHECK(text_task_named("mnli") == TextTask::mnli);
  CHECK(text_task_named("SST-2") == TextTask::sst2);
  CHECK(text_task_named("sts-b") == TextTask::stsb);
  CHECK(traits_of(TextTask::rte).class_names[1] == "not_entailment");
  CHECK(traits_of(TextTask::wnli).class_names[1] == "entailment");
  CHECK(message_of([] { text_task_named("snli"); }) ==
        "expected a task of GLUE, one of mnli, sst2, mrpc, rte, stsb, cola, qnli, qqp, wnli, found 'snli'");
}

TEST_CASE("Pairs as GLUE ships them") {
  CHECK(official(TextTask::mnli,
                 "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\t"
                 "sentence1_parse\tsentence2_parse\tsentence1\tsentence2\tlabel1\tgold_label\n"
                 "0\t1\t1n\tslate\t( A )\t( B )\t(ROOT A)\t(ROOT B)\tA\tB\tentailment\tneutral\n"
                 "1\t1\t1e\tslate\t( A )\t( B )\t(ROOT A)\t(ROOT B)\tC\tD\tneutral\t-\n",
                 kThree) == Lines{"A|B>1"});
  CHECK(official(TextTask::mrpc,
                 "\xEF\xBB\xBFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t702\t703\tA \"b\tC") ==
        Lines{"A \"b|C>1"});
  CHECK(official(TextTask::rte, "index\tsentence1\tsentence2\tlabel\n0\tA\tB\tnot_entailment") ==
        Lines{"A|B>1"});
  CHECK(official(TextTask::qnli, "index\tquestion\tsentence\tlabel\n0\tA\tB\tentailment") == Lines{"A|B>0"});
  CHECK(official(TextTask::qqp, "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n0\t1\t2\tA\tB\t1") ==
        Lines{"A|B>1"});
  CHECK(official(TextTask::wnli, "index\tsentence1\tsentence2\tlabel\n0\tA\tB\t1") == Lines{"A|B>1"});
  CHECK(official(TextTask::stsb,
                 "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
                 "0\tmain\tMSR\t2012\t1\tnone\tnone\tA\tB\t3.800",
                 {}) == Lines{"A|B>3.8"});
}

TEST_CASE("Sentences as GLUE ships them") {
  CHECK(official(TextTask::sst2, "sentence\tlabel\nA \t1") == Lines{"A >1"});
  CHECK(official(TextTask::cola, "gj04\t1\t\tA\ngj04\t0\t*\tB") == Lines{"A>1", "B>0"});
  CHECK(official(TextTask::cola, "index\tsentence\n0\tA") == Lines{"A"});
  CHECK(official(TextTask::cola, "A\t1") == Lines{"A>1"});
  CHECK(official(TextTask::mnli, "index\tsentence1\tsentence2\n0\tA\tB", kThree) == Lines{"A|B"});
}

TEST_CASE("A task is of pairs or of sentences") {
  CHECK(official(TextTask::sst2, "question\tsentence\tlabel\nA\tB\t1") == Lines{"B>1"});
  CHECK(text_refusal("a.tsv", "sentence\tlabel\nA\t1", {.task = TextTask::rte}, kTwo) ==
        "a.tsv: line 1: expected the header of rte, or text, text, label without one, found 2 columns: "
        "'sentence | label'; --columns says which is which");
  CHECK(text_refusal("a.tsv", "A\tB\t1", {.task = TextTask::sst2}, kTwo) ==
        "a.tsv: line 1: expected the header of sst2, or text, label without one, found 3 columns: "
        "'A | B | 1'; --columns says which is which");
}

TEST_CASE("Labels by the checkpoint's names, before those of the task") {
  const LabelRule swapped{.classes = 3, .class_names = {"contradiction", "Entailment", "neutral"}};
  CHECK(target_of("entailment", swapped, TextTask::mnli) == "1");
  CHECK(target_of("CONTRADICTION", swapped) == "0");
  CHECK(target_of(" neutral ", swapped) == "2");
  CHECK(target_of("2", swapped) == "2");
  CHECK(target_of("1", {.classes = 2, .class_names = {"1", "0"}}) == "0");
  CHECK(target_of("a", {.classes = 2, .class_names = {"A", "a"}}) == "1");
}

TEST_CASE("Labels by the task's names where the checkpoint has none") {
  const LabelRule placeholders{.classes = 3, .class_names = {"LABEL_0", "LABEL_1", "LABEL_2"}};
  CHECK(target_of("contradiction", placeholders, TextTask::mnli) == "2");
  CHECK(target_of("contradiction", kThree, TextTask::mnli) == "2");
  CHECK(target_of("not_entailment", kTwo, TextTask::rte) == "1");
  CHECK(target_of("1", kTwo, TextTask::rte) == "1");
}

TEST_CASE("Numbers count the task's classes where the network has them in another order") {
  const LabelRule swapped{.classes = 3, .class_names = {"contradiction", "Entailment", "neutral"}};
  for (const auto& [number, output] : {std::pair{"0", "1"}, {"1", "2"}, {"2", "0"}}) {
    CHECK(target_of(number, swapped, TextTask::mnli) == output);
    CHECK(target_of(number, swapped) == number);
  }
  // Other names than the task's do not say which is which.
  CHECK(target_of("0", {.classes = 2, .class_names = {"yes", "no"}}, TextTask::rte) == "0");
  CHECK(target_of("0", {.classes = 2, .class_names = {"entailment", "not_entailment"}}, TextTask::wnli) ==
        "1");
}

TEST_CASE("What labels rest on besides the file is said") {
  const auto assumed = [](const std::string& bytes, const LabelRule& rule, std::optional<TextTask> task) {
    const TempFolder folder;
    const auto sentences =
        open_text_dataset(folder.write("a.tsv", bytes), {.task = task}, rule).remarks().assumed;
    CHECK(sentences.size() <= 1);
    return sentences.empty() ? "" : sentences.front();
  };
  CHECK(assumed("A\tB\tneutral", kThree, TextTask::mnli) ==
        "the network's outputs are taken to be entailment, neutral, contradiction, the order of mnli in "
        "GLUE, for "
        "nothing names them; --classes sets another order");
  CHECK_FALSE(assumed("A\tB\t0", kThree, TextTask::mnli).empty());
  CHECK(assumed("sentence1\tsentence2\nA\tB", kThree, TextTask::mnli).empty());
  CHECK(
      assumed("A\tB\t0", kThree, {}) ==
      "labels are taken to be the numbers of the network's outputs, for nothing names them; --classes does");
  CHECK(assumed("A\tB\t0", {}, {}).empty());
  const LabelRule swapped{.classes = 3, .class_names = {"contradiction", "entailment", "neutral"}};
  CHECK(assumed("A\tB\tneutral", swapped, TextTask::mnli).empty());
  CHECK(assumed("A\tB\tneutral\nC\tD\t0", swapped, TextTask::mnli) ==
        "labels that are numbers are taken to count the classes of mnli in GLUE: 0 is entailment, which is "
        "output 1");
}

TEST_CASE("Other spellings of labels") {
  LabelRule rule{.classes = 3, .class_names = {"entailment", "neutral", "contradiction"}};
  rule.spellings = {label_spelling("contradictory=contradiction"), label_spelling("0=2"),
                    label_spelling(" a b = neutral")};
  CHECK(target_of("Contradictory", rule) == "2");
  CHECK(target_of("0", rule) == "2");
  CHECK(target_of("a b", rule) == "1");
  CHECK(target_of("contradiction", rule) == "2");
  CHECK(target_of("high", {.spellings = {{"high", "4.5"}}}) == "4.5");
  rule.spellings = {{"contradictory", "contradiktion"}};
  CHECK(target_of("neutral", rule) ==
        "expected the label 'contradictory' to stand for a class from 0 to 2 or one of entailment, neutral, "
        "contradiction, found 'contradiktion'");
  for (const std::string wrong : {"", "=", "a", "=b", "a="}) {
    CHECK(message_of([&] { (void)label_spelling(wrong); }) ==
          "expected a label and the class it stands for, as contradictory=contradiction, found '" + wrong +
              "'");
  }
}

TEST_CASE("Names of the outputs, in an order of the user's") {
  using Names = std::vector<std::string>;
  const auto refusal = [](const Names& names, std::optional<TextTask> task = {}) {
    return message_of([&] { check_class_names(names, 3, task); });
  };
  CHECK(refusal({"contradiction", "Entailment", "neutral"}, TextTask::mnli) == "no error");
  CHECK(refusal({"a", "b", "c"}) == "no error");
  CHECK(refusal({"a", "b", "c"}, TextTask::rte) == "no error");
  CHECK(refusal({"a", "b"}) == "expected 3 names of classes, one for each of the network's outputs, found 2");
  CHECK(refusal({"a", "b", "a"}) == "expected different names of classes, found 'a' twice");
  CHECK(refusal({"a", " ", "b"}) == "expected names of classes, found an empty one");
  CHECK(refusal({"contradiction", "entailment", "other"}, TextTask::mnli) ==
        "expected the classes of mnli, entailment, neutral, contradiction in any order, found contradiction, "
        "entailment, other");
}

TEST_CASE("Refused labels") {
  CHECK(target_of("neutral", kThree) ==
        "file.tsv: line 1: expected a class from 0 to 2 as the label, found 'neutral'" + kCure + kNames);
  // Three outputs are not the two classes of RTE.
  CHECK(target_of("entailment", kThree, TextTask::rte) ==
        "file.tsv: line 1: expected a class from 0 to 2 as the label, found 'entailment'" + kCure + kNames);
  CHECK(target_of("maybe", kThree, TextTask::mnli) ==
        "file.tsv: line 1: expected a class from 0 to 2 or one of entailment, neutral, contradiction as the "
        "label, found 'maybe'" +
            kCure);
  for (const std::string label : {"3", "-1", "1.0", "", "0x1", "99999999999"}) {
    CHECK(target_of(label, kThree) == "file.tsv: line 1: expected a class from 0 to 2 as the label, found '" +
                                          label + "'" + kCure + kNames);
  }
  for (const std::string label : {"nan", "inf", "", "five", "1,5", "1e999"}) {
    CHECK(target_of(label, {}) ==
          "file.tsv: line 1: expected a finite number as the label, found '" + label + "'");
  }
  // Only MNLI has rows without a gold label.
  CHECK(contains(target_of("-", kTwo, TextTask::rte), "found '-'"));
  CHECK(target_of("-", kThree, TextTask::mnli) == "file.tsv: expected gold labels, found none but '-'");
}
