// What open_checkpoint() makes of files of every kind: the format is told by the content, never the name.
#include "loaders/checkpoint.h"

#include <fstream>

#include <doctest/doctest.h>

#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
using namespace std::string_literals;

namespace {

/// What is said about a file, without the path that every message begins with.
std::string refusal_of(const std::filesystem::path& path) {
  const std::string message = message_of([&] { (void)open_checkpoint(path); });
  REQUIRE(message.starts_with(path.string() + ": "));
  CHECK(message.find('\n') == std::string::npos);
  return message.substr(path.string().size() + 2);
}

std::string refusal(const std::string& bytes, const std::string& name = "weights.bin") {
  const TempFolder folder;
  return refusal_of(folder.write(name, bytes));
}

/// The same for an HDF5 file that `fill` makes.
template <class Fill>
std::string refusal_of_hdf5(Fill fill) {
  const TempFolder folder;
  make_hdf5(folder.path() / "x.h5", fill);
  return refusal_of(folder.path() / "x.h5");
}

void declare(hid_t file, const std::vector<hsize_t>& dims, hid_t properties) {
  put_dataset(file, "conv1.weight", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, dims, nullptr, properties);
}

}  // namespace

TEST_CASE("the format is told by the content") {
  const TempFolder folder;
  const Checkpoint original = small_resnet();
  for (const char* name : {"x", "x.pth", "x.safetensors"}) {
    write_state_dict(folder.path() / name, original, [](const std::string& key) { return key; });
    CHECK(first_difference(open_checkpoint(folder.path() / name).weights, original.weights) == "");
  }
  const std::string bytes = bytes_of(folder.path() / "x");
  CHECK(open_checkpoint_image(std::as_bytes(std::span(bytes)), "memory").path == "memory");
}

TEST_CASE("an HDF5 file may have a foreign header in front") {
  const TempFolder folder;
  const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
  H5Pset_userblock(creation, 1024);
  const hid_t file = H5Fcreate((folder.path() / "x.mat").c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT);
  put_dataset(file, "conv1.weight", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {1}, std::vector<float>{3}.data());
  H5Fclose(file);
  CHECK(open_checkpoint(folder.path() / "x.mat").weights.find("conv1.weight")->values()[0] == 3);
}

TEST_CASE("files of other kinds are refused with what they are and what to do") {
  const std::string how =
      "save the weights it was made from with torch.save(model.state_dict(), 'weights.pth') or "
      "safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')";
  const std::string expected =
      "expected weights in HDF5, safetensors or a file of torch.save, but the file begins with ";
  CHECK(refusal("") == "the file is empty");
  CHECK(refusal("\x89PNG\r\n\x1a\n\0\0"s, "x.h5") == expected + "'.PNG......'");
  CHECK(contains(refusal("<!DOCTYPE html>\n<html>"), "this is a web page, not the weights"));
  CHECK(contains(refusal("PK\x03\x04....archive/data.pkl", "x.pth"), "cannot be opened as a zip archive"));
  CHECK(refusal("\x80\x02}q\x00.", "x.pkl") ==
        "a Python pickle that torch.save did not write is not supported; " + how);
  CHECK(contains(refusal("PK\x03\x04....metadata.json"), "cannot be opened as a zip archive"));
  CHECK(contains(refusal("PK\x03\x04....", "x.keras"), "cannot be opened as a zip archive"));
  CHECK(refusal("PK\x03\x04....conv1.weight.npy", "x.npz") ==
        "a zip archive that torch.save did not write is not supported; " + how);
  for (const std::string& refused :
       {refusal("\x08\x07\x12\x07pytorch", "model.bin"), refusal("whatever", "model.onnx")}) {
    CHECK(refused == "is no ONNX model, or is damaged: it is no protocol buffer with a graph");
  }
  CHECK(contains(refusal("\x1c\0\0\0TFL3"s), "TensorFlow Lite is not supported"));
  CHECK(contains(refusal("GGUF\3\0\0\0"s), "GGUF is not supported"));
  CHECK(refusal("version https://git-lfs.github.com/spec/v1\n") ==
        "this is a Git LFS pointer, not the weights themselves; run 'git lfs pull'");
  CHECK(contains(refusal("12345678{ some text"), "the safetensors header declares"));
}

TEST_CASE("paths that are no files") {
  const TempFolder folder;
  CHECK(refusal_of(folder.path()) == "expected a folder with one weight file, found an empty one");
  CHECK(refusal_of(folder.path() / "none.h5") == "no such file");
  CHECK(refusal_of("/dev/zero") == "expected a weight file or a folder of one, found a device");
}

TEST_CASE("truncated HDF5 weights are refused") {
  const TempFolder folder;
  write_state_dict(folder.path() / "x.h5", small_resnet(), [](const std::string& key) { return key; });
  const std::string bytes = bytes_of(folder.path() / "x.h5");
  CHECK(contains(refusal(bytes.substr(0, bytes.size() - 1)),
                 "cannot be opened as an HDF5 file: truncated file"));
  CHECK(contains(refusal(bytes.substr(0, 8)), "cannot be opened as an HDF5 file"));
}

TEST_CASE("HDF5 weights that point elsewhere or lie about their size name the dataset") {
  CHECK(contains(refusal_of_hdf5([](hid_t file) {
                   H5Lcreate_external("/etc/other.h5", "x", file, "conv1.weight", H5P_DEFAULT, H5P_DEFAULT);
                 }),
                 "'conv1.weight' is a link to another place or file instead of data"));
  CHECK(contains(refusal_of_hdf5([](hid_t file) {
                   H5Lcreate_soft("/x", file, "conv1.weight", H5P_DEFAULT, H5P_DEFAULT);
                 }),
                 "'conv1.weight' is a link to another place or file instead of data"));
  CHECK(contains(refusal_of_hdf5([](hid_t file) {
                   H5Lcreate_external("/etc/other.h5", "/", file, "layers", H5P_DEFAULT, H5P_DEFAULT);
                 }),
                 "'layers' is a link to another place or file instead of data"));
  CHECK(contains(refusal_of_hdf5([](hid_t file) {
                   const hsize_t size = 4;
                   const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
                   const hid_t space = H5Screate_simple(1, &size, nullptr);
                   H5Pset_virtual(properties, space, "/etc/other.h5", "y", space);
                   declare(file, {size}, properties);
                 }),
                 "dataset 'conv1.weight' is a virtual dataset, whose data lies in other files"));
  CHECK(contains(refusal_of_hdf5([](hid_t file) { declare(file, {hsize_t{1} << 50}, H5P_DEFAULT); }),
                 "dataset 'conv1.weight' claims shape [1125899906842624] of 4-byte elements"));
}
