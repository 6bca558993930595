// Whole files of GLUE by BERT's own vocabularies: CRC-32 of all ids, of the reference and of ours.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <zlib.h>

#include "loaders/text/encode_text.h"
#include "tests/support/token_cases.h"

using namespace dpac;
using namespace dpac::test;
namespace fs = std::filesystem;

namespace {

const fs::path kData = DPAC_SHARED_DATA;

/// As the reference splits a file: by LF alone, and what follows the last one is a line too.
std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf() << '\n';
  std::vector<std::string> lines;
  for (std::string line; std::getline(all, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("GLUE by the vocabularies of bert-base") {
  std::ifstream table(std::string(DPAC_GOLDEN_DIR) + "/tokens/real.tsv");
  std::string vocabulary;
  std::string casing;
  std::string name;
  std::string crc;
  std::size_t line_count = 0;
  std::size_t id_count = 0;
  int rows = 0;
  for (; table >> vocabulary >> casing >> name >> line_count >> id_count >> crc; ++rows) {
    CAPTURE(vocabulary);
    CAPTURE(name);
    const auto encoder = TextEncoder::open(kData / vocabulary);
    CHECK(name_of(encoder.casing()) == casing);
    std::vector<int32_t> ids;
    const auto lines = lines_of(kData / name);
    for (const auto& line : lines) {
      const auto encoded = encoder.encode(line, std::numeric_limits<int32_t>::max());
      ids.insert(ids.end(), encoded.ids.begin(), encoded.ids.end());
    }
    CHECK(lines.size() == line_count);
    CHECK(ids.size() == id_count);
    const auto bytes = static_cast<uInt>(ids.size() * sizeof(int32_t));
    CHECK(fmt::format("{:08x}", crc32(0, reinterpret_cast<const Bytef*>(ids.data()), bytes)) == crc);
  }
  CHECK(rows == 8);
}
