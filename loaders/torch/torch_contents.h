/// @file
/// The three containers in which torch.save has put one pickle and its storages.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "loaders/torch/pickle_heap.h"
#include "loaders/torch/pickle_value.h"
#include "loaders/torch/torch_storages.h"

namespace dpac {

struct TorchContents {
  std::string format;  ///< For people.
  std::shared_ptr<PickleHeap> heap;
  PickleValue root;  ///< In the heap.
  std::shared_ptr<const TorchStorages> storages;
};

/// Since PyTorch 1.6: a zip archive of data.pkl and a member for each storage.
/// @throws Error if the archive has no data.pkl, or is TorchScript's, or was written on a big-endian machine.
TorchContents read_torch_zip(const std::filesystem::path& path);

/// Before: four pickles (a magic number, a version, facts of the machine, the object), one more of the
/// storages' keys, and the storages, each after its number of elements.
TorchContents read_torch_legacy(const std::filesystem::path& path);

/// Whether a file begins like that.
bool is_torch_legacy(std::string_view start);

/// Before PyTorch 0.2: a tar archive of the members `storages`, `tensors` and `pickle`.
TorchContents read_torch_tar(const std::filesystem::path& path);

}  // namespace dpac
