// Files of torch.save before PyTorch 1.6 and before 0.2, damaged in what only these have.
#include <doctest/doctest.h>

#include "loaders/checkpoint.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
using namespace std::string_literals;

namespace {

const std::filesystem::path kGolden = std::filesystem::path(DPAC_GOLDEN_DIR) / "torch";

std::string refusal(const std::string& bytes) {
  const TempFolder folder;
  const auto path = folder.write("x.pth", bytes);
  const std::string message = message_of([&] { (void)open_checkpoint(path); });
  REQUIRE(message.starts_with(path.string() + ": "));
  return message.substr(path.string().size() + 2);
}

std::string replaced(std::string bytes, const std::string& from, const std::string& to) {
  const auto at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("legacy files that are cut or damaged") {
  const std::string good = bytes_of(kGolden / "legacy_2.pth");
  CHECK(contains(refusal(good.substr(0, 100)), "ends at byte 100"));
  CHECK(contains(refusal(good.substr(0, good.size() - 1)), "elements of float32, but only"));
  CHECK(contains(refusal(replaced(good, "M\xe9\x03."s, "M\xea\x03."s)),
                 "is of an unknown version of torch.save"));
  // The first storage behind the list of keys claims 2^56 elements more.
  const auto list = good.rfind("e.");
  std::string huge = good;
  huge[list + 2 + 7] = '\x01';
  CHECK(contains(refusal(huge), "claims 72057594037927"));
}

TEST_CASE("tar archives that are cut, damaged or of something else") {
  const std::string good = bytes_of(kGolden / "tar.pth");
  CHECK(contains(refusal(good.substr(0, 2000)), "reaches beyond its end"));
  CHECK(contains(refusal(replaced(good, "storages", "sturages")),
                 "this tar archive has no 'storages', so torch.save did not write it; unpack it"));
  std::string size = good;
  size[124] = '9';
  CHECK(contains(refusal(size), "is no octal number"));
  const auto tensors = good.find("ctorch\nFloatTensor");
  REQUIRE(tensors != std::string::npos);
  CHECK(contains(refusal(replaced(good, "ctorch\nFloatStorage", "ctorch\nSloatStorage")),
                 "is of the unknown class 'torch.SloatStorage'"));
}
