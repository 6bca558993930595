// Files of torch.save; those in tests/golden/torch were written by PyTorch itself (make_torch_files.py).
#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "engine/networks/resnet.h"
#include "loaders/checkpoint.h"
#include "tests/support/berts.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"
#include "tests/support/torch_files.h"

using namespace dpac;
using namespace dpac::test;

namespace {

const std::filesystem::path kGolden = std::filesystem::path(DPAC_GOLDEN_DIR) / "torch";

std::string refusal_of(const std::filesystem::path& path) {
  const std::string message = message_of([&] { (void)open_checkpoint(path); });
  REQUIRE(message.starts_with(path.string() + ": "));
  return message.substr(path.string().size() + 2);
}

std::string refusal(const std::string& bytes) {
  const TempFolder folder;
  return refusal_of(folder.write("x.pth", bytes));
}

const LeftOut* left_out(const Checkpoint& checkpoint, const std::string& what) {
  const auto found = std::ranges::find_if(checkpoint.left_out,
                                          [&](const LeftOut& each) { return contains(each.what, what); });
  return found == checkpoint.left_out.end() ? nullptr : &*found;
}

/// The archive with another uncompressed size of a member, four bytes, in its header and in the directory.
std::string claiming(std::string zip, const std::string& member, const std::string& size) {
  for (std::size_t at = zip.find(member); at != std::string::npos; at = zip.find(member, at + 1)) {
    const bool local = zip.compare(at - 30, 4, "PK\x03\x04") == 0;
    zip.replace(at - (local ? 8 : 22), 4, size);
  }
  return zip;
}

}  // namespace

TEST_CASE("a state_dict in every form that torch.save has written") {
  const Checkpoint reference = open_checkpoint(kGolden / "reference.safetensors");
  REQUIRE(reference.weights.entries().size() == 32);
  const std::pair<const char*, const char*> forms[] = {
      {"zip_2.pth", "PyTorch file"},
      {"zip_3.pth", "PyTorch file"},
      {"zip_4.pth", "PyTorch file"},
      {"zip_5.pth", "PyTorch file"},
      {"legacy_2.pth", "PyTorch file (before 1.6)"},
      {"legacy_4.pth", "PyTorch file (before 1.6)"},
      {"tar.pth", "PyTorch file (before 0.2)"},
  };
  for (const auto& [name, format] : forms) {
    CAPTURE(name);
    const Checkpoint read = open_checkpoint(kGolden / name);
    CHECK(first_difference(read.weights, reference.weights) == "");
    CHECK(read.format == format);
    CHECK(read.traits.preset == "cifar");
    CHECK(read.weight_files == std::vector<std::string>{(kGolden / name).string()});
    CHECK(build_resnet(read).architecture == "ResNet6");
  }
}

TEST_CASE("a training program's checkpoint: its network is found, and the rest is told") {
  const Checkpoint read = open_checkpoint(kGolden / "checkpoint.pth");
  const Checkpoint reference = open_checkpoint(kGolden / "checkpoint.safetensors");
  CHECK(first_difference(read.weights, reference.weights) == "");
  CHECK(build_resnet(read).architecture == "ResNet6");
  REQUIRE(left_out(read, "wrappers") != nullptr);
  CHECK(left_out(read, "wrappers")->examples == std::vector<std::string>{"state_dict.", "module."});
  REQUIRE(left_out(read, "beside the network") != nullptr);
  const auto& strangers = left_out(read, "beside the network")->examples;
  CHECK(std::ranges::find(strangers, "best_acc1") != strangers.end());
  CHECK(std::ranges::find(strangers, "optimizer.state.0.momentum_buffer") != strangers.end());
  REQUIRE(left_out(read, "counters") != nullptr);
  CHECK(left_out(read, "counters")->count ==
        7);  // num_batches_tracked of 6 BatchNorms, and the state of a generator.
}

TEST_CASE("tensors of every type and with every kind of strides") {
  const Checkpoint read = open_checkpoint(kGolden / "types.pth");
  CHECK(first_difference(read.weights, open_checkpoint(kGolden / "types.safetensors").weights) == "");
  CHECK(read.weights.find("transposed")->shape() == Shape{4, 2, 3});
  CHECK(read.weights.find("empty")->shape() == Shape{0, 3});
  CHECK(read.weights.find("scalar")->shape().empty());
  REQUIRE(left_out(read, "counters") != nullptr);
  CHECK(left_out(read, "counters")->count == 2);
}

TEST_CASE("what only its own code could read is refused with the cure") {
  CHECK(refusal_of(kGolden / "module.pth") ==
        "a whole module cannot be read, for that would run its code (torch.nn.modules.container.Sequential); "
        "save its "
        "weights alone: torch.save(model.state_dict(), 'weights.pth')");
  CHECK(contains(refusal_of(kGolden / "script.pt"), "TorchScript (torch.jit.save) is not supported"));
  // The same within a checkpoint whose optimizer has tensors.
  Pickle pickle;
  pickle.dict()
      .mark()
      .text("net")
      .global("models", "Net")
      .raw(")R")
      .dict()
      .mark()
      .text("_modules")
      .dict()
      .set_items();
  pickle.raw("b").text("optimizer").dict().mark().text("m").tensor("0", 1, {1}, {1}).set_items().set_items();
  CHECK(contains(refusal(torch_zip(pickle, {{"0", std::string(4, '\0')}})),
                 "a whole module cannot be read, for that would run its code ('net' is a models.Net)"));
}

TEST_CASE("files of torch.save without a state_dict say what was expected") {
  const auto holding = [](Pickle pickle) {
    return refusal(torch_zip(pickle, {{"0", std::string(4, '\0')}}));
  };
  CHECK(holding(Pickle().number(3)) ==
        "expected a state_dict, a dict of tensors by name; found something else than a dict; save its "
        "weights alone: "
        "torch.save(model.state_dict(), 'weights.pth')");
  CHECK(contains(holding(Pickle().tensor("0", 1, {1}, {1})), "found something else than a dict"));
  CHECK(contains(holding(Pickle().dict().mark().text("epoch").number(3).text("lr").number(1).set_items()),
                 "found a dict without tensors in it (epoch, lr)"));
  CHECK(contains(holding(Pickle().global("argparse", "Namespace").raw(")R")),
                 "found an object that only its own code can make (argparse.Namespace)"));
  CHECK(contains(
      holding(Pickle().dict().mark().text("state_dict").global("mine", "Weights").raw(")R").set_items()),
      "found a dict without tensors in it ('state_dict' is a mine.Weights)"));
}

TEST_CASE("a weight that is no plain tensor is refused by the name of what makes it") {
  const Checkpoint original = small_resnet();
  const auto with_first = [&](const std::string& module, const std::string& function) {
    std::string bytes = torch_file_of(original, same);
    ZipMembers members = members_of(bytes);
    std::string& pickle = members.front().second;
    const std::string name = "torch._utils\n_rebuild_tensor_v2\n";
    return refusal(
        zip_of((pickle.replace(pickle.find(name), name.size(), module + "\n" + function + "\n"), members)));
  };
  CHECK(contains(
      with_first("torch._utils", "_rebuild_qtensor"),
      "the weight 'bn1.bias' is a torch._utils._rebuild_qtensor, which is not supported; expected a plain "
      "tensor"));
  CHECK(contains(with_first("torch.storage", "_load_from_bytes"), "is a torch.storage._load_from_bytes"));
  CHECK(contains(with_first("os", "system"), "the weight 'bn1.bias' is a os.system, which is not supported"));
}

TEST_CASE("a BERT in a file of torch.save") {
  const Checkpoint original = small_bert();
  const TempFolder folder;
  folder.write("config.json", small_bert_config().dump());
  const Checkpoint read =
      open_checkpoint(folder.write("pytorch_model.bin", torch_file_of(original, with_bert)));
  CHECK(first_difference(read.weights, original.weights) == "");
  REQUIRE(read.bert);
  CHECK(read.bert->heads == 2);
  CHECK(read.side_files == std::vector<std::string>{(folder.path() / "config.json").string()});
}

TEST_CASE("archives that were packed once more, deflated, in another order or without a folder") {
  const Checkpoint original = small_resnet();
  const TempFolder folder;
  ZipMembers members = members_of(torch_file_of(original, same));
  const auto reads = [&](const std::string& bytes) {
    return first_difference(open_checkpoint(folder.write("x.pth", bytes)).weights, original.weights);
  };
  CHECK(reads(zip_of(members, true)) == "");
  std::ranges::reverse(members);
  CHECK(reads(zip_of(members)) == "");
  for (auto& member : members) member.first.erase(0, std::string("archive/").size());
  CHECK(reads(zip_of(members)) == "");
}

TEST_CASE("damaged archives name the member") {
  const std::string good = torch_file_of(small_resnet(), same);
  const ZipMembers members = members_of(good);
  CHECK(contains(refusal(good.substr(0, good.size() / 2)), "cannot be opened as a zip archive"));
  ZipMembers lacking = members;
  std::erase_if(lacking, [](const auto& member) { return member.first == "archive/data/3"; });
  CHECK(contains(refusal(zip_of(lacking)), "the member 'archive/data/3' of the archive is missing"));
  std::string flipped = good;
  flipped[good.find("archive/data/0") + 20] ^= 1;
  CHECK(contains(refusal(flipped), "the member 'archive/data/0' of the archive cannot be read (CRC error)"));
  ZipMembers big = members;
  big.emplace_back("archive/byteorder", "big");
  CHECK(contains(refusal(zip_of(big)), "was saved on a big-endian machine"));
  ZipMembers little = members;
  little.emplace_back("archive/byteorder", "little");
  const TempFolder folder;
  CHECK_NOTHROW((void)open_checkpoint(folder.write("x.pth", zip_of(little))));
}

TEST_CASE("an archive that claims more than it stores is refused before memory is asked for") {
  const std::string zip =
      torch_zip(Pickle().dict().mark().text("x.weight").tensor("0", 5, {5}, {1}).set_items(),
                {{"0", std::string(20, 'x')}});
  CHECK(contains(refusal(claiming(zip, "archive/data/0", "\xf0\xff\xff\xff")),
                 "the member 'archive/data/0' of the archive claims 4294967280 bytes, of which"));
}

TEST_CASE("a pickle longer than any network's is refused before it is read") {
  std::mt19937 random(1);
  std::string noise(400'000, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  const std::string zip = zip_of({{"archive/data.pkl", noise}}, true);
  CHECK(contains(refusal(claiming(zip, "archive/data.pkl", std::string("\x00\x00\x00\x11", 4))),
                 "archive/data.pkl has 285212672 bytes, more than the 268435456"));
}

TEST_CASE("a directory that claims more members than there are is refused") {
  const std::string good = torch_file_of(small_resnet(), same);
  const std::size_t end = good.rfind("PK\x05\x06");
  for (const char count : {'\0', '\x7f', '\xff'}) {
    std::string zip = good;
    for (const std::size_t at : {8U, 9U, 10U, 11U}) zip[end + at] = count;
    const std::string error = refusal(zip);
    INFO(error);
    CHECK(contains(error, "cannot be opened as a zip archive"));
  }
}
