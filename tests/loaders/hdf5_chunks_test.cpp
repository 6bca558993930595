// Compressed HDF5 datasets: read as the HDF5 library reads them, and refused where it would read on in
// memory.
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Dims = std::vector<hsize_t>;
using Bytes = std::vector<uint8_t>;

/// zlib's stream of some bytes.
Bytes packed(const Bytes& bytes) {
  uLongf size = compressBound(bytes.size());
  Bytes stream(size);
  REQUIRE(compress(stream.data(), &size, bytes.data(), bytes.size()) == Z_OK);
  stream.resize(size);
  return stream;
}

Bytes bytes_of(const std::vector<float>& values) {
  Bytes bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// The message of reading a float32 dataset of 2 chunks of 160, of which the second is stored as given.
std::string message_with_chunk(const Bytes& chunk, uint32_t mask, hid_t properties = chunked({160}, true)) {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  make_hdf5(path, [&](hid_t file) {
    const std::vector<float> zeros(320, 0.F);
    put_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {320}, zeros.data(), properties);
    const hid_t dataset = H5Dopen(file, "x", H5P_DEFAULT);
    const hsize_t offset = 160;
    REQUIRE(H5Dwrite_chunk(dataset, H5P_DEFAULT, mask, &offset, chunk.size(), chunk.data()) >= 0);
    H5Dclose(dataset);
  });
  return message_of([&] {
    const Tensor tensor = Hdf5File::open(path).read_floats("x");
    CHECK(tensor.values()[160] == 1.F);
  });
}

hid_t with_shuffle(hid_t properties) {
  H5Premove_filter(properties, H5Z_FILTER_ALL);
  H5Pset_shuffle(properties);
  H5Pset_deflate(properties, 9);
  return properties;
}

hid_t with_checksum(hid_t properties) {
  H5Pset_fletcher32(properties);
  return properties;
}

std::vector<float> some_values(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i) * 0.37F - 11;
  return values;
}

std::size_t count_of(const Dims& dims) {
  return std::accumulate(dims.begin(), dims.end(), std::size_t{1}, std::multiplies<>());
}

void check_floats(const Dims& dims, hid_t type, hid_t properties) {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  const std::vector<float> values = some_values(count_of(dims));
  std::vector<float> expected(values.size());
  make_hdf5(path, [&](hid_t file) {
    put_dataset(file, "x", type, H5T_NATIVE_FLOAT, dims, values.data(), properties);
    const hid_t dataset = H5Dopen(file, "x", H5P_DEFAULT);
    REQUIRE(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, expected.data()) >= 0);
    H5Dclose(dataset);
  });
  const Tensor tensor = Hdf5File::open(path).read_floats("x");
  CHECK(tensor.shape() == Shape(dims.begin(), dims.end()));
  CHECK(std::vector<float>(tensor.values().begin(), tensor.values().end()) == expected);
}

}  // namespace

TEST_CASE("compressed chunks of every form are read as HDF5 reads them") {
  struct Case {
    Dims dims, chunk;
  };
  const std::vector<Case> cases = {{{7}, {3}},
                                   {{7}, {7}},
                                   {{5, 4}, {2, 4}},
                                   {{5, 4}, {5, 3}},
                                   {{5, 4}, {2, 3}},
                                   {{4, 3, 5}, {3, 2, 5}},
                                   {{4, 3, 5}, {1, 3, 5}},
                                   {{3, 4, 2, 5}, {2, 3, 2, 3}},
                                   {{1, 1}, {1, 1}}};
  for (const Case& c : cases) {
    CAPTURE(c.dims);
    CAPTURE(c.chunk);
    for (const hid_t type : {H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_STD_I16BE, H5T_STD_I64LE}) {
      check_floats(c.dims, type, chunked(c.chunk, true));
      check_floats(c.dims, type, with_shuffle(chunked(c.chunk, true)));
      check_floats(c.dims, type, with_checksum(with_shuffle(chunked(c.chunk, true))));
      check_floats(c.dims, type, with_checksum(chunked(c.chunk, false)));
      check_floats(c.dims, type, chunked(c.chunk, false));
    }
    check_floats(c.dims, half_type(H5T_IEEE_F32LE), with_shuffle(chunked(c.chunk, true)));
    check_floats(c.dims, half_type(H5T_IEEE_F32BE), chunked(c.chunk, true));
  }
}

TEST_CASE("chunks at the edge that are stored without their filters are read by that property") {
  const hid_t properties = chunked({3, 2}, true);
  H5Pset_chunk_opts(properties, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
  check_floats({7, 4}, H5T_IEEE_F32LE, properties);
}

TEST_CASE("slices of a compressed dataset begin and end anywhere") {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  Bytes values(11 * 5 * 3);
  std::iota(values.begin(), values.end(), uint8_t{0});
  make_hdf5(path, [&](hid_t file) {
    put_dataset(file, "x", H5T_STD_U8LE, H5T_NATIVE_UINT8, {11, 5, 3}, values.data(),
                chunked({4, 2, 3}, true));
  });
  const Hdf5Dataset dataset = Hdf5File::open(path).dataset("x");
  for (int64_t begin = 0; begin <= 11; ++begin) {
    for (int64_t end = begin; end <= 11; ++end) {
      CHECK(dataset.read_bytes(begin, end) == Bytes(values.begin() + begin * 15, values.begin() + end * 15));
    }
  }
}

TEST_CASE("a chunk that does not unpack to exactly its size is refused") {
  const std::vector<float> ones(160, 1.F);
  CHECK(message_with_chunk(packed(bytes_of(ones)), 0) == "no error");
  CHECK(contains(message_with_chunk(packed(Bytes(16, 1)), 0),
                 "dataset 'x' has a chunk that unpacks to 16 bytes, expected 640; the file is damaged"));
  CHECK(contains(message_with_chunk(packed(Bytes(639, 1)), 0), "unpacks to 639 bytes, expected 640"));
  CHECK(contains(message_with_chunk(packed({}), 0), "unpacks to 0 bytes, expected 640"));
  CHECK(contains(message_with_chunk(packed(Bytes(641, 1)), 0), "unpacks to more than 640 bytes"));
  Bytes cut = packed(bytes_of(some_values(160)));
  cut.resize(cut.size() / 2);
  CHECK(contains(message_with_chunk(cut, 0), "gzip stream is cut off"));
  CHECK(contains(message_with_chunk(Bytes(640, 0xff), 0), "no valid gzip stream"));
}

TEST_CASE("a chunk that was stored past its filters is refused") {
  const Bytes ones = bytes_of(std::vector<float>(160, 1.F));
  for (const Bytes& chunk : {ones, packed(ones), Bytes(16, 1)}) {
    CHECK(
        contains(message_with_chunk(chunk, 1), "its chunk at [160] was stored without some of the filters"));
  }
  CHECK(contains(message_with_chunk(packed(ones), 1, with_shuffle(chunked({160}, true))),
                 "was stored without some of the filters (mask 0x1)"));
}

TEST_CASE("a chunk whose checksum is wrong or missing is refused") {
  const auto properties = [] { return with_checksum(chunked({160}, false)); };
  CHECK(contains(message_with_chunk(Bytes(644, 1), 0, properties()), "has a chunk whose checksum is wrong"));
  CHECK(contains(message_with_chunk(Bytes(3, 1), 0, properties()), "has a chunk without its checksum"));
  CHECK(contains(message_with_chunk(Bytes(4, 0), 0, properties()), "unpacks to 0 bytes, expected 640"));
}

TEST_CASE("a dataset behind other filters is refused by their number") {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  const hid_t properties = chunked({4}, false);
  H5Pset_scaleoffset(properties, H5Z_SO_INT, H5Z_SO_INT_MINBITS_DEFAULT);
  make_hdf5(path, [&](hid_t file) {
    const std::vector<int> values{1, 2, 3, 4};
    put_dataset(file, "x", H5T_STD_I32LE, H5T_NATIVE_INT, {4}, values.data(), properties);
  });
  CHECK(contains(
      message_of([&] { (void)Hdf5File::open(path).read_integers("x"); }),
      "dataset 'x' is compressed by something else than gzip (HDF5's filter 6); write it with gzip"));
}

TEST_CASE("chunks far larger than their dataset are refused before they are unpacked") {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  const hid_t properties = chunked({80 << 20}, true);
  make_hdf5(path, [&](hid_t file) {
    const hsize_t none = H5S_UNLIMITED, size = 4;
    const hid_t space = H5Screate_simple(1, &size, &none);
    const hid_t dataset = H5Dcreate(file, "x", H5T_STD_U8LE, space, 0, properties, 0);
    const Bytes values(4, 1);
    REQUIRE(H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
    H5Dclose(dataset);
  });
  CHECK(contains(message_of([&] { (void)Hdf5File::open(path).read_integers("x"); }),
                 "dataset 'x' of shape [4] is stored in chunks of 83886080 bytes, far more than it needs"));
}
