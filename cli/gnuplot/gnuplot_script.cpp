#include "cli/gnuplot/gnuplot_script.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/gnuplot/axis_range.h"
#include "cli/gnuplot/gnuplot_text.h"
#include "cli/gnuplot/plot_command.h"

namespace dpac::cli {
namespace {

constexpr double kPixelsPerInch = 96;
constexpr std::size_t kWidth = 900, kWidest = 1500, kHeight = 520, kPanelHeight = 260, kTitleHeight = 60;
constexpr std::size_t kMargins = 130;     ///< Beside the axes.
constexpr std::size_t kLetter = 9;        ///< Width of one, generous.
constexpr std::size_t kRotatedName = 17;  ///< Width of a rotated name, which is its height.
constexpr std::size_t kFewNames = 25;     ///< More of them are written smaller.
constexpr std::size_t kLegendSample = 60, kLegendRow = 22;

struct PictureSize {
  std::size_t width, height;
};

std::vector<std::string> legend_of(const Chart& chart) {
  std::vector<std::string> names;
  for (const Reference& reference : chart.references) names.push_back(reference.name);
  for (const Series& series : chart.series) {
    if (!series.name.empty()) names.push_back(series.name);
  }
  return names;
}

std::size_t longest(const std::vector<std::string>& texts) {
  std::size_t length = 0;
  for (const std::string& text : texts) length = std::max(length, text.size());
  return length;
}

/// The legend stands above the axes in columns as wide as its longest name.
std::size_t legend_height(const Chart& chart, std::size_t width) {
  const std::vector<std::string> names = legend_of(chart);
  const std::size_t columns = std::max<std::size_t>(1, width / (kLegendSample + kLetter * longest(names)));
  return kLegendRow * ((names.size() + columns - 1) / columns);
}

PictureSize size_of(const Figure& figure) {
  std::size_t categories = 0;
  for (const Chart& chart : figure.charts) categories = std::max(categories, chart.categories.size());
  const std::size_t charts = figure.charts.size();
  const std::size_t width = std::clamp(kMargins + kRotatedName * categories, kWidth, kWidest);
  return {width, kTitleHeight + (charts == 1 ? kHeight : charts * kPanelHeight) +
                     legend_height(figure.charts.front(), width)};
}

std::string terminal(PictureFormat format, const PictureSize& size) {
  switch (format) {
    case PictureFormat::svg:
      return fmt::format("set terminal svg size {},{} noenhanced background '#ffffff' font 'sans-serif,14'\n",
                         size.width, size.height);
    case PictureFormat::png:  // Twice the pixels, for today's screens.
      return fmt::format(
          "set terminal pngcairo size {},{} noenhanced background '#ffffff' font 'sans,11' fontscale 2 "
          "linewidth 2 pointscale 2\n",
          2 * size.width, 2 * size.height);
    case PictureFormat::pdf:
      return fmt::format("set terminal pdfcairo size {:.3f}in,{:.3f}in noenhanced font 'sans,11'\n",
                         static_cast<double>(size.width) / kPixelsPerInch,
                         static_cast<double>(size.height) / kPixelsPerInch);
  }
  return "";
}

std::string mark_text(double mark) {
  return mark >= 1e-4 && mark < 1e6 ? fmt::format("{:.5g}", mark) : fmt::format("{:.0e}", mark);
}

std::string axis_script(char letter, const Axis& axis, const AxisRange& range) {
  std::string text =
      fmt::format("set {0}label {1}\nset {0}range [{2}:{3}]\n", letter, gnuplot_text(axis.label),
                  gnuplot_number(range.low), gnuplot_number(range.high));
  if (!axis.logarithmic)
    return text + fmt::format("unset logscale {0}\nset {0}tics autofreq norotate\n", letter);
  std::string marks;
  for (const double mark : log_marks(range)) {
    marks += fmt::format("{}'{}' {}", marks.empty() ? "" : ", ", mark_text(mark), gnuplot_number(mark));
  }
  return text + fmt::format("set logscale {0}\nset {0}tics norotate ({1})\n", letter, marks);
}

std::string categories_style(const std::vector<std::string>& names, std::size_t room) {
  if (names.size() * (longest(names) + 2) * kLetter <= room) return "norotate";
  return names.size() > kFewNames ? "rotate by 55 right font ',9'" : "rotate by 55 right font ',11'";
}

/// A mark for every category, a name for as many as there is room for.
std::string categories_script(const std::vector<std::string>& names, std::size_t width) {
  const std::size_t room = width - kMargins;
  const std::size_t step = (names.size() * (kRotatedName - 2) + room - 1) / room;
  std::string marks;
  for (std::size_t c = 0; c < names.size(); ++c) {
    marks += fmt::format("{}{} {}", c == 0 ? "" : ", ", gnuplot_mark(c % step == 0 ? names[c] : ""), c);
  }
  return fmt::format("set xtics {} ({})\n", categories_style(names, room), marks);
}

std::vector<double> heights(const Chart& chart) {
  std::vector<double> values;
  for (const Reference& reference : chart.references) values.push_back(reference.y);
  for (const Series& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      values.push_back(point.y);
      if (point.has_range()) values.insert(values.end(), {point.low, point.high});
    }
  }
  return values;
}

/// Charts over numbers share the axis, so that what stands one above the other belongs together.
AxisRange x_range(const Figure& figure, const Chart& chart) {
  if (!chart.categories.empty()) return {-0.7, static_cast<double>(chart.categories.size()) - 0.3};
  std::vector<double> values;
  for (const Chart& other : figure.charts) {
    for (const Series& series : other.series) {
      for (const ChartPoint& point : series.points) values.push_back(point.x);
    }
  }
  return range_of(values, chart.x);
}

std::string chart_script(const Figure& figure, const Chart& chart, std::size_t width) {
  const AxisRange x = x_range(figure, chart);
  std::string text =
      axis_script('x', chart.x, x) + axis_script('y', chart.y, range_of(heights(chart), chart.y));
  if (!chart.categories.empty()) text += categories_script(chart.categories, width);
  return text + plot_command(chart, x);
}

}  // namespace

std::string gnuplot_script(const Figure& figure, PictureFormat format) {
  const PictureSize size = size_of(figure);
  std::string text = "set encoding utf8\n" + terminal(format, size) +
                     "set border 3 linecolor '#444444'\n"
                     "set tics nomirror out textcolor '#222222'\n"
                     "set format '%g'\n"
                     "set grid ytics linecolor '#dddddd' linetype 1 linewidth 1\n"
                     "set key above left Left reverse samplen 2 width 2\n"
                     "set bars 0.5\nset lmargin 10\n";
  // A chart's own title would stand below its legend.
  text += fmt::format("set multiplot layout {},1 title {}.\"\\n\"\n", figure.charts.size(),
                      gnuplot_text(figure.title));
  for (std::size_t c = 0; c < figure.charts.size(); ++c) {
    if (c == 1) text += "unset key\n";  // The first is that of all.
    text += chart_script(figure, figure.charts[c], size.width);
  }
  return text + "unset multiplot\n";
}

}  // namespace dpac::cli
