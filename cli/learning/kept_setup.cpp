#include "cli/learning/kept_setup.h"

#include "cli/support/json.h"

namespace dpac::cli {
namespace {

nlohmann::ordered_json to_json(const AnalogSetup& setup) {
  nlohmann::ordered_json json{{"weight_bits", or_null(setup.quantization.weight_bits)},
                              {"act_bits", or_null(setup.quantization.activation_bits)},
                              {"ranges", nlohmann::ordered_json::array()},
                              {"data", setup.source->data},
                              {"method", setup.source->method},
                              {"batches", setup.source->batches},
                              {"seed", setup.source->seed},
                              {"notices", setup.notices}};
  for (const ValueRange& range : setup.quantization.ranges) json["ranges"].push_back({range.min, range.max});
  return json;
}

std::optional<double> bits(const nlohmann::ordered_json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

AnalogSetup from_json(const nlohmann::ordered_json& json) {
  AnalogSetup setup;
  setup.quantization.weight_bits = bits(json.at("weight_bits"));
  setup.quantization.activation_bits = bits(json.at("act_bits"));
  for (const auto& range : json.at("ranges")) setup.quantization.ranges.push_back({range.at(0), range.at(1)});
  setup.source = RangesSource{.file = {},
                              .data = json.at("data"),
                              .method = json.at("method"),
                              .batches = json.at("batches"),
                              .seed = json.at("seed")};
  json.at("notices").get_to(setup.notices);
  return setup;
}

}  // namespace

AnalogSetup kept_setup(StateFile file, const std::function<AnalogSetup()>& make) {
  if (!file.content().is_null()) return from_json(file.content());
  AnalogSetup setup = make();
  file.save(to_json(setup));
  return setup;
}

}  // namespace dpac::cli
