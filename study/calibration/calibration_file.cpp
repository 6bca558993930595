#include "study/calibration/calibration_file.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/hdf5/hdf5_file.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "study/support/version.h"

namespace dpac {
namespace {

constexpr std::string_view kGroup = "ranges";

std::string path_of(const std::string& tensor) {
  return fmt::format("{}/{}", kGroup, tensor);
}

void check_weights(const Hdf5File& file, const std::string& expected) {
  if (!file.has_group(kGroup) || !file.has_attribute("", "weights_sha256")) {
    throw Error(
        fmt::format("{}: is no calibration, expected a group '/{}' and an attribute 'weights_sha256'; "
                    "'dpac calibrate' makes such files",
                    file.name(), kGroup));
  }
  const std::string found = file.string_attribute("", "weights_sha256");
  if (found == expected) return;
  throw Error(
      fmt::format("{}: was calibrated for other weights: expected those with the SHA-256 {}, found {}",
                  file.name(), expected, found));
}

void check_known(const Hdf5File& file, const std::vector<QuantizedTensor>& tensors) {
  for (const std::string& dataset : file.datasets(kGroup)) {
    const bool known = std::any_of(tensors.begin(), tensors.end(), [&](const QuantizedTensor& tensor) {
      return path_of(tensor.name) == dataset;
    });
    if (known) continue;
    throw Error(
        fmt::format("{}: tensor '{}' is not in the network, whose {} calibrated tensors begin with '{}'",
                    file.name(), dataset.substr(kGroup.size() + 1), tensors.size(), tensors.front().name));
  }
}

ValueRange read_range(const Hdf5File& file, const std::string& tensor) {
  if (!file.has_dataset(path_of(tensor))) {
    throw Error(fmt::format("{}: has no range of tensor '{}', expected a dataset '/{}'", file.name(), tensor,
                            path_of(tensor)));
  }
  const Hdf5Dataset stored = file.dataset(path_of(tensor));
  if (stored.shape() != Shape{2}) {
    throw Error(fmt::format("{}: the range of tensor '{}' has the shape {}, expected [2]", file.name(),
                            tensor, to_string(stored.shape())));
  }
  const Tensor values = stored.read_floats();
  const ValueRange range{values.values()[0], values.values()[1]};
  if (std::isfinite(range.min) && std::isfinite(range.max) && range.min <= range.max) return range;
  throw Error(fmt::format("{}: the range of tensor '{}' is [{}, {}], expected two finite numbers in order",
                          file.name(), tensor, range.min, range.max));
}

/// Whether there are ranges before activations: dpac 0.1 wrote none.
bool has_pre_activations(const Hdf5File& file, const std::vector<QuantizedTensor>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [&](const QuantizedTensor& tensor) {
    return tensor.role == QuantizedTensor::Role::pre_activation && file.has_dataset(path_of(tensor.name));
  });
}

std::string optional_attribute(const Hdf5File& file, const std::string& name) {
  return file.has_attribute("", name) ? file.string_attribute("", name) : "unknown";
}

}  // namespace

void write_calibration_file(const std::filesystem::path& path, const Graph& graph,
                            const CalibrationRecord& record) {
  Hdf5Writer file(path);
  const std::vector<QuantizedTensor> tensors = calibrated_tensors(graph);
  for (std::size_t t = 0; t < record.ranges.size(); ++t) {
    const ValueRange& range = record.ranges[t];
    file.write_floats(path_of(tensors[t].name), {2}, std::array{range.min, range.max});
  }
  file.set_attribute("", "method", record.method);
  file.set_attribute("", "batches", static_cast<double>(record.batches));
  file.set_attribute("", "weights_sha256", record.weights_sha256);
  file.set_attribute("", "preprocessing", record.preprocessing);
  file.set_attribute("", "version", dpac::version());
  file.commit();
}

CalibrationRecord read_calibration_file(const std::filesystem::path& path, const Graph& graph,
                                        const std::string& weights_sha256) {
  const Hdf5File file = Hdf5File::open(path);
  check_weights(file, weights_sha256);
  const std::vector<QuantizedTensor> tensors = calibrated_tensors(graph);
  check_known(file, tensors);
  CalibrationRecord record{.ranges = {},
                           .method = optional_attribute(file, "method"),
                           .weights_sha256 = weights_sha256,
                           .preprocessing = optional_attribute(file, "preprocessing")};
  for (const QuantizedTensor& tensor : tensors) {
    const bool before_relu = tensor.role == QuantizedTensor::Role::pre_activation;
    if (before_relu && !has_pre_activations(file, tensors)) break;  // They come last.
    record.ranges.push_back(read_range(file, tensor.name));
  }
  return record;
}

}  // namespace dpac
