#include "report/pictures/figures.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "report/pictures/layer_energies.h"
#include "study/support/units.h"

namespace dpac::report {
namespace {

void check_kind(PictureKind kind, const ResultFile& result) {
  const std::vector<PictureKind> kinds = kinds_of(result);
  if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return;
  std::vector<std::string_view> names;
  for (const PictureKind other : kinds) names.push_back(name(other));
  throw Error(fmt::format(
      "{}: this result of '{}' cannot be drawn as {}, only as {}", result.path(), result.command(),
      name(kind), names.empty() ? "tables: 'dpac report'" : fmt::format("{}", fmt::join(names, " or "))));
}

/// Energies of different noises have different units, and none of them is the other's.
void check_noises(std::span<const ResultFile> results) {
  const ResultFile* first = nullptr;
  for (const ResultFile& result : results) {
    if (result.noise() == "none") continue;
    if (first == nullptr) first = &result;
    if (result.noise() == first->noise()) continue;
    throw Error(
        fmt::format("{}: has {} noise, expected {} noise as in {}: their energies have different units",
                    result.path(), result.noise(), first->noise(), first->path()));
  }
}

/// What all have in common; empty if they differ.
template <class Get>
std::string common(std::span<const ResultFile> results, Get&& get) {
  const std::string first = get(results.front());
  const bool same =
      std::all_of(results.begin(), results.end(), [&](const auto& result) { return get(result) == first; });
  return same ? first : "";
}

/// Whether a search or a whole table has no energy.
bool nothing_found(const ResultFile& result) {
  if (result.command() == "search") return energy_allocations(result).empty();
  if (result.command() != "table") return false;
  const std::vector<ResultValue> rows = result.root()["rows"].items();
  return std::none_of(rows.begin(), rows.end(), [](const ResultValue& row) {
    return row.find("uniform") || row.find("layer") || row.find("channel");
  });
}

}  // namespace

std::string_view name(PictureKind kind) {
  switch (kind) {
    case PictureKind::energy:
      return "energy";
    case PictureKind::bits:
      return "bits";
    case PictureKind::accuracy:
      return "accuracy";
    case PictureKind::learning:
      return "learning";
  }
  return "";
}

PictureKind picture_kind(std::string_view called) {
  std::vector<std::string_view> names;
  for (const PictureKind kind : kPictureKinds) {
    if (name(kind) == called) return kind;
    names.push_back(name(kind));
  }
  throw Error(
      fmt::format("there is no picture of the kind '{}'; there are {}", called, fmt::join(names, ", ")));
}

std::vector<PictureKind> kinds_of(const ResultFile& result) {
  using enum PictureKind;
  const std::string command = result.command();
  if (command == "bits") return {bits, accuracy};
  if (command == "learn" && !result.root().find("history")) return {energy, accuracy};  // A closed form.
  if (command == "learn") return {energy, accuracy, learning};
  if (command == "search") return {energy, accuracy};
  if (command == "table") return {energy};
  if (command != "eval" && command != "demo") return {};
  // A sweep's energies are the same in every layer: nothing to draw.
  return result.root().find("layers") ? std::vector{energy, accuracy} : std::vector{accuracy};
}

std::vector<PictureKind> kinds_alone(const ResultFile& result) {
  std::vector<PictureKind> kinds = kinds_of(result);
  const bool curve = result.root().find("points") || result.root().find("allocations");
  if (!curve) std::erase(kinds, PictureKind::accuracy);
  if (nothing_found(result)) std::erase(kinds, PictureKind::energy);
  return kinds;
}

Figure make_figure(PictureKind kind, std::span<const ResultFile> results) {
  for (const ResultFile& result : results) check_kind(kind, result);
  check_noises(results);
  switch (kind) {
    case PictureKind::energy:
      return energy_figure(results);
    case PictureKind::bits:
      return bits_figure(results);
    case PictureKind::accuracy:
      return accuracy_figure(results);
    case PictureKind::learning:
      return learning_figure(results);
  }
  return {};
}

std::string energy_label(std::string_view noise) {
  return counts_photons(noise) ? "photons per MAC" : "energy per MAC (x base energy)";
}

std::string title_of(std::string_view what, std::span<const ResultFile> results) {
  const std::string network = common(results, [](const auto& result) { return result.network(); });
  const std::string noise = common_noise(results);
  std::vector<std::string> parts;
  if (!network.empty()) parts.push_back(network);
  if (noise != "none") parts.push_back(noise + " noise");
  if (parts.empty()) return std::string(what);
  return fmt::format("{}: {}", what, fmt::join(parts, ", "));
}

std::string series_name(std::span<const ResultFile> results, const ResultFile& result,
                        const std::string& own) {
  if (results.size() == 1) return own;
  return own.empty() ? result.stem() : fmt::format("{}: {}", result.stem(), own);
}

std::string common_noise(std::span<const ResultFile> results) {
  const auto noisy = std::find_if(results.begin(), results.end(),
                                  [](const ResultFile& result) { return result.noise() != "none"; });
  return noisy == results.end() ? "none" : noisy->noise();
}

}  // namespace dpac::report
