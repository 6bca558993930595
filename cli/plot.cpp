/// @file
/// `dpac plot`: a picture of what other commands wrote as JSON.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/gnuplot/draw.h"
#include "cli/pictures/figures.h"
#include "cli/support/atomic_file.h"

namespace dpac::cli {
namespace {

struct PlotOptions {
  std::vector<std::string> files;
  std::string kind;
  std::string out;
};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const PictureKind kind : kPictureKinds) names.emplace_back(name(kind));
  return names;
}

PictureKind kind_called(const std::string& called) {
  return *std::find_if(kPictureKinds.begin(), kPictureKinds.end(),
                       [&](PictureKind kind) { return name(kind) == called; });
}

void run(const PlotOptions& options) {
  const PictureFormat format = picture_format(options.out);
  const Figure figure = make_figure(kind_called(options.kind), read_results(options.files));
  AtomicFile file(options.out);
  file.write(draw(figure, format));
  file.commit();
}

}  // namespace

Work add_plot(CLI::App& app) {
  const auto options = std::make_shared<PlotOptions>();
  app.add_option("files", options->files,
                 "JSON of eval, demo, bits, learn, search or table; several are overlaid")
      ->type_name("IN.json")
      ->required();
  app.add_option("--kind", options->kind, "energy, bits, accuracy or learning")
      ->type_name("KIND")
      ->required()
      ->check(CLI::IsMember(kind_names()).description(""));
  app.add_option("--out", options->out, "The picture; its ending says what: .svg, .png or .pdf")
      ->type_name("FILE")
      ->required();
  app.footer(
      "energy: energy per MAC by layer, of learn, search, and eval with one energy file; of table by "
      "network.\n"
      "bits: noise bits by layer, of bits. accuracy: accuracy against energy, of all but table. learning: "
      "the\n"
      "course of learn. Bars are one standard deviation over seeds. gnuplot draws (Debian: gnuplot-nox).\n\n"
      "Example:\n  dpac plot bits.json --kind bits --out bits.svg");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
