#include "tests/support/token_cases.h"

#include <cstddef>

namespace dpac::test {

std::vector<std::vector<int32_t>> lists_of(const Hdf5File& file, const std::string& values,
                                           const std::string& ends) {
  const std::vector<int64_t> all = file.read_integers(values);
  std::vector<std::vector<int32_t>> lists;
  auto begin = all.begin();
  for (const int64_t end : file.read_integers(ends)) {
    lists.emplace_back(begin, all.begin() + end);
    begin = all.begin() + end;
  }
  return lists;
}

std::vector<std::string> token_lines(const Hdf5File& file) {
  std::vector<std::string> lines;
  for (const auto& bytes : lists_of(file, "text", "ends")) {
    std::string line;
    for (const int32_t byte : bytes) line += static_cast<char>(byte);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace dpac::test
