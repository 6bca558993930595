#include "loaders/hdf5/isolation/channel.h"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernels/error.h"

namespace dpac {
namespace {

/// Of lists of names and of whole files in memory; tensors go another way.
constexpr uint64_t kLongest = uint64_t{4} << 30;

Descriptor above_standard_streams(int number) {
  const Descriptor given(number);
  return Descriptor(fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

bool receive_all(int socket, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t count = recv(socket, to, size, MSG_WAITALL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    to += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

Descriptor::~Descriptor() {
  if (valid()) close(number_);
}

std::array<Descriptor, 2> socket_pair(int type) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw Error("the system has no more sockets, which processes that read HDF5 files are talked to by");
  }
  return {above_standard_streams(ends[0]), above_standard_streams(ends[1])};
}

bool Channel::send(const std::string& message) {
  const uint64_t length = message.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += message;
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t count = ::send(socket_.get(), bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += static_cast<std::size_t>(count);
  }
  return true;
}

std::optional<std::string> Channel::receive() {
  uint64_t length = 0;
  if (!receive_all(socket_.get(), reinterpret_cast<char*>(&length), sizeof length)) return std::nullopt;
  if (length > kLongest) return std::nullopt;
  std::string message(length, '\0');
  if (!receive_all(socket_.get(), message.data(), message.size())) return std::nullopt;
  return message;
}

}  // namespace dpac
