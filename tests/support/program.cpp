#include "tests/support/program.h"

#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

namespace dpac::test {
namespace {

constexpr const char* kOut = "stdout";
constexpr const char* kErr = "stderr";

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

pid_t start_dpac(const std::vector<std::string>& arguments, posix_spawn_file_actions_t& actions) {
  std::vector<std::string> words{DPAC_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  pid_t process = 0;
  const int failure = posix_spawn(&process, DPAC_PROGRAM, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot run " DPAC_PROGRAM);
  return process;
}

int exit_code_of(pid_t process) {
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Program::Program(const std::vector<std::string>& arguments) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const auto& [descriptor, name] : {std::pair{STDOUT_FILENO, kOut}, std::pair{STDERR_FILENO, kErr}}) {
    posix_spawn_file_actions_addopen(&actions, descriptor, (folder_.path() / name).c_str(),
                                     O_WRONLY | O_CREAT, 0600);
  }
  pid_ = start_dpac(arguments, actions);
}

void Program::interrupt() const {
  kill(pid_, SIGINT);
}

void Program::kill_now() const {
  kill(pid_, SIGKILL);
}

Outcome Program::wait() {
  const int code = exit_code_of(pid_);
  return {code, content(folder_.path() / kOut), content(folder_.path() / kErr)};
}

void wait_ms(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

Outcome run_dpac(const std::vector<std::string>& arguments) {
  return Program(arguments).wait();
}

nlohmann::json dpac_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "-", "--quiet"});
  const Outcome outcome = run_dpac(arguments);
  CHECK(outcome.err == "");
  REQUIRE(outcome.exit_code == 0);
  return nlohmann::json::parse(outcome.out);
}

std::string dpac_usage_error(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_dpac(arguments);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out == "");
  const std::string prefix = "dpac: error: ", suffix = " --help' lists the options.\n";
  CAPTURE(outcome.err);
  REQUIRE(outcome.err.starts_with(prefix));
  REQUIRE(outcome.err.ends_with(suffix));
  return outcome.err.substr(prefix.size(), outcome.err.find('\n') - prefix.size());
}

std::string dpac_error(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_dpac(arguments);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out == "");
  const std::string prefix = "dpac: error: ";
  if (!outcome.err.starts_with(prefix) || outcome.err.find('\n') != outcome.err.size() - 1)
    return outcome.err;
  return outcome.err.substr(prefix.size(), outcome.err.size() - 1 - prefix.size());
}

}  // namespace dpac::test
