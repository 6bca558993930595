// TensorFlow's names and layouts of BERT encoders: tf_model.h5, and safetensors of the format "tf".
#include "loaders/tf_bert.h"

#include <doctest/doctest.h>

#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "tests/support/berts.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// The small BERT under TensorFlow's names and in its layouts.
Checkpoint tensorflow_bert(bool split_heads) {
  Checkpoint stored;
  const Checkpoint bert = small_bert();
  for (const auto& [name, entry] : bert.weights.entries()) {
    auto [key, tensor] = tensorflow_array(name, entry.tensor, split_heads);
    stored.weights.add(key, std::move(tensor), key);
  }
  return stored;
}

/// What is said about a file whose layer `bert` has these arrays.
std::string refusal(const std::vector<KerasArray>& arrays) {
  const TempFolder folder;
  const auto path = folder.path() / "tf_model.h5";
  write_keras(path, "", {{"bert", arrays}});
  const std::string message = message_of([&] { (void)open_checkpoint(path); });
  REQUIRE(message.starts_with(path.string() + ": "));
  return message.substr(path.string().size() + 2);
}

const KerasArray kWordEmbeddings = {"m/bert/embeddings/word_embeddings/weight:0", {10, 6}};

}  // namespace

TEST_CASE("a tf_model.h5 of any version gives PyTorch's tensors") {
  const TensorflowFile files[] = {{},
                                  {.model = "tf_bert_model_2"},
                                  {.split_heads = true},
                                  {.pre_training = true},
                                  {.position_leaf = "weight:0"},
                                  {.position_leaf = "embeddings"}};
  for (const TensorflowFile& file : files) {
    CAPTURE(file.model);
    CAPTURE(file.split_heads);
    CAPTURE(file.position_leaf);
    const TempFolder folder;
    write_tf_bert(folder.path() / "x.h5", file);
    const Checkpoint read = open_checkpoint(folder.path() / "x.h5");
    CHECK(first_difference(read.weights, small_bert().weights) == "");
    CHECK(read.format == "Hugging Face TensorFlow weights (HDF5)");
    CHECK(read.weights.entries().at("pooler.dense.bias").origin ==
          "bert/" + file.model + "/bert/pooler/dense/bias:0");
    REQUIRE(read.bert);
    CHECK_FALSE(read.bert->heads);
  }
}

TEST_CASE("safetensors of the format 'tf' have TensorFlow's names and layouts") {
  const TempFolder folder;
  for (const bool split_heads : {false, true}) {
    const auto same = [](const std::string& name) { return name; };
    const std::string bytes = safetensors_of(tensorflow_bert(split_heads), same, "tf");
    CHECK(first_difference(open_checkpoint(folder.write("x", bytes)).weights, small_bert().weights) == "");
  }
  const std::string bytes = safetensors_of(small_bert(), with_bert, "flax");
  CHECK(contains(message_of([&] { (void)open_checkpoint(folder.write("x", bytes)); }),
                 "the tensors were saved from 'flax', expected 'pt' (PyTorch names and layouts)"));
}

TEST_CASE("TensorFlow's names become PyTorch's") {
  struct Case {
    const char *tensorflow, *torch;
  };
  const Case cases[] = {
      {"bert/embeddings/word_embeddings/weight:0", "bert.embeddings.word_embeddings.weight"},
      {"bert/embeddings/token_type_embeddings/embeddings:0", "bert.embeddings.token_type_embeddings.weight"},
      {"bert/embeddings/LayerNorm/gamma:0", "bert.embeddings.LayerNorm.weight"},
      {"bert/embeddings/LayerNorm/beta:12", "bert.embeddings.LayerNorm.bias"},
      {"bert/encoder/layer_._11/attention/self/query/kernel:0",
       "bert.encoder.layer.11.attention.self.query.weight"},
      {"classifier/bias", "classifier.bias"},
      {"mlm___cls/predictions/bias:0", "cls.predictions.bias"},
      {"kernel:0", "weight"},
  };
  for (const Case& c : cases) {
    CHECK(from_tensorflow("x.h5", {c.tensorflow, "origin", {}, false, {}}).name == c.torch);
  }
}

TEST_CASE("arrays of a tf_model.h5 that cannot be placed are named with their shapes") {
  CHECK(refusal({kWordEmbeddings, {"m/bert/pooler/dense/kernel:0", {6, 2, 3}}}) ==
        "dataset 'bert/m/bert/pooler/dense/kernel:0' has the shape [6, 2, 3], expected a kernel [in, out]");
  CHECK(refusal({kWordEmbeddings, {"m/bert/pooler/dense/kernel:0", {0, 6}}}) ==
        "dataset 'bert/m/bert/pooler/dense/kernel:0' has the shape [0, 6], expected a kernel [in, out]");
  CHECK(contains(refusal({kWordEmbeddings, {"m/bert/pooler/dense/bias:0", {0}}}),
                 "has the shape [0], expected some"));
  CHECK(contains(
      refusal({{"m/bert/word_embeddings/weight:0", {10, 6}}}),
      "only ResNets, MobileNetV2, ShuffleNetV2, GoogLeNet, InceptionV3 and BERT encoders can be run"));
}

TEST_CASE("a Keras file without BERT's group gives Keras's errors") {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  write_keras(path, "", {{"distilbert", {{"m/distilbert/embeddings/word_embeddings/weight:0", {10, 6}}}}});
  CHECK(contains(message_of([&] { (void)open_checkpoint(path); }), "is not one of kernel, bias, gamma"));
  write_keras(path, "", {{"bert", {{"m/bert/kernel:0", {2, 6, 2}}}}});
  CHECK(contains(message_of([&] { (void)open_checkpoint(path); }),
                 "layer 'bert' is no convolution, BatchNorm or dense layer"));
}
