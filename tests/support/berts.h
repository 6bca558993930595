/// @file
/// Small BERT encoders for tests of the loaders, and the files they lie in.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "engine/networks/weights.h"

namespace dpac::test {

/// 10 tokens, 5 positions, width 6 (2 heads of 3), 2 layers of 8 inside, pooler and 3 classes, under the
/// names that open_checkpoint() gives: 41 weights.
Checkpoint small_bert();

/// The config.json of small_bert(), with the classes' names "no", "perhaps" and "yes".
nlohmann::json small_bert_config();

/// "bert." in front of all but the classifier's names.
std::string with_bert(const std::string& name);

/// How a weight of small_bert() lies in a TensorFlow file.
struct TensorflowArray {
  std::string key;  ///< "bert/encoder/layer_._0/output/dense/kernel:0".
  Tensor tensor;
};

/// `split_heads` gives the attention's kernels and biases the shapes that transformers 4.0 wrote.
TensorflowArray tensorflow_array(const std::string& name, const Tensor& tensor, bool split_heads = false);

/// What a tf_model.h5 of small_bert() looks like.
struct TensorflowFile {
  std::string model = "tf_bert_for_sequence_classification";
  bool split_heads = false;
  bool pre_training = false;  ///< With the groups of the pre-training heads.
  std::string position_leaf = "embeddings:0";
};
void write_tf_bert(const std::filesystem::path& path, const TensorflowFile& file);

}  // namespace dpac::test
