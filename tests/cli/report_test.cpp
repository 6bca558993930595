// `dpac report`: one page of several results.

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/result_samples.h"
#include "tests/support/temp_folder.h"
#include "tests/support/xml.h"

using namespace dpac;
using test::contains;
using Json = nlohmann::ordered_json;

namespace {

/// The page of these results, in files 0.json, 1.json, ...
std::string page_of(const std::vector<Json>& results) {
  const test::TempFolder folder;
  std::vector<std::string> arguments{"report"};
  for (std::size_t r = 0; r < results.size(); ++r) {
    arguments.push_back(folder.write(std::to_string(r) + ".json", results[r].dump()).string());
  }
  const std::string out = (folder.path() / "out.html").string();
  arguments.insert(arguments.end(), {"--out", out});
  const test::Outcome outcome = test::run_dpac(arguments);
  CHECK(outcome.err == "");
  REQUIRE(outcome.exit_code == 0);
  std::ostringstream text;
  text << std::ifstream(out).rdbuf();
  return text.str();
}

/// The pictures' sources.
std::vector<std::string> pictures_of(const std::string& page) {
  std::vector<std::string> pictures;
  for (std::size_t at = 0; (at = page.find("<svg", at)) != std::string::npos;) {
    const std::size_t end = page.find("</svg>", at) + 6;
    pictures.push_back(page.substr(at, end - at));
    at = end;
  }
  return pictures;
}

/// The page's own elements, which are written so that they are XML too.
std::string page_fault(std::string page) {
  for (const std::string& element :
       {std::string("<!DOCTYPE html>\n"), std::string("<meta charset=\"utf-8\">\n"),
        std::string("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")}) {
    page.erase(page.find(element), element.size());
  }
  return test::xml_fault(page);
}

void check_contains(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
}

}  // namespace

TEST_CASE("A chapter has origin, numbers, every picture, layers and options") {
  struct Case {
    Json json;
    std::size_t pictures;
    std::vector<std::string> parts;
  };
  const std::vector<Case> cases{
      {test::learn_sample(),
       2,
       {">87.50 %<", "ms a step", "<td class=\"number\">6 (2 \u2026 12)</td>", ">layer1.0.conv1<"}},
      {test::search_sample(),
       2,
       {"top-1 to keep", "saving, % (layer)", ">41.5<", "<h3>allocations</h3>", ">uniform<",
        "<td>conv1</td><td class=\"number\">12</td><td class=\"number\">9</td>"}},
      {test::table_sample(),
       1,
       {"<h3>networks</h3>", ">12.00 \u00b1 0.50<", "<td>small</td>", ">per layer<",
        "<th colspan=\"3\" class=\"group\">x base energy/MAC</th>", "33.3",
        "<p>Smallest energies per MAC (tiny: "}},
      {test::bits_sample(),
       2,
       {">45.00 %<", "<td>conv1</td><td class=\"number\">2.50</td><td class=\"number\">4.25</td>",
        "<td>fc</td><td class=\"number\">\u2013</td>"}},
      {test::eval_sample(), 1, {"<h3>by energy</h3>", "photons/MAC", ">75.00 %<", "20.00 % \u2026 30.00 %"}},
      {Json{{"command", "bench"}, {"version", "1"}, {"ratio", 1.25}}, 0, {">ratio<", ">1.25<"}},
  };
  for (const Case& c : cases) {
    const std::string page = page_of({c.json});
    CAPTURE(c.json["command"]);
    CHECK(page_fault(page) == "");
    CHECK(pictures_of(page).size() == c.pictures);
    CHECK(contains(page, "<h2>0: " + c.json["command"].get<std::string>() + "</h2>"));
    check_contains(page, c.parts);
    if (!c.json.contains("machine")) continue;
    check_contains(page, {"dpac 9.8.7", "Abacus &amp; Sons, avx2, threads: 2, oneDNN 2.6.3", "0123abcd",
                          "<td>steps</td><td>30</td>"});
  }
}

TEST_CASE("The page needs nothing from outside and runs nothing") {
  const std::string page = page_of({test::learn_sample(), test::bits_sample(), test::search_sample()});
  const std::vector<std::string> pictures = pictures_of(page);
  CHECK(pictures.size() == 6);
  for (const std::string& picture : pictures) CHECK(test::xml_fault(picture) == "");
  CHECK(!contains(page, "<script"));
  CHECK(!contains(page, "<link"));
  CHECK(!contains(page, "<img"));
  // Of addresses only the names of XML's vocabularies are left.
  CHECK(!contains(std::regex_replace(page, std::regex("xmlns(:xlink)?=\"http://www.w3.org/[a-z0-9/]+\""), ""),
                  "://"));
}

TEST_CASE("Pictures on one page do not share ids, and refer to their own") {
  const std::string page = page_of({test::learn_sample(), test::learn_sample()});
  std::set<std::string> ids;
  const std::regex id_form("\\sid=['\"]([^'\"]+)['\"]"), reference_form("href='#([^']+)'");
  for (auto id = std::sregex_iterator(page.begin(), page.end(), id_form); id != std::sregex_iterator();
       ++id) {
    CAPTURE((*id)[1].str());
    CHECK(ids.insert((*id)[1]).second);
  }
  CHECK(ids.size() > 20);
  for (auto use = std::sregex_iterator(page.begin(), page.end(), reference_form);
       use != std::sregex_iterator(); ++use) {
    CHECK(ids.count((*use)[1]) == 1);
  }
}

TEST_CASE("Everything in a result is text to the page") {
  const std::string attack = "</td><script>alert('x')</script>\" onload=\"y & z";
  Json json = test::learn_sample();
  json["energies"][attack] = 1;
  json["options"]["weights"] = attack;
  json["options"][attack] = attack;
  json["version"] = attack;
  json["machine"]["cpu"] = attack;
  json[attack] = attack;
  const std::string page = page_of({json});
  CHECK(page_fault(page) == "");
  CHECK(!contains(page, "<script"));
  CHECK(contains(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onload=&quot;y &amp; z"));
}

TEST_CASE("Results in which nothing was found have a chapter like the others") {
  Json search = test::search_sample(), table = test::table_sample();
  for (Json& allocation : search["allocations"]) {
    allocation["energy_per_mac"] = allocation["top1"] = allocation["energies"] = nullptr;
    allocation["outcome"] = "uniform: nothing found: none of 2 tries reaches the target";
  }
  for (Json& row : table["rows"]) {
    for (const char* kind : {"uniform", "layer", "channel"}) row[kind] = nullptr;
    row["impossible"] = "even without noise it misses <it>";
  }
  const std::string page = page_of({search, table, test::eval_sample()});
  CHECK(page_fault(page) == "");
  CHECK(pictures_of(page).size() == 2);  // The search's tries, and the sweep.
  check_contains(page, {"<li>uniform: nothing found: none of 2 tries reaches the target</li>", ">impossible<",
                        "<li>tiny, shot noise: even without noise it misses &lt;it&gt;</li>"});
}

TEST_CASE("Units are said, and energies of layers stand in one table") {
  Json json = test::search_sample();
  json["energy_per_inference"] = 1e9;
  json["notices"] = {"7 files were left out"};
  const std::string page = page_of({json});
  check_contains(page, {">x base energy per inference<", ">x base energy/MAC<", ">allocation<",
                        "<li>7 files were left out</li>"});
  CHECK(!contains(page, "energies (conv1)"));
}
