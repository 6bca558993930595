// `dpac plot`: pictures of results, drawn by the machine's gnuplot.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_inputs.h"
#include "tests/support/gnuplot_path.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/result_samples.h"
#include "tests/support/xml.h"

using namespace dpac;
using test::contains;
using test::GnuplotPath;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

struct Input {
  std::string name;
  Json json;
};

/// The picture of these results in files of these names.
std::string plotted(const std::vector<Input>& inputs, const std::string& kind,
                    const std::string& out = "out.svg") {
  const test::TempFolder folder;
  const fs::path picture = folder.path() / out;
  std::vector<std::string> arguments{"plot"};
  for (const Input& input : inputs) arguments.push_back(folder.write(input.name, input.json.dump()).string());
  arguments.insert(arguments.end(), {"--kind", kind, "--out", picture.string()});
  const test::Outcome outcome = test::run_dpac(arguments);
  CHECK(outcome.err == "");
  CHECK(outcome.out == "");
  REQUIRE(outcome.exit_code == 0);
  // Nothing temporary is left.
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) ==
        static_cast<std::ptrdiff_t>(inputs.size()) + 1);
  return content(picture);
}

/// What gnuplot is given to draw.
std::string script(const std::vector<Input>& inputs, const std::string& kind) {
  const GnuplotPath echo("/bin/cat");
  return plotted(inputs, kind);
}

void check_contains(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
}

}  // namespace

TEST_CASE("The check of XML finds planted faults") {
  CHECK(test::xml_fault("<?xml version='1.0'?>\n<a b='c' d=\"e\"><f/>x &lt; &#233;\n</a>") == "");
  for (const char* broken :
       {"<a>", "<a></b>", "</a>", "<a b=c/>", "<a b='1' b='2'/>", "<a>&</a>", "<a>&nbsp;</a>", "<a",
        "<a><b></a></b>", "<a>\x01</a>", "<a b='<'/>", "<a>x < y</a>", "<a>]]></a>"}) {
    CAPTURE(broken);
    CHECK(test::xml_fault(broken) != "");
  }
}

TEST_CASE("Every kind of picture is a well-formed SVG with titles, units, names and legend") {
  struct Case {
    Json json;
    const char* kind;
    std::vector<std::string> parts;
  };
  const std::vector<Case> cases{
      {test::learn_sample(),
       "energy",
       {"Energy by layer: tiny, shot noise", "photons per MAC", ">layer1.0.conv1<", ">fc<",
        "least to most of its channels"}},
      {test::learn_sample(),
       "learning",
       {"Learning: tiny, shot noise", "accuracy (%)", "photons per MAC", ">loss<", ">step<"}},
      {test::learn_sample(), "accuracy", {"top-1 accuracy (%)", ">learned<"}},
      {test::search_sample(),
       "energy",
       {"Energy by layer: tiny, thermal noise", "energy per MAC (x base energy)", ">uniform<", ">layer<",
        ">conv1<"}},
      {test::search_sample(),
       "accuracy",
       {"full precision (92.00 %)", "target (90.00 %)", ">uniform<", ">layer<"}},
      {test::table_sample(),
       "energy",
       {"Smallest energy", "shot noise", "thermal noise", ">tiny<", ">small<", ">uniform<", "photons per MAC",
        "energy per MAC (x base energy)", "one standard deviation"}},
      {test::bits_sample(),
       "bits",
       {"Noise bits by layer: tiny, shot noise", ">noise bits<", ">1 photons/MAC<", ">10 photons/MAC<",
        ">conv1<", ">fc<"}},
      {test::bits_sample(), "accuracy", {">with noise<", ">with equal bits<"}},
      {test::eval_sample(),
       "accuracy",
       {"Accuracy against energy: tiny, shot noise", "photons per MAC", "one standard deviation"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.kind);
    CAPTURE(c.json["command"]);
    const std::string svg = plotted({{"run.json", c.json}}, c.kind);
    CHECK(test::xml_fault(svg) == "");
    CHECK(contains(svg, "<svg"));
    CHECK(!contains(svg, "<title>"));
    check_contains(svg, c.parts);
  }
}

TEST_CASE("PNG and PDF are such files, and replace older ones") {
  const Input input{"run.json", test::eval_sample()};
  CHECK(plotted({input}, "accuracy", "a.png").starts_with("\x89PNG\r\n"));
  CHECK(plotted({input}, "accuracy", "a.pdf").starts_with("%PDF-"));
  const test::TempFolder folder;
  const auto json = folder.write("run.json", input.json.dump()), old = folder.write("a.png", "old");
  REQUIRE(test::run_dpac({"plot", json, "--kind", "accuracy", "--out", old}).exit_code == 0);
  CHECK(content(old).starts_with("\x89PNG\r\n"));
}

TEST_CASE("What is drawn are the result's numbers") {
  // Layer, mean, and of channels the least and the most.
  const std::string energy = script({{"a.json", test::learn_sample()}}, "energy");
  check_contains(energy, {"\n0 5\n1 6\n2 0.5\nEOD\n", "\n1 6 2 12\nEOD\n", "set logscale y"});
  // Energy, accuracy in percent, one standard deviation where there is one.
  const std::string accuracy = script({{"a.json", test::eval_sample()}}, "accuracy");
  check_contains(accuracy, {"\n1 25\n10 75\nEOD\n", "\n1 25 21.875 28.125\nEOD\n", "set logscale x"});
  // By energy, whatever the order of the tries.
  const std::string search = script({{"a.json", test::search_sample()}}, "accuracy");
  check_contains(search, {"\n5.25 80\n20.5 91\nEOD\n"});
  // No bits: a gap.
  const std::string bits = script({{"a.json", test::bits_sample()}}, "bits");
  check_contains(bits, {"\n0 2.5\n1 NaN\nEOD\n", "\n0 4.25\n1 NaN\nEOD\n"});
  const std::string learning = script({{"a.json", test::learn_sample()}}, "learning");
  check_contains(learning, {"\n0 50\n2 75\nEOD\n", "\n0 64\n1 32\n2 21.3333333\n3 16\nEOD\n",
                            "\n0 2\n1 1.75\n2 1.5\n3 1.25\nEOD\n"});
}

TEST_CASE("Several results are overlaid and named by their files") {
  Json clean = test::eval_sample("none");
  clean.erase("points");
  clean["top1"] = 0.9375;
  Json one = clean;
  one["options"]["noise"] = "shot";
  one["energy_per_mac"] = 3.0;
  const std::vector<Input> inputs{
      {"sweep.json", test::eval_sample()}, {"clean.json", clean}, {"single.json", one}};
  const std::string svg = plotted(inputs, "accuracy");
  check_contains(svg, {">sweep<", ">clean: no noise (93.75 %)<", ">single<"});
  check_contains(script(inputs, "accuracy"), {"\n3 93.75\nEOD\n"});
  const Json bits = test::bits_sample();
  check_contains(plotted({{"a.json", bits}, {"b.json", bits}}, "bits"),
                 {">a: 1 photons/MAC<", ">b: 10 photons/MAC<"});
}

TEST_CASE("Fifty layers make a wider picture, hundreds one with fewer names") {
  const auto with_layers = [](int count) {
    Json json = test::learn_sample();
    json["energies"] = Json::object();
    for (int layer = 0; layer < count; ++layer)
      json["energies"]["layer" + std::to_string(layer) + ".conv"] = 1 + layer;
    return plotted({{"a.json", json}}, "energy");
  };
  CHECK(contains(with_layers(3), "width=\"900\""));
  const std::string fifty = with_layers(54);
  CHECK(!contains(fifty, "width=\"900\""));
  check_contains(fifty, {">layer0.conv<", ">layer1.conv<", ">layer52.conv<", ">layer53.conv<"});
  // A bar that begins below zero reaches the end of the logarithmic axis.
  Json table = test::table_sample();
  table["rows"][0]["uniform"] = {{"mean", 10.0}, {"std", 20.0}};
  check_contains(script({{"a.json", table}}, "energy"), {"-0.0666666667 10 ", " 30\n"});
  const std::string hundreds = with_layers(300);
  CHECK(contains(hundreds, ">layer0.conv<"));
  CHECK(!contains(hundreds, ">layer1.conv<"));
}

TEST_CASE("What most long names of layers begin with is said once") {
  Json json = test::learn_sample();
  json["energies"] = Json::object();
  for (const char* name :
       {"0.attention.self.query", "0.output.dense", "1.attention.self.query", "1.output.dense"})
    json["energies"]["encoder.layer." + std::string(name)] = 1;
  json["energies"]["classifier"] = 2;
  const std::string svg = plotted({{"a.json", json}}, "energy");
  check_contains(svg, {">0.attention.self.query<", ">1.output.dense<", ">classifier<",
                       "layer (without \"encoder.layer.\")"});
  // Where names would be the same without it, they keep it.
  json["energies"]["0.output.dense"] = 2;
  CHECK(contains(plotted({{"a.json", json}}, "energy"), ">encoder.layer.0.output.dense<"));
}

TEST_CASE("Names are text, whatever is in them") {
  const test::TempFolder folder;
  const std::string witness = (folder.path() / "witness").string();
  Json json = test::learn_sample();
  const std::vector<std::string> names{"a'; system(\"touch " + witness + "\") #",
                                       "`touch " + witness + "`",
                                       "b'\"\nEOD\nsystem 'touch " + witness + "'",
                                       "$data @macro %d%s 50% c_d^{2} \\n \\",
                                       "<script>alert(1)</script> & &amp; ]]>",
                                       "\x01\x7f\t",
                                       std::string(5000, 'x'),
                                       "\xc3\xa9\xe6\xbc\xa2"};
  json["energies"] = Json::object();
  for (const std::string& name : names) json["energies"][name] = 1;
  json["options"]["weights"] = names[0];
  const std::string svg = plotted({{"it's $x `id` \"q\".json", json}, {"b.json", json}}, "energy");
  CHECK(test::xml_fault(svg) == "");
  CHECK(!contains(svg, "<script"));
  CHECK(!fs::exists(witness));
  check_contains(svg, {">it's $x `id` \"q\"<", ">$data @macro %d%s 50% c_d^{2} \\n \\<",
                       "\xc3\xa9\xe6\xbc\xa2", "&lt;script", "&lt;/script", " &amp; &amp;amp; ]]&gt;<",
                       std::string(22, 'x') + "..." + std::string(15, 'x') + "<"});
}

TEST_CASE("The user's settings for gnuplot change nothing") {
  const Input input{"run.json", test::eval_sample()};
  const std::string plain = plotted({input}, "accuracy");
  setenv("GNUTERM", "no such terminal", 1);
  const std::string with_settings = plotted({input}, "accuracy");
  unsetenv("GNUTERM");
  CHECK(with_settings == plain);
}

TEST_CASE("Results of the program itself can be drawn") {
  const test::CliInputs inputs(10);
  const auto draw = [&](const std::vector<std::string>& command, const std::string& kind) {
    auto arguments = command;
    arguments.insert(arguments.end(), {"--json", inputs.file("run.json"), "--quiet"});
    REQUIRE(test::run_dpac(arguments).exit_code == 0);
    const std::string out = inputs.file("out.svg");
    CHECK(test::run_dpac({"plot", inputs.file("run.json"), "--kind", kind, "--out", out}).exit_code == 0);
    return content(out);
  };
  const std::vector<std::string> noise{"--noise", "weight", "--energies-sweep", "1,10", "--seeds", "2"};
  CHECK(contains(draw(inputs.arguments("bits", noise), "bits"), ">layer1.0.conv1<"));
  CHECK(contains(draw(inputs.arguments("eval", noise), "accuracy"), "weights, weight noise"));
  CHECK(contains(draw(inputs.arguments("eval", {"--noise", "shot", "--energy", "10"}), "energy"),
                 "photons per MAC"));
  CHECK(contains(draw({"demo", "--limit", "10", "--seeds", "2"}, "accuracy"), "built-in demo, shot noise"));
}
