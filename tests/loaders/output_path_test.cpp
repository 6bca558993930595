#include "loaders/output_path.h"

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
namespace fs = std::filesystem;

TEST_CASE("An output path is where a link leads, and else itself") {
  const TempFolder folder;
  const fs::path file = fs::canonical(folder.write("file", "")), absent = folder.path() / "absent";
  const auto link_to = [&](const fs::path& target, const char* name) {
    fs::create_symlink(target, folder.path() / name);
    return folder.path() / name;
  };
  CHECK(output_path(file) == file);
  CHECK(output_path(absent) == absent);
  CHECK(output_path(link_to("file", "link")) == file);
  CHECK(output_path(link_to(link_to("file", "first"), "second")) == file);
  const fs::path dangling = link_to(absent, "dangling"), device = link_to("/dev/null", "device");
  CHECK(output_path(dangling) == dangling);
  CHECK(output_path(device) == device);
  CHECK(message_of([&] { (void)output_path(folder.path()); }) ==
        folder.path().string() + ": is a folder, expected a file to write");
}

TEST_CASE("Devices and pipes are special, through links too; files, folders and what is absent are not") {
  const TempFolder folder;
  const fs::path pipe = folder.path() / "pipe", link = folder.path() / "link";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  fs::create_symlink(pipe, link);
  CHECK(is_special_file("/dev/null"));
  CHECK(is_special_file(pipe));
  CHECK(is_special_file(link));
  CHECK_FALSE(is_special_file(folder.write("file", "")));
  CHECK_FALSE(is_special_file(folder.path()));
  CHECK_FALSE(is_special_file(folder.path() / "absent"));
}
