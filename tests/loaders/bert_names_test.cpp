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
  };
  for (const Case& c : cases) {
    CAPTURE(c.word_embeddings);
    CHECK(BertNames("x.h5", {"first", c.word_embeddings, c.path})(c.path) == c.name);
  }
}

TEST_CASE("word embeddings make a text encoder, and only BERT's can be loaded") {
  CHECK(has_word_embeddings({"fc.bias", "module/bert/embeddings/word_embeddings/weight"}));
  CHECK(has_word_embeddings({"word_embeddings.weight"}));
  CHECK_FALSE(has_word_embeddings({"conv1.weight", "no_word_embeddings.weight", "word_embeddings"}));
  CHECK_FALSE(has_word_embeddings({}));
  for (const char* foreign :
       {"roberta.embeddings.word_embeddings.weight", "word_embeddings.weight",
        "bert.xembeddings.word_embeddings.weight", "bert.bert.embeddings.word_embeddings.weight"}) {
    CHECK(message_of([&] { (void)BertNames("x.h5", {foreign}); }) ==
          std::string(
              "x.h5: expected word embeddings named 'bert.embeddings.word_embeddings.weight' or without "
              "'bert.', found '") +
              foreign + "'; of the text encoders only BERT can be loaded");
  }
}

TEST_CASE("heads of pre-training and buffers are no weights of an encoder") {
  CHECK(is_no_bert_weight("cls.predictions.decoder.weight"));
  CHECK(is_no_bert_weight("embeddings.position_ids"));
  CHECK_FALSE(is_no_bert_weight("classifier.weight"));
  CHECK_FALSE(is_no_bert_weight("pooler.dense.bias"));
}
