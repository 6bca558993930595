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
  /// `names` are all names of the file in PyTorch's terms. Where one of several networks was taken, a
  /// sentence is added to `assumed`.
  /// @throws Error that begins with `file` if the word embeddings are not where BERT has them, or are those
  /// of several networks.
  BertNames(const std::string& file, const std::vector<std::string>& names,
            std::vector<std::string>& assumed);

  /// "module.bert.encoder.layer.0.output.LayerNorm.gamma" -> "encoder.layer.0.output.LayerNorm.weight". A
  /// wrapper and "bert." are dropped from whatever name has them: a classifier stands beside "bert.", or
  /// beside the wrapper. Empty for a stranger, which stands beside the wrapper too.
  [[nodiscard]] std::string operator()(const std::string& path) const;

  /// What stands in front of "bert." or of the encoder's own names, as plain_name() gives it.
  [[nodiscard]] const std::string& wrapper() const { return wrapper_; }

 private:
  std::string wrapper_;
};

/// Heads of pre-training, by the final name: no encoder or classifier needs them.
bool is_pre_training_head(const std::string& name);

}  // namespace dpac
