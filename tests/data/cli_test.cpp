// What `dpac eval` reports for the real networks on the 10,000 JPEGs, against the figures of the shared data
// folder's README.

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/program.h"

using namespace dpac;

namespace {

/// In percent; `options` where the defaults do not fit the data.
double top1(const std::string& weights, const std::vector<std::string>& options = {}) {
  std::vector<std::string> arguments{"eval", "--weights", std::string(DPAC_SHARED_DATA) + "/" + weights,
                                     "--data", DPAC_CIFAR10_JPEGS};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const auto json = test::dpac_json(arguments);
  CHECK(json["samples"] == 10'000);
  return 100 * json["top1"].get<double>();
}

void check_near(double percent, double expected) {
  CAPTURE(expected);
  CAPTURE(percent);
  CHECK(std::abs(percent - expected) <= 0.1);
}

}  // namespace

TEST_CASE("CIFAR ResNets on JPEGs") {
  check_near(top1("cifar10-resnets/resnet20-12fca82f.h5"), 81.03);
  check_near(top1("cifar10-resnets/resnet32-d509ac18.h5"), 82.56);
  check_near(top1("cifar10-resnets/resnet56-4bfd9763.h5"), 83.20);
}

TEST_CASE("MLPerf Tiny's ResNet-8 on JPEGs") {
  check_near(top1("mlperf-tiny/pretrainedResnet.h5"), 75.48);
}

TEST_CASE("ResNet50 on JPEGs enlarged to 64x64") {
  check_near(top1("resnet50-cifar10/resnet50_cifar10_64px.h5",
                  {"--preset", "torchvision", "--resize", "64", "--crop", "64"}),
             87.45);
}
