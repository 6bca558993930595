#include "tests/support/result_samples.h"

namespace dpac::test {

using Json = nlohmann::ordered_json;

namespace {

Json result(const std::string& command, const std::string& noise) {
  return {{"command", command},
          {"version", "9.8.7"},
          {"options", {{"weights", "models/tiny.h5"}, {"noise", noise}, {"steps", 30}, {"limit", nullptr}}},
          {"weights_sha256", "0123abcd"},
          {"noise_stream", 2},
          {"machine", {{"cpu", "Abacus & Sons"}, {"isa", "avx2"}, {"threads", 2}, {"onednn", "2.6.3"}}}};
}

Json mean_std(double mean, double std) {
  return {{"mean", mean}, {"std", std}};
}

Json row(const std::string& network, const std::string& noise) {
  return {{"network", network},
          {"noise", noise},
          {"baseline_top1", 0.92},
          {"quantized_top1", 0.919},
          {"uniform", mean_std(12, 0.5)},
          {"layer", mean_std(8, 0.25)},
          {"channel", nullptr},
          {"saving_percent", {{"layer", 33.3}, {"channel", nullptr}}},
          {"aj_per_mac", {{"uniform", 1.5}, {"layer", 1.0}, {"channel", nullptr}}}};
}

Json bits_point(double energy, double bits) {
  const Json noisy{{"name", "conv1"},
                   {"D", 9},
                   {"N", 1000},
                   {"range", 2.0},
                   {"sigma", 0.1},
                   {"snr_db", 12.5},
                   {"cascaded_snr_db", 11.5},
                   {"levels", 7},
                   {"bits", bits}};
  Json silent = noisy;
  silent["name"] = "fc";
  silent["bits"] = silent["levels"] = silent["snr_db"] = nullptr;
  return {{"energy", energy},       {"energy_per_mac", energy}, {"top1_noise", 0.5},
          {"top1_noise_std", 0.01}, {"top1_bits", 0.45},        {"layers", Json::array({noisy, silent})}};
}

}  // namespace

Json learn_sample() {
  Json json = result("learn", "shot");
  json["energies"] = {{"conv1", 5.0}, {"layer1.0.conv1", {2.0, 4.0, 12.0}}, {"fc", 0.5}};
  json["energy_per_mac"] = 4.5;
  json["top1"] = 0.875;
  json["history"] = Json::array();
  for (int step = 0; step < 4; ++step) {
    json["history"].push_back({{"step", step},
                               {"loss", 2.0 - 0.25 * step},
                               {"accuracy", step % 2 == 0 ? Json(0.5 + 0.125 * step) : Json(nullptr)},
                               {"energy_per_mac", 64.0 / (1 + step)}});
  }
  json["ms_per_step"] = 12.5;
  json["peak_rss_bytes"] = 64 << 20;
  return json;
}

Json search_sample() {
  Json json = result("search", "thermal");
  json["baseline_top1"] = 0.92;
  json["target_top1"] = 0.9;
  const Json tries = Json::array({{{"target_energy", 20.0}, {"energy_per_mac", 20.5}, {"top1", 0.91}},
                                  {{"target_energy", 5.0}, {"energy_per_mac", 5.25}, {"top1", 0.8}}});
  json["allocations"] = Json::array({{{"kind", "uniform"},
                                      {"energy_per_mac", 12.0},
                                      {"top1", 0.9},
                                      {"tries", tries},
                                      {"energies", {{"conv1", 12.0}, {"fc", 12.0}}}},
                                     {{"kind", "layer"},
                                      {"energy_per_mac", 7.0},
                                      {"top1", 0.9},
                                      {"tries", tries},
                                      {"energies", {{"conv1", 9.0}, {"fc", 3.0}}}},
                                     {{"kind", "channel"},
                                      {"energy_per_mac", nullptr},
                                      {"top1", nullptr},
                                      {"tries", Json::array()},
                                      {"energies", nullptr}}});
  json["saving_percent"] = {{"layer", 41.5}, {"channel", nullptr}};
  return json;
}

Json table_sample() {
  Json json = result("table", "shot");
  json["options"]["weights"] = {"tiny.h5", "small.h5"};
  json["options"]["noise"] = {"shot", "thermal"};
  json["rows"] = Json::array({row("tiny", "shot"), row("small", "shot"), row("tiny", "thermal")});
  return json;
}

Json bits_sample() {
  Json json = result("bits", "shot");
  json["samples"] = 100;
  json["points"] = Json::array({bits_point(1, 2.5), bits_point(10, 4.25)});
  return json;
}

Json eval_sample(const std::string& noise) {
  Json json = result("eval", noise);
  json["samples"] = 100;
  json["top1"] = json["energy_per_mac"] = json["layers"] = nullptr;
  json["points"] = Json::array({{{"energy", 1.0},
                                 {"top1", 0.25},
                                 {"top1_std", 0.03125},
                                 {"energy_per_mac", 1.0},
                                 {"top1_ci95", {0.2, 0.3}}},
                                {{"energy", 10.0},
                                 {"top1", 0.75},
                                 {"top1_std", nullptr},
                                 {"energy_per_mac", 10.0},
                                 {"top1_ci95", {0.7, 0.8}}}});
  return json;
}

}  // namespace dpac::test
