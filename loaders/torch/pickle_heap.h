/// @file
/// Owns the objects of one pickle.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "loaders/torch/pickle_value.h"

namespace dpac {

/// Objects live as long as the heap, so that cycles and deep nests need no care. What a pickle may make is
/// bounded: some bytes of it can ask for a copy of all that came before.
class PickleHeap {
 public:
  /// `where` begins messages.
  explicit PickleHeap(std::string where) : where_(std::move(where)) {}

  template <class T>
  PickleObject* make(T value) {
    spend(kObjectCost);
    return &objects_.emplace_back(PickleObject{std::move(value)});
  }

  /// Accounts for a copy of a text.
  void spend_text(std::size_t bytes) { spend(bytes / sizeof(PickleValue)); }

  /// Accounts for `values` places in lists, dicts and on the stack. @throws Error when it is too much.
  void spend(std::size_t values);

  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  static constexpr std::size_t kObjectCost = 8;  // An object takes about as much as 8 values.

  std::string where_;
  std::deque<PickleObject> objects_;
  std::size_t spent_ = 0;
};

}  // namespace dpac
