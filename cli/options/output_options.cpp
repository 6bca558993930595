#include "cli/options/output_options.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "cli/support/atomic_file.h"
#include "cli/support/machine.h"
#include "kernels/error.h"
#include "kernels/noise_key.h"

namespace dpac::cli {
namespace {

constexpr const char* kStdout = "-";

void write_to_stdout(const std::string& text) {
  const bool complete = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!complete || std::fflush(stdout) != 0) {
    throw Error("the result could not be written to standard output; is the disk full, or the reader gone?");
  }
}

std::string dump(const nlohmann::ordered_json& json) {
  // File names need not be UTF-8; JSON must be.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace

void OutputOptions::check() const {
  if (!json.empty() && json != kStdout) check_writable(json);
}

void add_output_options(CLI::App& app, OutputOptions& options) {
  app.add_option("--json", options.json,
                 "Write the whole result as JSON; - for stdout, and then nothing else goes there")
      ->type_name("FILE")
      ->group("Output");
  app.add_flag("--quiet", options.quiet, "No progress and no notices")->group("Output");
}

nlohmann::ordered_json result_json(const std::string& command, nlohmann::ordered_json options,
                                   const std::string& weights_sha256, int threads) {
  return {{"command", command},
          {"version", DPAC_VERSION},
          {"options", std::move(options)},
          {"weights_sha256", weights_sha256},
          {"noise_stream", kStreamVersion},
          {"machine", machine_json(threads)}};
}

void publish(const OutputOptions& options, const std::string& text, const nlohmann::ordered_json& json) {
  if (options.json == kStdout) return write_to_stdout(dump(json));
  if (!options.json.empty()) {
    AtomicFile file(options.json);
    file.write(dump(json));
    file.commit();
  }
  write_to_stdout(text);
}

void notice(const OutputOptions& options, const std::string& sentence) {
  if (!options.quiet) fmt::print(stderr, "dpac: {}\n", sentence);
}

}  // namespace dpac::cli
