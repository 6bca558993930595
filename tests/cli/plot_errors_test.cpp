// What `dpac plot` and `dpac report` say of files that are no results, and of a gnuplot that does not work.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/gnuplot_path.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/result_samples.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using test::contains;
using test::dpac_error;
using test::GnuplotPath;
using Json = nlohmann::ordered_json;

namespace {

/// The error of plotting a file with this content, without the file's name, and that nothing is written.
std::string error_of(const std::string& content, const std::string& kind) {
  const test::TempFolder folder;
  const std::string file = folder.write("a.json", content).string();
  const std::string error =
      dpac_error({"plot", file, "--kind", kind, "--out", (folder.path() / "out.svg").string()});
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  if (!error.starts_with(file + ": ")) return error;
  return error.substr(file.size() + 2);
}

/// The same of a sample that was changed.
std::string error_of(Json json, const std::function<void(Json&)>& change, const std::string& kind) {
  change(json);
  return error_of(json.dump(), kind);
}

}  // namespace

TEST_CASE("A kind that a result cannot show is an error that says what it can") {
  CHECK(error_of(test::learn_sample().dump(), "bits") ==
        "this result of 'learn' cannot be drawn as bits, only as energy or accuracy or learning");
  CHECK(error_of(test::bits_sample().dump(), "learning") ==
        "this result of 'bits' cannot be drawn as learning, only as bits or accuracy");
  CHECK(error_of(test::eval_sample().dump(), "energy") ==
        "this result of 'eval' cannot be drawn as energy, only as accuracy");
  CHECK(error_of(test::table_sample().dump(), "accuracy") ==
        "this result of 'table' cannot be drawn as accuracy, only as energy");
  CHECK(error_of(R"({"command": "bench"})", "accuracy") ==
        "this result of 'bench' cannot be drawn as accuracy, only as tables: 'dpac report'");
}

TEST_CASE("What is no result is an error") {
  const std::string whole = test::eval_sample().dump();
  const std::string broken = "is no complete JSON: found an error at byte ";
  CHECK(error_of("", "accuracy") == broken + "1");
  CHECK(error_of("top1 0.5", "accuracy") == broken + "2");
  CHECK(error_of(whole.substr(0, 100), "accuracy") == broken + "101");
  CHECK(error_of(whole + "x", "accuracy") == broken + std::to_string(whole.size() + 1));
  CHECK(error_of("[1, 2]", "accuracy") == "the JSON is a list, expected an object");
  CHECK(error_of("{}", "accuracy") == "has no 'command', which is expected there");
  CHECK(error_of(R"({"command": 5})", "accuracy") == "'command' is 5, expected a string");
  CHECK(error_of(R"({"command": "eval", "x": 1e999})", "accuracy").starts_with("is no usable JSON: "));
  CHECK(error_of(std::string(100'000, '['), "accuracy") ==
        "its JSON is nested deeper than 32 levels, which none of dpac's is");
  CHECK(error_of(R"({"command": "eval", "command": "bits"})", "accuracy") ==
        "its JSON has the key 'command' twice");
  const test::TempFolder folder;
  const std::string path = folder.path().string(), absent = path + "/absent.json", out = path + "/a.svg";
  CHECK(dpac_error({"plot", absent, "--kind", "bits", "--out", out}) ==
        absent + ": cannot be read, expected the JSON of a dpac command");
  const std::string elsewhere = (std::filesystem::temp_directory_path() / "dpac-no-such-folder.svg").string();
  CHECK(dpac_error({"report", path, "--out", elsewhere}) ==
        path + ": is a folder, expected a file with the JSON of a dpac command");
}

TEST_CASE("Missing and wrong values are named by their keys") {
  const Json learn = test::learn_sample(), eval = test::eval_sample(), bits = test::bits_sample();
  CHECK(error_of(
            learn, [](Json& j) { j.erase("energies"); }, "energy") ==
        "has no 'energies', which is expected there");
  CHECK(error_of(
            learn, [](Json& j) { j["energies"]["fc"] = "much"; }, "energy") ==
        "'energies.fc' is a string, expected a number or a list of them");
  CHECK(error_of(
            learn, [](Json& j) { j["energies"]["layer1.0.conv1"][1] = 0; }, "energy") ==
        "'energies.layer1.0.conv1[1]' is 0, expected a number above 0");
  CHECK(error_of(
            learn, [](Json& j) { j["energies"]["fc"] = 1e300; }, "energy") ==
        "'energies.fc' is 1e+300, expected at most 1e+30");
  CHECK(error_of(
            learn, [](Json& j) { j["energies"]["fc"] = Json::array(); }, "energy") ==
        "'energies.fc' is an empty list, expected a list that is not empty");
  CHECK(error_of(
            learn, [](Json& j) { j["energies"] = Json::object(); }, "energy") ==
        "'energies' is an empty object, expected an energy for each layer");
  CHECK(error_of(
            learn, [](Json& j) { j["history"] = Json::array(); }, "learning") ==
        "'history' is an empty list, expected a list that is not empty");
  CHECK(error_of(
            learn, [](Json& j) { j["history"][2].erase("step"); }, "learning") ==
        "has no 'history[2].step', which is expected there");
  CHECK(error_of(
            eval, [](Json& j) { j["points"][1]["top1"] = nullptr; }, "accuracy") ==
        "'points[1].top1' is null, expected a number");
  CHECK(error_of(
            eval, [](Json& j) { j["points"][0]["energy_per_mac"] = -1; }, "accuracy") ==
        "'points[0].energy_per_mac' is -1, expected a number above 0");
  CHECK(error_of(
            eval, [](Json& j) { j["options"] = true; }, "accuracy") ==
        "'options' is true, expected an object");
  CHECK(error_of(
            bits, [](Json& j) { j["points"][1]["layers"].erase(1); }, "bits") ==
        "its layers are others than those before, 1 from 'conv1' on, expected 2");
  const auto find_nothing = [](Json& j) {
    j["allocations"] = Json::array({{{"kind", "layer"}, {"energies", nullptr}}});
  };
  CHECK(error_of(test::search_sample(), find_nothing, "energy") ==
        "has no energies, expected those of an allocation that was found");
}

TEST_CASE("Results that do not belong in one picture are an error") {
  const test::TempFolder folder;
  const std::string shot = folder.write("shot.json", test::eval_sample("shot").dump()).string();
  const std::string weight = folder.write("weight.json", test::eval_sample("weight").dump()).string();
  const std::string table = folder.write("table.json", test::table_sample().dump()).string();
  const std::string learn = folder.write("learn.json", test::learn_sample().dump()).string();
  const std::string out = (folder.path() / "a.svg").string();
  CHECK(dpac_error({"plot", shot, weight, "--kind", "accuracy", "--out", out}) ==
        weight + ": has weight noise, expected shot noise as in " + shot +
            ": their energies have different units");
  CHECK(dpac_error({"plot", learn, table, "--kind", "energy", "--out", out}) ==
        learn + ": has energies by layer, but another file those of a 'table' by network");
}

TEST_CASE("An output that has no known ending or cannot be written is an error") {
  const test::TempFolder folder;
  const std::string file = folder.write("a.json", test::eval_sample().dump()).string();
  for (const std::string out : {"a.jpg", "a", "/nowhere/a.svg"}) {
    CAPTURE(out);
    const std::string error = dpac_error({"plot", file, "--kind", "accuracy", "--out", out});
    CHECK(error.starts_with(out + ": "));
    CHECK(
        contains(error, out.ends_with(".svg") ? "cannot be written" : "ends in .svg, .png or .pdf, found "));
  }
  CHECK(dpac_error({"report", file, "--out", "/nowhere/a.html"}) ==
        "/nowhere/a.html: cannot be written: No such file or directory; does its folder exist, and may you "
        "write there?");
}

TEST_CASE("Without gnuplot both commands say which package has it") {
  const GnuplotPath empty(std::nullopt);
  const std::string error =
      "gnuplot, which draws the pictures, is not on PATH; Debian's package gnuplot-nox has it "
      "(apt-get install gnuplot-nox)";
  CHECK(error_of(test::eval_sample().dump(), "accuracy") == error);
  const test::TempFolder folder;
  const std::string file = folder.write("a.json", test::eval_sample().dump()).string();
  CHECK(dpac_error({"report", file, "--out", (folder.path() / "a.html").string()}) == error);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("A gnuplot that fails is an error with its first message") {
  const std::string sample = test::eval_sample().dump();
  const auto error_with = [&](const std::string& script) {
    const GnuplotPath other(script);
    return error_of(sample, "accuracy");
  };
  CHECK(error_with("printf '\\nplot x\\n     ^\\n     line 7: undefined variable: x\\n\\nline 8: more\\n' "
                   ">&2; exit 1") == "gnuplot failed: line 7: undefined variable: x");
  CHECK(error_with("echo no fonts >&2; exit 3") == "gnuplot failed: no fonts");
  CHECK(error_with("exit 1") == "gnuplot failed: it says nothing");
  CHECK(error_with("exit 0") == "gnuplot failed: it says nothing");
  CHECK(error_with("kill -9 $$") == "gnuplot was ended by signal 9");
}

TEST_CASE(
    "A gnuplot that reads nothing of a long script breaks no pipe, and one that says much blocks nobody") {
  Json json = test::learn_sample();
  for (int layer = 0; layer < 5'000; ++layer) json["energies"]["layer" + std::to_string(layer)] = 1 + layer;
  {
    const GnuplotPath deaf("exec </dev/null; echo deaf >&2; exit 1");
    CHECK(error_of(json.dump(), "energy") == "gnuplot failed: deaf");
  }
  const GnuplotPath chatty("/bin/cat >&2; exit 1");
  CHECK(error_of(json.dump(), "energy") == "gnuplot failed: set encoding utf8");
}

TEST_CASE("Ctrl-C ends a gnuplot that takes long, and leaves nothing") {
  const GnuplotPath slow("exec /bin/sleep 60");
  const test::TempFolder folder;
  const std::string file = folder.write("a.json", test::eval_sample().dump()).string();
  test::Program program({"plot", file, "--kind", "accuracy", "--out", (folder.path() / "a.svg").string()});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  program.interrupt();
  const test::Outcome outcome = program.wait();
  CHECK(outcome.exit_code == 130);
  CHECK(outcome.err == "dpac: error: interrupted\n");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
