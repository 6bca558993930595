/// @file
/// The tasks of GLUE: what their samples and classes are.
#pragma once

#include <span>
#include <string_view>

namespace dpac {

enum class TextTask { mnli, sst2, mrpc, rte, stsb, cola, qnli, qqp, wnli };

struct TextTaskTraits {
  TextTask task;
  std::string_view name;
  bool pairs;  ///< Samples are pairs of sentences.
  /// In the order of Hugging Face's GLUE; none for STS-B, whose targets are scores from 0 to 5.
  std::span<const std::string_view> class_names;
};

const TextTaskTraits& traits_of(TextTask task);

/// "mnli", "sst2", ...; case and hyphens do not matter ("SST-2"). @throws Error listing the tasks.
TextTask text_task_named(std::string_view name);

}  // namespace dpac
