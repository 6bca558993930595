// Numbers for people: rounded to their error, and never more digits than are known.

#include "report/tables/rounded.h"

#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace dpac::report;

TEST_CASE("A value has the decimals of its error's two digits") {
  struct Case {
    double value;
    std::optional<double> error;
    std::string text;
  };
  const std::vector<Case> cases{
      {656.3, 131.7, "656 +- 130"},        {1261.9033203125, 605.8384736709846, "1262 +- 610"},
      {9.708, 1.093, "9.7 +- 1.1"},        {41.94, 5.0, "41.9 +- 5.0"},
      {19.14, 0.996, "19.1 +- 1.0"},  // Rounding gives the error a further digit.
      {207.4, 99.6, "207 +- 100"},         {0.2917, 0.0042, "0.2917 +- 0.0042"},
      {562.341, 0.0, "562 +- 0"},          {93.7839, std::nullopt, "93.8"},
      {1261.9, std::nullopt, "1262"},      {0.12816, std::nullopt, "0.128"},
      {0, std::nullopt, "0.00"},           {-0.04, 1.2, "0.0 +- 1.2"},
      {-12.34, 5.67, "-12.3 +- 5.7"},      {0.4, 130.0, "0 +- 130"},
      {500, 1e-9, "500.000 +- 0.000"},     {1.2345e-7, 3.1e-8, "(1.23 +- 0.31)e-07"},
      {7.5e-26, std::nullopt, "7.50e-26"}, {1234567, 23456.0, "(1.235 +- 0.023)e+06"},
      {999999.9, std::nullopt, "1000000"}};
  for (const Case& c : cases) {
    CAPTURE(c.value);
    CHECK(plain_text(rounded(c.value, c.error)) == c.text);
  }
}

TEST_CASE("No number has an unreadable text") {
  CHECK(plain_text(rounded(std::numeric_limits<double>::quiet_NaN())) == "-");
  CHECK(plain_text(rounded(1, std::numeric_limits<double>::infinity())) == "-");
  CHECK(plain_text(with_decimals(-HUGE_VAL, 2)) == "-");
  CHECK(plain_text(with_decimals(-0.0001, 2)) == "0.00");
  CHECK(plain_text(with_decimals(93.125, 2)) == "93.12");
  std::mt19937 engine(3);
  std::uniform_real_distribution<double> power(-40, 40);
  for (int i = 0; i < 2000; ++i) {
    const double value = std::pow(10, power(engine)), error = std::pow(10, power(engine));
    const std::string text = plain_text(rounded(value, error));
    CAPTURE(text);
    CHECK(text.size() < 30);
    CHECK(text.find("nan") == std::string::npos);
    // What is shown of a value is the value, to the error or three digits.
    const double shown = std::stod(plain_text(rounded(value)));
    CHECK(std::abs(shown - value) <= 0.006 * value);
  }
}
