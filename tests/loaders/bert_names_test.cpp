#include "loaders/bert_names.h"

#include <doctest/doctest.h>

#include "tests/support/messages.h"

using namespace dpac;
using namespace dpac::test;

TEST_CASE("BERT's names lose wrappers and the model's name, wherever they have them") {
  struct Case {
    const char *word_embeddings, *path, *name;
  };
  const Case cases[] = {
      {"embeddings.word_embeddings.weight", "encoder.layer.0.output.dense.bias",
       "encoder.layer.0.output.dense.bias"},
      {"bert.embeddings.word_embeddings.weight", "bert.pooler.dense.weight", "pooler.dense.weight"},
      {"bert.embeddings.word_embeddings.weight", "classifier.weight", "classifier.weight"},
      {"bert/embeddings/word_embeddings/weight", "bert/encoder/layer/1/output/dense/bias",
       "encoder.layer.1.output.dense.bias"},
      {"module.bert.embeddings.word_embeddings.weight", "module.classifier.bias", "classifier.bias"},
      {"state_dict/module.bert.embeddings.word_embeddings.weight", "state_dict/module.classifier.bias",
       "classifier.bias"},
      {"model.embeddings.word_embeddings.weight", "model.encoder.layer.0.output.dense.bias",
       "encoder.layer.0.output.dense.bias"},
      {"model.bert.embeddings.word_embeddings.weight", "classifier.bias", "classifier.bias"},
      {"0.auto_model.embeddings.word_embeddings.weight", "0.auto_model.pooler.dense.bias",
       "pooler.dense.bias"},
      {"module.0.auto_model.embeddings.word_embeddings.weight", "module.0.auto_model.pooler.dense.bias",
       "pooler.dense.bias"},
      {"bert.embeddings.word_embeddings.weight", "bert.embeddings.LayerNorm.gamma",
       "embeddings.LayerNorm.weight"},
      {"bert.embeddings.word_embeddings.weight", "bert.embeddings.LayerNorm.beta",
       "embeddings.LayerNorm.bias"},
      // Foreign to BERT, and for whoever builds the network to report.
      {"bert.embeddings.word_embeddings.weight", "net.bert.pooler.dense.bias", "net.bert.pooler.dense.bias"},
      {"bert.bert.embeddings.word_embeddings.weight", "bert.bert.pooler.dense.bias", "pooler.dense.bias"},
      {"bert.bert.embeddings.word_embeddings.weight", "bert.classifier.bias", "classifier.bias"},
      {"student.bert.embeddings.word_embeddings.weight", "student.bert.pooler.dense.bias",
       "pooler.dense.bias"},
      {"encoder.embeddings.word_embeddings.weight", "encoder.encoder.layer.0.output.dense.bias",
       "encoder.layer.0.output.dense.bias"},
      {"model._orig_mod.bert.embeddings.word_embeddings.weight", "model._orig_mod.bert.pooler.dense.bias",
       "pooler.dense.bias"},
      // Beside the network.
      {"model.bert.embeddings.word_embeddings.weight", "criterion.weight", ""},
      {"model.bert.embeddings.word_embeddings.weight", "criterion.classifier.weight", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.word_embeddings);
    std::vector<std::string> assumed;
    CHECK(BertNames("x.h5", {"first", c.word_embeddings, c.path}, assumed)(c.path) == c.name);
    CHECK(assumed.empty());
  }
}

TEST_CASE("word embeddings make a text encoder, and only BERT's can be loaded") {
  CHECK(has_word_embeddings({"fc.bias", "module/bert/embeddings/word_embeddings/weight"}));
  CHECK(has_word_embeddings({"word_embeddings.weight"}));
  CHECK_FALSE(has_word_embeddings({"conv1.weight", "no_word_embeddings.weight", "word_embeddings"}));
  CHECK_FALSE(has_word_embeddings({}));
  std::vector<std::string> assumed;
  for (const char* foreign : {"other.embeddings.word_embeddings.weight", "word_embeddings.weight",
                              "bert.xembeddings.word_embeddings.weight"}) {
    CHECK(message_of([&] { (void)BertNames("x.h5", {foreign}, assumed); }) ==
          std::string(
              "x.h5: this text encoder is not supported: only ResNets, MobileNetV2, ShuffleNetV2, GoogLeNet, "
              "InceptionV3 and BERT encoders can be run; "
              "expected word embeddings named 'bert.embeddings.word_embeddings.weight' or without 'bert.', "
              "found '") +
              foreign + "'");
  }
  const std::string roberta = "roberta.embeddings.word_embeddings.weight";
  CHECK(message_of([&] {
          (void)BertNames("x.h5", {roberta, "lm_head.bias"}, assumed);
        }) ==
        "x.h5: RoBERTa is not supported: only ResNets, MobileNetV2, ShuffleNetV2, GoogLeNet, InceptionV3 and "
        "BERT encoders can be run; found '" +
            roberta + "'");
}

TEST_CASE("of a BERT and its average the BERT is taken, of two others neither") {
  std::vector<std::string> assumed;
  const std::string ending = "bert.embeddings.word_embeddings.weight";
  const BertNames names("x", {"ema." + ending, "model." + ending}, assumed);
  CHECK(names.wrapper() == "model.");
  CHECK(names("ema.bert.pooler.dense.bias") == "");
  CHECK(assumed.size() == 1);
  CHECK(contains(message_of([&] {
                   (void)BertNames("x", {"a." + ending, "b." + ending}, assumed);
                 }),
                 "x: holds 2 networks, named with 'a.', 'b.'"));
}

TEST_CASE("heads of pre-training are no weights of an encoder") {
  CHECK(is_pre_training_head("cls.predictions.decoder.weight"));
  CHECK_FALSE(is_pre_training_head("classifier.weight"));
  CHECK_FALSE(is_pre_training_head("pooler.dense.bias"));
}
