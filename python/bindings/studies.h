/// @file
/// What the program's commands do, for Python.
#pragma once

#include <cstdint>
#include <memory>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <optional>
#include <string>
#include <vector>

#include "engine/noise/noise_config.h"
#include "engine/noise/quantization.h"
#include "python/bindings/native_network.h"
#include "study/data/image_arrays.h"
#include "study/options/given_options.h"
#include "study/support/progress.h"

namespace dpac::python {

/// Settings of a study: options by name, and what no option can say. It must not outlive the arrays.
struct Request {
  GivenOptions options;
  std::string state = {};  ///< A folder to resume from; empty for none.
  std::shared_ptr<const ImageArrays> data = {}, train = {};
  std::optional<Energies> energies = {};
  std::optional<Ranges> ranges = {};
  WorkCallback progress = {};
};

/// Adds Request and the studies to the module: each takes a network and a request, and gives the JSON of the
/// program's command as text.
void bind_studies(nanobind::module_& module);

}  // namespace dpac::python
