// HDF5 files that point elsewhere, lie about what they hold, or are damaged.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "loaders/checked_size.h"
#include "loaders/hdf5/hdf5_file.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr hsize_t kHuge = hsize_t{1} << 50;

/// The message of reading dataset "x" out of a file that `fill` makes.
template <class Fill>
std::string refusal(Fill fill) {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  make_hdf5(path, fill);
  const std::string message = message_of([&] { (void)Hdf5File::open(path).read_floats("x"); });
  CHECK(message.starts_with(path.string() + ": "));
  return message;
}

void declare(hid_t file, const std::vector<hsize_t>& dims, hid_t properties = H5P_DEFAULT) {
  put_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, dims, nullptr, properties);
}

std::string small_file(const TempFolder& folder) {
  Hdf5Writer writer(folder.path() / "small.h5");
  writer.write_floats("a/x", {4}, std::vector<float>{1, 2, 3, 4});
  writer.set_attribute("a", "name", std::string("value"));
  writer.commit();
  std::ifstream stream(folder.path() / "small.h5", std::ios::binary);
  return {(std::istreambuf_iterator<char>(stream)), {}};
}

/// How many of the files with one byte changed are refused when everything in them is read.
int refused_with_a_wrong_byte(const std::string& bytes) {
  int refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    const std::string message = message_of([&] {
      const Hdf5File file = Hdf5File::from_image(std::as_bytes(std::span(damaged)), "damaged");
      for (const std::string& path : file.datasets()) (void)file.read_floats(path);
    });
    refused += message == "no error" ? 0 : 1;
  }
  return refused;
}

std::string words_of_the_library(const std::filesystem::path& file) {
  std::ifstream stream(file);
#ifdef DPAC_SANITIZED  // A sanitizer warns of sizes it does not allocate, in lines of its own.
  std::string line, words;
  while (std::getline(stream, line)) {
    if (!line.starts_with("==")) words += line + "\n";
  }
  return words;
#else
  return {std::istreambuf_iterator<char>(stream), {}};
#endif
}

}  // namespace

TEST_CASE("data outside the HDF5 file is never followed") {
  CHECK(contains(refusal([](hid_t file) { H5Lcreate_external("/etc/other.h5", "x", file, "x", 0, 0); }),
                 "'x' is a link to another place or file"));
  CHECK(contains(refusal([](hid_t file) { H5Lcreate_soft("/y", file, "x", H5P_DEFAULT, H5P_DEFAULT); }),
                 "'x' is a link to another place or file"));
  CHECK(contains(refusal([](hid_t file) {
                   const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
                   H5Pset_external(properties, "/etc/passwd", 0, 16);
                   declare(file, {4}, properties);
                 }),
                 "dataset 'x' keeps its data in external files"));
  CHECK(contains(refusal([](hid_t file) {
                   const hsize_t size = 4;
                   const hid_t properties = H5Pcreate(H5P_DATASET_CREATE),
                               space = H5Screate_simple(1, &size, nullptr);
                   H5Pset_virtual(properties, space, "/etc/other.h5", "y", space);
                   declare(file, {size}, properties);
                 }),
                 "dataset 'x' is a virtual dataset"));
}

TEST_CASE("HDF5 links are refused on the way to a dataset, and when listing") {
  const TempFolder folder;
  make_hdf5(folder.path() / "x.h5",
            [](hid_t file) { H5Lcreate_external("/etc/other.h5", "/", file, "group", 0, 0); });
  const Hdf5File file = Hdf5File::open(folder.path() / "x.h5");
  CHECK(
      contains(message_of([&] { (void)file.read_floats("group/x"); }), "'group' is a link to another place"));
  CHECK(contains(message_of([&] { (void)file.datasets(); }), "'group' is a link to another place"));
}

TEST_CASE("sizes that an HDF5 file declares are checked before memory is asked for") {
  CHECK(contains(refusal([](hid_t file) { declare(file, {kHuge}); }),
                 "claims shape [1125899906842624] of 4-byte elements, but the file holds only 0 bytes"));
  CHECK(contains(refusal([](hid_t file) { declare(file, {kHuge}, chunked({1 << 20}, true)); }),
                 "dataset 'x' has 0 of its 1073741824 chunks stored"));
  CHECK(contains(refusal([](hid_t file) {
                   declare(file, {kHuge, kHuge});
                 }),
                 "but the file holds only 0 bytes"));
  CHECK(contains(refusal([](hid_t file) { declare(file, {3}); }), "but the file holds only 0 bytes"));
  CHECK_FALSE(checked_bytes({int64_t{1} << 40, int64_t{1} << 40}, 4).has_value());
  CHECK_FALSE(checked_bytes({-1}, 4).has_value());
  CHECK(checked_bytes({}, 4) == 4);
}

TEST_CASE("an HDF5 dataset with a missing chunk is not filled up with zeros") {
  const std::string message = refusal([](hid_t file) {
    const hsize_t size = 8, start = 0, count = 4;
    declare(file, {size}, chunked({4}, false));
    const hid_t dataset = H5Dopen(file, "x", H5P_DEFAULT), space = H5Dget_space(dataset);
    const hid_t memory = H5Screate_simple(1, &count, nullptr);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &count, nullptr);
    H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, std::vector<float>{1, 2, 3, 4}.data());
    H5Dclose(dataset);
  });
  CHECK(contains(message, "dataset 'x' has 1 of its 2 chunks stored"));
}

TEST_CASE("HDF5 objects that are no datasets of numbers") {
  CHECK(contains(refusal([](hid_t) {}), "there is no dataset 'x' in it"));
  CHECK(contains(refusal([](hid_t file) { H5Gclose(H5Gcreate(file, "x", 0, 0, 0)); }),
                 "there is no dataset 'x' in it"));
  CHECK(contains(refusal([](hid_t file) {
                   const hid_t type = H5Tcopy(H5T_C_S1);
                   H5Tset_size(type, 3);
                   put_dataset(file, "x", type, type, {2}, "abcdef");
                 }),
                 "dataset 'x' holds no numbers"));
  CHECK(contains(refusal([](hid_t file) {
                   H5Dclose(H5Dcreate(file, "x", H5T_IEEE_F32LE, H5Screate(H5S_NULL), 0, 0, 0));
                 }),
                 "dataset 'x' is empty (it has no shape)"));
}

TEST_CASE("an object that HDF5 cannot open is an error, not left out") {
  const TempFolder folder;
  std::string bytes = small_file(folder);
  // The header of the dataset begins with version 1, which becomes one that no HDF5 knows.
  const Hdf5File whole = Hdf5File::open(folder.path() / "small.h5");
  std::string damaged;
  std::string message = "no error";
  for (std::size_t at = 0; at < bytes.size() && !contains(message, "cannot be opened: "); ++at) {
    damaged = bytes;
    if (damaged[at] != 1) continue;
    damaged[at] = 99;
    message = message_of(
        [&] { (void)Hdf5File::from_image(std::as_bytes(std::span(damaged)), "damaged").datasets(); });
  }
  CHECK(contains(message, "; the file is damaged, or in a format newer than HDF5 1."));
}

TEST_CASE("an HDF5 string that is not where its attribute says is refused, not followed") {
  const TempFolder folder;
  const std::string bytes = small_file(folder);
  const std::size_t heap = bytes.find("GCOL");
  REQUIRE(heap != std::string::npos);
  const auto name_with = [&](std::size_t at, char value) {
    std::string damaged = bytes;
    damaged[at] = value;
    return message_of([&] {
      (void)Hdf5File::from_image(std::as_bytes(std::span(damaged)), "damaged").string_attribute("a", "name");
    });
  };
  CHECK(name_with(heap, 'G') == "no error");
  const std::string message =
      "damaged: attribute 'name' of '/a' refers to a string that is not there; the file is damaged";
  CHECK(name_with(heap, 'X') == message);          // The heap's signature,
  CHECK(name_with(heap + 12, '\x10') == message);  // its size,
  CHECK(name_with(heap + 16, '\x09') == message);  // the string's index,
  CHECK(name_with(heap + 24, '\x01') == message);  // its length,
  CHECK(name_with(heap + 30, '\x7f') == message);  // its length, beyond the heap.
}

TEST_CASE("HDF5 files that are cut off anywhere give an error") {
  const TempFolder folder;
  const std::string bytes = small_file(folder);
  for (std::size_t size = 0; size < bytes.size(); size += 16) {
    const auto path = folder.write("cut.h5", std::string_view(bytes).substr(0, size));
    CAPTURE(size);
    CHECK(contains(message_of([&] { (void)Hdf5File::open(path).read_floats("a/x"); }), path.string()));
  }
}

TEST_CASE("HDF5 files with a wrong byte give an error or values, never a crash") {
  const TempFolder folder;
  CHECK(refused_with_a_wrong_byte(small_file(folder)) > 100);
}

TEST_CASE("a process that has read damaged HDF5 files ends without a word") {
  const TempFolder folder;
  const std::filesystem::path words = folder.write("stderr", "");
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen(words.c_str(), "w", stderr) == nullptr) std::_Exit(2);
    if (std::freopen("/dev/null", "w", stdout) == nullptr) std::_Exit(2);
    execl("/proc/self/exe", "dpac_loaders_test", "--test-case=HDF5 files with a wrong byte*", nullptr);
    std::_Exit(2);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(words_of_the_library(words) == "");
}
