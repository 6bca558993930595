/// @file
/// The text of errors, which tests check like any other result.
#pragma once

#include <string>

#include "kernels/error.h"

namespace dpac::test {

/// What `call` throws as an Error, or "no error".
template <class Call>
std::string message_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace dpac::test
