#include "loaders/images/image_folder.h"

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/images/open_dataset.h"
#include "tests/support/images.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
namespace fs = std::filesystem;

namespace {

const fs::path kJpeg = golden_image("decode/rgb_420.jpg");

/// Two classes of one image each.
void add_two_classes(const TempFolder& folder) {
  folder.copy(kJpeg, "a/0.jpg");
  folder.copy(kJpeg, "b/0.jpg");
}

std::vector<std::string> sentences(const ImageDataset& dataset) {
  std::vector<std::string> out;
  for (const LeftOut& left_out : dataset.report().left_out) out.push_back(to_sentence(left_out));
  return out;
}

std::string refusal(const fs::path& path) {
  return message_of([&] { open_image_dataset(path); });
}

/// Gives up the rights of root, to whom every folder can be read, until the end of the scope.
class WithoutRoot {
 public:
  WithoutRoot() : is_root_(geteuid() == 0) {
    if (is_root_ && seteuid(65534) != 0) throw std::runtime_error("seteuid");
  }
  ~WithoutRoot() {
    if (is_root_ && seteuid(0) != 0) std::abort();
  }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

 private:
  bool is_root_;
};

}  // namespace

TEST_CASE("names that begin with a dot and archive litter are no classes and no images") {
  const TempFolder folder;
  add_two_classes(folder);
  folder.copy(kJpeg, ".ipynb_checkpoints/0-checkpoint.jpg");
  folder.copy(kJpeg, "__MACOSX/a/0.jpg");
  folder.copy(kJpeg, "a/.thumbnails/0.jpg");
  folder.write("a/._0.jpg", "resource fork");
  for (const char* name : {".DS_Store", "Thumbs.db", "a/.DS_Store", "a/thumbs.db", "b/Desktop.ini"}) {
    folder.write(name, "litter");
  }
  const auto dataset = open_image_dataset(folder.path());
  CHECK(dataset->size() == 2);
  CHECK(dataset->label(0) == 0);
  CHECK(dataset->label(1) == 1);
  CHECK(dataset->report().class_folders == 2);
  CHECK(sentences(*dataset) ==
        std::vector<std::string>{
            "1 file hidden or of archive programs was left out (a/._0.jpg)",
            "3 folders hidden or of archive programs were left out (.ipynb_checkpoints, __MACOSX, "
            "a/.thumbnails)"});
}

TEST_CASE("files of formats not read are counted by extension, with examples") {
  const TempFolder folder;
  add_two_classes(folder);
  folder.write("b/9.bmp", "BM");
  folder.write("a/1.BMP", "BM");
  folder.write("a/x/2.gif", "GIF89a");
  folder.write("a/notes.txt", "text");
  folder.write("a/stub.webp", std::string("RIFF\0\0\0\0WEBP", 12));
  folder.write("a/README", "text");
  folder.write("beside.bmp", "BM");
  folder.write("README.md", "beside the classes nobody takes it for a sample");
  const auto dataset = open_image_dataset(folder.path());
  CHECK(dataset->size() == 2);
  const auto left_out = dataset->report().left_out;
  REQUIRE(left_out.size() == 1);
  CHECK(left_out[0].count == 7);
  CHECK(left_out[0].examples ==
        std::vector<std::string>{"beside.bmp", "a/1.BMP", "a/README", "a/notes.txt", "a/stub.webp"});
  CHECK(to_sentence(left_out[0]) ==
        "7 files of formats not read were left out (no extension 1, .bmp 3, .gif 1, .txt 1, .webp 1)");
}

TEST_CASE("nothing is said where nothing was left out") {
  const TempFolder folder;
  add_two_classes(folder);
  CHECK(open_image_dataset(folder.path())->report().left_out.empty());
}

TEST_CASE("every format that is read is found, by name or by content") {
  const TempFolder folder;
  const std::vector<std::pair<const char*, const char*>> files = {
      {"rgb_420.jpg", "a.JPG"}, {"rgb_420.jpg", "b.jfif"}, {"rgb.png", "c.png"},
      {"lossy.webp", "d.webp"}, {"rgb_lzw.tif", "e.tif"},  {"rgb_lzw.tif", "f.TIFF"},
      {"lossy.webp", "g.jpg"},  {"rgb.png", "h.bmp"},      {"rgb_420.jpg", "i"}};
  for (const auto& [from, to] : files)
    folder.copy(golden_image(std::string("decode/") + from), std::string("a/") + to);
  const auto dataset = open_image_dataset(folder.path());
  REQUIRE(dataset->size() == 9);
  for (int64_t i = 0; i < 9; ++i) {
    CAPTURE(dataset->name(i));
    CHECK(dataset->load(i).height > 0);
  }
}

TEST_CASE("an image format that is not read under the name of one that is, is an error that names the file") {
  const TempFolder folder;
  folder.write("a/1.jpg", "BM6 ");
  const auto dataset = open_image_dataset(folder.path());
  CHECK(contains(
      message_of([&] { (void)dataset->load(0); }),
      "a/1.jpg: expected a JPEG, PNG, WebP or TIFF image, but the file starts with the bytes 42 4d"));
}

TEST_CASE("links: to folders they are followed, round in a circle they are an error, not a crash") {
  const TempFolder folder;
  add_two_classes(folder);
  fs::create_directory_symlink(folder.path() / "b", folder.path() / "c");
  CHECK(open_image_dataset(folder.path())->size() == 3);
  fs::create_directory_symlink(folder.path() / "a", folder.path() / "a/again");
  fs::create_directory_symlink(folder.path() / "a", folder.path() / "a/once_more");
  CHECK(contains(refusal(folder.path()), "a/again: is a link to a folder that belongs to its class already"));
}

TEST_CASE("links to themselves and into nowhere, and pipes") {
  const TempFolder folder;
  add_two_classes(folder);
  fs::create_symlink("self", folder.path() / "self");
  fs::create_symlink("self", folder.path() / "a/self");
  fs::create_symlink("nowhere", folder.path() / "a/x");
  CHECK(sentences(*open_image_dataset(folder.path())) ==
        std::vector<std::string>{"2 files of formats not read were left out (no extension 2)"});
  fs::create_symlink("nowhere", folder.path() / "a/1.jpg");
  CHECK(contains(refusal(folder.path()),
                 "a/1.jpg: expected an image file, found a link that leads nowhere, a pipe or a device"));
  fs::remove(folder.path() / "a/1.jpg");
  REQUIRE(mkfifo((folder.path() / "a/2.png").c_str(), 0600) == 0);
  CHECK(contains(refusal(folder.path()), "a/2.png: expected an image file, found a link"));
  CHECK(contains(refusal(folder.path() / "self"), "self: cannot be opened: "));
}

TEST_CASE("a folder or file that may not be read is an error that names it") {
  const TempFolder folder;
  add_two_classes(folder);
  chmod(folder.path().c_str(), 0755);
  chmod((folder.path() / "b").c_str(), 0);
  chmod((folder.path() / "a/0.jpg").c_str(), 0);
  {
    const WithoutRoot nobody;
    CHECK(contains(refusal(folder.path()), "b: the folder cannot be read: Permission denied"));
    CHECK(contains(refusal(folder.path() / "b/0.jpg"), "b/0.jpg: cannot be opened: Permission denied"));
  }
  chmod((folder.path() / "b").c_str(), 0755);
  const WithoutRoot nobody;
  const auto dataset = open_image_dataset(folder.path());
  CHECK(contains(message_of([&] { (void)dataset->load(0); }), "a/0.jpg: cannot be opened for reading"));
}
