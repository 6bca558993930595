/// @file
/// The program `dpac`: its commands, and what every one of them does with errors.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/support/interrupt.h"
#include "engine/onednn.h"
#include "kernels/error.h"
#include "kernels/isa.h"

namespace dpac::cli {
namespace {

constexpr int kBadInput = 1, kUsage = 2, kInterrupted = 130;

struct CommandEntry {
  const char* name;
  const char* summary;
  Work (*add)(CLI::App&);
};

constexpr std::array kCommands{
    CommandEntry{"info", "Show a checkpoint's architecture and its analog layers", add_info},
    CommandEntry{"eval", "Measure accuracy on a data set, with or without noise", add_eval},
    CommandEntry{"calibrate", "Find the ranges that activation quantisers need", add_calibrate},
    CommandEntry{"bits", "Show what digital precision each layer's noise is worth", add_bits},
    CommandEntry{"trace", "Write inputs, pre-activations and noise of layers to HDF5", add_trace},
    CommandEntry{"learn", "Learn how much energy each layer or channel needs", add_learn},
    CommandEntry{"search", "Find the smallest energy at an allowed loss of accuracy", add_search},
    CommandEntry{"table", "Smallest energies of several networks under several noises", add_table},
    CommandEntry{"bench", "Measure what noise costs in time", add_bench},
    CommandEntry{"demo", "Accuracy against photons per MAC, on a built-in network and data", add_demo},
    CommandEntry{"plot", "Draw what other commands wrote as JSON: SVG, PNG or PDF", add_plot},
    CommandEntry{"report", "One HTML page with the tables and pictures of such JSON", add_report},
};

std::string version_text() {
  return fmt::format("dpac {}\noneDNN {}\nISA {}", DPAC_VERSION, onednn::version(), name(active_isa()));
}

int report(const std::string& sentence, int exit_code) {
  // Not fmt::print, which throws where stderr is full or closed.
  std::fputs(fmt::format("dpac: error: {}\n", sentence).c_str(), stderr);
  return exit_code;
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "dpac" : "dpac " + chosen.front()->get_name();
  report(error.what(), kUsage);
  fmt::print(stderr, "'{} --help' lists the options.\n", command);
  return kUsage;
}

/// Parses the command line and returns the chosen command's work.
Work parse(CLI::App& app, int argc, char** argv) {
  Work work;
  app.set_version_flag("--version", version_text, "Show versions and the instruction set in use");
  app.get_formatter()->column_width(34);
  app.footer("'dpac COMMAND --help' explains a command; 'dpac demo' is the place to start.");
  for (const CommandEntry& entry : kCommands) {
    CLI::App* command = app.add_subcommand(entry.name, entry.summary);
    command->callback([&work, todo = entry.add(*command)] { work = todo; });
  }
  app.parse(argc, argv);
  if (!work) throw CLI::RequiredError("A command");
  return work;
}

int run(int argc, char** argv) {
  CLI::App app("Dynamic-precision analog computing, simulated fast", "dpac");
  try {
    const Work work = parse(app, argc, argv);
    catch_interrupts();
    work();
    return 0;
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error);
  } catch (const Interrupted& interrupted) {
    const std::string& next = interrupted.how_to_go_on;
    return report(next.empty() ? "interrupted" : "interrupted; " + next, kInterrupted);
  } catch (const std::bad_alloc&) {
    return report("not enough memory; a smaller --batch or --limit needs less", kBadInput);
  } catch (const std::exception& error) {
    return report(error.what(), kBadInput);
  }
}

}  // namespace
}  // namespace dpac::cli

int main(int argc, char** argv) {
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
