// What lies beside weights: the first byte chooses which of the files the rest is.
#include <array>

#include "loaders/bert_config.h"
#include "loaders/weights/resnet_config.h"
#include "loaders/weights/weight_files.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace dpac;

/// As an encoder of two layers with 8 features has it; nothing reads the values.
Checkpoint encoder() {
  Checkpoint checkpoint{.path = "weights", .format = "", .weights = {}, .traits = {}};
  const auto add = [&](const std::string& name, Shape shape) {
    Tensor tensor(std::move(shape));
    for (float& value : tensor.values()) value = 0;
    checkpoint.weights.add(name, std::move(tensor), name);
  };
  add("embeddings.word_embeddings.weight", {20, 8});
  add("embeddings.position_embeddings.weight", {16, 8});
  add("embeddings.token_type_embeddings.weight", {2, 8});
  add("classifier.weight", {3, 8});
  checkpoint.bert = BertTraits{};
  return checkpoint;
}

void read_side_file(std::size_t kind, fuzz::Bytes bytes) {
  switch (kind) {
    case 0: {
      Checkpoint checkpoint = encoder();
      return read_bert_config({bytes.begin(), bytes.end()}, "config.json", checkpoint);
    }
    case 1: {
      Checkpoint checkpoint{.path = "weights", .format = "", .weights = {}, .traits = {}};
      return apply_resnet_config(fuzz::folder().write("config.json", bytes), true, checkpoint);
    }
    case 2: {
      Checkpoint checkpoint{.path = "weights", .format = "", .weights = {}, .traits = {}};
      return apply_image_processor(fuzz::folder().write("preprocessor_config.json", bytes), checkpoint);
    }
    default:
      (void)find_weight_files(fuzz::folder().write("model.safetensors.index.json", bytes));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  fuzz::check([&] { read_side_file(data[0] % 4, {data + 1, size - 1}); });
  return 0;
}
