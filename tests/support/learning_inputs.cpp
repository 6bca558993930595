#include "tests/support/learning_inputs.h"

#include <algorithm>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>

#include "tests/support/program.h"

namespace dpac::test {
namespace {

constexpr int kImages = 60;
constexpr std::size_t kRecord = 1 + 3 * 32 * 32;

/// Column 2 of `index,label,prediction,probability`.
std::vector<uint8_t> predictions(const std::string& csv) {
  std::ifstream stream(csv);
  std::vector<uint8_t> column;
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    std::istringstream cells(line);
    for (int i = 0; i < 3; ++i) std::getline(cells, line, ',');
    column.push_back(static_cast<uint8_t>(std::stoi(line)));
  }
  return column;
}

}  // namespace

LearningInputs::LearningInputs()
    : inputs(kImages), train(inputs.file("train.bin")), judge(inputs.file("judge.bin")) {
  const std::string csv = inputs.file("predictions.csv");
  if (run_dpac(inputs.arguments("eval", {"--predictions", csv, "--quiet"})).exit_code != 0) {
    throw std::runtime_error("eval gave no predictions");
  }
  std::vector<uint8_t> bytes = cifar_batch(kImages);
  const std::vector<uint8_t> labels = predictions(csv);
  for (std::size_t i = 0; i < labels.size(); ++i) bytes[i * kRecord] = labels[i];
  const auto all = std::span<const uint8_t>(bytes);
  inputs.folder.write("train.bin", all.first(20 * kRecord));
  inputs.folder.write("judge.bin", all.subspan(20 * kRecord));
}

std::vector<std::string> LearningInputs::arguments(const std::string& command,
                                                   const std::vector<std::string>& more) const {
  std::vector<std::string> all{command, "--weights", inputs.weights, "--train-data", train};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace dpac::test
