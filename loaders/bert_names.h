/// @file
/// Names in weight files of BERT encoders, brought to those of Hugging Face's PyTorch models without "bert.".
#pragma once

#include <string>
#include <vector>

namespace dpac {

/// Whether these are the names of a text encoder and not of a ResNet: one of them has a part
/// "word_embeddings".
bool has_word_embeddings(const std::vector<std::string>& names);

/// The naming of one file.
class BertNames {
 public:
  /// `names` are all names of the file in PyTorch's terms.
  /// @throws Error that begins with `file` if the word embeddings are not where BERT has them.
  BertNames(const std::string& file, const std::vector<std::string>& names);

  /// "module.bert.encoder.layer.0.output.LayerNorm.gamma" -> "encoder.layer.0.output.LayerNorm.weight". A
  /// wrapper and "bert." are dropped from whatever name has them: a classifier stands beside "bert.".
  [[nodiscard]] std::string operator()(const std::string& path) const;

 private:
  std::string wrapper_;
};

/// What an encoder or its classifier never needs, by its final name: heads of pre-training and buffers.
bool is_no_bert_weight(const std::string& name);

}  // namespace dpac
