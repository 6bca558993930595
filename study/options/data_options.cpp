#include "study/options/data_options.h"

#include "loaders/images/label.h"
#include "study/settings/setting_error.h"

namespace dpac {
namespace {

constexpr const char* kGroup = "Data and preprocessing (what is not given comes from the preset)";
constexpr int kLargestSide = 16384;
constexpr int64_t kLongest = 1 << 20;

void add_limit(OptionSet& set, DataSettings& settings, const std::string& help) {
  set.number({"--limit", "N", help}, settings.limit, positive_count());
}

void add_preprocessing_options(OptionSet& set, DataSettings& settings) {
  set.choice({"--preset", "", "Defaults for the options below [what the weights say]"}, settings.preset,
             {"torchvision", "keras-caffe", "cifar", "plain"});
  set.number({"--resize", "R", "New length of the shorter side in pixels, 0 for off"}, settings.resize,
             from_to(0, kLargestSide));
  set.number({"--crop", "C", "Side of the square cut out of the centre in pixels, 0 for off"}, settings.crop,
             from_to(0, kLargestSide));
  set.choice({"--interpolation", "", "Filter that resizes"}, settings.interpolation, {"bilinear", "bicubic"});
  set.number({"--mean", "A,B,C", "Subtracted after scaling, in the order of the channels"}, settings.mean);
  set.number({"--std", "A,B,C", "Divided by after that"}, settings.std, positive_number());
  set.number({"--value-scale", "V", "Factor of the pixels 0 ... 255"}, settings.value_scale,
             positive_number());
  set.choice({"--channel-order", "", "Channels as the network wants them"}, settings.channel_order,
             {"rgb", "bgr"});
}

void add_text_options(OptionSet& set, TextSettings& settings) {
  set.heading(kTextGroup);
  set.sentences({"--text", "SENTENCE", "A sentence in place of --data; given twice: a pair"},
                settings.sentences)
      .excludes({"--data", "--limit"});
  set.path({"--vocab", "FILE", "The network's vocab.txt or tokenizer.json [beside the weights]"},
           settings.vocab, FileRole::reads);
  set.flag({"--cased", "", "Upper case matters [what the vocabulary says]"}, settings.cased);
  set.flag({"--uncased", "", "Upper case and accents do not matter"}, settings.uncased).excludes({"--cased"});
  set.word({"--task", "NAME", "Of GLUE: mnli, sst2, mrpc, rte, stsb, cola, qnli, qqp or wnli"}, settings.task)
      .excludes({"--text"});
  set.words({"--columns", "A,B,LABEL",
             "Names or numbers of the columns: text; text, label; or both texts, label"},
            settings.columns)
      .excludes({"--text"});
  set.words({"--classes", "A,B,...",
             "Names of the network's outputs in their order [what the weights, else the "
             "task say]"},
            settings.classes);
  set.words({"--label-names", "A=B,...", "Spellings of labels and the classes they stand for"},
            settings.label_names)
      .excludes({"--text"});
  set.flag({"--skip-bad-rows", "", "Leave out rows that do not parse, and count them"},
           settings.skip_bad_rows)
      .excludes({"--text"});
  set.number({"--pad-to", "L", "Pad sequences to L tokens, and compute the padding too"}, settings.pad_to,
             from_to(1, kLongest));
}

}  // namespace

DeclaredOption add_data_options(OptionSet& set, DataSettings& settings, const DataHelp& help) {
  set.heading(kGroup);
  DeclaredOption data = set.path({"--data", "PATH", help.data}, settings.data, FileRole::reads);
  set.path({"--labels", "FILE", "A name and a class per line, for a flat folder"}, settings.labels,
           FileRole::reads);
  set.path({"--class-map", "FILE",
            "A class folder, or a class name of --labels, and its class number per line "
            "[folders named by numbers are these classes, others are numbered by sorted name]"},
           settings.class_map, FileRole::reads);
  set.number({"--label-offset", "N", "Added to every label: 1 where output 0 is a background class"},
             settings.label_offset, from_to(-kMaxLabel, kMaxLabel));
  add_limit(set, settings, help.limit);
  add_preprocessing_options(set, settings);
  add_text_options(set, settings.text);
  return data;
}

void add_text_data_options(OptionSet& set, DataSettings& settings) {
  set.heading(kTextGroup);
  set.path({"--data", "PATH", "Text of a BERT, in place of random tokens"}, settings.data, FileRole::reads);
  add_limit(set, settings, DataHelp{}.limit);
  add_text_options(set, settings.text);
}

}  // namespace dpac
