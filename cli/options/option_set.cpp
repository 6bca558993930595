#include "cli/options/option_set.h"

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstdint>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/support/usage_error.h"
#include "cli/support/wrap.h"

namespace dpac::cli {
namespace {

// CLI11 puts help into a second column, and breaks no lines.
constexpr std::size_t kHelpWidth = 110 - kHelpColumn;

void refuse_empty(const std::string& option, const std::string& text, const std::string& expected) {
  if (text.empty()) throw UsageError(fmt::format("{} is empty, expected {}", option, expected));
}

/// The parts between commas; there is no empty one.
std::vector<std::string> split(const std::string& option, const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t comma = 0; comma != std::string::npos; begin = comma + 1) {
    comma = text.find(',', begin);
    parts.push_back(text.substr(begin, comma == std::string::npos ? comma : comma - begin));
    if (!parts.back().empty()) continue;
    throw UsageError(
        fmt::format("{} is '{}', expected values with one comma between two of them", option, text));
  }
  return parts;
}

std::string checked_choice(const std::string& option, const std::string& text,
                           const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return text;
  throw UsageError(fmt::format("{} is '{}', expected one of {}", option, text, fmt::join(choices, ", ")));
}

void check_each_once(const std::string& option, std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  const auto twice = std::adjacent_find(values.begin(), values.end());
  if (twice != values.end()) throw UsageError(fmt::format("{} names '{}' twice", option, *twice));
}

/// In --help an option of that kind shows what it takes where others have a placeholder.
OptionText with_choices(OptionText text, const std::vector<std::string>& choices) {
  assert(text.value.empty());
  text.value = fmt::format("{}", fmt::join(choices, "|"));
  return text;
}

// What a member that takes a number looks like: the number itself, perhaps one, or several.
template <typename To>
struct Target {
  using Number = To;
  static void set(To& to, const std::string& option, const std::string& text, const NumberRule& rule) {
    to = parse_number<Number>(option, text, rule);
  }
  static std::string shown(const To& to) { return fmt::format("{}", to); }
};

template <typename To>
struct Target<std::optional<To>> {
  static void set(std::optional<To>& to, const std::string& option, const std::string& text,
                  const NumberRule& rule) {
    to = parse_number<To>(option, text, rule);
  }
  static std::string shown(const std::optional<To>& to) { return to ? fmt::format("{}", *to) : ""; }
};

template <typename To>
struct Target<std::vector<To>> {
  static void set(std::vector<To>& to, const std::string& option, const std::string& text,
                  const NumberRule& rule) {
    to.clear();
    for (const std::string& part : split(option, text)) to.push_back(parse_number<To>(option, part, rule));
  }
  static std::string shown(const std::vector<To>& to) { return fmt::format("{}", fmt::join(to, ",")); }
};

}  // namespace

std::string main_name(const std::string& names) {
  return names.substr(names.rfind(',') + 1);
}

DeclaredOption& DeclaredOption::required() {
  option_.required();
  return *this;
}

DeclaredOption& DeclaredOption::excludes(std::initializer_list<const char*> others) {
  for (const char* other : others) {
    if (CLI::Option* option = app_.get_option_no_throw(other)) option_.excludes(option);
  }
  return *this;
}

void OptionSet::footer(const std::string& text) {
  footer_ = text;
  app_.footer(wrapped(text, kHelpColumn + kHelpWidth));
}

DeclaredOption OptionSet::declare(const OptionText& text, Times times,
                                  std::function<void(const Values&)> take, const std::string& shown) {
  const auto callback = [take = std::move(take)](const CLI::results_t& values) {
    take(values);
    return true;
  };
  CLI::Option* option = app_.add_option(text.name, callback, wrapped(text.help, kHelpWidth));
  option->type_name(text.value)->group(heading_)->default_str(shown)->expected(1);
  if (times == Times::any) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  const bool plain_arguments = times == Times::any && !text.name.starts_with('-');
  if (plain_arguments) option->expected(-1);
  entries_.push_back({text.name, text.value, text.help, heading_});
  return {app_, *option};
}

DeclaredOption OptionSet::flag(const OptionText& text, bool& to) {
  CLI::Option* option = app_.add_flag(text.name, to, wrapped(text.help, kHelpWidth))->group(heading_);
  entries_.push_back({text.name, "", text.help, heading_});
  return {app_, *option};
}

template <typename To>
DeclaredOption OptionSet::number(const OptionText& text, To& to, NumberRule rule) {
  const auto take = [&to, rule, option = main_name(text.name)](const Values& values) {
    Target<To>::set(to, option, values.front(), rule);
  };
  return declare(text, Times::once, take, Target<To>::shown(to));
}

template DeclaredOption OptionSet::number(const OptionText&, int&, NumberRule);
template DeclaredOption OptionSet::number(const OptionText&, int64_t&, NumberRule);
template DeclaredOption OptionSet::number(const OptionText&, uint64_t&, NumberRule);
template DeclaredOption OptionSet::number(const OptionText&, double&, NumberRule);
template DeclaredOption OptionSet::number(const OptionText&, std::optional<int>&, NumberRule);
template DeclaredOption OptionSet::number(const OptionText&, std::optional<int64_t>&, NumberRule);
template DeclaredOption OptionSet::number(const OptionText&, std::optional<double>&, NumberRule);
template DeclaredOption OptionSet::number(const OptionText&, std::vector<float>&, NumberRule);
template DeclaredOption OptionSet::number(const OptionText&, std::vector<double>&, NumberRule);

DeclaredOption OptionSet::word(const OptionText& text, std::string& to) {
  const auto take = [&to, option = main_name(text.name)](const Values& values) {
    refuse_empty(option, values.front(), "a word");
    to = values.front();
  };
  return declare(text, Times::once, take, to);
}

DeclaredOption OptionSet::words(const OptionText& text, std::vector<std::string>& to) {
  const auto take = [&to, option = main_name(text.name)](const Values& values) {
    to = split(option, values.front());
  };
  return declare(text, Times::once, take, fmt::format("{}", fmt::join(to, ",")));
}

DeclaredOption OptionSet::sentences(const OptionText& text, std::vector<std::string>& to) {
  return declare(text, Times::any, [&to](const Values& values) { to = values; });
}

DeclaredOption OptionSet::choice(const OptionText& text, std::string& to,
                                 const std::vector<std::string>& choices) {
  const auto take = [&to, choices, option = main_name(text.name)](const Values& values) {
    to = checked_choice(option, values.front(), choices);
  };
  const DeclaredOption option = declare(with_choices(text, choices), Times::once, take, to);
  entries_.back().choices = choices;
  return option;
}

DeclaredOption OptionSet::choice(const OptionText& text, std::optional<std::string>& to,
                                 const std::vector<std::string>& choices) {
  const auto take = [&to, choices, option = main_name(text.name)](const Values& values) {
    to = checked_choice(option, values.front(), choices);
  };
  const DeclaredOption option = declare(with_choices(text, choices), Times::once, take, to.value_or(""));
  entries_.back().choices = choices;
  return option;
}

DeclaredOption OptionSet::choices(const OptionText& text, std::vector<std::string>& to,
                                  const std::vector<std::string>& choices) {
  const auto take = [&to, choices, option = main_name(text.name)](const Values& values) {
    to = split(option, values.front());
    for (const std::string& value : to) checked_choice(option, value, choices);
    check_each_once(option, to);
  };
  OptionText shown = text;
  shown.help += fmt::format(": {}", fmt::join(choices, ", "));
  const DeclaredOption option = declare(shown, Times::once, take, fmt::format("{}", fmt::join(to, ",")));
  entries_.back().choices = choices;
  return option;
}

DeclaredOption OptionSet::parsed(const OptionText& text, std::function<void(const std::string&)> parse,
                                 const std::string& shown) {
  return declare(
      text, Times::once, [parse = std::move(parse)](const Values& values) { parse(values.front()); }, shown);
}

DeclaredOption OptionSet::path(const OptionText& text, std::string& to, FileRole role) {
  const std::string name = main_name(text.name);
  const auto take = [&to, name](const Values& values) {
    refuse_empty(name, values.front(), "a path");
    to = values.front();
  };
  const DeclaredOption option = declare(text, Times::once, take);
  entries_.back().file = role;
  files_.emplace_back([&to, name, role] {
    return to.empty() ? std::vector<FileUse>{} : std::vector<FileUse>{{name, to, role}};
  });
  return option;
}

DeclaredOption OptionSet::paths(const OptionText& text, std::vector<std::string>& to, FileRole role) {
  const std::string name = main_name(text.name);
  const auto take = [&to, name](const Values& values) {
    for (const std::string& value : values) refuse_empty(name, value, "a path");
    to = values;
  };
  const DeclaredOption option = declare(text, Times::any, take);
  entries_.back().file = role;
  files_.emplace_back([&to, name, role] {
    std::vector<FileUse> uses;
    for (const std::string& file : to) uses.push_back({name, file, role});
    return uses;
  });
  return option;
}

bool OptionSet::given(const std::string& name) const {
  return app_.count(name) > 0;
}

std::vector<FileUse> OptionSet::files() const {
  std::vector<FileUse> uses;
  for (const auto& named : files_) {
    for (FileUse& use : named()) uses.push_back(std::move(use));
  }
  return uses;
}

}  // namespace dpac::cli
