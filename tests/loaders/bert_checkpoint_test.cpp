// BERT encoders in every kind of file; what is in tests/golden/bert was written by Hugging Face's own code.
#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "tests/support/berts.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

const std::filesystem::path kGolden = std::filesystem::path(DPAC_GOLDEN_DIR) / "bert";

std::string as_path(std::string name) {
  std::replace(name.begin(), name.end(), '.', '/');
  return name;
}

std::string old_layer_norm(std::string name) {
  if (const auto at = name.find("LayerNorm.weight"); at != std::string::npos)
    name.replace(at, 16, "LayerNorm.gamma");
  if (const auto at = name.find("LayerNorm.bias"); at != std::string::npos)
    name.replace(at, 14, "LayerNorm.beta");
  return name;
}

/// The small BERT as a state_dict in HDF5, and what `add` adds to it.
template <class Add>
std::filesystem::path write_bert(const TempFolder& folder, Add add) {
  const auto path = folder.path() / "x.h5";
  Hdf5Writer writer(path);
  const Checkpoint original = small_bert();
  for (const auto& [name, entry] : original.weights.entries()) {
    writer.write_floats(with_bert(name), entry.tensor.shape(), entry.tensor.values());
  }
  add(writer);
  writer.commit();
  return path;
}

template <class Add>
std::string refusal_with(Add add) {
  const TempFolder folder;
  const auto path = write_bert(folder, add);
  const std::string message = message_of([&] { (void)open_checkpoint(path); });
  REQUIRE(message.starts_with(path.string() + ": "));
  return message.substr(path.string().size() + 2);
}

void check_is_small_bert(const Checkpoint& read) {
  CHECK(first_difference(read.weights, small_bert().weights) == "");
  REQUIRE(read.bert);
  CHECK_FALSE(read.bert->heads);
  CHECK(read.bert->labels.empty());
  CHECK(read.bert->layer_norm_epsilon == 1e-12);
}

}  // namespace

TEST_CASE("a BERT encoder is found under every usual naming, in HDF5 and safetensors") {
  const std::vector<std::function<std::string(const std::string&)>> namings = {
      same,
      with_bert,
      as_path,
      old_layer_norm,
      [](const std::string& name) { return as_path(with_bert(name)); },
      [](const std::string& name) { return with_bert(old_layer_norm(name)); },
      [](const std::string& name) { return "bert." + name; },
      [](const std::string& name) { return "module." + with_bert(name); },
      [](const std::string& name) { return "model." + name; },
      [](const std::string& name) { return "state_dict/" + as_path(with_bert(name)); },
      [](const std::string& name) { return "model_state_dict/module." + with_bert(name); },
      [](const std::string& name) { return "0.auto_model." + name; },
  };
  const Checkpoint original = small_bert();
  for (const auto& naming : namings) {
    CAPTURE(naming("pooler.dense.bias"));
    const TempFolder folder;
    write_state_dict(folder.path() / "x.h5", original, naming);
    const Checkpoint read = open_checkpoint(folder.path() / "x.h5");
    check_is_small_bert(read);
    CHECK(read.format == "PyTorch state_dict in HDF5");
    CHECK(read.weights.entries().at("classifier.bias").origin == naming("classifier.bias"));
    const Checkpoint safetensors = open_checkpoint(folder.write("x", safetensors_of(original, naming)));
    check_is_small_bert(safetensors);
    CHECK(safetensors.format == "safetensors");
  }
}

TEST_CASE("Hugging Face's own files, and the same weights in HDF5, hold the same tensors") {
  const Checkpoint safetensors = open_checkpoint(kGolden / "model.safetensors");
  const WeightStore& weights = safetensors.weights;
  CHECK(weights.entries().size() == 41);
  REQUIRE(weights.contains("encoder.layer.1.intermediate.dense.weight"));
  CHECK(weights.find("encoder.layer.1.intermediate.dense.weight")->shape() == Shape{64, 32});
  REQUIRE(weights.contains("classifier.weight"));
  CHECK(weights.find("classifier.weight")->shape() == Shape{3, 32});
  for (const char* name : {"state_dict.h5", "tf_model.h5"}) {
    CAPTURE(name);
    CHECK(first_difference(open_checkpoint(kGolden / name).weights, weights) == "");
  }
  for (const char* name : {"model.safetensors", "state_dict.h5", "tf_model.h5"}) {
    const auto traits = open_checkpoint(kGolden / name).bert;
    REQUIRE(traits);
    CHECK(traits->heads == 2);
    CHECK(traits->layer_norm_epsilon == 1e-7);
    CHECK(traits->labels == std::vector<std::string>{"entailment", "neutral", "contradiction"});
  }
}

TEST_CASE("float16 and bfloat16 BERT weights are widened") {
  const TempFolder folder;
  const std::vector<float> values = {1.5f, -2};
  const std::vector<uint16_t> brain = {0x3fc0, 0xc000};
  make_hdf5(folder.path() / "x.h5", [&](hid_t file) {
    const auto put_halves = [&](const std::string& name, const std::vector<hsize_t>& shape) {
      put_dataset(file, name.c_str(), half_type(H5T_IEEE_F32LE), H5T_NATIVE_FLOAT, shape, values.data());
    };
    for (const std::string table : {"word", "position", "token_type"})
      put_halves("bert.embeddings." + table + "_embeddings.weight", {1, 2});
    put_halves("bert.embeddings.LayerNorm.weight", {2});
    const char* bias = "bert.embeddings.LayerNorm.bias";
    put_dataset(file, bias, H5T_STD_U16LE, H5T_NATIVE_UINT16, {2}, brain.data());
    put_fixed_attribute(file, bias, "dtype", "bfloat16");
  });
  const Checkpoint read = open_checkpoint(folder.path() / "x.h5");
  for (const char* name : {"embeddings.word_embeddings.weight", "embeddings.LayerNorm.bias"}) {
    REQUIRE(read.weights.contains(name));
    CHECK(std::ranges::equal(read.weights.find(name)->values(), values));
  }
}

TEST_CASE("heads of pre-training and integer buffers are left out") {
  const TempFolder folder;
  const auto path = write_bert(folder, [](Hdf5Writer& writer) {
    writer.write_integers("bert.embeddings.position_ids", {1, 2}, std::vector<int64_t>{0, 1});
    writer.write_integers("bert.embeddings.token_type_ids", {1, 2}, std::vector<int64_t>{0, 0});
    writer.write_floats("cls.predictions.bias", {1}, std::vector<float>{NAN});
    writer.write_floats("cls.seq_relationship.weight", {1}, std::vector<float>{1});
  });
  check_is_small_bert(open_checkpoint(path));
  const std::string safetensors = safetensors_of(small_bert(), with_bert);
  const std::string buffer = R"("bert.embeddings.ids":{"dtype":"I64","shape":[0],"data_offsets":[0,0]},)";
  std::string header = safetensors.substr(8, safetensors.rfind("}}") - 6);
  header.insert(header.find("\"bert."), buffer);
  const uint64_t length = header.size();
  const std::string prefix(reinterpret_cast<const char*>(&length), sizeof length);
  const std::string data = safetensors.substr(safetensors.rfind("}}") + 2);
  check_is_small_bert(open_checkpoint(folder.write("y", prefix + header + data)));
}

TEST_CASE("BERT weights that cannot be used are named") {
  CHECK(refusal_with([](Hdf5Writer& writer) {
          writer.write_floats("bert.embeddings.LayerNorm.gamma", {1}, std::vector<float>{1});
        }) ==
        "dataset 'bert.embeddings.LayerNorm.gamma' and dataset 'bert.embeddings.LayerNorm.weight' both stand "
        "for "
        "the weight 'embeddings.LayerNorm.weight'; remove one of them");
  CHECK(contains(refusal_with([](Hdf5Writer& writer) {
                   writer.write_integers("bert.quantised.weight", {1}, std::vector<int64_t>{1});
                 }),
                 "dataset 'bert.quantised.weight' holds no floating-point numbers"));
  const TempFolder folder;
  write_state_dict(folder.path() / "x.h5", small_bert(),
                   [](const std::string& name) { return "roberta." + name; });
  CHECK(contains(message_of([&] { (void)open_checkpoint(folder.path() / "x.h5"); }),
                 "RoBERTa is not supported: only ResNets, MobileNetV2, ShuffleNetV2, GoogLeNet, InceptionV3 "
                 "and BERT encoders can be run; found 'roberta."));
}
