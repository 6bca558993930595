// Pages and pictures as a browser shows them, at the width of a screen and of a telephone.

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/browser.h"
#include "tests/support/every_result.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/result_samples.h"

using namespace dpac;
using test::contains;
using Json = nlohmann::ordered_json;

namespace {

constexpr int kScreen = 1280, kTelephone = 480;

void check_fits(const std::filesystem::path& page, int labels) {
  for (const int width : {kScreen, kTelephone}) {
    CAPTURE(width);
    const test::PageCheck check = test::check_page(page, width);
    CHECK(check.words > 50);
    CHECK(check.labels >= labels);
    for (const std::string& fault : check.faults) {
      CAPTURE(fault);
      CHECK(fault.empty());
    }
  }
}

/// The page of these results.
std::filesystem::path page_of(const test::TempFolder& folder, const std::vector<Json>& results) {
  std::vector<std::string> arguments{"report"};
  for (std::size_t r = 0; r < results.size(); ++r)
    arguments.push_back(folder.write("result" + std::to_string(r) + ".json", results[r].dump()).string());
  const auto page = folder.path() / "page.html";
  arguments.insert(arguments.end(), {"--out", page.string()});
  REQUIRE(test::run_dpac(arguments).exit_code == 0);
  return page;
}

/// A BERT's energies under its own long names.
Json bert_sample() {
  Json json = test::learn_sample();
  json["options"]["noise"] = "thermal";
  json["energies"] = Json::object();
  for (int layer = 0; layer < 6; ++layer) {
    for (const char* part :
         {"attention.self.query", "attention.self.key", "attention.self.value", "attention.self.qk",
          "attention.self.pv", "attention.output.dense", "intermediate.dense", "output.dense"}) {
      json["energies"]["encoder.layer." + std::to_string(layer) + "." + part] = {1.0 + layer, 40.0, 900.0};
    }
  }
  json["energies"]["pooler.dense"] = 0.5;
  json["energies"]["classifier"] = 30000.0;
  return json;
}

/// Bars that reach below zero, a long name, a row that is impossible and one that found nothing.
Json rich_table() {
  Json json = test::table_sample();
  Json& rows = json["rows"];
  rows[0]["network"] = "google_bert_uncased_L-12_H-768_A-12_finetuned_on_mnli";
  rows[1]["network"] = "resnet50";
  rows[1]["layer"]["std"] = 12.0;
  rows.push_back(rows[2]);
  rows[3]["noise"] = "weight";
  for (const char* kind : {"uniform", "layer", "channel"}) rows[3][kind] = nullptr;
  rows[3]["impossible"] = "even without noise the accuracy is 12.00 %, which misses the target of 90.00 %";
  return json;
}

}  // namespace

TEST_CASE("The check of pages finds planted faults") {
  if (!test::has_browser()) return;
  const test::TempFolder folder;
  const auto faults = [&](const std::string& body) {
    const auto page = folder.write("page.html", "<!DOCTYPE html><html><body>" + body + "</body></html>");
    std::string all;
    for (const std::string& fault : test::check_page(page, kTelephone).faults) all += fault + '\n';
    return all;
  };
  const std::string svg = "<svg width='200' height='100' viewBox='0 0 200 100'>";
  CHECK(faults("<p>Some words in a line.</p>" + svg + "<text x='20' y='50'>label</text></svg>") == "");
  CHECK(contains(faults("<div style='width:20px;overflow-wrap:anywhere'>uniform</div>"),
                 "broken word: uniform"));
  CHECK(contains(faults("<table><td style='width:20px;max-width:20px;overflow-wrap:anywhere'>" +
                        std::string(50, 'x') + "</td></table>"),
                 "narrow cell: xxx"));
  CHECK(contains(faults("<div style='width:700px'>x</div>"), "beyond the page: DIV"));
  CHECK(faults("<div class='wide' style='overflow-x:auto'><div style='width:700px'>x</div></div>") == "");
  CHECK(contains(faults(svg + "<text x='180' y='50'>a long label</text></svg>"), "outside its picture"));
  CHECK(contains(faults(svg + "<text x='20' y='50'>one</text><text x='22' y='52'>other</text></svg>"),
                 "over each other: one | other"));
}

TEST_CASE("Long names, impossible rows and bars to zero fit a screen and a telephone") {
  if (!test::has_browser()) return;
  const test::TempFolder folder;
  Json nothing = test::search_sample();
  for (Json& allocation : nothing["allocations"]) {
    allocation["energy_per_mac"] = allocation["top1"] = allocation["energies"] = nullptr;
    allocation["hit"] = false;
  }
  const auto page = page_of(folder, {rich_table(), bert_sample(), nothing, test::search_sample(),
                                     test::bits_sample(), test::eval_sample("thermal")});
  check_fits(page, 150);
}

TEST_CASE("What the program itself writes fits a screen and a telephone") {
  if (!test::has_browser()) return;
  const test::EveryResult results;
  std::vector<std::string> arguments{"report"};
  arguments.insert(arguments.end(), results.json_files.begin(), results.json_files.end());
  const std::string page = results.inputs.inputs.file("page.html");
  arguments.insert(arguments.end(), {"--out", page});
  REQUIRE(test::run_dpac(arguments).exit_code == 0);
  check_fits(page, 300);
}
