/// @file
/// `dpac plot`: a picture of what other commands wrote as JSON.

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/support/interrupt.h"
#include "report/gnuplot/draw.h"
#include "report/pictures/figures.h"
#include "study/support/atomic_file.h"

namespace dpac::cli {
namespace {

struct PlotOptions {
  std::vector<std::string> files;
  std::string kind;
  std::string out;
};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const report::PictureKind kind : report::kPictureKinds) names.emplace_back(name(kind));
  return names;
}

void run(const PlotOptions& options) {
  const report::PictureFormat format = report::picture_format(options.out);
  const report::PictureKind kind = report::picture_kind(options.kind);
  const report::Figure figure = report::make_figure(kind, report::read_results(options.files));
  const HeldInterrupts held;
  write_text_file(options.out, report::draw(figure, format, stop_if_interrupted));
}

}  // namespace

Work add_plot(OptionSet& set) {
  const auto options = std::make_shared<PlotOptions>();
  set.paths({"files", "IN.json", "JSON of eval, demo, bits, learn, search or table; several are overlaid"},
            options->files, FileRole::reads)
      .required();
  set.choice({"--kind", "", "energy, bits, accuracy or learning"}, options->kind, kind_names()).required();
  set.path({"--out", "FILE", "The picture; its ending says what: .svg, .png or .pdf"}, options->out,
           FileRole::writes)
      .required();
  set.footer(
      "energy: energy per MAC by layer, of learn, search, and eval with one energy file; of table by "
      "network. bits: noise "
      "bits by layer, of bits. accuracy: accuracy against energy, of all but table. learning: the course of "
      "learn. Bars "
      "are one standard deviation over seeds. gnuplot draws (Debian: gnuplot-nox).\n\n"
      "Example:\n  dpac plot bits.json --kind bits --out bits.svg");
  return [options] { run(*options); };
}

}  // namespace dpac::cli
