#include "loaders/images/label.h"

#include <charconv>

namespace dpac {

std::optional<int> class_number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > kMaxLabel) return std::nullopt;
  return number;
}

}  // namespace dpac
