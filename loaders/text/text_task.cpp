#include "loaders/text/text_task.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

constexpr std::array<std::string_view, 3> kInference{"entailment", "neutral", "contradiction"};
constexpr std::array<std::string_view, 2> kSentiment{"negative", "positive"};
constexpr std::array<std::string_view, 2> kEquivalence{"not_equivalent", "equivalent"};
constexpr std::array<std::string_view, 2> kEntailmentFirst{"entailment", "not_entailment"};
constexpr std::array<std::string_view, 2> kAcceptability{"unacceptable", "acceptable"};
constexpr std::array<std::string_view, 2> kDuplicates{"not_duplicate", "duplicate"};
constexpr std::array<std::string_view, 2> kEntailmentLast{"not_entailment", "entailment"};

constexpr std::array<TextTaskTraits, 9> kTasks{{
    {TextTask::mnli, "mnli", true, kInference},
    {TextTask::sst2, "sst2", false, kSentiment},
    {TextTask::mrpc, "mrpc", true, kEquivalence},
    {TextTask::rte, "rte", true, kEntailmentFirst},
    {TextTask::stsb, "stsb", true, {}},
    {TextTask::cola, "cola", false, kAcceptability},
    {TextTask::qnli, "qnli", true, kEntailmentFirst},
    {TextTask::qqp, "qqp", true, kDuplicates},
    {TextTask::wnli, "wnli", true, kEntailmentLast},
}};

}  // namespace

const TextTaskTraits& traits_of(TextTask task) {
  return *std::find_if(kTasks.begin(), kTasks.end(),
                       [&](const TextTaskTraits& traits) { return traits.task == task; });
}

TextTask text_task_named(std::string_view name) {
  std::string plain(name);
  std::erase(plain, '-');
  std::string names;
  for (const TextTaskTraits& traits : kTasks) {
    if (equal_ignoring_case(plain, traits.name)) return traits.task;
    names += names.empty() ? "" : ", ";
    names += traits.name;
  }
  throw Error(fmt::format("expected a task of GLUE, one of {}, found '{}'", names, excerpt(name)));
}

}  // namespace dpac
