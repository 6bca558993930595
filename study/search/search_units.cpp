#include "study/search/search_units.h"

#include <fmt/format.h>

#include "study/evaluation/accuracy_text.h"

namespace dpac {

std::string title_of_kind(std::string_view kind) {
  return kind == "uniform" ? std::string(kind) : fmt::format("per {}", kind);
}

std::string SearchUnits::energy_text(double energy_per_mac) const {
  const std::string attojoules =
      photon_aj ? fmt::format(" ({:.4g} aJ/MAC)", energy_per_mac * *photon_aj) : "";
  return fmt::format("{:.4g} {}{}", energy_per_mac, energy, attojoules);
}

std::string SearchUnits::accuracy_text(double accuracy) const {
  return percent(Accuracy{.measure = measure, .value = accuracy});
}

}  // namespace dpac
