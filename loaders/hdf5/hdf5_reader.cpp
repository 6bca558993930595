#include "loaders/hdf5/hdf5_reader.h"

#include <atomic>

#include "loaders/hdf5/isolation/reader_server.h"

namespace dpac {
namespace {

std::atomic<Hdf5Reader> chosen = Hdf5Reader::in_process;

}  // namespace

void use_hdf5_reader(Hdf5Reader reader) {
  if (reader == Hdf5Reader::isolated) ReaderServer::instance().start();
  chosen = reader;
}

Hdf5Reader hdf5_reader() {
  return chosen;
}

}  // namespace dpac
