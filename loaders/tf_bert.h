/// @file
/// BERT encoders as Hugging Face's TensorFlow models are saved: tf_model.h5, and safetensors of the format
/// "tf" (docs/formats.md section 3). For the loaders' own use.
#pragma once

#include <string>

#include "loaders/hdf5/hdf5_file.h"
#include "loaders/weights/stored_array.h"

namespace dpac {

/// Whether a Keras file is a tf_model.h5: its layer `bert` has word embeddings.
bool is_tf_bert(const Hdf5File& file);

/// `file` must outlive the arrays.
ArrayFile read_tf_bert(const Hdf5File& file);

/// From TensorFlow's names and layouts to PyTorch's: "bert/encoder/layer_._0/output/dense/kernel:0" [in, out]
/// -> "bert.encoder.layer.0.output.dense.weight" [out, in]. `file` begins messages.
StoredArray from_tensorflow(const std::string& file, StoredArray array);

}  // namespace dpac
