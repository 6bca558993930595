#include "study/data/text_source.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "study/data/answer.h"
#include "study/data/text_reader.h"
#include "study/settings/setting_error.h"
#include "study/support/json.h"
#include "study/support/machine.h"

namespace dpac {
namespace {

constexpr std::size_t kMostSentences = 2;

const EmbeddingOp& tables_of(const Graph& graph) {
  return std::get<EmbeddingOp>(graph.nodes.front().op);
}

std::string vocabulary_file(const TextSettings& settings, const std::string& weights) {
  if (!settings.vocab.empty()) return settings.vocab;
  if (const auto beside = vocabulary_beside(weights)) return beside->string();
  throw Error(fmt::format(
      "{}: there is no vocab.txt or tokenizer.json beside it; give the network's vocabulary with --vocab",
      weights));
}

/// What `check` finds wrong is wrong with an option.
template <class Check>
void check_option(const char* option, Check&& check) {
  try {
    check();
  } catch (const Error& error) {
    throw SettingError(fmt::format("{}: {}", option, error.what()));
  }
}

std::optional<TextTask> task_of(const TextSettings& settings) {
  std::optional<TextTask> task;
  if (!settings.task.empty()) check_option("--task", [&] { task = text_task_named(settings.task); });
  return task;
}

TextDataset of_sentences(const std::vector<std::string>& sentences) {
  if (sentences.size() > kMostSentences) {
    throw SettingError(
        fmt::format("--text was given {} times, expected a sentence or a pair", sentences.size()));
  }
  TextDataset::Sample sample{.text = {.first = sentences.front()}, .line = 1};
  if (sentences.size() == kMostSentences) sample.text.second = sentences.back();
  std::vector<TextDataset::Sample> samples;
  samples.push_back(std::move(sample));
  return {"--text", std::move(samples), /*has_labels=*/false};
}

LabelRule label_rule(const TextSettings& settings, const Graph& graph) {
  LabelRule rule;
  if (answer_of(graph) == Answer::classes) {
    rule = {.classes = static_cast<int>(output_channels(graph)), .class_names = graph.class_names};
  }
  check_option("--label-names", [&] {
    for (const std::string& spelling : settings.label_names)
      rule.spellings.push_back(label_spelling(spelling));
    check_spellings(rule, task_of(settings));
  });
  return rule;
}

TextDataset open_texts(const DataSettings& settings, const Graph& graph) {
  const TextSettings& text = settings.text;
  if (!text.sentences.empty()) return of_sentences(text.sentences);
  const TextFormat format{
      .task = task_of(text), .columns = text.columns, .skip_bad_rows = text.skip_bad_rows};
  return open_text_dataset(settings.data, format, label_rule(text, graph));
}

int64_t checked_padding(const TextSettings& settings, int64_t positions) {
  const int64_t length = *settings.pad_to;
  if (length <= positions) return length;
  throw SettingError(
      fmt::format("--pad-to is {}, but the network has {} position embeddings", length, positions));
}

}  // namespace

void name_classes(const TextSettings& settings, Graph& graph) {
  if (settings.classes.empty()) return;
  if (answer_of(graph) != Answer::classes) {
    throw SettingError("--classes was given, but the network does not tell classes of text apart");
  }
  check_option("--classes",
               [&] { check_class_names(settings.classes, output_channels(graph), task_of(settings)); });
  graph.class_names = settings.classes;
}

TextSource::TextSource(DataSettings settings, const ModelSettings& model, const Graph& graph, Poll poll)
    : settings_(std::move(settings)),
      vocabulary_(vocabulary_file(settings_.text, model.weights)),
      max_length_(model.max_length_in_force(tables_of(graph).positions->dim(0))),
      scores_(answer_of(graph) != Answer::classes) {
  if (const char* given = settings_.given_for_images()) {
    throw SettingError(fmt::format("{} was given, but {} reads text, not images", given, model.weights));
  }
  TextEncoding how{.max_length = max_length_,
                   .pairs_apart = answer_of(graph) == Answer::embedding,
                   .poll = std::move(poll)};
  if (settings_.text.pad_to) how.pad_to = checked_padding(settings_.text, tables_of(graph).positions->dim(0));
  TextEncoder encoder = TextEncoder::open(vocabulary_, settings_.text.casing());
  vocabulary_notice_ = check_embeddings(encoder.tokens(), tables_of(graph).words->dim(0), vocabulary_);
  texts_ = std::make_unique<EncodedTexts>(open_texts(settings_, graph), std::move(encoder), how);
}

TokenLengths TextSource::lengths(const std::vector<int64_t>& samples, int threads) const {
  texts_->encode(samples, threads);
  TokenLengths sums;
  const int64_t each = texts_->sequences_per_sample();
  for (const int64_t sample : samples) {
    for (int64_t s = 0; s < each; ++s) {
      const auto length = static_cast<double>(texts_->sequence(sample, s).length());
      sums.mean += length;
      sums.mean_square += length * length;
    }
  }
  const auto count = static_cast<double>(static_cast<int64_t>(samples.size()) * each);
  return {sums.mean / count, sums.mean_square / count};
}

std::string TextSource::name(int64_t index) const {
  const TextDataset& texts = texts_->texts();
  // Indices are rows, of which some may be no samples.
  const auto samples = std::views::iota(int64_t{0}, texts.size());
  return texts.name(*std::ranges::lower_bound(samples, index, {}, [&](int64_t s) { return texts.row(s); }));
}

TargetKind TextSource::targets() const {
  if (!texts_->texts().has_labels()) return TargetKind::none;
  return scores_ ? TargetKind::score : TargetKind::label;
}

std::unique_ptr<SampleReader> TextSource::read(const Graph&, std::vector<int64_t> samples,
                                               const Reading& how) const {
  return std::make_unique<TextReader>(*texts_, targets(), std::move(samples), how);
}

std::vector<std::string> TextSource::class_names() const {
  return texts_->texts().remarks().class_names;
}

std::optional<int64_t> TextSource::truncated(const std::vector<int64_t>& samples) const {
  texts_->encode(samples, thread_count(0));
  return texts_->truncated(samples);
}

std::string TextSource::preprocessing() const {
  const std::string padding =
      settings_.text.pad_to ? fmt::format("padded to {}", *settings_.text.pad_to) : "without padding";
  return fmt::format("{} tokens, {}, at most {} a text, {}", texts_->encoder().tokens(),
                     texts_->encoder().casing() == Casing::cased ? "cased" : "uncased", max_length_, padding);
}

void TextSource::write(Json& json) const {
  json["data"] = or_null(settings_.data);
  json["limit"] = or_null(settings_.limit);
  json["text"] = settings_.text.sentences;
  json["vocab"] = vocabulary_;
  json["cased"] = texts_->encoder().casing() == Casing::cased;
  json["task"] = or_null(settings_.text.task);
  json["columns"] = settings_.text.columns;
  json["classes"] = settings_.text.classes;
  json["label_names"] = settings_.text.label_names;
  json["skip_bad_rows"] = settings_.text.skip_bad_rows;
  json["max_length"] = max_length_;
  json["pad_to"] = or_null(settings_.text.pad_to);
}

void TextSource::add_remarks(Remarks& remarks) const {
  const bool vocabulary = settings_.text.vocab.empty(), casing = !settings_.text.casing();
  if (vocabulary || casing) {
    remarks.assume(fmt::format(
        "vocabulary {}, {} ({})", vocabulary_,
        texts_->encoder().casing() == Casing::cased ? "cased" : "uncased",
        vocabulary ? "--vocab, --cased and --uncased choose others" : "--cased and --uncased choose"));
  }
  if (!vocabulary_notice_.empty()) remarks.notice(vocabulary_notice_);
  const TextRemarks& texts = texts_->texts().remarks();
  for (const LeftOut& left_out : texts.left_out) remarks.leave_out(left_out);
  for (const std::string& sentence : texts.assumed) remarks.assume(sentence);
}

}  // namespace dpac
