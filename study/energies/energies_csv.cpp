#include "study/energies/energies_csv.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/parse_number.h"
#include "loaders/read_file.h"
#include "loaders/text/table_reader.h"
#include "loaders/text_lines.h"

namespace dpac {
namespace {

using Cells = std::vector<std::string>;

const Cells kHeader{"layer", "channel", "energy"};

constexpr int64_t kWholeLayer = -1;  // Where a channel's number would be.

std::optional<int64_t> parse_channel(std::string_view text) {
  if (text.empty()) return kWholeLayer;
  const auto channel = parse_number<int64_t>(text);
  return channel && *channel >= 0 ? channel : std::nullopt;
}

/// Collects the lines of one file; channels may come in any order.
class Collector {
 public:
  explicit Collector(std::string file) : file_(std::move(file)) {}

  void add(const Cells& cells, int64_t number) {
    const bool complete = cells.size() == kHeader.size();
    const auto energy = complete ? parse_number<float>(cells[2]) : std::nullopt;
    const auto channel = complete ? parse_channel(cells[1]) : std::nullopt;
    if (!energy || !channel) {
      throw Error(
          fmt::format("{}: line {} is '{}', expected layer,channel,energy with numbers for the last two "
                      "(the channel may be empty)",
                      file_, number, excerpt(fmt::format("{}", fmt::join(cells, ",")))));
    }
    const std::string& layer = cells[0];
    if (!layers_[layer].emplace(*channel, *energy).second) {
      throw Error(fmt::format("{}: line {} gives the energy of layer '{}'{} a second time", file_, number,
                              excerpt(layer),
                              *channel == kWholeLayer ? "" : fmt::format(", channel {},", *channel)));
    }
  }

  [[nodiscard]] NamedEnergies energies() const {
    NamedEnergies energies;
    for (const auto& [layer, channels] : layers_) energies[layer] = in_order(layer, channels);
    return energies;
  }

 private:
  [[nodiscard]] std::vector<float> in_order(const std::string& layer,
                                            const std::map<int64_t, float>& channels) const {
    const bool whole = channels.begin()->first == kWholeLayer;
    if (whole && channels.size() > 1) {
      throw Error(fmt::format("{}: layer '{}' has an energy for the whole layer and others for its channels",
                              file_, layer));
    }
    std::vector<float> energies;
    for (const auto& [channel, energy] : channels) {
      if (!whole && channel != static_cast<int64_t>(energies.size())) {
        throw Error(
            fmt::format("{}: layer '{}' has no energy for channel {}", file_, layer, energies.size()));
      }
      energies.push_back(energy);
    }
    return energies;
  }

  std::string file_;
  std::map<std::string, std::map<int64_t, float>> layers_;
};

}  // namespace

NamedEnergies read_energies_csv(const std::filesystem::path& path) {
  const std::vector<uint8_t> bytes = read_file(path);
  const auto text = without_byte_order_mark({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  TableReader rows(text, TableForm::loose_csv, path.string());
  if (!rows.next() || rows.cells() != kHeader) {
    throw Error(fmt::format("{}: neither an HDF5 file nor a CSV file whose first line is '{}'", path.string(),
                            fmt::join(kHeader, ",")));
  }
  Collector collector(path.string());
  while (rows.next()) collector.add(rows.cells(), rows.line());
  return collector.energies();
}

}  // namespace dpac
