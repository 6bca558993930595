#include "loaders/images/class_numbers.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/images/label.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<int>;

ClassNumbers number(const Names& names, const ClassRule& rule = {}) {
  return number_classes(names, rule, "data");
}

void check_are_numbers(const Names& names, const ClassRule& rule, const Numbers& expected) {
  const ClassNumbers found = number(names, rule);
  CHECK(found.source == LabelSource::numbers);
  CHECK(found.numbers == expected);
}

void check_are_sorted(const Names& names, const ClassRule& rule) {
  const ClassNumbers found = number(names, rule);
  CHECK(found.source == LabelSource::sorted);
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(found.numbers.at(i) == static_cast<int>(i));
}

}  // namespace

TEST_CASE("names that are numbers of outputs are the classes, with leading zeros or without") {
  check_are_numbers({"0", "1", "2"}, {.outputs = 3}, {0, 1, 2});
  check_are_numbers({"000", "007", "999"}, {.outputs = 1000}, {0, 7, 999});
  check_are_numbers({"3"}, {.outputs = 10}, {3});
}

TEST_CASE("any other names are numbered by their position") {
  check_are_sorted({"ant", "bee"}, {.outputs = 2});
  CHECK(number({"ant", "bee"}).notice.empty());
  check_are_sorted({"0", "1", "two"}, {.outputs = 3});
  check_are_sorted({"-1", "0"}, {.outputs = 3});
  check_are_sorted({"01", "1"}, {.outputs = 3});
  check_are_sorted({"1.0", "2.0"}, {.outputs = 3});
}

TEST_CASE("numbers beyond the outputs are names, and that is said") {
  const Names from_one = {"1", "10", "2"};
  check_are_sorted(from_one, {.outputs = 3});
  CHECK(number(from_one, {.outputs = 3}).notice ==
        "the class folders have numbers for names, but not all are outputs of the network (0 to 2); they are "
        "taken as classes 0, 1, 2, ... in the sorted order of their names, 1, 10, 2; --class-map FILE or "
        "--label-offset N changes that");
  CHECK(contains(number({"7", "8"}).notice, "not all are below the number of folders, 2;"));
}

TEST_CASE("the label offset decides with the outputs which numbers are classes") {
  check_are_numbers({"1", "2", "3"}, {.label_offset = -1, .outputs = 3}, {1, 2, 3});
  check_are_sorted({"0", "1", "2"}, {.label_offset = -1, .outputs = 3});
  check_are_sorted({"0", "1", "2"}, {.label_offset = 1, .outputs = 3});
  check_are_numbers({"0", "1", "2"}, {.label_offset = 1, .outputs = 4}, {0, 1, 2});
}

TEST_CASE("where the outputs are unknown, numbers below the number of folders are classes") {
  check_are_numbers({"0", "1", "2"}, {}, {0, 1, 2});
  check_are_numbers({"1", "2", "3"}, {.label_offset = -1}, {1, 2, 3});
  check_are_sorted({"1", "2", "3"}, {});
}

TEST_CASE("numbers whose sorted order is another one are pointed out") {
  CHECK(contains(number({"0", "1", "10", "2"}, {.outputs = 11}).notice,
                 "ImageFolder numbers them by sorted name"));
  CHECK(number({"00", "01", "02", "10"}, {.outputs = 11}).notice.empty());
}

TEST_CASE("a class map comes before all else") {
  const TempFolder folder;
  const ClassRule rule{.map =
                           ClassMap(folder.write("map.csv", "folder,class\n0,5\n\"cat\",7\nn01440764,0\n"))};
  const ClassNumbers found = number({"0", "cat"}, rule);
  CHECK(found.source == LabelSource::map);
  CHECK(found.numbers == Numbers{5, 7});
  CHECK(contains(message_of([&] { number({"cat", "dog"}, rule); }), "map.csv has no row for 'dog'"));
  CHECK(message_of([&] { number({"dog"}, rule); }).starts_with("data: the class map "));
}

TEST_CASE("a class map with a class that is no number is refused by line") {
  const TempFolder folder;
  for (const std::string value : {"x", "-1", "1000000", "1.5", "99999999999999999999"}) {
    const auto file = folder.write("map.tsv", "a\t1\nb\t" + value);
    CHECK(
        contains(message_of([&] { ClassMap map(file); }),
                 "map.tsv: line 2: expected a class number from 0 to 999999 for 'b', found '" + value + "'"));
  }
}

TEST_CASE("class numbers are decimal digits alone") {
  CHECK(class_number("0") == 0);
  CHECK(class_number("00012") == 12);
  CHECK(class_number("999999") == kMaxLabel);
  for (const char* text : {"", "+1", "-1", " 1", "1 ", "0x1", "1e3", "1000000", "\xD9\xA1"}) {
    CHECK_FALSE(class_number(text).has_value());
  }
}
