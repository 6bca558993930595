// What `dpac eval` reports for the real BERT encoders, against the figures and logits of the shared data
// folder.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

using namespace dpac;

namespace {

const std::string kShared = DPAC_SHARED_DATA;

struct Expected {
  std::string folder, weights, data, reference;
  int64_t samples = 0;
  double top1 = 0;
};

/// The largest difference from the reference, which has the first samples, over its largest logit.
double relative_error(const Tensor& logits, const Tensor& reference) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < reference.values().size(); ++i) {
    const double expected = static_cast<double>(reference.values()[i]);
    difference = std::max(difference, std::abs(static_cast<double>(logits.values()[i]) - expected));
    largest = std::max(largest, std::abs(expected));
  }
  return difference / largest;
}

void check(const Expected& expected) {
  CAPTURE(expected.data);
  const test::TempFolder folder;
  const std::string logits = (folder.path() / "logits.h5").string(),
                    model = kShared + "/" + expected.folder + "/";
  const auto json = test::dpac_json({"eval", "--weights", model + expected.weights, "--data",
                                     kShared + "/glue/" + expected.data, "--logits", logits});
  CHECK(json["samples"] == expected.samples);
  CHECK(std::abs(100 * json["top1"].get<double>() - expected.top1) <= 0.1);
  CHECK(json["metrics"]["accuracy"] == json["top1"]);
  const Tensor own = Hdf5File::open(logits).read_floats("logits");
  const Tensor reference = Hdf5File::open(model + "reference_logits.h5").read_floats(expected.reference);
  REQUIRE(reference.dim(0) == 200);
  REQUIRE(reference.dim(1) == own.dim(1));
  CHECK(relative_error(own, reference) <= 1e-4);
}

}  // namespace

TEST_CASE("MiniLM on MNLI") {
  check({"minilm-mnli", "model.safetensors", "MNLI/split_test.tsv", "every5th_first200", 1963, 64.95});
}

TEST_CASE("MiniLM on SST-2") {
  check({"minilm-sst2", "pytorch_model.h5", "SST-2/dev.tsv", "dev_first200", 872, 86.81});
  check({"minilm-sst2", "pytorch_model.h5", "SST-2/test.tsv", "test_first200", 1821, 88.52});
}
