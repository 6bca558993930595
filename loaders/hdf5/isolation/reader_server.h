/// @file
/// The process that readers of HDF5 files are forked from. Forking this one, once it has threads and
/// gigabytes, would be slow and could inherit a lock that nobody opens any more; starting a program anew
/// would need to know where it is, and load all libraries for every file. For the loaders' own use.
#pragma once

#include <mutex>
#include <sys/types.h>

#include "loaders/hdf5/isolation/channel.h"

namespace dpac {

class ReaderServer {
 public:
  static ReaderServer& instance();

  /// Forks it, the first time. @throws Error if this process has several threads.
  void start();

  /// Starts a reader at the other end of a channel. @throws Error if the system has no process for it.
  pid_t start_reader(const Descriptor& channel, int window);

  /// Ends a reader unless it has ended by itself, and returns how it did, as waitpid() says it.
  int end_reader(pid_t reader);

 private:
  ReaderServer() = default;

  std::mutex mutex_;
  Descriptor control_;
};

}  // namespace dpac
