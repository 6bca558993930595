/// @file
/// `dpac demo`: the whole idea in one table, on a network and images inside the program.

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/demo_file.h"
#include "cli/options/output_options.h"
#include "cli/support/terminal_progress.h"
#include "cli/text/point_text.h"
#include "engine/network.h"
#include "engine/networks/resnet.h"
#include "loaders/checkpoint.h"
#include "loaders/images/open_dataset.h"
#include "loaders/sha256.h"
#include "study/data/image_source.h"
#include "study/evaluation/accuracy_text.h"
#include "study/evaluation/evaluation_json.h"
#include "study/evaluation/passes.h"
#include "study/evaluation/point_report.h"
#include "study/evaluation/report_points.h"
#include "study/options/model_options.h"
#include "study/options/noise_options.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"
#include "study/support/machine.h"
#include "study/support/result_json.h"

namespace dpac::cli {
namespace {

constexpr const char* kFileName = "the built-in demo_fashion_mnist.h5";
constexpr int kBarLength = 40;

struct DemoOptions {
  // The whole curve, from guessing to the clean accuracy.
  NoiseSettings noise{
      .noise = "shot", .energies = {.sweep = {1, 2, 3, 5, 10, 30, 100, 300, 1000}}, .seeds = 5};
  int64_t limit = 1000;
  RunSettings run;
  OutputOptions output;
};

/// Runs the built-in images through the built-in network.
class Demo {
 public:
  explicit Demo(const DemoOptions& options)
      : options_(options),
        checkpoint_(open_checkpoint_image(demo_file(), kFileName)),
        images_(open_array_dataset(demo_file(), kFileName), {.value_scale = 1.0 / 255}),
        samples_(evenly_spaced(images_.size(), options.limit)) {}

  [[nodiscard]] int64_t samples() const { return static_cast<int64_t>(samples_.size()); }

  [[nodiscard]] Network make_network(NoiseKind noise) const {
    return {build_resnet(checkpoint_, {.input_size = images_.size_of_images()}),
            {.batch = options_.run.batch, .threads = thread_count(options_.run.threads), .noise = noise}};
  }

  PassTallies run(Network& network, const EvaluationPlan& plan, Progress& progress) const {
    const auto reader =
        images_.read(network.graph(), samples_,
                     {.batch = options_.run.batch, .threads = thread_count(options_.run.threads)});
    return run_passes({network}, *reader, images_, plan, progress);
  }

 private:
  const DemoOptions& options_;
  Checkpoint checkpoint_;
  ImageSource images_;
  std::vector<int64_t> samples_;
};

struct Results {
  PointReport clean;
  std::vector<PointReport> noisy;  ///< One per energy.
  int64_t samples = 0, macs = 0;
  double ms_per_sample = 0;  ///< With noise.
  std::string architecture;
};

Results measure(const DemoOptions& options) {
  const Demo demo(options);
  Network clean = demo.make_network(NoiseKind::none), noisy = demo.make_network(NoiseKind::shot);
  const EvaluationPlan once{{NoiseConfig{}}, {}};
  const EvaluationPlan sweep{options.noise.points(noisy.layers()), options.noise.seed_list()};
  Progress progress(demo.samples() * (once.passes() + sweep.passes()), "images", options.run.progress,
                    options.run.poll);
  const PassTallies without = demo.run(clean, once, progress), with = demo.run(noisy, sweep, progress);
  return {report_points(clean, once, without, options.noise.wavelength_nm).front(),
          report_points(noisy, sweep, with, options.noise.wavelength_nm),
          demo.samples(),
          total_macs(noisy.layers()),
          with.ms_per_sample(),
          noisy.graph().architecture};
}

std::string bar(double fraction) {
  return std::string(static_cast<std::size_t>(std::lround(fraction * kBarLength)), '#');
}

std::string demo_text(const DemoOptions& options, const Results& results) {
  std::string text = fmt::format(
      "{} images of Fashion-MNIST through a {} ({:.1f} million MACs an image), computed with light:\n"
      "the fewer photons a multiply-accumulate (MAC) gets, the more shot noise.\n\n"
      "photons/MAC    aJ/MAC             top-1\n",
      results.samples, results.architecture, 1e-6 * static_cast<double>(results.macs));
  for (std::size_t i = 0; i < results.noisy.size(); ++i) {
    const PointReport& point = results.noisy[i];
    text +=
        fmt::format("{:>11g}  {:>8.3g}  {:>16}  {}\n", options.noise.energies.sweep[i],
                    *point.energy->attojoules_per_mac, percent(point.accuracy), bar(point.accuracy.value));
  }
  const double clean = results.clean.accuracy.value;
  text += fmt::format("{:>11}  {:>8}  {:>16}  {}\n\n", "no noise", "-", percent(clean), bar(clean));
  text += fmt::format("{:.0f} noisy images a second; +- is the standard deviation over {} seeds.\n",
                      1000 / results.ms_per_sample, options.noise.seeds);
  return text +
         "\nNext: dpac info FILE                                                  shows the layers of your "
         "ResNet;\n"
         "      dpac eval --weights FILE --data FOLDER --noise shot --energy 10  runs it on your images.\n";
}

Json json_of(const DemoOptions& options, const Results& results) {
  Json chosen;
  write(options.noise, chosen);
  chosen["limit"] = options.limit;
  write(options.run, chosen);
  auto json = result_json("demo", chosen, sha256_of(demo_file()), thread_count(options.run.threads));
  json["samples"] = results.samples;
  write(results.clean, json);
  for (std::size_t i = 0; i < results.noisy.size(); ++i) {
    Json point{{"energy", options.noise.energies.sweep[i]}};
    write(results.noisy[i], point);
    json["points"].push_back(point);
  }
  json["macs"] = results.macs;
  json["ms_per_sample"] = results.ms_per_sample;
  json["samples_per_second"] = 1000 / results.ms_per_sample;
  return json;
}

void run(DemoOptions& options) {
  options.noise.check();
  options.run = watched(options.run, options.output.quiet);
  const Results results = measure(options);
  publish(options.output, {}, demo_text(options, results), Document(json_of(options, results), {}));
}

}  // namespace

Work add_demo(OptionSet& set) {
  const auto options = std::make_shared<DemoOptions>();
  add_run_options(set, options->run);
  set.number({"--limit", "N", "Images to use, of the 2,000 there are"}, options->limit, positive_count());
  add_seed_option(set, options->noise);
  add_sweep_options(set, options->noise);
  add_output_options(set, options->output);
  set.footer(
      "A small ResNet and 2,000 test images of Fashion-MNIST are inside the program; no file is needed. In "
      "JSON the "
      "top-level accuracy is the one without noise, `points` has the energies (photons per MAC).\n\n"
      "Example:\n  dpac demo --seeds 10");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
