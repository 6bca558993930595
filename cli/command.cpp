#include "cli/command.h"

#include <array>

namespace dpac::cli {
namespace {

constexpr std::array kCommands{
    Command{"info", "Show a checkpoint's architecture and its analog layers", add_info},
    Command{"eval", "Measure accuracy on a data set, with or without noise", add_eval},
    Command{"calibrate", "Find the ranges that activation quantisers need", add_calibrate},
    Command{"bits", "Show what digital precision each layer's noise is worth", add_bits},
    Command{"trace", "Write inputs, pre-activations and noise of layers to HDF5", add_trace},
    Command{"learn", "Learn how much energy each layer or channel needs", add_learn},
    Command{"search", "Find the smallest energy at an allowed loss of accuracy", add_search},
    Command{"table", "Smallest energies of several networks under several noises", add_table},
    Command{"bench", "Measure what noise costs in time", add_bench},
    Command{"demo", "Accuracy against photons per MAC, on a built-in network and data", add_demo},
    Command{"plot", "Draw what other commands wrote as JSON: SVG, PNG or PDF", add_plot},
    Command{"report", "One HTML page with the tables and pictures of such JSON", add_report},
};

}  // namespace

std::span<const Command> all_commands() {
  return kCommands;
}

}  // namespace dpac::cli
