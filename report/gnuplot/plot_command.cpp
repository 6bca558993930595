#include "report/gnuplot/plot_command.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "report/gnuplot/gnuplot_text.h"
#include "report/gnuplot/palette.h"

namespace dpac::report {
namespace {

constexpr std::size_t kFewCategories = 6, kManyPoints = 60;
constexpr double kDodge = 0.6, kDodgeOfFew = 0.2;  ///< Of a category's width, what its series share.
constexpr std::array kPointTypes{7, 5, 9, 13, 11, 15};

/// Sideways shift of a series within its category.
double offset_of(const Chart& chart, std::size_t series) {
  if (!chart.dodged) return 0;
  const auto count = static_cast<double>(chart.series.size());
  const double shared = chart.categories.size() <= kFewCategories ? kDodgeOfFew : kDodge;
  return shared * ((static_cast<double>(series) + 0.5) / count - 0.5);
}

std::string style_of(const Chart& chart) {
  if (chart.dodged) return "points";
  const bool crowded = std::any_of(chart.series.begin(), chart.series.end(),
                                   [](const Series& series) { return series.points.size() > kManyPoints; });
  return crowded ? "lines" : "linespoints";
}

std::string block(const std::string& name, const std::string& lines) {
  return fmt::format("${} << EOD\n{}EOD\n", name, lines);
}

/// Collects data blocks and the parts of the command that name them.
class PlotCommand {
 public:
  void add_reference(const Reference& reference, const AxisRange& x) {
    const std::string name = fmt::format("reference{}", references_++);
    const std::string y = gnuplot_number(reference.y);
    blocks_ +=
        block(name, fmt::format("{} {}\n{} {}\n", gnuplot_number(x.low), y, gnuplot_number(x.high), y));
    add_part(fmt::format("${} using 1:2 with lines linecolor '#555555' linewidth 1.5 dashtype {} title {}",
                         name, references_ % 4 + 1, gnuplot_text(reference.name)));
  }

  /// Ranges first, so that points lie on them.
  void add_series(const Chart& chart, std::size_t index, const AxisRange& y) {
    const Series& series = chart.series[index];
    const std::string color =
        chart.ordered ? ordered_color(index, chart.series.size()) : distinct_color(index);
    const double offset = offset_of(chart, index);
    add_ranges(series, offset, color, {index, y});
    std::string lines;
    for (const ChartPoint& point : series.points) {
      lines += fmt::format("{} {}\n", gnuplot_number(point.x + offset), gnuplot_number(point.y));
    }
    // Its name stands in the legend even if this chart has nothing of it.
    blocks_ += block(fmt::format("series{}", index), lines.empty() ? "NaN NaN\n" : lines);
    add_part(
        fmt::format("$series{} using 1:2 with {} linecolor '{}' linewidth 2 pointtype {} pointsize 0.7 {}",
                    index, style_of(chart), color, kPointTypes[index % kPointTypes.size()],
                    series.name.empty() ? "notitle" : "title " + gnuplot_text(series.name)));
  }

  [[nodiscard]] std::string text() const { return blocks_ + "plot " + parts_ + '\n'; }

 private:
  struct Place {
    std::size_t index;
    const AxisRange& y;
  };

  /// What reaches beyond the axis, as to 0 on a logarithmic one, is drawn to its end.
  void add_ranges(const Series& series, double offset, const std::string& color, const Place& place) {
    std::string lines;
    for (const ChartPoint& point : series.points) {
      if (!point.has_range()) continue;
      lines += fmt::format("{} {} {} {}\n", gnuplot_number(point.x + offset), gnuplot_number(point.y),
                           gnuplot_number(std::max(point.low, place.y.low)),
                           gnuplot_number(std::min(point.high, place.y.high)));
    }
    if (lines.empty()) return;
    blocks_ += block(fmt::format("range{}", place.index), lines);
    add_part(fmt::format(
        "$range{} using 1:2:3:4 with yerrorbars linecolor '{}' linewidth 1.5 pointtype -1 notitle",
        place.index, color));
  }

  void add_part(const std::string& part) { parts_ += (parts_.empty() ? "" : ", \\\n  ") + part; }

  int references_ = 0;
  std::string blocks_, parts_;
};

}  // namespace

std::string plot_command(const Chart& chart, const AxisRange& x, const AxisRange& y) {
  PlotCommand command;
  for (const Reference& reference : chart.references) command.add_reference(reference, x);
  for (std::size_t s = 0; s < chart.series.size(); ++s) command.add_series(chart, s, y);
  return command.text();
}

std::string gnuplot_number(double value) {
  return std::isnan(value) ? "NaN" : fmt::format("{:.9g}", value);
}

}  // namespace dpac::report
