#include "report/tables/caption.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/tables/rounded.h"
#include "study/support/printable.h"
#include "study/support/units.h"

namespace dpac::report {
namespace {

constexpr const char* kShare = "top-1";  ///< The measure that is a share of the samples.
constexpr double kOtherBits = 8;         ///< Of the quantised baseline where a noise asks for no quantisers.

/// A sentence, or nothing where the result does not say what it needs.
using Sentence = std::optional<std::string>;

std::string goal(const ResultValue& options, const std::string& measure) {
  const auto loss = options.find_number("max_loss");
  if (!loss) return fmt::format("at which {} reaches the target", measure);
  return measure == kShare
             ? fmt::format("that keeps top-1 within {:.2f} points of full precision", 100 * *loss)
             : fmt::format("that keeps {} within {:.4g} of full precision", measure, *loss);
}

/// "a: 95.00 %, target 93.00 %; b: ...", each network once.
std::string baselines(const std::vector<ResultValue>& rows) {
  std::vector<std::string> networks, texts;
  for (const ResultValue& row : rows) {
    const std::string network = row["network"].text(), measure = measure_of(row);
    const auto baseline = row.find_number("baseline_top1"), target = row.find_number("target_top1");
    if (!baseline || std::find(networks.begin(), networks.end(), network) != networks.end()) continue;
    networks.push_back(network);
    texts.push_back(fmt::format("{}: {}", network, accuracy_text(*baseline, measure)));
    if (target) texts.back() += ", target " + accuracy_text(*target, measure);
  }
  return texts.empty() ? "" : fmt::format(" ({})", fmt::join(texts, "; "));
}

std::string samples(const ResultValue& row, const ResultValue& options) {
  const auto count = row.find_number("samples");
  if (!count) return "";
  return fmt::format(", on {} {}", with_thousands(static_cast<long long>(*count)),
                     options.find("preset") ? "images" : "texts");
}

Sentence seeds(const ResultValue& options) {
  const auto first = options.find_number("seed"), count = options.find_number("seeds");
  if (!first || !count) return std::nullopt;
  if (*count == 1) return fmt::format("One search for each, with seed {}.", *first);
  return fmt::format("Mean +- standard deviation of {} searches for each, with the seeds {} to {}.", *count,
                     *first, *first + *count - 1);
}

/// Where all rows have the same quantisers.
Sentence bits(const std::vector<ResultValue>& options) {
  Sentence sentence;
  for (const ResultValue& own : options) {
    const auto weights = own.find_number("weight_bits"), activations = own.find_number("act_bits");
    std::string text = fmt::format("Quantised: {}-bit weights and activations, without noise.", kOtherBits);
    if (weights || activations) {
      const auto shown = [](const std::optional<double>& b) { return b ? fmt::format("{}", *b) : "float"; };
      text = weights == activations
                 ? fmt::format("Quantised: {}-bit weights and activations, without noise.", *weights)
                 : fmt::format("Quantised: bits of weights {}, of activations {}, without noise.",
                               shown(weights), shown(activations));
    }
    if (sentence && *sentence != text) return std::nullopt;
    sentence = text;
  }
  return sentence;
}

Sentence photon(const std::vector<ResultValue>& options) {
  for (const ResultValue& own : options) {
    const auto noise = own.find("noise");
    if (noise && counts_photons(noise->text()))
      return fmt::format("Photons of {} nm.", own["wavelength_nm"].number());
  }
  return std::nullopt;
}

std::vector<ResultValue> row_options(const ResultValue& table) {
  const auto options = table.find("options");
  const auto rows = options ? options->find("rows") : std::nullopt;
  return rows && !rows->json().empty() ? rows->items() : std::vector<ResultValue>{};
}

}  // namespace

std::string caption_of(const ResultValue& table) {
  const std::vector<ResultValue> rows = table["rows"].items(), options = row_options(table);
  if (options.empty()) return "Smallest energies per MAC" + baselines(rows) + ".";
  std::string text =
      fmt::format("Smallest energy per MAC {}{}{}.", goal(options.front(), measure_of(rows.front())),
                  baselines(rows), samples(rows.front(), options.front()));
  for (const Sentence& sentence : {seeds(options.front()), bits(options), photon(options)}) {
    if (sentence) text += " " + *sentence;
  }
  return text;
}

std::string measure_of(const ResultValue& value) {
  const auto measure = value.find("measure");
  return measure ? measure->text() : kShare;
}

std::string accuracy_text(double accuracy, const std::string& measure) {
  return measure == kShare ? with_decimals(100 * accuracy, 2).value + " %" : with_decimals(accuracy, 4).value;
}

}  // namespace dpac::report
