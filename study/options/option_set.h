/// @file
/// What settings are called, what they take, the rule that obeys, what they mean, and where they are kept:
/// each declared once. The program's parser, its help, man pages and completion are made from that, and so is
/// the check of settings that come from elsewhere.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "study/options/number.h"

namespace dpac {

/// How an option is written and explained.
struct OptionText {
  std::string name;   ///< "--batch"; "file,--weights" is also the command's plain argument.
  std::string value;  ///< The placeholder of its value in --help: "N".
  std::string
      help;  ///< Without full stop; wrapped where it is shown. Defaults that need words stand in [brackets].
};

/// What messages, pages and scripts call an option of several names: "--weights" of "file,--weights".
std::string main_name(const std::string& names);

/// What a command does with the file or folder that an option names.
enum class FileRole {
  reads,  ///< A file with its side files (a configuration, a vocabulary), or a folder with all that is in it.
  writes,  ///< A result, in whose place nothing else may lie that the command still needs.
  keeps,   ///< A folder of the command's own: what it resumes from.
};

/// A file or folder of a command line.
struct FileUse {
  std::string option;  ///< That named it: "--json".
  std::string path;    ///< As the user gave it; "-" is standard output.
  FileRole role = FileRole::reads;
};

/// An option as it was declared.
struct OptionEntry {
  using Values = std::vector<std::string>;

  std::string name, value, help, heading;
  std::string shown = {};  ///< The default.
  std::vector<std::string> choices = {};
  std::optional<FileRole> file = {};
  bool repeatable = false;  ///< May be given more than once.
  bool required = false;
  std::vector<std::string> excludes = {};        ///< Names of options that may not be given with it.
  bool* flag = nullptr;                          ///< Of one that takes no value.
  std::function<void(const Values&)> take = {};  ///< Of the others: gets the values, one for each time.
  std::function<void()> check = {};              ///< Whether what is kept obeys the rule.
};

/// An option after its declaration, for what not every option has.
class DeclaredOption {
 public:
  DeclaredOption(std::vector<OptionEntry>& entries, std::size_t own) : entries_(entries), own_(own) {}

  DeclaredOption& required();

  /// None of `others` may be given together with this one. Those that the command does not have count for
  /// nothing; the rest were declared before.
  DeclaredOption& excludes(std::initializer_list<const char*> others);

  /// Of a value of another form: throws SettingError where what is kept breaks its rule.
  DeclaredOption& checked(std::function<void()> check);

 private:
  std::vector<OptionEntry>& entries_;
  std::size_t own_;
};

class OptionSet {
 public:
  OptionSet() = default;
  OptionSet(const OptionSet&) = delete;
  OptionSet& operator=(const OptionSet&) = delete;

  /// Options declared from now on stand under this heading of --help.
  void heading(std::string text) { heading_ = std::move(text); }

  /// What --help ends with: paragraphs, wrapped where they are shown; lines that begin with blanks stay as
  /// they are.
  void footer(std::string text) { footer_ = std::move(text); }

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

  /// One of `choices`, which --help shows in the place of a placeholder, or behind the text of one that has
  /// it.
  DeclaredOption choice(const OptionText& text, std::string& to, const std::vector<std::string>& choices);
  DeclaredOption choice(const OptionText& text, std::optional<std::string>& to,
                        const std::vector<std::string>& choices);

  /// One of `choices`, or several with + between them, each once; they are kept in the order of `choices`.
  DeclaredOption sum(const OptionText& text, std::string& to, const std::vector<std::string>& choices);

  /// Several of those, with commas between them, each once.
  DeclaredOption sums(const OptionText& text, std::vector<std::string>& to,
                      const std::vector<std::string>& choices);

  /// Some of `choices`, with commas between them, each once; --help lists them behind the text.
  DeclaredOption choices(const OptionText& text, std::vector<std::string>& to,
                         const std::vector<std::string>& choices);

  /// A value of another form; `parse` throws SettingError for what is none. `shown` is its default in --help.
  DeclaredOption parsed(const OptionText& text, std::function<void(const std::string&)> parse,
                        const std::string& shown = "");

  /// A file or folder.
  DeclaredOption path(const OptionText& text, std::string& to, FileRole role);

  /// Several: the option is given once for each.
  DeclaredOption paths(const OptionText& text, std::vector<std::string>& to, FileRole role);

  /// Files whose names are made of options, or are one of the values that an option takes.
  void further_files(std::function<std::vector<FileUse>()> files) { files_.push_back(std::move(files)); }

  /// For settings that no parser has seen. @throws SettingError for a value that breaks its rule, in the
  /// words that the program has for it.
  void check() const;

  /// The command line's files and folders, once it is parsed.
  [[nodiscard]] std::vector<FileUse> files() const;

  /// In the order of their declaration.
  [[nodiscard]] const std::vector<OptionEntry>& entries() const { return entries_; }

 private:
  using Values = OptionEntry::Values;

  /// How often an option may be given.
  enum class Times { once, any };

  /// `take` gets the values that were given, one for each time; `shown` is the default in --help.
  DeclaredOption declare(const OptionText& text, Times times, std::function<void(const Values&)> take,
                         std::string shown = "");

  std::string heading_ = "Options";
  std::vector<OptionEntry> entries_;
  std::vector<std::function<std::vector<FileUse>()>> files_;
  std::string footer_;
};

}  // namespace dpac
