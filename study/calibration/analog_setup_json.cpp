#include "study/calibration/analog_setup_json.h"

namespace dpac {
namespace {

Json source_json(const std::optional<RangesSource>& source) {
  if (!source) return nullptr;
  if (!source->file.empty()) return {{"file", source->file}, {"method", source->method}};
  if (source->batches == 0) return {{"file", nullptr}, {"method", source->method}};
  return {{"file", nullptr},
          {"method", source->method},
          {"data", source->data},
          {"batches", source->batches},
          {"seed", source->seed}};
}

}  // namespace

void write(const AnalogSetup& setup, Json& json) {
  json["quantization"] = {{"weight_bits", or_null(setup.quantization.weight_bits)},
                          {"act_bits", or_null(setup.quantization.activation_bits)},
                          {"calibration", source_json(setup.source)}};
}

}  // namespace dpac
