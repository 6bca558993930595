#include "report/gnuplot/gnuplot.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac::report {
namespace {

/// A nameless file for one of the program's streams. With files instead of pipes neither side ever waits for
/// the other, and a program that dies early breaks no pipe.
class StreamFile {
 public:
  StreamFile() : file_(std::tmpfile(), &std::fclose) {
    if (!file_) throw Error(fmt::format("no temporary file for gnuplot: {}", std::strerror(errno)));
  }

  void write(const std::string& text) {
    const bool complete = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size();
    if (!complete || std::fflush(file_.get()) != 0) {
      throw Error(fmt::format("a temporary file for gnuplot cannot be written: {}", std::strerror(errno)));
    }
    std::rewind(file_.get());
  }

  [[nodiscard]] std::string content() {
    std::rewind(file_.get());
    std::string text;
    std::vector<char> buffer(1 << 16);
    while (const std::size_t bytes = std::fread(buffer.data(), 1, buffer.size(), file_.get())) {
      text.append(buffer.data(), bytes);
    }
    return text;
  }

  [[nodiscard]] int descriptor() const { return fileno(file_.get()); }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

/// This program's environment without what would have gnuplot start with another terminal.
std::vector<char*> environment() {
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("GNUTERM=")) variables.push_back(*variable);
  }
  variables.push_back(nullptr);
  return variables;
}

struct Streams {
  StreamFile in, out, err;
};

pid_t start(const Streams& streams) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, streams.in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.err.descriptor(), STDERR_FILENO);
  std::string program = "gnuplot", no_user_settings = "-d";
  const std::array<char*, 3> arguments{program.data(), no_user_settings.data(), nullptr};
  std::vector<char*> variables = environment();
  pid_t process = 0;
  const int failure =
      posix_spawnp(&process, program.c_str(), &actions, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failure == 0) return process;
  if (failure == ENOENT) {
    throw Error(
        "gnuplot, which draws the pictures, is not on PATH; Debian's package gnuplot-nox has it "
        "(apt-get install gnuplot-nox)");
  }
  throw Error(fmt::format("gnuplot, which draws the pictures, cannot be run: {}", std::strerror(failure)));
}

/// Ends with the process, or with what `poll` throws.
int wait_for(pid_t process, const Poll& poll) {
  constexpr std::chrono::milliseconds kBetweenLooks(2);
  int status = 0;
  for (;;) {
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == process) return status;
    if (ended < 0 && errno != EINTR) throw Error(fmt::format("gnuplot was lost: {}", std::strerror(errno)));
    try {
      if (poll) poll();
    } catch (...) {
      kill(process, SIGKILL);
      waitpid(process, &status, 0);
      throw;
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

/// gnuplot's message, which follows the faulty line and a mark below it: "line 3: undefined variable".
std::string first_message(const std::string& errors) {
  std::string first;
  for (std::size_t begin = 0; begin < errors.size();) {
    const std::size_t end = std::min(errors.find('\n', begin), errors.size());
    const std::size_t text = errors.find_first_not_of(" \t", begin);
    std::string line = text < end ? errors.substr(text, end - text) : "";
    if (line.starts_with("line ")) return line;
    if (first.empty()) first = line;
    begin = end + 1;
  }
  return first.empty() ? "it says nothing" : first;
}

}  // namespace

std::string run_gnuplot(const std::string& script, const Poll& poll) {
  Streams streams;
  streams.in.write(script);
  const int status = wait_for(start(streams), poll);
  if (poll) poll();
  if (WIFSIGNALED(status)) throw Error(fmt::format("gnuplot was ended by signal {}", WTERMSIG(status)));
  std::string picture = streams.out.content();
  if (WEXITSTATUS(status) == 0 && !picture.empty()) return picture;
  throw Error(fmt::format("gnuplot failed: {}", first_message(streams.err.content())));
}

}  // namespace dpac::report
