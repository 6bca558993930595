/// @file
/// HDF5 files read in processes of their own, for as long as a test wants it.
#pragma once

#include "loaders/hdf5/hdf5_reader.h"

namespace dpac::test {

class IsolatedHdf5 {
 public:
  IsolatedHdf5() { use_hdf5_reader(Hdf5Reader::isolated); }
  IsolatedHdf5(const IsolatedHdf5&) = delete;
  IsolatedHdf5& operator=(const IsolatedHdf5&) = delete;
  ~IsolatedHdf5() { use_hdf5_reader(before_); }

 private:
  Hdf5Reader before_ = hdf5_reader();
};

}  // namespace dpac::test
