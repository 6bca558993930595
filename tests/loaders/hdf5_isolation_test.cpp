// HDF5 files read in a process of their own: the same as in this one, and what its end does to this one.
#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "loaders/hdf5/hdf5_file.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "loaders/hdf5/isolation/sanitizers.h"
#include "tests/support/isolated_hdf5.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr int64_t kManyRows = 3001, kRowValues = 257;  // More than the window holds, and no multiple of it.

std::vector<float> many_values() {
  std::vector<float> values(kManyRows * kRowValues);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 99'991) * 0.25F - 17;
  return values;
}

hid_t with_checksum(hid_t properties) {
  H5Pset_fletcher32(properties);
  return properties;
}

/// Datasets of all that can be read, groups and attributes.
std::filesystem::path write_file(const TempFolder& folder) {
  const auto path = folder.path() / "all.h5";
  const std::vector<float> values = many_values();
  const std::vector<int64_t> integers{-3, 5, 1 << 30};
  make_hdf5(path, [&](hid_t file) {
    const std::vector<hsize_t> dims{kManyRows, kRowValues}, three{3};
    put_dataset(file, "plain", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, dims, values.data());
    put_dataset(file, "packed", H5T_IEEE_F64BE, H5T_NATIVE_FLOAT, dims, values.data(),
                with_checksum(chunked({100, 50}, false)));
    put_dataset(file, "bytes", H5T_STD_U8LE, H5T_NATIVE_FLOAT, dims,
                std::vector<float>(values.size(), 7.F).data());
    put_dataset(file, "integers", H5T_STD_I64LE, H5T_NATIVE_INT64, three, integers.data());
  });
  return path;
}

struct Everything {
  std::vector<std::string> paths, groups;
  std::vector<Shape> shapes;
  std::vector<float> plain, packed;
  std::vector<int64_t> integers;
  std::vector<uint8_t> bytes;
  std::string refusal;

  bool operator==(const Everything&) const = default;
};

std::vector<float> floats_of(const Hdf5File& file, const std::string& path) {
  const Tensor tensor = file.read_floats(path);
  return {tensor.values().begin(), tensor.values().end()};
}

Everything read_everything(const std::filesystem::path& path) {
  const Hdf5File file = Hdf5File::open(path);
  Everything all;
  all.paths = file.datasets();
  all.groups = file.groups();
  for (const std::string& name : all.paths) all.shapes.push_back(file.dataset(name).shape());
  all.plain = floats_of(file, "plain");
  all.packed = floats_of(file, "packed");
  all.integers = file.read_integers("integers");
  all.bytes = file.dataset("bytes").read_bytes(11, 2050);
  all.refusal = message_of([&] { (void)file.read_integers("plain"); });
  return all;
}

/// The processes that a process has started, from what Linux says.
std::set<pid_t> children_of(pid_t parent) {
  std::set<pid_t> children;
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", parent))) {
    std::ifstream list(task.path() / "children");
    for (pid_t child = 0; list >> child;) children.insert(child);
  }
  return children;
}

/// Of files that are open now.
std::set<pid_t> readers() {
  std::set<pid_t> found;
  for (const pid_t server : children_of(getpid())) found.merge(children_of(server));
  return found;
}

/// A file in the oldest format, whose group has a local heap.
std::string old_file() {
  const TempFolder folder;
  const auto path = folder.path() / "old.h5";
  make_hdf5(path, [](hid_t file) {
    const float one = 1;
    put_dataset(file, "first", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {1}, &one);
  });
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Makes a heap's list of free blocks begin with one that comes after itself. A heap is "HEAP", four bytes,
/// the size of its data, the first free block, and the address of its data; see the HDF5 File Format
/// Specification, section III.D.
std::string with_endless_heap(std::string bytes) {
  const std::size_t heap = bytes.find("HEAP");
  REQUIRE(heap != std::string::npos);
  uint64_t free = 0, data = 0;
  std::memcpy(&free, &bytes.at(heap + 16), 8);
  std::memcpy(&data, &bytes.at(heap + 24), 8);
  std::memcpy(&bytes.at(data + free), &free, 8);
  return bytes;
}

std::string message_of_listing(const std::string& bytes) {
  return message_of(
      [&] { (void)Hdf5File::from_image(std::as_bytes(std::span(bytes)), "some.h5").datasets(); });
}

}  // namespace

TEST_CASE("an HDF5 file read by another process is the same") {
  const TempFolder folder;
  const auto path = write_file(folder);
  const Everything expected = read_everything(path);
  CHECK(expected.plain == many_values());
  CHECK(expected.packed == many_values());
  CHECK(contains(expected.refusal, "plain"));
  const IsolatedHdf5 isolated;
  CHECK(read_everything(path) == expected);
}

TEST_CASE("attributes of an HDF5 file are the same from another process") {
  const TempFolder folder;
  const auto path = folder.path() / "a.h5";
  Hdf5Writer writer(path);
  writer.write_floats("group/x", {2}, std::vector<float>{1, 2});
  writer.set_attribute("group", "name", std::string("värde"));
  writer.commit();
  const IsolatedHdf5 isolated;
  const Hdf5File file = Hdf5File::open(path);
  CHECK(file.has_group("group"));
  CHECK_FALSE(file.has_group("group/x"));
  CHECK(file.has_dataset("group/x"));
  CHECK(file.has_attribute("group", "name"));
  CHECK_FALSE(file.has_attribute("group", "other"));
  CHECK(file.string_attribute("group", "name") == "värde");
  CHECK(contains(message_of([&] { (void)file.numbers_attribute("group", "other"); }), "a.h5"));
}

TEST_CASE("a file has a reader for as long as it is open") {
  const IsolatedHdf5 isolated;
  const TempFolder folder;
  const auto path = write_file(folder);
  const std::set<pid_t> before = readers();
  {
    const Hdf5File file = Hdf5File::open(path), other = Hdf5File::open(path);
    CHECK(readers().size() == before.size() + 2);
  }
  CHECK(readers() == before);
}

TEST_CASE("a reader that is killed ends its own file's reading with a sentence, and no other's") {
  const IsolatedHdf5 isolated;
  const TempFolder folder;
  const auto path = write_file(folder);
  const std::set<pid_t> before = readers();
  const Hdf5File file = Hdf5File::open(path);
  std::set<pid_t> now = readers();
  for (const pid_t reader : before) now.erase(reader);
  REQUIRE(now.size() == 1);
  const Hdf5File other = Hdf5File::open(path);
  kill(*now.begin(), SIGKILL);
  for (int again = 0; again < 2; ++again) {
    const std::string message = message_of([&] { (void)file.read_floats("plain"); });
    CHECK(message.starts_with(path.string() + ": "));
    CHECK(contains(message, "was killed, as happens where memory runs out"));
  }
  CHECK(floats_of(other, "plain") == many_values());
}

TEST_CASE("a reader that crashes is told of by the file's name and the signal's") {
  const IsolatedHdf5 isolated;
  const TempFolder folder;
  const auto path = write_file(folder);
  const Hdf5File file = Hdf5File::open(path);
  for (const pid_t reader : readers()) kill(reader, SIGSEGV);
  const std::string message = message_of([&] { (void)file.datasets(); });
  CHECK(message ==
        fmt::format(
            "{}: the HDF5 library crashed on it (Segmentation fault); the file is damaged: copy or write "
            "it anew",
            path.string()));
}

TEST_CASE("an HDF5 file that takes all memory ends in a sentence" * doctest::skip(kSanitized)) {
  const std::string bytes = old_file();
  CHECK(message_of_listing(bytes) == "no error");
  const IsolatedHdf5 isolated;
  CHECK(message_of_listing(bytes) == "no error");
  const std::string message = message_of_listing(with_endless_heap(bytes));
  CAPTURE(message);
  CHECK(message.starts_with("some.h5: "));
  CHECK(contains(message, "the file is damaged"));
}
