#include "cli/options/text_options.h"

namespace dpac::cli {
namespace {

constexpr int64_t kLongest = 1 << 20;

}  // namespace

std::optional<Casing> TextOptions::casing() const {
  if (!cased && !uncased) return std::nullopt;
  return cased ? Casing::cased : Casing::uncased;
}

const char* TextOptions::given() const {
  if (!sentences.empty()) return "--text";
  if (!vocab.empty()) return "--vocab";
  if (cased) return "--cased";
  if (uncased) return "--uncased";
  if (!task.empty()) return "--task";
  if (!columns.empty()) return "--columns";
  if (!classes.empty()) return "--classes";
  if (!label_names.empty()) return "--label-names";
  if (skip_bad_rows) return "--skip-bad-rows";
  return pad_to ? "--pad-to" : nullptr;
}

void add_text_options(OptionSet& set, TextOptions& options) {
  set.heading(kTextGroup);
  set.sentences({"--text", "SENTENCE", "A sentence in place of --data; given twice: a pair"},
                options.sentences)
      .excludes({"--data", "--limit"});
  set.path({"--vocab", "FILE", "The network's vocab.txt or tokenizer.json [beside the weights]"},
           options.vocab, FileRole::reads);
  set.flag({"--cased", "", "Upper case matters [what the vocabulary says]"}, options.cased);
  set.flag({"--uncased", "", "Upper case and accents do not matter"}, options.uncased).excludes({"--cased"});
  set.word({"--task", "NAME", "Of GLUE: mnli, sst2, mrpc, rte, stsb, cola, qnli, qqp or wnli"}, options.task)
      .excludes({"--text"});
  set.words({"--columns", "A,B,LABEL",
             "Names or numbers of the columns: text; text, label; or both texts, label"},
            options.columns)
      .excludes({"--text"});
  set.words({"--classes", "A,B,...",
             "Names of the network's outputs in their order [what the weights, else the "
             "task say]"},
            options.classes);
  set.words({"--label-names", "A=B,...", "Spellings of labels and the classes they stand for"},
            options.label_names)
      .excludes({"--text"});
  set.flag({"--skip-bad-rows", "", "Leave out rows that do not parse, and count them"}, options.skip_bad_rows)
      .excludes({"--text"});
  set.number({"--pad-to", "L", "Pad sequences to L tokens, and compute the padding too"}, options.pad_to,
             from_to(1, kLongest));
}

}  // namespace dpac::cli
