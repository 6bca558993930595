/// @file
/// The program `dpac`: what it does with errors, whatever the command.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "cli/command_line.h"
#include "cli/support/interrupt.h"
#include "loaders/hdf5/hdf5_reader.h"
#include "study/settings/setting_error.h"
#include "study/support/printable.h"

namespace dpac::cli {
namespace {

constexpr int kBadInput = 1, kUsage = 2;

int report(const std::string& sentence, int exit_code) {
  // Not fmt::print, which throws where stderr is full or closed.
  std::fputs(fmt::format("dpac: error: {}\n", printable(sentence)).c_str(), stderr);
  return exit_code;
}

int report_usage(const CommandLine& line, const SettingError& error) {
  report(error.what(), kUsage);
  std::fputs(fmt::format("'{} --help' lists the options.\n", line.command()).c_str(), stderr);
  return kUsage;
}

int run(int argc, char** argv) {
  CommandLine line;
  try {
    if (!line.parse(argc, argv)) return 0;
    use_hdf5_reader(Hdf5Reader::isolated);
    catch_interrupts();
    line.run();
    return 0;
  } catch (const SettingError& error) {
    return report_usage(line, error);
  } catch (const Interrupted& interrupted) {
    const std::string& next = interrupted.how_to_go_on;
    return report(next.empty() ? "interrupted" : "interrupted; " + next, kInterruptedExit);
  } catch (const std::bad_alloc&) {
    return report("not enough memory; a smaller --batch or --limit needs less", kBadInput);
  } catch (const std::system_error& error) {
    const bool threads = error.code() == std::errc::resource_unavailable_try_again;
    return report(threads ? "the system starts no more threads; fewer --threads would do" : error.what(),
                  kBadInput);
  } catch (const std::exception& error) {
    return report(error.what(), kBadInput);
  }
}

}  // namespace
}  // namespace dpac::cli

int main(int argc, char** argv) {
  // A file beyond the limit of its size is an error like a full disk, not the end.
  std::signal(SIGXFSZ, SIG_IGN);
  int exit_code = 1;
  try {
    exit_code = dpac::cli::run(argc, argv);
  } catch (...) {
    std::fputs("dpac: error: not even enough memory to say what is wrong\n", stderr);
  }
  if (exit_code == 0) return 0;
  // HDF5, where it met a damaged file, has a handler at exit that fails and says so.
  std::fflush(nullptr);
  std::_Exit(exit_code);
}
