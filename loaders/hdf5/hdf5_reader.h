/// @file
/// In which process the HDF5 library reads. It believes much of what a file says about itself, so a damaged
/// one can make it crash, loop or take all memory.
#pragma once

namespace dpac {

enum class Hdf5Reader {
  in_process,  ///< The calling one: what a file does to the library it does to the caller.
  isolated,    ///< One of its own for each open file, with limits: its death is an Error naming the file.
};

/// Decides for all files opened from now on; in_process is the default.
///
/// The first call with `isolated` forks the process that readers are forked from later. Make it early, while
/// this process has a single thread and no more memory than it needs: both are inherited, open files are not.
/// Readers end with this process, however that ends, and with their files. They ignore SIGINT and SIGTERM,
/// write nothing, leave no core file, and have no network (on x86-64 and AArch64). Time and address space are
/// limited in proportion to the file and to what is read.
///
/// Not safe to call from several threads. @throws Error if there are other threads already.
void use_hdf5_reader(Hdf5Reader reader);

/// What was decided.
Hdf5Reader hdf5_reader();

}  // namespace dpac
