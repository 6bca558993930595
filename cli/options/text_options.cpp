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
  return pad_to ? "--pad-to" : nullptr;
}

void add_text_options(CLI::App& app, TextOptions& options) {
  app.add_option("--text", options.sentences, "A sentence in place of --data; given twice: a pair")
      ->type_name("SENTENCE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->excludes(app.get_option("--data"))
      ->group(kTextGroup);
  app.add_option("--vocab", options.vocab, "The network's vocab.txt [beside the weights]")
      ->type_name("FILE")
      ->group(kTextGroup);
  auto* cased = app.add_flag("--cased", options.cased, "Upper case matters [what the vocabulary says]");
  auto* uncased = app.add_flag("--uncased", options.uncased, "Upper case and accents do not matter");
  cased->excludes(uncased)->group(kTextGroup);
  uncased->group(kTextGroup);
  app.add_option("--task", options.task, "Of GLUE: mnli, sst2, mrpc, rte, stsb, cola, qnli, qqp or wnli")
      ->type_name("NAME")
      ->group(kTextGroup);
  app.add_option("--columns", options.columns,
                 "Names or numbers of the columns: text; text, label; or both texts, label")
      ->type_name("A,B,LABEL")
      ->delimiter(',')
      ->group(kTextGroup);
  app.add_option("--pad-to", options.pad_to, "Pad sequences to L tokens, and compute the padding too")
      ->type_name("L")
      ->check(CLI::Range(int64_t{1}, kLongest))
      ->group(kTextGroup);
}

}  // namespace dpac::cli
