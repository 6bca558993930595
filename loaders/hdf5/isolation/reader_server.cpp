#include "loaders/hdf5/isolation/reader_server.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/error.h"
#include "loaders/hdf5/isolation/limits.h"
#include "loaders/hdf5/isolation/sanitizers.h"
#include "loaders/hdf5/isolation/serve.h"
#include "loaders/hdf5/isolation/window.h"

namespace dpac {
namespace {

constexpr int kControl = STDERR_FILENO + 1;  // In the server, whose only file it is.
constexpr std::size_t kPassed = 2;           // Channel and window.

/// A process to be ended, or 0 for one to be started, with two descriptors beside it.
struct Order {
  pid_t ended = 0;
};

struct Result {
  int value = -1;  // A process, or how one ended.
};

/// Room for the descriptors that go with a message.
union Passed {
  cmsghdr header;
  std::array<char, CMSG_SPACE(kPassed * sizeof(int))> bytes;
};

bool send_order(int socket, Order order, const std::array<int, kPassed>* descriptors) {
  iovec bytes{&order, sizeof order};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  Passed passed{};
  if (descriptors != nullptr) {
    message.msg_control = &passed;
    message.msg_controllen = sizeof passed;
    passed.header = {CMSG_LEN(sizeof *descriptors), SOL_SOCKET, SCM_RIGHTS};
    std::memcpy(CMSG_DATA(&passed.header), descriptors->data(), sizeof *descriptors);
  }
  while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

bool receive_order(int socket, Order& order, std::array<int, kPassed>& descriptors) {
  iovec bytes{&order, sizeof order};
  Passed passed{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = &passed;
  message.msg_controllen = sizeof passed;
  const ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (count != sizeof order) return false;
  const bool with_descriptors = message.msg_controllen >= CMSG_LEN(sizeof descriptors);
  if (with_descriptors) std::memcpy(descriptors.data(), CMSG_DATA(&passed.header), sizeof descriptors);
  return with_descriptors == (order.ended == 0);
}

int wait_for(pid_t process) {
  int status = -1;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

/// Handlers of the program's are not for this process, and Ctrl-C is for the one that it works for.
void set_signals() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGXFSZ, SIGCHLD}) {
    std::signal(signal, SIG_DFL);
  }
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) std::signal(signal, SIG_IGN);
}

/// Nothing that was open in the program stays so: a pipe would not end with it.
void keep_only(int control) {
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, stream);
  dup2(control, kControl);
  close_range(kControl + 1, ~0U, 0);
}

/// Ends with the program, for which it is a kill away at any moment.
void follow(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
}

pid_t fork_reader(const std::array<int, kPassed>& descriptors) {
  const pid_t server = getpid(), reader = fork();
  Descriptor channel(descriptors[0]), window(descriptors[1]);
  if (reader != 0) return reader;
  follow(server);
  close(kControl);
  serve_hdf5(std::move(channel), std::move(window));
}

[[noreturn]] void serve_orders() {
  Order order;
  std::array<int, kPassed> descriptors{};
  while (receive_order(kControl, order, descriptors)) {
    Result result;
    if (order.ended == 0) {
      result.value = fork_reader(descriptors);
    } else if (order.ended > 0) {
      kill(order.ended, SIGKILL);
      result.value = wait_for(order.ended);
    }
    if (send(kControl, &result, sizeof result, MSG_NOSIGNAL) != sizeof result) break;
  }
  _exit(0);
}

bool has_threads() {
  if (kSanitized) return false;  // But the sanitizer's own.
  std::error_code error;
  const std::filesystem::directory_iterator tasks("/proc/self/task", error);
  return !error && std::distance(begin(tasks), end(tasks)) > 1;
}

int result_of(int control) {
  Result result;
  ssize_t count = 0;
  while ((count = recv(control, &result, sizeof result, 0)) < 0 && errno == EINTR) {
  }
  return count == sizeof result ? result.value : -1;
}

}  // namespace

ReaderServer& ReaderServer::instance() {
  static auto* const server = new ReaderServer;  // Outlives whatever else is static.
  return *server;
}

void ReaderServer::start() {
  if (control_.valid()) return;
  if (has_threads()) {
    throw Error("a process to read HDF5 files in has to be made before this one has threads");
  }
  auto [own, other] = socket_pair(SOCK_SEQPACKET);
  const pid_t parent = getpid(), server = fork();
  if (server == 0) {
    follow(parent);
    set_signals();
    keep_only(other.get());
    confine_process();
    serve_orders();
  }
  if (server > 0) control_ = std::move(own);
}

pid_t ReaderServer::start_reader(const Descriptor& channel, int window) {
  const std::scoped_lock lock(mutex_);
  const std::array<int, kPassed> descriptors{channel.get(), window};
  const bool sent = control_.valid() && send_order(control_.get(), {}, &descriptors);
  const pid_t reader = sent ? result_of(control_.get()) : -1;
  if (reader < 0) throw Error("the system starts no more processes, of which each HDF5 file is read in one");
  return reader;
}

int ReaderServer::end_reader(pid_t reader) {
  const std::scoped_lock lock(mutex_);
  return send_order(control_.get(), {reader}, nullptr) ? result_of(control_.get()) : -1;
}

}  // namespace dpac
