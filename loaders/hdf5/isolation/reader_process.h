/// @file
/// A process that reads one HDF5 file, as the process sees it that it does this for. For the loaders' own
/// use.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <sys/types.h>

#include "loaders/hdf5/isolation/channel.h"
#include "loaders/hdf5/isolation/message.h"
#include "loaders/hdf5/isolation/window.h"

namespace dpac {

/// Safe to use from several threads.
class ReaderProcess {
 public:
  /// `name` is the file's, for messages. @throws Error if there can be no more processes.
  explicit ReaderProcess(std::string name);
  ReaderProcess(const ReaderProcess&) = delete;
  ReaderProcess& operator=(const ReaderProcess&) = delete;
  ~ReaderProcess();

  /// What it answers to a request. @throws Error in its own words, or saying how it ended.
  Unpacker ask(const Packer& request);

  /// Fills `to` with what it reads at a request. @throws Error as ask().
  void fetch(const Packer& request, std::byte* to, std::size_t bytes);

  /// A request without an answer. Whether it is still there will be seen by the next with one.
  void tell(const Packer& request);

 private:
  Unpacker answer();
  void send(const Packer& request);
  /// Ends it and says why there was no answer.
  [[noreturn]] void fail();
  void end();

  std::string name_;
  std::mutex mutex_;
  Window window_;
  Channel channel_;
  pid_t process_ = -1;
  int status_ = 0;  // How it ended, once process_ is -1.
};

}  // namespace dpac
