#include "report/gnuplot/draw.h"

#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "report/gnuplot/gnuplot.h"

namespace dpac::report {
namespace {

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

/// gnuplot gives every curve a title such as "gnuplot_plot_1", which browsers show under the pointer.
void remove_titles(std::string& svg) {
  constexpr std::string_view kOpen = "<title>", kClose = "</title>";
  for (std::size_t at = 0; (at = svg.find(kOpen, at)) != std::string::npos;) {
    const std::size_t end = svg.find(kClose, at);
    if (end == std::string::npos) return;
    svg.erase(at, end + kClose.size() - at);
  }
}

}  // namespace

PictureFormat picture_format(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".svg") return PictureFormat::svg;
  if (ending == ".png") return PictureFormat::png;
  if (ending == ".pdf") return PictureFormat::pdf;
  throw Error(fmt::format("{}: expected a name that ends in .svg, .png or .pdf, found {}", file.string(),
                          ending.empty() ? "no ending" : "'" + ending + "'"));
}

std::string draw(const Figure& figure, PictureFormat format, const Poll& poll) {
  std::string picture = run_gnuplot(gnuplot_script(figure, format), poll);
  if (format != PictureFormat::svg) return picture;
  remove_titles(picture);
  replace_all(picture, "]]>",
              "]]&gt;");  // The one thing in a label that XML minds and gnuplot does not escape.
  return picture;
}

std::string inline_svg(const Figure& figure, const std::string& prefix, const Poll& poll) {
  std::string svg = draw(figure, PictureFormat::svg, poll);
  svg.erase(0, svg.find("<svg"));
  replace_all(svg, "id='", "id='" + prefix);
  replace_all(svg, "id=\"", "id=\"" + prefix);
  replace_all(svg, "href='#", "href='#" + prefix);
  replace_all(svg, "url(#", "url(#" + prefix);
  return svg;
}

}  // namespace dpac::report
