#include <algorithm>

#include <fmt/format.h>

#include "cli/manual/manual.h"
#include "study/support/version.h"

namespace dpac::cli {
namespace {

/// Text as roff takes it: hyphens that are not to become dashes, backslashes, and no line that looks like a
/// macro.
std::string roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool at_line_start = escaped.empty() || escaped.back() == '\n';
    if (at_line_start && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '-') {
      escaped += "\\-";
    } else if (c == '\\') {
      escaped += "\\e";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string header(const std::string& title, const std::string& name, std::string_view summary) {
  return fmt::format(".TH {} 1 \"\" \"dpac {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n", title, version(),
                     roff(name), roff(summary));
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::string entry_of(const OptionEntry& option) {
  std::string names = roff(option.name);
  for (std::size_t at = names.find(','); at != std::string::npos; at = names.find(',', at + 1)) {
    names.replace(at, 1, ", ");
  }
  const std::string value = option.value.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(option.value));
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", names, value, roff(option.help));
}

/// Each once, in the order of their first options.
std::vector<std::string> headings_of(const CommandManual& command) {
  std::vector<std::string> headings;
  for (const OptionEntry& option : command.options) {
    if (std::find(headings.begin(), headings.end(), option.heading) == headings.end()) {
      headings.push_back(option.heading);
    }
  }
  return headings;
}

}  // namespace

std::string man_page(const CommandManual& command) {
  std::string page = header(upper("dpac-" + command.name), "dpac-" + command.name, command.summary);
  page += fmt::format(".SH SYNOPSIS\n\\fBdpac {}\\fR [\\fIoptions\\fR]\n.SH OPTIONS\n", command.name);
  for (const std::string& heading : headings_of(command)) {
    page += fmt::format(".SS \"{}\"\n", roff(heading));
    for (const OptionEntry& option : command.options) {
      if (option.heading == heading) page += entry_of(option);
    }
  }
  if (!command.footer.empty()) page += fmt::format(".SH NOTES\n.nf\n{}\n.fi\n", roff(command.footer));
  return page + ".SH SEE ALSO\n\\fBdpac\\fR(1)\n";
}

std::string overview_page(std::span<const CommandManual> commands) {
  std::string page = header("DPAC", "dpac", "dynamic-precision analog computing, simulated fast");
  page +=
      ".SH SYNOPSIS\n\\fBdpac\\fR \\fIcommand\\fR [\\fIoptions\\fR]\n.br\n\\fBdpac \\-\\-help\\fR | "
      "\\fB\\-\\-version\\fR\n.SH COMMANDS\n";
  for (const CommandManual& command : commands) {
    page += fmt::format(".TP\n\\fB{}\\fR\n{}; see \\fBdpac\\-{}\\fR(1)\n", command.name,
                        roff(command.summary), command.name);
  }
  page +=
      ".TP\n\\fBcompletion\\fR \\fIbash|zsh|fish\\fR\nPrint a script that completes commands and options in "
      "that "
      "shell\n";
  return page + ".SH EXIT STATUS\n0 success; 1 bad input or data; 2 wrong usage; 130 interrupted.\n";
}

}  // namespace dpac::cli
