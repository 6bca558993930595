#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/torch/torch_contents.h"
#include "loaders/torch/torch_objects.h"
#include "loaders/zip_archive.h"

namespace dpac {
namespace {

constexpr std::string_view kPickle = "data.pkl";
constexpr int64_t kLongestPickle = int64_t{256} << 20;

/// A member for each storage. The last one of which a part was wanted is kept: tensors that share a storage
/// stand together.
class ZipStorages final : public TorchStorages {
 public:
  ZipStorages(const std::filesystem::path& path, std::string folder)
      : archive_(path), folder_(std::move(folder)) {}

  [[nodiscard]] int64_t bytes(const std::string& key) const override {
    const std::lock_guard lock(mutex_);
    return archive_.size(folder_ + key);
  }

  void read(const std::string& key, int64_t begin, std::span<char> to) const override {
    const std::string member = folder_ + key;
    const std::lock_guard lock(mutex_);
    if (begin == 0 && static_cast<int64_t>(to.size()) == archive_.size(member)) {
      return archive_.read(member, to);
    }
    if (last_key_ != key || last_.empty()) last_ = archive_.read(member);
    last_key_ = key;
    std::copy_n(last_.begin() + begin, to.size(), to.begin());
  }

 private:
  mutable std::mutex mutex_;
  ZipArchive archive_;
  std::string folder_;
  mutable std::string last_key_;
  mutable std::vector<char> last_;
};

/// @throws Error for what has a data.pkl too and is no object of torch.save.
void check_kind(const ZipArchive& archive, const std::string& path, const std::string& folder) {
  if (archive.contains(folder + "constants.pkl")) {
    throw Error(
        fmt::format("{}: TorchScript (torch.jit.save) is not supported; save the weights alone: "
                    "torch.save(model.state_dict(), 'weights.pth')",
                    path));
  }
  const std::string order = folder + "byteorder";
  if (!archive.contains(order)) return;
  const std::vector<char> text = archive.read(order);
  if (std::string(text.begin(), text.end()) == "big") {
    throw Error(
        fmt::format("{}: was saved on a big-endian machine, which is not supported; save it once more on "
                    "another one, with torch.save(torch.load(file), file)",
                    path));
  }
}

}  // namespace

TorchContents read_torch_zip(const std::filesystem::path& path) {
  const ZipArchive archive(path);
  const auto member = archive.find(kPickle);
  if (!member)
    throw Error(
        fmt::format("{}: this zip archive has no data.pkl, so torch.save did not write it", path.string()));
  const std::string folder = member->substr(0, member->size() - kPickle.size());
  check_kind(archive, path.string(), folder);
  auto heap = std::make_shared<PickleHeap>(fmt::format("{}: {}", path.string(), *member));
  if (const int64_t size = archive.size(*member); size > kLongestPickle) {
    throw Error(fmt::format("{} has {} bytes, more than the {} that the description of any network needs",
                            heap->where(), size, kLongestPickle));
  }
  const std::vector<char> pickle = archive.read(*member);
  std::istringstream stream(std::string(pickle.begin(), pickle.end()));
  TorchObjects objects(*heap);
  PickleBytes bytes(stream, pickle.size(), heap->where());
  const PickleValue root = Unpickler(bytes, *heap, objects).load();
  return {"PyTorch file", std::move(heap), root, std::make_shared<ZipStorages>(path, folder + "data/")};
}

}  // namespace dpac
