#include "tests/support/terminal.h"

#include <array>
#include <fcntl.h>
#include <pty.h>
#include <stdexcept>
#include <unistd.h>

#include "tests/support/program.h"

namespace dpac::test {

TerminalOutcome run_on_terminal(const std::vector<std::string>& arguments, int columns) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);
  int screen = -1, terminal = -1;
  if (openpty(&screen, &terminal, nullptr, nullptr, &size) != 0) throw std::runtime_error("no terminal");

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, terminal, STDERR_FILENO);
  posix_spawn_file_actions_addclose(&actions, screen);
  const pid_t process = start_dpac(arguments, actions);
  close(terminal);

  TerminalOutcome outcome;
  std::array<char, 4096> buffer{};
  // When the program has ended, the terminal has no other end, and reading fails.
  for (ssize_t bytes; (bytes = read(screen, buffer.data(), buffer.size())) > 0;)
    outcome.err.append(buffer.data(), static_cast<std::size_t>(bytes));
  close(screen);
  outcome.exit_code = exit_code_of(process);
  return outcome;
}

}  // namespace dpac::test
