#include "loaders/hdf5/isolation/reader_process.h"

#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <sys/wait.h>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/hdf5/isolation/reader_server.h"

namespace dpac {
namespace {

constexpr const char* kCure = "the file is damaged: copy or write it anew";

std::string cause_of(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("the HDF5 library failed on it; {}", kCure);
  const int signal = WTERMSIG(status);
  if (signal == SIGXCPU) {
    return fmt::format("the HDF5 library does not come to an end with it; {}", kCure);
  }
  if (signal == SIGKILL) {
    return "the process that read it was killed, as happens where memory runs out; try again with more of it";
  }
  return fmt::format("the HDF5 library crashed on it ({}); {}", strsignal(signal), kCure);
}

}  // namespace

ReaderProcess::ReaderProcess(std::string name)
    : name_(std::move(name)), window_(Window::create()), channel_(Descriptor{}) {
  auto [own, other] = socket_pair(SOCK_STREAM);
  process_ = ReaderServer::instance().start_reader(other, window_.descriptor());
  channel_ = Channel(std::move(own));
}

ReaderProcess::~ReaderProcess() {
  end();
}

Unpacker ReaderProcess::ask(const Packer& request) {
  const std::scoped_lock lock(mutex_);
  send(request);
  return answer();
}

void ReaderProcess::fetch(const Packer& request, std::byte* to, std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  send(request);
  Packer taken;
  taken.put(static_cast<uint64_t>(Request::taken));
  for (std::size_t piece = 0; bytes > 0; ++piece) {
    const uint64_t size = answer().number();
    if (size == 0 || size > bytes || size > window_.pane_bytes()) fail();
    std::memcpy(to, window_.pane(piece), size);
    send(taken);
    to += size;
    bytes -= size;
  }
}

void ReaderProcess::tell(const Packer& request) {
  const std::scoped_lock lock(mutex_);
  channel_.send(request.message());
}

void ReaderProcess::send(const Packer& request) {
  if (!channel_.send(request.message())) fail();
}

Unpacker ReaderProcess::answer() {
  auto message = channel_.receive();
  if (!message) fail();
  Unpacker reply(std::move(*message));
  switch (static_cast<Answer>(reply.number())) {
    case Answer::result:
      return reply;
    case Answer::error:
      throw Error(reply.text());
    case Answer::no_memory:
      throw Error(fmt::format("{}: needs more memory than a file of its size can mean; {}", name_, kCure));
  }
  fail();
}

void ReaderProcess::fail() {
  end();
  throw Error(fmt::format("{}: {}", name_, cause_of(status_)));
}

void ReaderProcess::end() {
  if (process_ > 0) status_ = ReaderServer::instance().end_reader(std::exchange(process_, -1));
}

}  // namespace dpac
