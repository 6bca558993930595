// Text files: the first byte chooses the form, the task, and whether bad rows are left out.
#include <array>

#include "loaders/text/text_dataset.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  constexpr std::array kNames = {"text.tsv", "text.csv", "text.jsonl", "text.txt", "text"};
  constexpr std::array<std::optional<dpac::TextTask>, 4> kTasks = {
      std::nullopt, dpac::TextTask::sst2, dpac::TextTask::mnli, dpac::TextTask::stsb};
  if (size == 0) return 0;
  const std::size_t choice = data[0];
  const dpac::TextFormat format{.task = kTasks[choice / 8 % kTasks.size()], .skip_bad_rows = choice >= 128};
  const auto file = dpac::fuzz::folder().write(kNames[choice % 8 % kNames.size()], {data + 1, size - 1});
  dpac::fuzz::check([&] { (void)dpac::open_text_dataset(file, format, {.classes = 3}); });
  dpac::fuzz::check([&] { (void)dpac::open_text_dataset(file, format, {}); });
  return 0;
}
