#include "loaders/hdf5/hdf5_handle.h"

#include <cstdlib>
#include <string_view>

namespace dpac {
namespace {

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

herr_t keep_first(unsigned depth, const H5E_error2_t* error, void* text) {
  if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

/// Of a failed read or write HDF5 tells time, addresses and more, in two lines; what counts is the system's
/// part.
std::string system_message(const std::string& reason) {
  constexpr std::string_view kBefore = "error message = '";
  const std::size_t found = reason.find(kBefore);
  if (found == std::string::npos) return reason;
  const std::size_t begin = found + kBefore.size();
  return reason.substr(begin, reason.find('\'', begin) - begin);
}

/// What a damaged file has made HDF5 leave behind inside of itself, it finds when the process ends, and
/// reports on stderr ("infinite loop closing library") while its printer of errors is on. To be called after
/// another function of the library: handlers run in reverse, so that ours comes before the library's own.
void silence_the_end() {
  [[maybe_unused]] static const int registered =
      std::atexit([] { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); });
}

}  // namespace

Hdf5Session::Hdf5Session() : lock_(library_mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &printer_, &printer_data_);
  silence_the_end();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Hdf5Session::~Hdf5Session() {
  H5Eset_auto2(H5E_DEFAULT, printer_, printer_data_);
}

std::string hdf5_reason() {
  std::string reason = "no reason given by HDF5";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason);
  return system_message(reason);
}

}  // namespace dpac
