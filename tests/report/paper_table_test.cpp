// The table of a paper, from a result of `table` as JSON.

#include "report/tables/paper_table.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "report/tables/table_markup.h"
#include "tests/support/messages.h"
#include "tests/support/result_samples.h"

using namespace dpac;
using namespace dpac::report;
using test::contains;
using Ordered = nlohmann::ordered_json;

namespace {

/// A view of a result, which it keeps.
class Result {
 public:
  explicit Result(const Ordered& json) : json_(dpac::Json::parse(json.dump(), name_)) {}

  [[nodiscard]] ResultValue root() const { return {name_, "", json_}; }
  [[nodiscard]] PaperTable table() const { return paper_table(root()); }

 private:
  std::string name_ = "sample.json";
  dpac::Json json_;
};

Ordered full_sample() {
  Ordered json = test::table_sample();
  const Ordered options{{"noise", "shot"},
                        {"preset", "cifar"},
                        {"wavelength_nm", 1550.0},
                        {"seed", 4},
                        {"seeds", 3},
                        {"weight_bits", nullptr},
                        {"act_bits", nullptr},
                        {"max_loss", 0.02},
                        {"target_accuracy", nullptr},
                        {"tries", 6},
                        {"kinds", {"uniform", "layer"}}};
  json["options"]["rows"] = Ordered::array({options, options, options});
  for (Ordered& row : json["rows"]) {
    row["target_top1"] = 0.9;
    row["samples"] = 2000;
    row["seeds"] = {{{"uniform", 12}}, {{"uniform", 12}}, {{"uniform", 12}}};
    row["saving_percent_std"] = {{"layer", 4.56}, {"channel", nullptr}};
  }
  Ordered& thermal = json["rows"][2];
  thermal["aj_per_mac"] = nullptr;
  thermal["layer"] = nullptr;
  thermal["found"] = {{"uniform", 3}, {"layer", 0}};
  thermal["saving_percent"]["layer"] = thermal["saving_percent_std"]["layer"] = nullptr;
  thermal["notes"] = {"per layer: none of 6 tries reaches the target of 90.00 %"};
  return json;
}

std::string cell(const PaperTable& table, std::size_t row, const std::string& header) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c].header() != header) continue;
    const PaperCell& cell = table.rows[row][c];
    const auto* number = std::get_if<Rounded>(&cell);
    return number != nullptr ? plain_text(*number) : std::get<std::string>(cell);
  }
  FAIL("no column " << header);
  return "";
}

}  // namespace

TEST_CASE("A column family for each unit, columns for the kinds asked for") {
  const PaperTable table = Result(full_sample()).table();
  std::vector<std::string> headers;
  for (const PaperColumn& column : table.columns) headers.push_back(column.header());
  CHECK(headers == std::vector<std::string>{"network", "noise", "full precision (top-1, %)",
                                            "quantised (top-1, %)", "uniform (photons/MAC)",
                                            "per layer (photons/MAC)", "uniform (aJ/MAC)",
                                            "per layer (aJ/MAC)", "uniform (x base energy/MAC)",
                                            "per layer (x base energy/MAC)", "per layer (saving, %)"});
  REQUIRE(table.rows.size() == 3);
  CHECK(cell(table, 0, "full precision (top-1, %)") == "92.00");
  CHECK(cell(table, 0, "uniform (photons/MAC)") == "12.00 +- 0.50");
  CHECK(cell(table, 0, "uniform (aJ/MAC)") == "1.500 +- 0.063");
  CHECK(cell(table, 0, "uniform (x base energy/MAC)") == "-");
  CHECK(cell(table, 0, "per layer (saving, %)") == "33.3 +- 4.6");
  CHECK(cell(table, 2, "uniform (photons/MAC)") == "-");
  CHECK(cell(table, 2, "uniform (x base energy/MAC)") == "12.00 +- 0.50");
  CHECK(cell(table, 2, "per layer (x base energy/MAC)") == "none of 6");
  CHECK(cell(table, 2, "per layer (saving, %)") == "-");
}

TEST_CASE("The caption says on what, with which seeds, against which targets") {
  Ordered json = full_sample();
  const std::string caption = Result(json).table().caption;
  CHECK(
      caption ==
      "Smallest energy per MAC that keeps top-1 within 2.00 points of full precision (tiny: 92.00 %, target "
      "90.00 %; small: 92.00 %, target 90.00 %), on 2,000 images. Mean +- standard deviation of 3 searches "
      "for each, with the seeds 4 to 6. Quantised: 8-bit weights and activations, without noise. Photons of "
      "1550 nm.");
  for (Ordered& options : json["options"]["rows"]) {
    options["max_loss"] = options["preset"] = nullptr;
    options["seeds"] = 1;
    options["weight_bits"] = 6;
  }
  for (Ordered& row : json["rows"]) row["measure"] = "Spearman";
  const std::string other = Result(json).table().caption;
  CHECK(contains(other, "at which Spearman reaches the target (tiny: 0.9200, target 0.9000; "));
  CHECK(contains(other, "on 2,000 texts. One search for each, with seed 4. "));
  CHECK(contains(other, "bits of weights 6, of activations float"));
}

TEST_CASE("A row that is impossible, and seeds that found nothing, say so") {
  Ordered json = full_sample();
  json["rows"][0]["uniform"] = json["rows"][0]["layer"] = nullptr;
  json["rows"][0]["baseline_top1"] = nullptr;
  json["rows"][0]["impossible"] = "even without noise it misses";
  json["rows"][2]["found"]["layer"] = 2;
  const PaperTable table = Result(json).table();
  CHECK(cell(table, 0, "uniform (photons/MAC)") == "impossible");
  CHECK(cell(table, 0, "uniform (aJ/MAC)") == "-");
  CHECK(cell(table, 0, "full precision (top-1, %)") == "-");
  CHECK(cell(table, 2, "per layer (x base energy/MAC)") == "2 of 3 seeds");
  CHECK(table.notes == std::vector<std::string>{"tiny, shot noise: even without noise it misses",
                                                "tiny, thermal noise, per layer: none of 6 tries reaches the "
                                                "target of 90.00 %"});
}

TEST_CASE("Markdown is a table in a terminal too") {
  Ordered json = full_sample();
  json["rows"][1]["network"] = "a|\xc3\xa9_";
  const std::string text = markdown_of(Result(json).table());
  CHECK(
      text.starts_with("| network | noise   | full precision (top-1, %) | quantised (top-1, %) | uniform "));
  CHECK(contains(text, "\n|---------|---------|--------------------------:|"));
  CHECK(contains(text, "\n| tiny    | shot    |                     92.00 | "));
  CHECK(contains(text, "\n| a\\|\xc3\xa9\\_  | shot    |"));
  CHECK(contains(text, "\n\nTable: Smallest energy per MAC "));
  CHECK(contains(text, "\n- tiny, thermal noise, per layer: none of 6 tries"));
  // All lines of the table are equally long, in characters.
  const std::size_t first = text.find("|\n"), second = text.find("|\n", first + 1);
  CHECK(second - first == first + 2);
}

TEST_CASE("LaTeX has booktabs' rules and units above their columns") {
  Ordered json = full_sample();
  json["rows"][1]["network"] = "R&D_50";
  const std::string text = latex_of(Result(json).table());
  CHECK(contains(text,
                 "\\begin{tabular}{llrrrrrrrrr}\n\\toprule\n& & \\multicolumn{2}{c}{top-1, \\%} & "
                 "\\multicolumn{2}{c}{photons/MAC} & "));
  CHECK(contains(text, "\n\\cmidrule(lr){3-4}\\cmidrule(lr){5-6}"));
  CHECK(contains(text, "\nnetwork & noise & full precision & quantised & uniform & per layer & "));
  CHECK(contains(text, "\ntiny & shot & $92.00$ & $91.90$ & $12.00 \\pm 0.50$ & $8.00 \\pm 0.25$ & "));
  CHECK(contains(text, "\nR\\&D\\_50 & shot & "));
  CHECK(contains(text, " & none of 6 & -- \\\\\n\\bottomrule\n"));
  CHECK(contains(text, "Mean $\\pm$ standard deviation"));
  CHECK(contains(text, "\\par\\footnotesize tiny, thermal noise, per layer: none of 6 tries"));
}

TEST_CASE("CSV has every digit, and an empty field for nothing") {
  Ordered json = full_sample();
  json["rows"][0]["uniform"]["mean"] = 0.1 + 0.2;
  json["rows"][0]["network"] = "a,b";
  const std::string text = csv_of(Result(json).root());
  CHECK(text.starts_with(
      "network,noise,baseline_top1,quantized_top1,target_top1,uniform_mean,uniform_std,layer_mean,layer_std,"
      "layer_saving_percent,layer_saving_percent_std,uniform_aj_per_mac,layer_aj_per_mac,uniform_found,"
      "layer_found,energy_unit,samples,seeds,impossible\n"));
  CHECK(contains(text,
                 "\n\"a,b\",shot,0.92,0.919,0.9,0.30000000000000004,0.5,8,0.25,33.3,4.56,1.5,1,,,"
                 "photons/MAC,2000,3,\n"));
  CHECK(contains(text, "\ntiny,thermal,0.92,0.919,0.9,12,0.5,,,,,,,3,0,x base energy/MAC,2000,3,\n"));
}

TEST_CASE("A table of version 0.1 can still be shown") {
  const PaperTable table = Result(test::table_sample()).table();
  CHECK(table.columns.size() == 4 + 9 + 2);
  CHECK(cell(table, 0, "per channel (photons/MAC)") == "-");
  CHECK(table.caption == "Smallest energies per MAC (tiny: 92.00 %; small: 92.00 %).");
}
