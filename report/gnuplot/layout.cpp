#include "report/gnuplot/layout.h"

#include <algorithm>
#include <cmath>

#include "report/gnuplot/gnuplot_text.h"

namespace dpac::report {
namespace {

constexpr double kWidth = 900, kWidest = 2400;
constexpr double kAxesHeight = 360,
                 kPanelHeight = 190;  ///< Of the axes of a single chart, of one of several.
constexpr double kTitleMiddle = 24, kTitleHeight = 44;
constexpr double kLeft = 95, kRight = 28;
constexpr double kLetter = 8.5;  ///< Width of one in the usual size, 14, on average; generous.
constexpr double kNumbers = 46, kLine = 20, kGap = 24;
constexpr double kNameWidth = 17;               ///< Of a turned name, which is its height.
constexpr std::size_t kFewNames = 25;           ///< More of them are written smaller.
constexpr double kSine = 0.82, kCosine = 0.58;  ///< Of the 55 degrees that names are turned by.
constexpr double kLegendSample = 60, kLegendRow = 22;

/// In characters, of which UTF-8 may need several bytes each.
std::size_t length_of(const std::string& text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

double longest(const std::vector<std::string>& texts) {
  std::size_t length = 0;
  for (const std::string& text : texts) length = std::max(length, length_of(text));
  return static_cast<double>(length);
}

std::vector<std::string> shown_names(const Chart& chart) {
  std::vector<std::string> names;
  for (const std::string& name : chart.categories) names.push_back(shown_name(name));
  return names;
}

std::vector<std::string> legend_of(const Chart& chart) {
  std::vector<std::string> names;
  for (const Reference& reference : chart.references) names.push_back(shortened_label(reference.name));
  for (const Series& series : chart.series) {
    if (!series.name.empty()) names.push_back(shortened_label(series.name));
  }
  return names;
}

/// The legend stands above the axes in columns as wide as its longest name.
double legend_height(const Chart& chart, double axes_width) {
  const std::vector<std::string> names = legend_of(chart);
  const double columns = std::max(1.0, std::floor(axes_width / (kLegendSample + kLetter * longest(names))));
  return kLegendRow * std::ceil(static_cast<double>(names.size()) / columns);
}

double letter_of(const NameStyle& style) {
  return kLetter * style.points / 14;
}

NameStyle style_of(const Chart& chart, double axes_width) {
  const std::vector<std::string> names = shown_names(chart);
  const auto count = static_cast<double>(names.size());
  if (count * (longest(names) + 2) * kLetter <= axes_width) return {};
  const double step = std::ceil(count * (kNameWidth - 2) / axes_width);
  return {.rotated = true,
          .points = names.size() > kFewNames ? 9 : 11,
          .step = std::max(1, static_cast<int>(step))};
}

/// What the marks of the x axis need below it.
double marks_height(const Chart& chart, const NameStyle& style) {
  if (!style.rotated) return kNumbers;
  return kNumbers - 20 + kSine * letter_of(style) * longest(shown_names(chart));
}

/// The first name, turned, begins left of the axis.
double left_of(const Figure& figure) {
  double left = kLeft;
  for (const Chart& chart : figure.charts) {
    const NameStyle style = style_of(chart, kWidth - kLeft - kRight);
    if (style.rotated) left = std::max(left, 20 + kCosine * letter_of(style) * longest(shown_names(chart)));
  }
  return left;
}

double labels_height(const Axis& x) {
  return (x.label.empty() ? 0 : kLine) + (x.note.empty() ? 0 : kLine);
}

}  // namespace

std::string shown_name(const std::string& name) {
  constexpr std::size_t kLongestName = 40;
  return shortened(name, kLongestName);
}

FigureLayout layout_of(const Figure& figure) {
  std::size_t categories = 0;
  for (const Chart& chart : figure.charts) categories = std::max(categories, chart.categories.size());
  FigureLayout layout{.left = left_of(figure), .title = kTitleMiddle, .legend = kTitleHeight};
  const double needed = layout.left + kRight + kNameWidth * static_cast<double>(categories);
  layout.width = std::ceil(std::clamp(needed, kWidth, kWidest));
  layout.right = layout.width - kRight;
  const double axes_width = layout.right - layout.left;
  double y = kTitleHeight + legend_height(figure.charts.front(), axes_width);
  for (const Chart& chart : figure.charts) {
    ChartLayout& own = layout.charts.emplace_back();
    own.names = style_of(chart, axes_width);
    own.top = y + kGap / 2;
    own.bottom = own.top + (figure.charts.size() == 1 ? kAxesHeight : kPanelHeight);
    const double marks = own.bottom + marks_height(chart, own.names);
    own.label = marks + kLine / 2;
    y = marks + labels_height(chart.x) + kGap / 2;
  }
  layout.height = std::ceil(y);
  return layout;
}

}  // namespace dpac::report
