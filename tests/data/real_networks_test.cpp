// The checkpoints of the shared data folder: logits against PyTorch's and Keras's, and accuracies on the
// lossless images against the figures its README gives.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/network.h"
#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_file.h"
#include "loaders/images/open_dataset.h"
#include "loaders/images/prefetch.h"
#include "tests/support/oracle.h"

using namespace dpac;

namespace {

const std::filesystem::path kData = DPAC_SHARED_DATA;

struct Run {
  std::vector<float> logits;
  double top1 = 0;
};

/// With the preprocessing that fits the weights, and `side` pixels as the size of image files where it is not
/// 0.
Run run(const std::filesystem::path& weights, const std::filesystem::path& data, int64_t limit,
        int side = 0) {
  const Checkpoint checkpoint = open_checkpoint(weights);
  const auto images = open_image_dataset(data);
  Preprocessing how = preset(checkpoint.traits.preset, images->holds_files());
  if (side != 0) how.resize = how.crop = side;
  BatchReader reader(*images, how, 3, evenly_spaced(images->size(), limit), 25, 1);
  const ImageSize size = reader.image_size();
  Network network(build_image_network(checkpoint, {.input_size = Shape{size.height, size.width}}),
                  {.batch = 25, .threads = 2});
  const auto classes = static_cast<std::size_t>(output_channels(network.graph()));
  Run result;
  int right = 0, total = 0;
  while (const ImageBatch* batch = reader.next()) {
    const auto n = static_cast<std::size_t>(batch->n);
    std::vector<float> logits(n * classes);
    network.run(batch->images, batch->indices, logits);
    for (std::size_t i = 0; i < n; ++i) {
      const auto row = logits.begin() + static_cast<long>(i * classes);
      right += std::max_element(row, row + static_cast<long>(classes)) - row == batch->labels[i];
      ++total;
    }
    result.logits.insert(result.logits.end(), logits.begin(), logits.end());
  }
  result.top1 = static_cast<double>(right) / total;
  return result;
}

void check_logits(const Hdf5File& references, const std::string& dataset, const std::vector<float>& logits) {
  const Tensor expected = references.read_floats(dataset);
  REQUIRE(expected.values().size() == logits.size());
  const std::vector<double> reference(expected.values().begin(), expected.values().end());
  CHECK(test::relative_error(reference, logits.data()) < 1e-4);
}

}  // namespace

TEST_CASE("CIFAR ResNets: 94, 92 and 96 of the 100 lossless images, and PyTorch's logits") {
  const auto folder = kData / "cifar10-resnets",
             images = kData / "cifar10/cifar10_test_first100_lossless.bin";
  const Hdf5File references = Hdf5File::open(folder / "reference_logits.h5");
  const Run resnet20 = run(folder / "resnet20-12fca82f.h5", images, 100);
  CHECK(resnet20.top1 == doctest::Approx(0.94));
  check_logits(references, "resnet20-12fca82f/lossless100", resnet20.logits);
  const Run resnet32 = run(folder / "resnet32-d509ac18.h5", images, 100);
  CHECK(resnet32.top1 == doctest::Approx(0.92));
  check_logits(references, "resnet32-d509ac18/lossless100", resnet32.logits);
  CHECK(run(folder / "resnet56-4bfd9763.h5", images, 100).top1 == doctest::Approx(0.96));
  const auto decoded = kData / "cifar10/cifar10_jpegdecoded_2000.bin";
  check_logits(references, "resnet20-12fca82f/jpeg2000",
               run(folder / "resnet20-12fca82f.h5", decoded, 2000).logits);
}

TEST_CASE("MLPerf Tiny's ResNet-8: 88 of the 100 lossless images, and Keras's logits") {
  const auto folder = kData / "mlperf-tiny";
  const Hdf5File references = Hdf5File::open(folder / "reference_logits.h5");
  const Run lossless =
      run(folder / "pretrainedResnet.h5", kData / "cifar10/cifar10_test_first100_lossless.bin", 100);
  CHECK(lossless.top1 == doctest::Approx(0.88));
  check_logits(references, "pretrainedResnet/lossless100", lossless.logits);
  const Run decoded =
      run(folder / "pretrainedResnet.h5", kData / "cifar10/cifar10_jpegdecoded_2000.bin", 2000);
  check_logits(references, "pretrainedResnet/jpeg2000", decoded.logits);
}

TEST_CASE("ResNet50 at 64x64 on every 50th JPEG: PyTorch's logits") {
  const auto folder = kData / "resnet50-cifar10";
  const Hdf5File references = Hdf5File::open(folder / "reference_logits.h5");
  const std::vector<int64_t> indices = references.dataset("index").read_integers();
  REQUIRE(indices == evenly_spaced(10'000, 200));
  const Run resnet50 = run(folder / "resnet50_cifar10_64px.h5", DPAC_CIFAR10_JPEGS, 200, 64);
  check_logits(references, "logits", resnet50.logits);
}
