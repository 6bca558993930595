#include "study/options/option_set.h"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "study/settings/setting_error.h"

namespace dpac {
namespace {

constexpr const char* kNothing = "none";

void refuse_empty(const std::string& option, const std::string& text, const std::string& expected) {
  if (text.empty()) throw SettingError(fmt::format("{} is empty, expected {}", option, expected));
}

/// The parts between commas, or what else `sign` is; there is no empty one.
std::vector<std::string> split(const std::string& option, const std::string& text, char sign = ',') {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
    end = text.find(sign, begin);
    parts.push_back(text.substr(begin, end == std::string::npos ? end : end - begin));
    if (!parts.back().empty()) continue;
    throw SettingError(fmt::format("{} is '{}', expected values with one {} between two of them", option,
                                   text, sign == ',' ? "comma" : "+"));
  }
  return parts;
}

std::string checked_choice(const std::string& option, const std::string& text,
                           const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return text;
  throw SettingError(fmt::format("{} is '{}', expected one of {}", option, text, fmt::join(choices, ", ")));
}

void check_each_once(const std::string& option, std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  const auto twice = std::adjacent_find(values.begin(), values.end());
  if (twice != values.end()) throw SettingError(fmt::format("{} names '{}' twice", option, *twice));
}

/// In the order of the choices. A sum has none of what stands for nothing.
std::string checked_sum(const std::string& option, const std::string& text,
                        const std::vector<std::string>& choices) {
  if (text.find('+') == std::string::npos) return checked_choice(option, text, choices);
  const std::vector<std::string> parts = split(option, text, '+');
  for (const std::string& part : parts) checked_choice(option, part, choices);
  check_each_once(option, parts);
  if (std::find(parts.begin(), parts.end(), kNothing) != parts.end())
    throw SettingError(fmt::format("{} is '{}': '{}' stands alone", option, text, kNothing));
  std::vector<std::string> sorted;
  for (const std::string& choice : choices) {
    if (std::find(parts.begin(), parts.end(), choice) != parts.end()) sorted.push_back(choice);
  }
  return fmt::format("{}", fmt::join(sorted, "+"));
}

/// In --help an option of that kind shows what it takes where others have a placeholder, or, where it has one
/// too, behind the text.
OptionText with_choices(OptionText text, const std::vector<std::string>& choices) {
  if (text.value.empty()) {
    text.value = fmt::format("{}", fmt::join(choices, "|"));
  } else {
    text.help += fmt::format(": {}", fmt::join(choices, ", "));
  }
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
  static void check(const To& to, const std::string& option, const NumberRule& rule) {
    (void)parse_number<Number>(option, shown(to), rule);
  }
};

template <typename To>
struct Target<std::optional<To>> {
  static void set(std::optional<To>& to, const std::string& option, const std::string& text,
                  const NumberRule& rule) {
    to = parse_number<To>(option, text, rule);
  }
  static std::string shown(const std::optional<To>& to) { return to ? fmt::format("{}", *to) : ""; }
  static void check(const std::optional<To>& to, const std::string& option, const NumberRule& rule) {
    if (to) Target<To>::check(*to, option, rule);
  }
};

template <typename To>
struct Target<std::vector<To>> {
  static void set(std::vector<To>& to, const std::string& option, const std::string& text,
                  const NumberRule& rule) {
    to.clear();
    for (const std::string& part : split(option, text)) to.push_back(parse_number<To>(option, part, rule));
  }
  static std::string shown(const std::vector<To>& to) { return fmt::format("{}", fmt::join(to, ",")); }
  static void check(const std::vector<To>& to, const std::string& option, const NumberRule& rule) {
    for (const To& each : to) Target<To>::check(each, option, rule);
  }
};

}  // namespace

std::string main_name(const std::string& names) {
  return names.substr(names.rfind(',') + 1);
}

DeclaredOption& DeclaredOption::required() {
  entries_[own_].required = true;
  return *this;
}

DeclaredOption& DeclaredOption::excludes(std::initializer_list<const char*> others) {
  entries_[own_].excludes.assign(others.begin(), others.end());
  return *this;
}

DeclaredOption& DeclaredOption::checked(std::function<void()> check) {
  entries_[own_].check = std::move(check);
  return *this;
}

DeclaredOption OptionSet::declare(const OptionText& text, Times times,
                                  std::function<void(const Values&)> take, std::string shown) {
  entries_.push_back({.name = text.name,
                      .value = text.value,
                      .help = text.help,
                      .heading = heading_,
                      .shown = std::move(shown),
                      .repeatable = times == Times::any,
                      .take = std::move(take)});
  return {entries_, entries_.size() - 1};
}

DeclaredOption OptionSet::flag(const OptionText& text, bool& to) {
  entries_.push_back({.name = text.name, .value = "", .help = text.help, .heading = heading_, .flag = &to});
  return {entries_, entries_.size() - 1};
}

void OptionSet::check() const {
  for (const OptionEntry& entry : entries_) {
    if (entry.check) entry.check();
  }
}

template <typename To>
DeclaredOption OptionSet::number(const OptionText& text, To& to, NumberRule rule) {
  const auto take = [&to, rule, option = main_name(text.name)](const Values& values) {
    Target<To>::set(to, option, values.front(), rule);
  };
  const DeclaredOption option = declare(text, Times::once, take, Target<To>::shown(to));
  entries_.back().check = [&to, rule, name = main_name(text.name)] { Target<To>::check(to, name, rule); };
  return option;
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
  entries_.back().check = [&to, choices, name = main_name(text.name)] { checked_choice(name, to, choices); };
  return option;
}

DeclaredOption OptionSet::choice(const OptionText& text, std::optional<std::string>& to,
                                 const std::vector<std::string>& choices) {
  const auto take = [&to, choices, option = main_name(text.name)](const Values& values) {
    to = checked_choice(option, values.front(), choices);
  };
  const DeclaredOption option = declare(with_choices(text, choices), Times::once, take, to.value_or(""));
  entries_.back().choices = choices;
  entries_.back().check = [&to, choices, name = main_name(text.name)] {
    if (to) checked_choice(name, *to, choices);
  };
  return option;
}

DeclaredOption OptionSet::sum(const OptionText& text, std::string& to,
                              const std::vector<std::string>& choices) {
  const auto check = [&to, choices, name = main_name(text.name)] { to = checked_sum(name, to, choices); };
  const auto take = [&to, check](const Values& values) {
    to = values.front();
    check();
  };
  const DeclaredOption option = declare(with_choices(text, choices), Times::once, take, to);
  entries_.back().choices = choices;
  entries_.back().check = check;
  return option;
}

DeclaredOption OptionSet::sums(const OptionText& text, std::vector<std::string>& to,
                               const std::vector<std::string>& choices) {
  const auto check = [&to, choices, option = main_name(text.name)] {
    for (std::string& value : to) value = checked_sum(option, value, choices);
    check_each_once(option, to);
  };
  const auto take = [&to, check, option = main_name(text.name)](const Values& values) {
    to = split(option, values.front());
    check();
  };
  OptionText shown = text;
  shown.help += fmt::format(": {}", fmt::join(choices, ", "));
  const DeclaredOption option = declare(shown, Times::once, take, fmt::format("{}", fmt::join(to, ",")));
  entries_.back().choices = choices;
  entries_.back().check = check;
  return option;
}

DeclaredOption OptionSet::choices(const OptionText& text, std::vector<std::string>& to,
                                  const std::vector<std::string>& choices) {
  const auto check = [&to, choices, option = main_name(text.name)] {
    for (const std::string& value : to) checked_choice(option, value, choices);
    check_each_once(option, to);
  };
  const auto take = [&to, check, option = main_name(text.name)](const Values& values) {
    to = split(option, values.front());
    check();
  };
  OptionText shown = text;
  shown.help += fmt::format(": {}", fmt::join(choices, ", "));
  const DeclaredOption option = declare(shown, Times::once, take, fmt::format("{}", fmt::join(to, ",")));
  entries_.back().choices = choices;
  entries_.back().check = check;
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

std::vector<FileUse> OptionSet::files() const {
  std::vector<FileUse> uses;
  for (const auto& named : files_) {
    for (FileUse& use : named()) uses.push_back(std::move(use));
  }
  return uses;
}

}  // namespace dpac
