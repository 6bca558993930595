#include "study/learning/kept_setup.h"

#include "study/support/json.h"

namespace dpac {
namespace {

Json to_json(const AnalogSetup& setup) {
  Json json{{"weight_bits", or_null(setup.quantization.weight_bits)},
            {"act_bits", or_null(setup.quantization.activation_bits)},
            {"ranges", Json::array()},
            {"data", setup.source->data},
            {"method", setup.source->method},
            {"batches", setup.source->batches},
            {"seed", setup.source->seed},
            {"notices", setup.notices}};
  for (const ValueRange& range : setup.quantization.ranges) json["ranges"].push_back({range.min, range.max});
  return json;
}

std::optional<double> bits(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

AnalogSetup from_json(const Json& json) {
  AnalogSetup setup;
  setup.quantization.weight_bits = bits(json.at("weight_bits"));
  setup.quantization.activation_bits = bits(json.at("act_bits"));
  for (const Json& range : json.at("ranges").items()) {
    setup.quantization.ranges.push_back({range.at(0).get<float>(), range.at(1).get<float>()});
  }
  setup.source = RangesSource{.file = {},
                              .data = json.at("data").get<std::string>(),
                              .method = json.at("method").get<std::string>(),
                              .batches = json.at("batches").get<int64_t>(),
                              .seed = json.at("seed").get<uint64_t>()};
  setup.notices = json.at("notices").get<std::vector<std::string>>();
  return setup;
}

}  // namespace

AnalogSetup kept_setup(StateFile file, const std::function<AnalogSetup()>& make) {
  if (!file.content().is_null()) return from_json(file.content());
  AnalogSetup setup = make();
  file.save(to_json(setup));
  return setup;
}

}  // namespace dpac
