/// @file
/// Command lines put together from parts.
#pragma once

#include <string>
#include <vector>

namespace dpac::test {

using Words = std::vector<std::string>;

inline Words joined(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace dpac::test
