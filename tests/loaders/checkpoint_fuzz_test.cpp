// Damaged weight files of every form: the outcome is a checkpoint or an Error, and memory stays within
// reason.
#include <algorithm>
#include <random>
#include <sys/resource.h>

#include <doctest/doctest.h>

#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/isolation/sanitizers.h"
#include "tests/support/berts.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"
#include "tests/support/torch_files.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr int kMutations = 150;  // Of each file.

/// One to four wrong bytes, often of the extremes that sizes and offsets are sensitive to, or a cut.
std::string damaged(const std::string& whole, std::mt19937& random) {
  std::string bytes = whole;
  if (random() % 8 == 0) {
    bytes.resize(random() % bytes.size());
    return bytes;
  }
  for (uint32_t i = 1 + random() % 4; i > 0; --i) {
    const char values[] = {'\0', '\1', '\x7f', '\xff', static_cast<char>(random() % 256)};
    bytes[random() % bytes.size()] = values[random() % std::size(values)];
  }
  return bytes;
}

/// Metadata is rare among the weights of a usual file; this one is little else.
std::string chunked_state_dict(const TempFolder& folder) {
  make_hdf5(folder.path() / "chunked.h5", [](hid_t file) {
    const Checkpoint original = small_resnet();
    for (const auto& [name, entry] : original.weights.entries()) {
      const std::vector<hsize_t> dims(entry.tensor.shape().begin(), entry.tensor.shape().end());
      put_dataset(file, name.c_str(), half_type(H5T_IEEE_F32LE), H5T_NATIVE_FLOAT, dims,
                  entry.tensor.values().data(), chunked(dims, true));
    }
  });
  return bytes_of(folder.path() / "chunked.h5");
}

std::vector<std::pair<std::string, std::string>> seeds(const TempFolder& folder) {
  const std::filesystem::path networks = std::filesystem::path(DPAC_GOLDEN_DIR) / "networks";
  write_state_dict(folder.path() / "flat.h5", small_resnet(), same);
  write_keras(folder.path() / "old.h5", "", keras_old_names());
  return {{"flat", bytes_of(folder.path() / "flat.h5")},
          {"chunked", chunked_state_dict(folder)},
          {"keras old names", bytes_of(folder.path() / "old.h5")},
          {"keras model", bytes_of(networks / "keras_forms.h5")},
          {"keras 3", bytes_of(networks / "keras_forms_nested.weights.h5")},
          {"safetensors", safetensors_of(small_resnet(), same)}};
}

std::vector<std::pair<std::string, std::string>> torch_seeds() {
  const std::filesystem::path torch = std::filesystem::path(DPAC_GOLDEN_DIR) / "torch";
  std::vector<std::pair<std::string, std::string>> seeds;
  for (const char* name :
       {"zip_2.pth", "zip_4.pth", "checkpoint.pth", "legacy_2.pth", "legacy_4.pth", "tar.pth"}) {
    seeds.emplace_back(name, bytes_of(torch / name));
  }
  return seeds;
}

std::vector<std::pair<std::string, std::string>> bert_seeds(const TempFolder& folder) {
  const std::filesystem::path berts = std::filesystem::path(DPAC_GOLDEN_DIR) / "bert";
  write_tf_bert(folder.path() / "tf.h5", {.split_heads = true, .pre_training = true});
  return {{"own layout", bytes_of(berts / "state_dict.h5")},
          {"tf_model.h5", bytes_of(folder.path() / "tf.h5")},
          {"safetensors", safetensors_of(small_bert(), with_bert)}};
}

/// The same within the pickle of a zip archive, whose checksum is made right again.
std::string damaged_pickle(const std::string& zip, std::mt19937& random) {
  ZipMembers members = members_of(zip);
  members.front().second = damaged(members.front().second, random);
  return zip_of(members);
}

/// Each seed as it is, and then damaged by `damage`.
template <class Open>
void check_damaged(const TempFolder& folder, const std::vector<std::pair<std::string, std::string>>& seeds,
                   const Open& open, std::string (*damage)(const std::string&, std::mt19937&)) {
  std::mt19937 random(2026);
  for (const auto& [name, bytes] : seeds) {
    CAPTURE(name);
    const auto path = folder.write("damaged", bytes);
    REQUIRE(message_of([&] { open(path); }) == "no error");
    int refused = 0;
    for (int i = 0; i < kMutations; ++i) {
      CAPTURE(i);
      folder.write("damaged", damage(bytes, random));
      const std::string message = message_of([&] { open(path); });
      CHECK((message == "no error" || message.starts_with(path.string() + ": ")));
      // A dataset left open would keep the file open, and HDF5 would answer from it for the next of that
      // name.
      REQUIRE(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_FILE | H5F_OBJ_DATASET) == 0);
      refused += message == "no error" ? 0 : 1;
    }
    CHECK(refused > kMutations / 10);
    CHECK(refused < kMutations);
  }
  if (kSanitized) return;  // Nothing that was freed is given back.
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  CHECK(usage.ru_maxrss < 1 << 20);  // KiB, of the whole test program.
}

void open_resnet(const std::filesystem::path& path) {
  (void)build_image_network(open_checkpoint(path));
}

}  // namespace

TEST_CASE("damaged weight files load or give an error, whatever is wrong in them") {
  const TempFolder folder;
  check_damaged(folder, seeds(folder), open_resnet, damaged);
}

TEST_CASE("damaged files of torch.save load or give an error") {
  const TempFolder folder;
  check_damaged(folder, torch_seeds(), open_resnet, damaged);
}

TEST_CASE("damaged pickles under a right checksum load or give an error") {
  const TempFolder folder;
  auto archives = torch_seeds();
  std::erase_if(archives, [](const auto& seed) { return !seed.second.starts_with("PK"); });
  check_damaged(folder, archives, open_resnet, damaged_pickle);
}

TEST_CASE("damaged files of BERT encoders load or give an error too") {
  const TempFolder folder;
  check_damaged(
      folder, bert_seeds(folder), [](const auto& path) { (void)open_checkpoint(path); }, damaged);
}
