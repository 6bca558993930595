#include "report/gnuplot/gnuplot_script.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "report/gnuplot/axis_range.h"
#include "report/gnuplot/gnuplot_text.h"
#include "report/gnuplot/layout.h"
#include "report/gnuplot/plot_command.h"

namespace dpac::report {
namespace {

constexpr double kPixelsPerInch = 96;

std::string terminal(PictureFormat format, const FigureLayout& layout) {
  switch (format) {
    case PictureFormat::svg:
      return fmt::format("set terminal svg size {},{} noenhanced background '#ffffff' font 'sans-serif,14'\n",
                         layout.width, layout.height);
    case PictureFormat::png:  // Twice the pixels, for today's screens.
      return fmt::format(
          "set terminal pngcairo size {},{} noenhanced background '#ffffff' font 'sans,11' fontscale 2 "
          "linewidth 2 pointscale 2\n",
          2 * layout.width, 2 * layout.height);
    case PictureFormat::pdf:
      return fmt::format("set terminal pdfcairo size {:.3f}in,{:.3f}in noenhanced font 'sans,11'\n",
                         layout.width / kPixelsPerInch, layout.height / kPixelsPerInch);
  }
  return "";
}

std::string mark_text(double mark) {
  return mark >= 1e-4 && mark < 1e6 ? fmt::format("{:.5g}", mark) : fmt::format("{:.0e}", mark);
}

std::string axis_script(char letter, const Axis& axis, const AxisRange& range) {
  std::string text =
      fmt::format("set {}range [{}:{}]\n", letter, gnuplot_number(range.low), gnuplot_number(range.high));
  if (!axis.logarithmic)
    return text + fmt::format("unset logscale {0}\nset {0}tics autofreq norotate\n", letter);
  std::string marks;
  for (const double mark : log_marks(range)) {
    marks += fmt::format("{}'{}' {}", marks.empty() ? "" : ", ", mark_text(mark), gnuplot_number(mark));
  }
  return text + fmt::format("set logscale {0}\nset {0}tics norotate ({1})\n", letter, marks);
}

/// A mark for every category, a name for as many as there is room for.
std::string categories_script(const std::vector<std::string>& names, const NameStyle& style) {
  std::string marks;
  for (std::size_t c = 0; c < names.size(); ++c) {
    const bool shown = c % static_cast<std::size_t>(style.step) == 0;
    marks += fmt::format("{}{} {}", c == 0 ? "" : ", ", gnuplot_mark(shown ? shown_name(names[c]) : ""), c);
  }
  const std::string turn =
      style.rotated ? fmt::format("rotate by 55 right font ',{}'", style.points) : std::string("norotate");
  return fmt::format("set xtics {} ({})\n", turn, marks);
}

/// A text around a place in pixels.
std::string label_script(const std::string& text, double x, double y, const FigureLayout& layout) {
  if (text.empty()) return "";
  return fmt::format("set label {} at screen {:.5f},{:.5f} center\n", gnuplot_text(text), x / layout.width,
                     1 - y / layout.height);
}

std::string place_script(const Chart& chart, const ChartLayout& own, const FigureLayout& layout) {
  constexpr double kLine = 20;
  const double middle = (layout.left + layout.right) / 2;
  std::string text = fmt::format(
      "set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\nset tmargin at screen {:.5f}\n"
      "set bmargin at screen {:.5f}\nunset label\n",
      layout.left / layout.width, layout.right / layout.width, 1 - own.top / layout.height,
      1 - own.bottom / layout.height);
  text += label_script(chart.x.label, middle, own.label, layout);
  text += label_script(chart.x.note, middle, own.label + (chart.x.label.empty() ? 0 : kLine), layout);
  return text + fmt::format("set ylabel {}\n", gnuplot_text(chart.y.label));
}

std::vector<double> heights(const Chart& chart) {
  std::vector<double> values;
  for (const Reference& reference : chart.references) values.push_back(reference.y);
  for (const Series& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      values.push_back(point.y);
      if (!point.has_range()) continue;
      values.push_back(point.high);
      if (!chart.y.logarithmic || point.low > 0) values.push_back(point.low);
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

std::string chart_script(const Figure& figure, std::size_t index, const FigureLayout& layout) {
  const Chart& chart = figure.charts[index];
  const ChartLayout& own = layout.charts[index];
  const AxisRange x = x_range(figure, chart), y = range_of(heights(chart), chart.y);
  std::string text =
      place_script(chart, own, layout) + axis_script('x', chart.x, x) + axis_script('y', chart.y, y);
  if (index == 0) text += label_script(figure.title, layout.width / 2, layout.title, layout);
  if (!chart.categories.empty()) text += categories_script(chart.categories, own.names);
  return text + plot_command(chart, x, y);
}

}  // namespace

std::string gnuplot_script(const Figure& figure, PictureFormat format) {
  const FigureLayout layout = layout_of(figure);
  std::string text = "set encoding utf8\n" + terminal(format, layout) +
                     "set border 3 linecolor '#444444'\n"
                     "set tics nomirror out textcolor '#222222'\n"
                     "set format '%g'\n"
                     "set grid ytics linecolor '#dddddd' linetype 1 linewidth 1\n"
                     "set key above left Left reverse samplen 2 width 2\n"
                     "set bars 0.5\nset multiplot\n";
  // The legend begins where gnuplot takes the picture to begin.
  text += fmt::format("set size 1,{:.5f}\n", 1 - layout.legend / layout.height);
  for (std::size_t c = 0; c < figure.charts.size(); ++c) {
    if (c == 1) text += "unset key\n";  // The first is that of all.
    text += chart_script(figure, c, layout);
  }
  return text + "unset multiplot\n";
}

}  // namespace dpac::report
