#include "cli/energies_csv.h"

#include <charconv>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac::cli {
namespace {

constexpr std::string_view kHeader = "layer,channel,energy";

struct Line {
  std::string_view layer, channel, energy;
};

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::optional<Line> split(std::string_view text) {
  const std::size_t first = text.find(',');
  const std::size_t last = text.rfind(',');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  return Line{text.substr(0, first), text.substr(first + 1, last - first - 1), text.substr(last + 1)};
}

template <typename Number>
std::optional<Number> parse(std::string_view text) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr int64_t kWholeLayer = -1;  // Where a channel's number would be.

std::optional<int64_t> parse_channel(std::string_view text) {
  if (text.empty()) return kWholeLayer;
  const auto channel = parse<int64_t>(text);
  return channel && *channel >= 0 ? channel : std::nullopt;
}

/// Collects the lines of one file; channels may come in any order.
class Collector {
 public:
  explicit Collector(std::string file) : file_(std::move(file)) {}

  void add(std::string_view text, int number) {
    const auto line = split(text);
    const auto energy = line ? parse<float>(line->energy) : std::nullopt;
    const auto channel = line ? parse_channel(line->channel) : std::nullopt;
    if (!energy || !channel) {
      throw Error(
          fmt::format("{}: line {} is '{}', expected layer,channel,energy with numbers for the last two "
                      "(the channel may be empty)",
                      file_, number, text));
    }
    if (!layers_[std::string(line->layer)].emplace(*channel, *energy).second) {
      throw Error(fmt::format("{}: line {} gives the energy of layer '{}'{} a second time", file_, number,
                              line->layer,
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
  std::ifstream stream(path);
  std::string text;
  std::getline(stream, text);
  if (without_line_end(text) != kHeader) {
    throw Error(fmt::format("{}: neither an HDF5 file nor a CSV file whose first line is '{}'", path.string(),
                            kHeader));
  }
  Collector collector(path.string());
  for (int number = 2; std::getline(stream, text); ++number) {
    if (!without_line_end(text).empty()) collector.add(without_line_end(text), number);
  }
  return collector.energies();
}

}  // namespace dpac::cli
