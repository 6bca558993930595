#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/program.h"

using namespace dpac;

namespace {

const std::string kData = DPAC_SHARED_DATA;
const std::string kLossless = kData + "/cifar10/cifar10_test_first100_lossless.bin";

double top1(const std::string& weights, const std::string& data, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"eval", "--weights", kData + "/" + weights, "--data", data};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::dpac_json(arguments)["top1"];
}

}  // namespace

TEST_CASE("Published CIFAR-10 networks score what they must, from the command line" *
          doctest::skip(!std::filesystem::exists(kData))) {
  CHECK(top1("cifar10-resnets/resnet20-12fca82f.h5", kLossless) == 0.94);
  CHECK(top1("cifar10-resnets/resnet32-d509ac18.h5", kLossless) == 0.92);
  CHECK(top1("cifar10-resnets/resnet56-4bfd9763.h5", kLossless) == 0.96);
  CHECK(top1("mlperf-tiny/pretrainedResnet.h5", kLossless) == 0.88);
}
