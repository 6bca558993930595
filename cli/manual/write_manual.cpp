#include <fstream>

#include <fmt/format.h>

#include "cli/manual/manual.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::error_code ignored;  // What is not there cannot be written to, and that says why.
  std::filesystem::create_directories(file.parent_path(), ignored);
  std::ofstream stream(file, std::ios::binary);
  stream << text << std::flush;
  if (!stream) throw Error(fmt::format("{} cannot be written", file.string()));
}

}  // namespace

void write_manual(const std::filesystem::path& folder, std::span<const CommandManual> commands) {
  write(folder / "man1" / "dpac.1", overview_page(commands));
  for (const CommandManual& command : commands) {
    write(folder / "man1" / fmt::format("dpac-{}.1", command.name), man_page(command));
  }
  write(folder / "completions" / "dpac", completion("bash", commands));
  write(folder / "completions" / "_dpac", completion("zsh", commands));
  write(folder / "completions" / "dpac.fish", completion("fish", commands));
}

}  // namespace dpac::cli
