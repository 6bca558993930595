#include "kernels/isa.h"

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "kernels/simd.h"
// clang-format off: simd.h configures Highway, so it comes first.
#include <hwy/highway.h>
// clang-format on

namespace dpac {
namespace {

struct Target {
  Isa isa;
  std::string_view name;
  int64_t highway;
};

constexpr std::array kTargets = {
    Target{Isa::scalar, "scalar", HWY_EMU128},
    Target{Isa::avx2, "avx2", HWY_AVX2},
    Target{Isa::avx512, "avx512", HWY_AVX3},
    Target{Isa::avx512_vaes, "avx512_vaes", HWY_AVX3_DL},
};

const Target& target_of(Isa isa) {
  return kTargets[static_cast<std::size_t>(isa)];
}

std::vector<Isa> detect() {
  // What Highway finds on the machine, this build need not have.
  const int64_t usable = hwy::SupportedTargets() & HWY_TARGETS;
  std::vector<Isa> found = {Isa::scalar};
  for (const Target& target : kTargets) {
    if (target.isa != Isa::scalar && (usable & target.highway) != 0) found.push_back(target.isa);
  }
  return found;
}

std::string supported_names() {
  std::string names;
  for (const Isa isa : supported_isas()) {
    if (!names.empty()) names += ", ";
    names += name(isa);
  }
  return names;
}

bool is_supported(Isa isa) {
  for (const Isa supported : supported_isas()) {
    if (supported == isa) return true;
  }
  return false;
}

void activate(Isa isa) {
  hwy::SetSupportedTargetsForTest(target_of(isa).highway);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

Isa initial_isa() {
  const char* forced = std::getenv("DPAC_FORCE_ISA");
  if (forced == nullptr || *forced == '\0') return supported_isas().back();
  for (const Target& target : kTargets) {
    if (target.name == forced && is_supported(target.isa)) return target.isa;
  }
  throw Error(fmt::format("DPAC_FORCE_ISA is '{}', but this machine and build support only: {}", forced,
                          supported_names()));
}

Isa& selected_isa() {
  static Isa selected = [] {
    const Isa isa = initial_isa();
    activate(isa);
    return isa;
  }();
  return selected;
}

}  // namespace

std::string_view name(Isa isa) {
  return target_of(isa).name;
}

const std::vector<Isa>& supported_isas() {
  static const std::vector<Isa> supported = detect();
  return supported;
}

Isa active_isa() {
  return selected_isa();
}

void force_isa(Isa isa) {
  if (!is_supported(isa)) {
    throw Error(
        fmt::format("the instruction set '{}' was asked for, but this machine and build support only: {}",
                    name(isa), supported_names()));
  }
  selected_isa() = isa;
  activate(isa);
}

}  // namespace dpac
