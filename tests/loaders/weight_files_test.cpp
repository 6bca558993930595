// Folders, indices and shards.
#include "loaders/weights/weight_files.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "loaders/checkpoint.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"
#include "tests/support/torch_files.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// Every third weight, beginning with number `part` from 0.
Checkpoint third(const Checkpoint& checkpoint, int part) {
  Checkpoint taken{.path = checkpoint.path, .format = {}, .weights = {}, .traits = {}};
  int number = 0;
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    if (number++ % 3 == part)
      taken.weights.add(name, Tensor(entry.tensor.shape(), entry.tensor.values()), name);
  }
  return taken;
}

std::string shard_name(int part, const std::string& stem, const std::string& ending) {
  return fmt::format("{}-0000{}-of-00003{}", stem, part + 1, ending);
}

/// The small ResNet in three shards, without an index.
void write_shards(const TempFolder& folder, const std::string& stem, const std::string& ending) {
  const Checkpoint original = small_resnet();
  for (int part = 0; part < 3; ++part) {
    const Checkpoint piece = third(original, part);
    folder.write(shard_name(part, stem, ending),
                 ending == ".bin" ? torch_file_of(piece, same) : safetensors_of(piece, same));
  }
}

std::string index_of(const std::string& stem, const std::string& ending) {
  std::string map;
  for (int part = 0; part < 3; ++part) {
    map += fmt::format(R"({}"w{}":"{}")", part == 0 ? "" : ",", part, shard_name(part, stem, ending));
  }
  return fmt::format(R"({{"metadata":{{"total_size":1}},"weight_map":{{{}}}}})", map);
}

/// What is said about a path, without the path itself.
std::string refusal(const std::filesystem::path& path) {
  const std::string message = message_of([&] { (void)open_checkpoint(path); });
  REQUIRE(message.starts_with(path.string() + ": "));
  return message.substr(path.string().size() + 2);
}

}  // namespace

TEST_CASE("an index, any of the shards or their folder opens all of them") {
  const Checkpoint original = small_resnet();
  for (const auto& [stem, ending] :
       {std::pair{"model", ".safetensors"}, std::pair{"pytorch_model", ".bin"}}) {
    const TempFolder folder;
    write_shards(folder, stem, ending);
    const std::string format =
        ending == std::string(".bin") ? "PyTorch file, 3 shards" : "safetensors, 3 shards";
    const auto index = folder.write(stem + std::string(ending) + ".index.json", index_of(stem, ending));
    for (const auto& path : {index, folder.path() / shard_name(1, stem, ending), folder.path()}) {
      CAPTURE(path.string());
      const Checkpoint read = open_checkpoint(path);
      CHECK(first_difference(read.weights, original.weights) == "");
      CHECK(read.format == format);
      CHECK(read.weight_files.size() == 3);
      CHECK(read.side_files.size() ==
            (path.extension() == ".safetensors" || path.extension() == ".bin" ? 0 : 1));
    }
    std::filesystem::remove(index);
    CHECK(first_difference(open_checkpoint(folder.path()).weights, original.weights) == "");
  }
}

TEST_CASE("shards that are missing, and indices that lie") {
  const TempFolder folder;
  write_shards(folder, "model", ".safetensors");
  const auto first = folder.path() / shard_name(0, "model", ".safetensors");
  const auto index = folder.write("model.safetensors.index.json", index_of("model", ".safetensors"));
  std::filesystem::remove(folder.path() / shard_name(2, "model", ".safetensors"));
  CHECK(refusal(first) == "is one of 3 shards, of which 'model-00003-of-00003.safetensors' is missing");
  CHECK(refusal(index) == "names the file 'model-00003-of-00003.safetensors', which is not beside it");
  const auto with_map = [&](const std::string& map) {
    folder.write("model.safetensors.index.json", map);
    return refusal(index);
  };
  CHECK(contains(with_map("{}"), "expected an index of weights with the entry 'weight_map'"));
  CHECK(
      contains(with_map(R"({"weight_map":{}})"), "expected an index of weights with the entry 'weight_map'"));
  CHECK(contains(with_map(R"({"weight_map":[1]})"), "'weight_map'"));
  CHECK(contains(with_map(R"({"weight_map":{"x":3}})"), "'x' is 3, expected the name of a file"));
  CHECK(
      contains(with_map(R"({"weight_map":{"x":"../x"}})"), "names the file '../x', which is not beside it"));
  CHECK(contains(with_map(R"({"weight_map":{"x":"/etc/passwd"}})"), "names the file '/etc/passwd'"));
  CHECK(contains(with_map("[]"), "expected an object"));
}

TEST_CASE("a file whose name only looks like a shard's is one file") {
  const TempFolder folder;
  for (const char* name : {"resnet-50-of-mine.safetensors", "x-1-of-.safetensors", "-of-2.safetensors",
                           "of.safetensors", "a-01-of-2.safetensors"}) {
    const auto path = folder.write(name, safetensors_of(small_resnet(), same));
    CHECK(open_checkpoint(path).weights.entries().size() == 32);
  }
}

TEST_CASE("the weights in a folder, by the usual names or as the only ones") {
  const std::string tensors = safetensors_of(small_resnet(), same),
                    pickle = torch_file_of(small_resnet(), same);
  const TempFolder folder;
  folder.write("README.md", "x");
  folder.write("optimizer.pt", "x");
  folder.write("training_args.bin", "x");
  folder.write(".hidden.pth", "x");
  CHECK(contains(refusal(folder.path()),
                 "expected a folder with one weight file, found none; it has '.hidden.pth', "
                 "'README.md', 'optimizer.pt', 'training_args.bin'"));
  folder.write("best.pth", pickle);
  CHECK(open_checkpoint(folder.path()).path == (folder.path() / "best.pth").string());
  folder.write("last.ckpt", pickle);
  CHECK(refusal(folder.path()) ==
        "expected a folder with one weight file, found 2 of them ('best.pth', 'last.ckpt'); name one");
  for (int i = 0; i < 7; ++i) folder.write("more" + std::to_string(i) + ".pth", pickle);
  CHECK(contains(refusal(folder.path()),
                 "found 9 of them ('best.pth', 'last.ckpt', 'more0.pth', 'more1.pth', "
                 "'more2.pth' and 4 more); name one"));
  folder.write("model.pth", pickle);
  CHECK(open_checkpoint(folder.path()).path == (folder.path() / "model.pth").string());
  folder.write("pytorch_model.bin", pickle);
  CHECK(open_checkpoint(folder.path()).path == (folder.path() / "pytorch_model.bin").string());
  folder.write("model.safetensors", tensors);
  const Checkpoint read = open_checkpoint(folder.path());
  CHECK(read.path == (folder.path() / "model.safetensors").string());
  const auto others = std::ranges::find_if(
      read.left_out, [](const LeftOut& each) { return each.what == "weight files beside the one taken"; });
  REQUIRE(others != read.left_out.end());
  CHECK(others->count == 11);
}

TEST_CASE("weights in HDF5 that are split are refused") {
  const TempFolder folder;
  for (int part = 0; part < 3; ++part) {
    write_state_dict(folder.path() / shard_name(part, "tf_model", ".h5"), third(small_resnet(), part), same);
  }
  CHECK(contains(message_of([&] { (void)open_checkpoint(folder.path()); }),
                 "weights in HDF5 that are split over several files are not supported"));
}
