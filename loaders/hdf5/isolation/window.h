/// @file
/// Memory that two processes share. For the loaders' own use.
#pragma once

#include <cstddef>

#include "loaders/hdf5/isolation/channel.h"

namespace dpac {

/// Two panes, so that one is filled while the other is emptied; both stay in a processor's cache.
class Window {
 public:
  /// @throws Error if the system has no memory for it.
  static Window create();

  /// What another process has created. @throws Error
  explicit Window(Descriptor memory);

  Window(Window&& other) noexcept;
  Window& operator=(Window&&) = delete;
  ~Window();

  [[nodiscard]] int descriptor() const { return memory_.get(); }
  [[nodiscard]] std::size_t pane_bytes() const { return pane_bytes_; }
  /// Of the n-th piece that passes through.
  [[nodiscard]] std::byte* pane(std::size_t n) const { return begin_ + n % 2 * pane_bytes_; }

 private:
  Descriptor memory_;
  std::size_t pane_bytes_ = 0;
  std::byte* begin_ = nullptr;
};

}  // namespace dpac
