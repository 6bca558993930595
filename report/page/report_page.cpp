#include "report/page/report_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/gnuplot/draw.h"
#include "report/gnuplot/layout.h"
#include "report/page/html.h"
#include "report/page/result_tables.h"
#include "report/pictures/figures.h"

namespace dpac::report {
namespace {

constexpr double kSmallestScale = 0.75;

/// Program, machine and weights, as far as the result says.
std::string about(const ResultFile& result) {
  const ResultValue root = result.root();
  std::vector<std::string> parts{fmt::format("dpac {}", root["version"].text())};
  if (const auto machine = root.find("machine")) {
    parts.push_back(fmt::format("{}, {}, threads: {}, oneDNN {}", (*machine)["cpu"].text(),
                                (*machine)["isa"].text(), (*machine)["threads"].number(),
                                (*machine)["onednn"].text()));
  }
  if (const auto stream = root.find_number("noise_stream"))
    parts.push_back(fmt::format("noise stream {}", *stream));
  const auto weights = root.find("weights_sha256");
  if (weights && weights->json().is_string()) parts.push_back("weights SHA-256 " + weights->text());
  return fmt::format("<p class=\"about\">{}</p>\n",
                     html_text(fmt::format("{}", fmt::join(parts, " \u00b7 "))));
}

std::string pictures(const ResultFile& result, std::size_t chapter, const Poll& poll) {
  std::string html;
  for (const PictureKind kind : kinds_alone(result)) {
    const Figure figure = make_figure(kind, std::span(&result, 1));
    // On a narrow page a picture shrinks as far as it can be read, and scrolls from there on.
    html += fmt::format(
        "<figure role=\"img\" aria-label=\"{}\"><div style=\"min-width: {:.0f}px\">\n{}</div></figure>\n",
        html_text(figure.title), kSmallestScale * layout_of(figure).width,
        inline_svg(figure, fmt::format("c{}-{}-", chapter, name(kind)), poll));
  }
  return html;
}

std::string chapter_of(const ResultFile& result, std::size_t chapter, const Poll& poll) {
  const std::string layers = layer_tables(result);
  return fmt::format(
      "<h2>{}: {}</h2>\n{}{}{}{}<details>\n<summary>Options, defaults included</summary>\n{}</details>\n",
      html_text(result.stem()), html_text(result.command()), about(result), summary_tables(result),
      pictures(result, chapter, poll), layers.empty() ? "" : "<h3>layers</h3>\n" + layers,
      options_table(result));
}

}  // namespace

std::string report_page(const std::vector<ResultFile>& results, const Poll& poll) {
  std::string body;
  for (std::size_t r = 0; r < results.size(); ++r) body += chapter_of(results[r], r, poll);
  return html_page("dpac report", body);
}

}  // namespace dpac::report
