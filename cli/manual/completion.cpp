#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/manual/manual.h"
#include "cli/support/usage_error.h"

namespace dpac::cli {
namespace {

std::string replaced(std::string_view text, char what, std::string_view by) {
  std::string result;
  for (const char c : text) {
    if (c == what) {
      result += by;
    } else {
      result += c;
    }
  }
  return result;
}

/// In single quotes, for any of the shells' command lines.
std::string in_quotes(std::string_view text) {
  return "'" + replaced(text, '\'', R"('\'')") + "'";
}

std::string joined(std::span<const CommandManual> commands,
                   const std::function<std::string(const CommandManual&)>& line) {
  std::string text;
  for (const CommandManual& command : commands) text += line(command);
  return text;
}

bool is_plain_argument(const OptionEntry& option) {
  return !main_name(option.name).starts_with('-');
}

std::string names_of(const CommandManual& command) {
  std::string names = "--help";
  for (const OptionEntry& option : command.options) {
    if (!is_plain_argument(option)) names += " " + main_name(option.name);
  }
  return names;
}

/// What bash offers after an option: a case of its own where that is something.
std::string bash_value(const OptionEntry& option) {
  if (is_plain_argument(option)) return "";
  std::string offer;
  if (option.file) offer = "compopt -o default";
  if (!option.choices.empty()) {
    offer = fmt::format("COMPREPLY=($(compgen -W {} -- \"$word\"))",
                        in_quotes(fmt::format("{}", fmt::join(option.choices, " "))));
  }
  return offer.empty() ? "" : fmt::format("        {}) {}; return ;;\n", main_name(option.name), offer);
}

std::string bash_command(const CommandManual& command) {
  std::string values, others;
  for (const OptionEntry& option : command.options) {
    const std::string own = bash_value(option);
    values += own;
    if (own.empty() && !option.value.empty()) others += (others.empty() ? "" : "|") + main_name(option.name);
  }
  if (!others.empty()) values += fmt::format("        {}) return ;;\n", others);
  return fmt::format("    {}) options={}\n      case $before in\n{}        *) ;;\n      esac ;;\n",
                     command.name, in_quotes(names_of(command)), values);
}

std::string bash(std::span<const CommandManual> commands) {
  const std::string names = joined(commands, [](const CommandManual& c) { return c.name + " "; });
  return fmt::format(R"(# bash completion for dpac
_dpac() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} options=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '{}--help --version' -- "$word"))
    return
  fi
  case ${{COMP_WORDS[1]}} in
{}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    compopt -o default
  fi
}}
complete -F _dpac dpac
)",
                     names, joined(commands, bash_command));
}

/// A help text within _arguments' brackets.
std::string zsh_help(std::string_view help) {
  return replaced(replaced(help, '[', "("), ']', ")");
}

std::string zsh_option(const OptionEntry& option) {
  std::string value = option.value.empty() ? "" : ":" + replaced(option.value, ':', "\\:") + ":";
  if (option.file) value += "_files";
  if (!option.choices.empty())
    value = fmt::format(":{}:({})", main_name(option.name), fmt::join(option.choices, " "));
  const std::string name = main_name(option.name);
  if (is_plain_argument(option)) return fmt::format(" \\\n        '*:{}:_files'", name);
  return fmt::format(" \\\n        {}",
                     in_quotes(fmt::format("*{}[{}]{}", name, zsh_help(option.help), value)));
}

std::string zsh_command(const CommandManual& command) {
  std::string options = " \\\n        '--help[Print this help message and exit]'";
  for (const OptionEntry& option : command.options) options += zsh_option(option);
  return fmt::format("      {}) _arguments{} ;;\n", command.name, options);
}

std::string zsh(std::span<const CommandManual> commands) {
  const std::string names = joined(commands, [](const CommandManual& c) {
    return fmt::format("    {}\n", in_quotes(fmt::format("{}:{}", c.name, c.summary)));
  });
  return fmt::format(R"(#compdef dpac
_dpac() {{
  local -a commands=(
{}  )
  local state
  _arguments -C '--help[Print this help message and exit]' '--version[Show versions]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument) case $words[1] in
{}    esac ;;
  esac
}}
compdef _dpac dpac
)",
                     names, joined(commands, zsh_command));
}

std::string fish_option(const std::string& command, const OptionEntry& option) {
  if (is_plain_argument(option)) return "";
  std::string value;
  if (!option.value.empty()) value = option.file ? " -r -F" : " -x";
  if (!option.choices.empty())
    value += fmt::format(" -a {}", in_quotes(fmt::format("{}", fmt::join(option.choices, " "))));
  return fmt::format("complete -c dpac -n '__fish_seen_subcommand_from {}' -l {}{} -d {}\n", command,
                     main_name(option.name).substr(2), value, in_quotes(option.help));
}

std::string fish(std::span<const CommandManual> commands) {
  return "# fish completion for dpac\ncomplete -c dpac -n __fish_use_subcommand -f\n" +
         joined(commands, [](const CommandManual& command) {
           std::string lines = fmt::format("complete -c dpac -n __fish_use_subcommand -f -a {} -d {}\n",
                                           command.name, in_quotes(command.summary));
           for (const OptionEntry& option : command.options) lines += fish_option(command.name, option);
           return lines;
         });
}

}  // namespace

std::string completion(std::string_view shell, std::span<const CommandManual> commands) {
  if (shell == "bash") return bash(commands);
  if (shell == "zsh") return zsh(commands);
  if (shell == "fish") return fish(commands);
  throw UsageError(fmt::format("'{}' is no shell that can be completed, expected bash, zsh or fish", shell));
}

}  // namespace dpac::cli
