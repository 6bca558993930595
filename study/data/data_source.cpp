#include "study/data/data_source.h"

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

void check_label(const DataSource& data, int64_t index, int label, int64_t classes) {
  if (label >= 0 && label < classes) return;
  throw Error(fmt::format("{}: its label is {}, but the network has the classes 0 ... {}", data.name(index),
                          label, classes - 1));
}

}  // namespace dpac
