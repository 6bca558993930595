#include "tests/support/text_inputs.h"

#include <array>
#include <filesystem>
#include <random>

#include <fmt/format.h>

#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_writer.h"

namespace dpac::test {
namespace {

constexpr int kWords = 45, kMostWords = 7;
constexpr std::array kLabels{"entailment", "neutral", "contradiction"};

std::string vocabulary() {
  std::string lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  constexpr int kLetters = 26;
  for (int i = 0; i < kWords; ++i) {
    lines += fmt::format("w{}{}\n", static_cast<char>('a' + i % kLetters), i < kLetters ? "" : "x");
  }
  return lines;
}

/// The golden encoder with another head, and without its configuration.
void write_with_head(const std::string& file, TextHead head) {
  const Checkpoint checkpoint = open_checkpoint(std::string(DPAC_GOLDEN_DIR) + "/bert/state_dict.h5");
  Hdf5Writer writer(file);
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    const bool classifier = name.starts_with("classifier.");
    if (classifier && head == TextHead::none) continue;
    Shape shape = entry.tensor.shape();
    if (classifier) shape[0] = 1;
    const auto count = static_cast<std::size_t>(element_count(shape));
    writer.write_floats(name, shape, entry.tensor.values().first(count));
  }
  writer.commit();
}

class Sentences {
 public:
  explicit Sentences(const std::string& vocabulary) {
    for (std::size_t begin = 0; begin < vocabulary.size();) {
      const std::size_t end = vocabulary.find('\n', begin);
      const std::string token = vocabulary.substr(begin, end - begin);
      if (token.front() != '[') words_.push_back(token);
      begin = end + 1;
    }
  }

  std::string next() {
    std::string sentence;
    const auto count = static_cast<int>(engine_() % kMostWords) + 1;
    for (int i = 0; i < count; ++i)
      sentence.append(i == 0 ? "" : " ").append(words_[engine_() % words_.size()]);
    words_used_ += count;
    return sentence;
  }

  std::string label(TextHead head) {
    if (head == TextHead::classifier) return kLabels[engine_() % kLabels.size()];
    return fmt::format("{:.2f}", static_cast<double>(engine_() % 500) / 100);
  }

  [[nodiscard]] int words_used() const { return words_used_; }

 private:
  std::mt19937 engine_{5};
  std::vector<std::string> words_;
  int words_used_ = 0;
};

}  // namespace

TextInputs::TextInputs(int pairs, TextHead head) : weights(file("weights.h5")), data(file("pairs.tsv")) {
  if (head == TextHead::classifier) {
    std::filesystem::copy_file(std::string(DPAC_GOLDEN_DIR) + "/bert/state_dict.h5", weights);
  } else {
    write_with_head(weights, head);
    heads = {"--heads", "2"};
  }
  folder.write("vocab.txt", vocabulary());
  Sentences sentences(vocabulary());
  std::string lines =
      head == TextHead::classifier ? "premise\thypothesis\tgold_label\n" : "sentence1\tsentence2\tscore\n";
  for (int i = 0; i < pairs; ++i) {
    const std::string first = sentences.next(), second = sentences.next();
    lines += fmt::format("{}\t{}\t{}\n", first, second, sentences.label(head));
  }
  folder.write("pairs.tsv", lines);
  constexpr int kSpecialTokens = 3;
  mean_tokens = static_cast<double>(sentences.words_used()) / pairs + kSpecialTokens;
}

std::vector<std::string> TextInputs::model(const std::string& command,
                                           const std::vector<std::string>& more) const {
  std::vector<std::string> all{command, "--weights", weights};
  all.insert(all.end(), heads.begin(), heads.end());
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<std::string> TextInputs::arguments(const std::string& command,
                                               const std::vector<std::string>& more) const {
  std::vector<std::string> all = model(command, {"--data", data});
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace dpac::test
