/// @file
/// The options of one command, each declared once: its name, what it takes, the rule that obeys, where the
/// value goes, and its help. Parsing, checks, --help and what the shell completes are made from that. Of the
/// parser itself (CLI11) nothing else knows but command_line.cpp.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cli/options/number.h"
#include "cli/support/file_uses.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace dpac::cli {

/// How an option is written and explained.
struct OptionText {
  std::string name;   ///< "--batch"; "file,--weights" is also the command's plain argument.
  std::string value;  ///< The placeholder of its value in --help: "N".
  std::string
      help;  ///< Without full stop; wrapped where it is shown. Defaults that need words stand in [brackets].
};

/// What messages, pages and scripts call an option of several names: "--weights" of "file,--weights".
std::string main_name(const std::string& names);

/// An option after its declaration, for what not every option has.
class DeclaredOption {
 public:
  DeclaredOption(CLI::App& app, CLI::Option& option) : app_(app), option_(option) {}

  DeclaredOption& required();

  /// None of `others` may be given together with this one. Those that the command does not have count for
  /// nothing; the rest were declared before.
  DeclaredOption& excludes(std::initializer_list<const char*> others);

 private:
  CLI::App& app_;
  CLI::Option& option_;
};

/// An option as --help, the man page and the shell's completion see it.
struct OptionEntry {
  std::string name, value, help, heading;
  std::vector<std::string> choices = {};
  std::optional<FileRole> file = {};
};

class OptionSet {
 public:
  explicit OptionSet(CLI::App& app) : app_(app) {}
  OptionSet(const OptionSet&) = delete;
  OptionSet& operator=(const OptionSet&) = delete;

  /// Options declared from now on stand under this heading of --help.
  void heading(std::string text) { heading_ = std::move(text); }

  /// What --help ends with: paragraphs, wrapped where they are shown; lines that begin with blanks stay as
  /// they are.
  void footer(const std::string& text);

  /// What was given to footer().
  [[nodiscard]] const std::string& footer() const { return footer_; }

  DeclaredOption flag(const OptionText& text, bool& to);

  /// One number, or several with commas between them where `to` is a vector. `To` is int, int64_t, uint64_t,
  /// float or double, or an optional or a vector of one of them. A value that `to` has already is shown as
  /// the default.
  template <typename To>
  DeclaredOption number(const OptionText& text, To& to, NumberRule rule = any_number());

  /// Any text but an empty one.
  DeclaredOption word(const OptionText& text, std::string& to);

  /// Words with commas between them, none of them empty.
  DeclaredOption words(const OptionText& text, std::vector<std::string>& to);

  /// Given once for each value, which may have commas and blanks.
  DeclaredOption sentences(const OptionText& text, std::vector<std::string>& to);

  /// One of `choices`, which --help shows in the place of a placeholder.
  DeclaredOption choice(const OptionText& text, std::string& to, const std::vector<std::string>& choices);
  DeclaredOption choice(const OptionText& text, std::optional<std::string>& to,
                        const std::vector<std::string>& choices);

  /// Some of `choices`, with commas between them, each once; --help lists them behind the text.
  DeclaredOption choices(const OptionText& text, std::vector<std::string>& to,
                         const std::vector<std::string>& choices);

  /// A value of another form; `parse` throws UsageError for what is none. `shown` is its default in --help.
  DeclaredOption parsed(const OptionText& text, std::function<void(const std::string&)> parse,
                        const std::string& shown = "");

  /// A file or folder.
  DeclaredOption path(const OptionText& text, std::string& to, FileRole role);

  /// Several: the option is given once for each.
  DeclaredOption paths(const OptionText& text, std::vector<std::string>& to, FileRole role);

  /// Files whose names are made of options, or are one of the values that an option takes.
  void further_files(std::function<std::vector<FileUse>()> files) { files_.push_back(std::move(files)); }

  /// Whether the user gave an option of that name.
  [[nodiscard]] bool given(const std::string& name) const;

  /// The command line's files and folders, once it is parsed.
  [[nodiscard]] std::vector<FileUse> files() const;

  /// In the order of their declaration.
  [[nodiscard]] const std::vector<OptionEntry>& entries() const { return entries_; }

 private:
  using Values = std::vector<std::string>;

  /// How often an option may be given.
  enum class Times { once, any };

  /// `take` gets the values that were given, one for each time; `shown` is the default in --help.
  DeclaredOption declare(const OptionText& text, Times times, std::function<void(const Values&)> take,
                         const std::string& shown = "");

  CLI::App& app_;
  std::string heading_ = "Options";
  std::vector<OptionEntry> entries_;
  std::vector<std::function<std::vector<FileUse>()>> files_;
  std::string footer_;
};

}  // namespace dpac::cli
