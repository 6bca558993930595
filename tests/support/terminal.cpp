#include "tests/support/terminal.h"

#include <array>
#include <fcntl.h>
#include <pty.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace dpac::test {

TerminalOutcome run_on_terminal(const std::vector<std::string>& arguments, int columns) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);
  int screen = -1, terminal = -1;
  if (openpty(&screen, &terminal, nullptr, nullptr, &size) != 0) throw std::runtime_error("no terminal");

  std::vector<std::string> words{DPAC_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, terminal, STDERR_FILENO);
  posix_spawn_file_actions_addclose(&actions, screen);
  pid_t process = 0;
  const int failure = posix_spawn(&process, DPAC_PROGRAM, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(terminal);
  if (failure != 0) throw std::runtime_error("cannot run " DPAC_PROGRAM);

  TerminalOutcome outcome;
  std::array<char, 4096> buffer{};
  // When the program has ended, the terminal has no other end, and reading fails.
  for (ssize_t bytes; (bytes = read(screen, buffer.data(), buffer.size())) > 0;)
    outcome.err.append(buffer.data(), static_cast<std::size_t>(bytes));
  close(screen);
  int status = 0;
  waitpid(process, &status, 0);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace dpac::test
