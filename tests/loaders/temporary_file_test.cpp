// Files take their names complete, follow no planted links, and leave nothing behind.
#include "loaders/temporary_file.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using test::TempFolder;

namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> files(const TempFolder& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder.path())) paths.push_back(entry.path());
  return paths;
}

}  // namespace

TEST_CASE("a temporary file takes its target's place, or goes") {
  const TempFolder folder;
  const fs::path target = folder.write("result.json", "old");
  for (const bool committed : {false, true}) {
    {
      TemporaryFile file(target);
      std::ofstream(file.path()) << "new";
      CHECK(content(target) == "old");
      if (committed) file.commit();
    }
    CHECK(content(target) == (committed ? "new" : "old"));
    CHECK(files(folder).size() == 1);
  }
}

TEST_CASE("two writers of one target have files of their own") {
  const TempFolder folder;
  TemporaryFile first(folder.path() / "a"), second(folder.path() / "a");
  CHECK(first.path() != second.path());
  CHECK(fs::exists(first.path()));  // The second has not taken it for a left-over.
  CHECK(fs::exists(second.path()));
}

TEST_CASE("what a killed process left beside its target is removed, and nothing else") {
  const TempFolder folder;
  const fs::path victim = folder.write("victim", "precious");
  const std::string left = "a.0123456789abcdef.tmp";
  folder.write(left, "half");
  const std::vector<std::string> others = {"b.0123456789abcdef.tmp", "a.0123456789abcdeg.tmp", "a.0123.tmp",
                                           "a.0123456789abcdef.bak", "a.b.0123456789abcdef.tmp"};
  for (const std::string& name : others) folder.write(name, "");
  fs::create_symlink(victim, folder.path() / "a.00000000000000aa.tmp");
  TemporaryFile(folder.path() / "a").commit();
  CHECK(!fs::exists(folder.path() / left));
  for (const std::string& name : others) CHECK(fs::exists(folder.path() / name));
  CHECK(content(victim) == "precious");
}

TEST_CASE("an absent folder and a target that is a folder are errors that leave nothing") {
  const TempFolder folder;
  CHECK(test::contains(test::message_of([&] { TemporaryFile file(folder.path() / "no/a"); }),
                       "no/a: cannot be written: No such file or directory"));
  fs::create_directories(folder.path() / "target/full");
  CHECK(test::contains(test::message_of([&] { TemporaryFile(folder.path() / "target").commit(); }),
                       "target: cannot be written"));
  CHECK(files(folder).size() == 1);
}
