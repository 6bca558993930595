#include "tests/support/text_files.h"

#include <fmt/format.h>

#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

namespace dpac::test {

Lines text_samples(const std::string& name, const std::string& bytes, const TextFormat& format,
                   const LabelRule& rule) {
  const TempFolder folder;
  const auto dataset = open_text_dataset(folder.write(name, bytes), format, rule);
  Lines samples;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    std::string sample = dataset.text(i).first;
    if (dataset.text(i).second) sample += "|" + *dataset.text(i).second;
    if (dataset.has_labels()) sample += fmt::format(">{}", dataset.target(i));
    samples.push_back(sample);
  }
  return samples;
}

std::string text_refusal(const std::string& name, const std::string& bytes, const TextFormat& format,
                         const LabelRule& rule) {
  const TempFolder folder;
  const auto path = folder.write(name, bytes);
  const std::string message = message_of([&] { open_text_dataset(path, format, rule); });
  const std::string prefix = folder.path().string() + "/";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

}  // namespace dpac::test
