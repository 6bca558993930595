/// @file
/// Messages between two processes of one machine. For the loaders' own use.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace dpac {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool valid() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// Two sockets that are connected, neither of them a standard stream even where those are closed. `type` is
/// SOCK_STREAM or SOCK_SEQPACKET. @throws Error if the system has none.
std::array<Descriptor, 2> socket_pair(int type);

/// One end of a stream of messages. Signals do not disturb it.
class Channel {
 public:
  explicit Channel(Descriptor socket) : socket_(std::move(socket)) {}

  /// False if there is nobody at the other end.
  bool send(const std::string& message);

  /// Unset if nobody is there to send one, or its length is absurd.
  std::optional<std::string> receive();

 private:
  Descriptor socket_;
};

}  // namespace dpac
