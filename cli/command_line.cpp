#include "cli/command_line.h"

#include <algorithm>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/manual/manual.h"
#include "cli/support/file_uses.h"
#include "cli/support/usage_error.h"
#include "cli/support/wrap.h"
#include "engine/onednn/onednn.h"
#include "kernels/isa.h"
#include "study/support/nearest.h"
#include "study/support/version.h"

namespace dpac::cli {
namespace {

// CLI11 puts help into a second column, and breaks no lines.
constexpr std::size_t kHelpWidth = 110 - kHelpColumn;

/// A command with what it declared.
struct Declared {
  const Command* command;
  std::unique_ptr<OptionSet> set;
  Work work;
};

std::string version_text() {
  return fmt::format("dpac {}\noneDNN {}\nISA {}", version(), onednn::version(), name(active_isa()));
}

bool is_option(std::string_view word) {
  const bool negative_number = word.size() > 1 && (word[1] == '.' || (word[1] >= '0' && word[1] <= '9'));
  return word.size() > 1 && word.front() == '-' && !negative_number;
}

/// What the option called `name` is, which may have several names; null for none.
const OptionEntry* find(const OptionSet& set, std::string_view name) {
  for (const OptionEntry& entry : set.entries()) {
    const std::string names = "," + entry.name + ",";
    if (names.find("," + std::string(name) + ",") != std::string::npos) return &entry;
  }
  return nullptr;
}

std::vector<std::string> option_names(const OptionSet& set) {
  std::vector<std::string> names{"--help"};
  for (const OptionEntry& entry : set.entries())
    names.push_back(entry.name.substr(entry.name.rfind(',') + 1));
  return names;
}

/// Before anything else is said: "--weights is required" would be no help to one who wrote --weight.
void check_option_names(const OptionSet& set, std::span<char*> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--") return;
    if (!is_option(word)) continue;
    const std::string_view name = word.substr(0, word.find('='));
    if (name == "--help" || name == "-h") continue;
    const OptionEntry* entry = find(set, name);
    if (entry == nullptr) {
      throw UsageError(fmt::format("unknown option '{}'{}", name, did_you_mean(name, option_names(set))));
    }
    const bool value_follows = !entry->value.empty() && name.size() == word.size();
    if (value_follows) ++i;
  }
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : all_commands()) names.emplace_back(command.name);
  return names;
}

CLI::Option* add_to_parser(const OptionEntry& entry, CLI::App& app) {
  const std::string help = wrapped(entry.help, kHelpWidth);
  if (entry.flag != nullptr) return app.add_flag(entry.name, *entry.flag, help);
  const auto take = [take = entry.take](const CLI::results_t& values) {
    take(values);
    return true;
  };
  CLI::Option* option = app.add_option(entry.name, take, help);
  option->type_name(entry.value)->default_str(entry.shown)->expected(1);
  if (entry.repeatable) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  const bool plain_arguments = entry.repeatable && !entry.name.starts_with('-');
  if (plain_arguments) option->expected(-1);
  return option;
}

void add_to_parser(const OptionSet& set, CLI::App& app) {
  for (const OptionEntry& entry : set.entries()) {
    CLI::Option* option = add_to_parser(entry, app)->group(entry.heading)->required(entry.required);
    for (const std::string& other : entry.excludes) {
      if (CLI::Option* excluded = app.get_option_no_throw(other)) option->excludes(excluded);
    }
  }
  app.footer(wrapped(set.footer(), kHelpColumn + kHelpWidth));
}

}  // namespace

struct CommandLine::Parser {
  CLI::App app{"Dynamic-precision analog computing, simulated fast", "dpac"};
  std::deque<Declared> commands;
};

CommandLine::CommandLine() : parser_(std::make_unique<Parser>()) {
  CLI::App& app = parser_->app;
  app.set_version_flag("--version", version_text, "Show versions and the instruction set in use");
  app.get_formatter()->column_width(kHelpColumn);
  app.footer("'dpac COMMAND --help' explains a command; 'dpac demo' is the place to start.");
  for (const Command& command : all_commands()) {
    auto set = std::make_unique<OptionSet>();
    Work work = command.add(*set);
    add_to_parser(*set, *app.add_subcommand(command.name, command.summary));
    parser_->commands.push_back({&command, std::move(set), std::move(work)});
  }
}

CommandLine::~CommandLine() = default;

void CommandLine::write_pages(std::string_view what, std::span<char*> operands) const {
  if (operands.size() != 1) {
    throw UsageError(what == "completion" ? "completion takes the name of a shell: bash, zsh or fish"
                                          : "manual takes a folder, for man pages and completion scripts");
  }
  std::vector<CommandManual> pages;
  for (const Declared& declared : parser_->commands) {
    const OptionSet& set = *declared.set;
    pages.push_back({declared.command->name, declared.command->summary, set.entries(), set.footer()});
  }
  if (what == "manual") return write_manual(operands.front(), pages);
  fmt::print("{}", completion(operands.front(), pages));
}

bool CommandLine::parse(int argc, char** argv) {
  const std::span words(argv, static_cast<std::size_t>(argc));
  if (argc < 2) throw UsageError("A command is required");
  const std::string_view first = words[1];
  if (first == "completion" || first == "manual") return write_pages(first, words.subspan(2)), false;
  const auto chosen = std::find_if(parser_->commands.begin(), parser_->commands.end(),
                                   [&](const Declared& declared) { return declared.command->name == first; });
  if (chosen != parser_->commands.end()) {
    command_ = chosen->command->name;
    check_option_names(*chosen->set, words.subspan(2));
  } else if (!is_option(first)) {
    throw UsageError(fmt::format("unknown command '{}'{}", first, did_you_mean(first, command_names())));
  }
  try {
    parser_->app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    parser_->app.exit(success);
    return false;
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  if (command_ == nullptr) throw UsageError("A command is required");
  check_file_uses(chosen->set->files());
  work_ = chosen->work;
  return true;
}

std::string CommandLine::command() const {
  return command_ == nullptr ? "dpac" : fmt::format("dpac {}", command_);
}

}  // namespace dpac::cli
