#include "cli/pictures/gnuplot_script.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "cli/pictures/axis_range.h"
#include "cli/pictures/gnuplot_text.h"
#include "cli/pictures/palette.h"

namespace dpac::cli {
namespace {

constexpr double kPixelsPerInch = 96;
constexpr int kWidth = 900, kWidest = 1500, kHeight = 560, kPanelHeight = 270, kTitleHeight = 50;
constexpr int kMargins = 260;        ///< Beside the axes, legend included.
constexpr int kCategoryPixels = 17;  ///< A rotated name needs as much.
constexpr int kFewCategories = 25;   ///< More of them have smaller names.
constexpr double kDodge = 0.6;       ///< Of a category's width, what its series share.
constexpr std::array kPointTypes{7, 5, 9, 13, 11, 15};

struct PictureSize {
  int width, height;
};

std::size_t most_categories(const Figure& figure) {
  std::size_t most = 0;
  for (const Chart& chart : figure.charts) most = std::max(most, chart.categories.size());
  return most;
}

PictureSize size_of(const Figure& figure) {
  const auto charts = static_cast<int>(figure.charts.size());
  const auto categories = static_cast<int>(std::min<std::size_t>(most_categories(figure), kWidest));
  return {std::clamp(kMargins + kCategoryPixels * categories, kWidth, kWidest),
          charts == 1 ? kHeight : kTitleHeight + charts * kPanelHeight};
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
                         size.width / kPixelsPerInch, size.height / kPixelsPerInch);
  }
  return "";
}

/// Sideways shift of a series within its category.
double offset_of(const Chart& chart, std::size_t series) {
  const auto count = static_cast<double>(chart.series.size());
  return chart.dodged ? kDodge * ((static_cast<double>(series) + 0.5) / count - 0.5) : 0;
}

std::vector<double> heights(const Chart& chart) {
  std::vector<double> values;
  for (const Reference& reference : chart.references) values.push_back(reference.y);
  for (const Series& series : chart.series) {
    for (const ChartPoint& point : series.points)
      values.insert(values.end(), {point.y, point.low, point.high});
  }
  return values;
}

AxisRange width_of(const Chart& chart) {
  if (!chart.categories.empty()) return {-0.7, static_cast<double>(chart.categories.size()) - 0.3};
  std::vector<double> values;
  for (const Series& series : chart.series) {
    for (const ChartPoint& point : series.points) values.push_back(point.x);
  }
  return range_of(values, chart.x);
}

std::string number(double value) {
  return std::isnan(value) ? "NaN" : fmt::format("{:.9g}", value);
}

std::string mark_text(double mark) {
  return mark >= 1e-4 && mark < 1e6 ? fmt::format("{:.5g}", mark) : fmt::format("{:.0e}", mark);
}

std::string axis(char letter, const Axis& axis, const AxisRange& range) {
  std::string text = fmt::format("set {0}label {1}\nset {0}range [{2}:{3}]\n", letter,
                                 gnuplot_text(axis.label), number(range.low), number(range.high));
  if (!axis.logarithmic)
    return text + fmt::format("unset logscale {0}\nset {0}tics autofreq norotate\n", letter);
  std::string marks;
  for (const double mark : log_marks(range)) {
    marks += fmt::format("{}'{}' {}", marks.empty() ? "" : ", ", mark_text(mark), number(mark));
  }
  return text + fmt::format("set logscale {0}\nset {0}tics norotate ({1})\n", letter, marks);
}

/// A mark for every category, a name for as many as there is room for.
std::string category_marks(const Chart& chart, int width) {
  const auto room = static_cast<std::size_t>((width - kMargins) / (kCategoryPixels - 2));
  const std::size_t step = (chart.categories.size() + room - 1) / room;
  std::string marks;
  for (std::size_t c = 0; c < chart.categories.size(); ++c) {
    marks +=
        fmt::format("{}{} {}", c == 0 ? "" : ", ", gnuplot_mark(c % step == 0 ? chart.categories[c] : ""), c);
  }
  return fmt::format("set xtics rotate by 55 right font ',{}' ({})\n",
                     chart.categories.size() > kFewCategories ? 9 : 11, marks);
}

std::string data_block(const std::string& name, const Series& series, double offset) {
  std::string text = fmt::format("${} << EOD\n", name);
  for (const ChartPoint& point : series.points) {
    text += fmt::format("{} {} {} {}\n", number(point.x + offset), number(point.y), number(point.low),
                        number(point.high));
  }
  return text + "EOD\n";
}

bool has_ranges(const Series& series) {
  return std::any_of(series.points.begin(), series.points.end(),
                     [](const ChartPoint& point) { return point.low < point.high; });
}

/// The parts of a plot command that draw a series: its ranges behind its points.
std::string plot_parts(const Chart& chart, std::size_t index) {
  const Series& series = chart.series[index];
  const std::string color = chart.ordered ? ordered_color(index, chart.series.size()) : distinct_color(index);
  std::string parts;
  if (has_ranges(series)) {
    parts = fmt::format(
        "$s{} using 1:2:3:4 with yerrorbars linecolor '{}' linewidth 1.5 pointtype 7 pointsize 0 "
        "notitle, ",
        index, color);
  }
  const bool crowded = series.points.size() > 60;
  parts += fmt::format("$s{} using 1:2 with {} linecolor '{}' linewidth 2 pointtype {} pointsize 0.7", index,
                       chart.dodged ? "points"
                       : crowded    ? "lines"
                                    : "linespoints",
                       color, kPointTypes[index % kPointTypes.size()]);
  return parts + (series.name.empty() ? " notitle" : " title " + gnuplot_text(series.name));
}

std::string plot_command(const Chart& chart, const AxisRange& width) {
  std::vector<std::string> parts;
  std::string data;
  for (std::size_t r = 0; r < chart.references.size(); ++r) {
    const Reference& reference = chart.references[r];
    data += data_block(fmt::format("r{}", r), {"", {{width.low, reference.y}, {width.high, reference.y}}}, 0);
    parts.push_back(
        fmt::format("$r{} using 1:2 with lines linecolor '#555555' linewidth 1.5 dashtype {} title {}", r,
                    r % 4 + 2, gnuplot_text(reference.name)));
  }
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    data += data_block(fmt::format("s{}", s), chart.series[s], offset_of(chart, s));
    parts.push_back(plot_parts(chart, s));
  }
  std::string command = data + "plot ";
  for (std::size_t p = 0; p < parts.size(); ++p) command += (p == 0 ? "" : ", \\\n  ") + parts[p];
  return command + "\n";
}

std::string chart_script(const Chart& chart, const PictureSize& size) {
  const AxisRange width = width_of(chart);
  std::string text = axis('x', chart.x, width) + axis('y', chart.y, range_of(heights(chart), chart.y));
  if (!chart.categories.empty()) text += category_marks(chart, size.width);
  return text + plot_command(chart, width);
}

}  // namespace

std::string gnuplot_script(const Figure& figure, PictureFormat format) {
  const PictureSize size = size_of(figure);
  std::string text = "set encoding utf8\n" + terminal(format, size) +
                     "set border 3 linecolor '#444444'\n"
                     "set tics nomirror out textcolor '#222222'\n"
                     "set mxtics 1\nset mytics 1\n"
                     "set grid ytics linecolor '#dddddd' linetype 1 linewidth 1\n"
                     "set key outside right top Left reverse samplen 2 spacing 1.2\n"
                     "set bars 0.5\n";
  if (figure.charts.size() == 1) {
    return text + fmt::format("set title {}\n", gnuplot_text(figure.title)) +
           chart_script(figure.charts.front(), size);
  }
  text +=
      fmt::format("set multiplot layout {},1 title {}\n", figure.charts.size(), gnuplot_text(figure.title));
  for (const Chart& chart : figure.charts) text += chart_script(chart, size);
  return text + "unset multiplot\n";
}

}  // namespace dpac::cli
